import { type FirewallRead, readFirewall, rememberingReader } from './apply/readFirewall.ts';
import type { JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import type { Site } from './base/site.ts';
import { discoverLimit } from './discover.ts';
import { readLandingZone } from './landingZone.ts';
import { ipGroupIdOf } from './plan/ipGroup.ts';
import { observeFirewall, observeRouteTable } from './plan/observe.ts';
import type {
  BesideFirewall,
  ObservedFirewall,
  ObservedNetwork,
  ObservedRouteTable,
  ResourceReader,
} from './plan/observed.ts';
import { collectionNameFor } from './plan/ownership.ts';
import type { AzureView } from './ports.ts';
import type { SiteState } from './record/state.ts';

/** What was read of a site in Azure a moment ago. */
export type Sight = {
  readonly table: ObservedRouteTable;
  readonly firewall: ObservedFirewall;
  /** Its policy and IP groups, for whoever takes its raw JSON. */
  readonly beside: BesideFirewall;
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

/** Reads the site's firewall, its policy where it has one, and the IP groups that decide. */
export const readFirewallOf = (site: Site, namePrefix: string, reader: ResourceReader): Promise<FirewallRead> => {
  const ourCollection = collectionNameFor(site.id, namePrefix);
  const ipGroups = site.firewallRule.ipGroup ? [ipGroupIdOf(site, namePrefix)] : [];
  return readFirewall({ id: site.ids.firewall, ourCollection, ipGroups }, reader);
};

/** Reads a site: its table and firewall always, its landing zone when it is unknown, old, or a sweep asks. */
export const readSite = async (
  site: Site,
  state: SiteState,
  azure: AzureView,
  now: number,
  sweep: boolean,
  namePrefix: string,
): Promise<Sight> => {
  const fresh = new Map<string, JsonObject>();
  const reader = rememberingReader(azure.resources, fresh);
  const tableJson = await reader.get(site.ids.routeTable);
  const { firewall: firewallJson, beside } = await readFirewallOf(site, namePrefix, reader);
  const firewall = observeFirewall(firewallJson, beside);
  const zone = await networkFor(site, state, azure, now, sweep);
  const given = site.network.firewallPrivateIpAddress ?? null;
  return {
    table: observeRouteTable(tableJson),
    firewall,
    beside,
    network: { ...zone, firewallPrivateIpAddress: firewall.privateIpAddress ?? given },
    fresh,
  };
};
