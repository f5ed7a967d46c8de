import { describe, expect, it } from 'vitest';
import { placementTroubles } from '../shared/base/placement.ts';
import { readSites } from '../shared/base/site.ts';

const network = {
  virtualNetwork: 'v',
  gateway: 'g',
  firewall: 'f',
  routeTable: 'r',
  clientAddressPool: '192.168.1.0/24',
};
const sites = readSites(
  JSON.stringify({
    cloud: 'Public',
    sites: [
      { id: 'a', subscriptionId: 's', resourceGroup: 'g', homeRegion: 'uksouth', services: ['Storage'], network },
    ],
  }),
  'sites.json',
);

describe('where the app runs', () => {
  it.each([
    ['UK South', ['home region of site a']],
    ['ukwest', ['failover region of site a']],
    ['West Europe', []],
    [null, []],
    ['nowhere', []],
  ])('in %s', (region, says) => {
    const troubles = placementTroubles(sites, region);
    expect(troubles).toHaveLength(says.length);
    for (const [index, text] of says.entries()) expect(troubles[index]).toContain(text);
  });
});
