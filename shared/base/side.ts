import type { Region } from './geography.ts';
import { idsIn, type Site } from './site.ts';

/** A site has two sides: the region it calls home, and the one it moves to. */
export type SideName = 'home' | 'target';

export const otherSide = (side: SideName): SideName => (side === 'home' ? 'target' : 'home');

export const regionOfSide = (site: Site, side: SideName): Region => (side === 'home' ? site.home : site.target.region);

/** Where a site would move to from the side it lives on, which is what `site` is: its target, or back home. */
export const movesTo = (site: Site): Region =>
  site.home.name === site.target.region.name ? site.failover : site.target.region;

/**
 * The site as it stands, or would stand, on one side: there its region is home and the other side's is where services
 * fail over to. `site` is as the sites file has it, never a side already.
 */
export const sideOf = (site: Site, side: SideName): Site => {
  if (side === 'home') return site;
  const { region, resourceGroup } = site.target;
  const { gatewayPublicIpAddresses: _, firewallPrivateIpAddress: __, clientAddressPool, ...network } = site.network;
  const pool = site.move.clientAddressPool ?? clientAddressPool;
  return {
    ...site,
    resourceGroup,
    homeRegion: region.name,
    home: region,
    failoverRegion: site.home.name,
    failover: site.home,
    network: { ...network, ...(pool === undefined ? {} : { clientAddressPool: pool }) },
    ids: idsIn(site, resourceGroup),
  };
};
