import type { JsonObject } from './json.ts';

interface Location {
  readonly name: string;
  readonly displayName: string;
  readonly geography: string;
  readonly pair: string | undefined;
}

// name, display name, geography, paired region; facts of the ARM locations lists of the three clouds.
const REGIONS: readonly (readonly [string, string, string, string | undefined])[] = [
  ['eastus', 'East US', 'United States', 'westus'],
  ['westus', 'West US', 'United States', 'eastus'],
  ['eastus2', 'East US 2', 'United States', 'centralus'],
  ['centralus', 'Central US', 'United States', 'eastus2'],
  ['westus2', 'West US 2', 'United States', 'westcentralus'],
  ['westcentralus', 'West Central US', 'United States', 'westus2'],
  ['northeurope', 'North Europe', 'Europe', 'westeurope'],
  ['westeurope', 'West Europe', 'Europe', 'northeurope'],
  ['norwayeast', 'Norway East', 'Norway', 'norwaywest'],
  ['norwaywest', 'Norway West', 'Norway', 'norwayeast'],
  ['uksouth', 'UK South', 'United Kingdom', 'ukwest'],
  ['ukwest', 'UK West', 'United Kingdom', 'uksouth'],
  ['italynorth', 'Italy North', 'Italy', undefined],
  ['usgovvirginia', 'USGov Virginia', 'USGov', 'usgovtexas'],
  ['usgovtexas', 'USGov Texas', 'USGov', 'usgovvirginia'],
  ['usgovarizona', 'USGov Arizona', 'USGov', 'usgovtexas'],
  ['chinaeast2', 'China East 2', 'China', 'chinanorth2'],
  ['chinanorth2', 'China North 2', 'China', 'chinaeast2'],
];

export const DEFAULT_LOCATIONS: readonly Location[] = REGIONS.map(([name, displayName, geography, pair]) => ({
  name,
  displayName,
  geography,
  pair,
}));

/** A subscription's locations, unless the test sets its own. */
export function defaultLocations(subscription: string): JsonObject[] {
  const idOf = (name: string) => `/subscriptions/${subscription}/locations/${name}`;
  return DEFAULT_LOCATIONS.map(({ name, displayName, geography, pair }) => ({
    id: idOf(name),
    name,
    type: 'Region',
    displayName,
    regionalDisplayName: displayName,
    metadata: {
      regionType: 'Physical',
      regionCategory: 'Recommended',
      geography,
      geographyGroup: geography,
      pairedRegion: pair === undefined ? [] : [{ name: pair, id: idOf(pair) }],
    },
  }));
}

/** Locations are compared without blanks and case: `US Gov Virginia` is `usgovvirginia`. */
export function plainLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
