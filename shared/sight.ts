import type { JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import type { Site } from './base/site.ts';
import { discoverLimit } from './discover.ts';
import { readLandingZone } from './landingZone.ts';
import { observeFirewall, observeRouteTable } from './plan/observe.ts';
import type { ObservedFirewall, ObservedNetwork, ObservedRouteTable } from './plan/observed.ts';
import type { AzureView } from './ports.ts';
import type { SiteState } from './record/state.ts';

/** What was read of a site in Azure a moment ago. */
export type Sight = {
  readonly table: ObservedRouteTable;
  readonly firewall: ObservedFirewall;
  readonly network: ObservedNetwork & { readonly at: string };
  /** The raw resources, by id. */
  readonly fresh: ReadonlyMap<string, JsonObject>;
};

/** How long the seldom changing parts of a landing zone are believed between sweeps. */
const networkFreshMs = 24 * 60 * 60 * 1_000;

const networkFor = async (site: Site, state: SiteState, azure: AzureView, now: number, sweep: boolean) => {
  const known = state.network;
  const fresh = known !== null && known.unread === undefined && now - Date.parse(known.at) < networkFreshMs;
  const zone = fresh && !sweep ? known : { ...(await readLandingZone(site, azure.resources)), at: iso(now) };
  if (site.routeBudget.limit !== 'discover') return zone;
  if (zone === known && known.routeLimit?.region === site.home.name) return zone;
  return { ...zone, routeLimit: await discoverLimit(site, azure, known?.routeLimit, now) };
};

/** Reads a site: its table and firewall always, its landing zone when it is unknown, old, or a sweep asks. */
export const readSite = async (
  site: Site,
  state: SiteState,
  azure: AzureView,
  now: number,
  sweep: boolean,
): Promise<Sight> => {
  const tableJson = await azure.resources.get(site.ids.routeTable);
  const firewallJson = await azure.resources.get(site.ids.firewall);
  const firewall = observeFirewall(firewallJson);
  const zone = await networkFor(site, state, azure, now, sweep);
  const given = site.network.firewallPrivateIpAddress ?? null;
  return {
    table: observeRouteTable(tableJson),
    firewall,
    network: { ...zone, firewallPrivateIpAddress: firewall.privateIpAddress ?? given },
    fresh: new Map([
      [site.ids.routeTable, tableJson],
      [site.ids.firewall, firewallJson],
    ]),
  };
};
