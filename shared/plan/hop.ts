import type { Route } from './observed.ts';

/** Where a route leads, as one comparable word: ARM's own spellings differ in case between API and portal. */
export const hopOf = (route: Pick<Route, 'nextHopType' | 'nextHopIpAddress'>): string =>
  route.nextHopIpAddress === undefined
    ? route.nextHopType.toLowerCase()
    : `${route.nextHopType.toLowerCase()} ${route.nextHopIpAddress}`;

export const firewallHop = (privateIpAddress: string): string => `virtualappliance ${privateIpAddress}`;
export const internetHop = 'internet';
