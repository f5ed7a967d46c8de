import type { CloudName } from './clouds.ts';
import { regionTable } from './regionTable.ts';

/** One Azure region: `name` is ARM's (`francecentral`), `code` is what `AzureCloud.<code>` uses (`centralfrance`). */
export type Region = {
  readonly cloud: CloudName;
  readonly name: string;
  readonly displayName: string;
  readonly code: string;
  readonly pair: string | null;
};

/** What one spelling of a region boils down to: `North Europe`, `northeurope` and `NorthEurope` are one. */
const fold = (spelling: string): string => spelling.toLowerCase().replace(/[\s_-]/g, '');

const byCloud = new Map<CloudName, ReadonlyMap<string, Region>>(
  (Object.keys(regionTable) as CloudName[]).map((cloud) => {
    const spellings = new Map<string, Region>();
    for (const [name, displayName, pair, code = name] of regionTable[cloud]) {
      const region = { cloud, name, displayName, code, pair };
      for (const spelling of [name, displayName, code]) spellings.set(fold(spelling), region);
    }
    return [cloud, spellings];
  }),
);

/** The region a person, an event or a tag means by `spelling`, or undefined where this cloud has none of that name. */
export const findRegion = (cloud: CloudName, spelling: string): Region | undefined =>
  byCloud.get(cloud)?.get(fold(spelling));

/** `findRegion` over all clouds: Service Health does not say which cloud it speaks of; no name occurs in two. */
export const findRegionAnywhere = (spelling: string): Region | undefined => {
  for (const regions of byCloud.values()) {
    const region = regions.get(fold(spelling));
    if (region) return region;
  }
  return undefined;
};

/** Every region of a cloud, in the table's order. */
export const regionsOf = (cloud: CloudName): readonly Region[] => [...new Set(byCloud.get(cloud)?.values() ?? [])];

/** Names close to a misspelt one, for an error's remedy. */
export const similarRegions = (cloud: CloudName, spelling: string): string[] => {
  const wanted = fold(spelling);
  const shared = (name: string) => {
    let n = 0;
    while (n < name.length && name[n] === wanted[n]) n += 1;
    return n;
  };
  return regionsOf(cloud)
    .map((region) => region.name)
    .filter((name) => shared(name) >= 3 || name.includes(wanted))
    .sort((a, b) => shared(b) - shared(a) || (a < b ? -1 : 1))
    .slice(0, 3);
};
