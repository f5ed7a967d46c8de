import type { Site } from '../../shared/base/site.ts';
import { routeOf } from '../../shared/plan/observe.ts';
import { reachOf } from '../../shared/plan/reach.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { steady } from '../support/landing.ts';

type Named = { readonly name: string; readonly properties: Record<string, unknown> };
export type RawTable = { readonly etag?: string; readonly properties: { readonly routes?: readonly Named[] } };
export type RawFirewall = {
  readonly etag?: string;
  readonly properties: { readonly networkRuleCollections?: readonly Named[] };
};

export const isOurs = ({ name }: { readonly name: string }): boolean => name.startsWith('asefo-');

/** What a site's table and firewall do, whatever anybody believes of them. */
export type Forwarding = {
  /** Addresses that go to an appliance, by longest prefix. */
  readonly reached: RangeSet;
  readonly routes: number;
  /** All that is not ours in the table, as text. */
  readonly foreign: string;
  /** Of our routes alone. */
  readonly ours: string;
};

export type Allowing = {
  /** Destinations of our rules. */
  readonly allowed: RangeSet;
  readonly foreign: string;
  readonly ours: string;
};

const texts = (children: readonly Named[]): string =>
  JSON.stringify([...children].sort((a, b) => (a.name < b.name ? -1 : 1)).map(steady));

export const forwardingOf = (table: RawTable, tags: TagTable): Forwarding => {
  const all = table.properties.routes ?? [];
  const reach = [...reachOf(all.map(routeOf), tags)];
  return {
    reached: RangeSet.unionOf(reach.filter(([hop]) => hop.startsWith('virtualappliance')).map(([, set]) => set)),
    routes: all.length,
    foreign: texts(all.filter((route) => !isOurs(route))),
    ours: texts(all.filter(isOurs)),
  };
};

export const allowingOf = (firewall: RawFirewall): Allowing => {
  const all = firewall.properties.networkRuleCollections ?? [];
  const rules = all
    .filter(isOurs)
    .flatMap(({ properties }) => (properties['rules'] ?? []) as Record<string, unknown>[]);
  return {
    allowed: RangeSet.fromPrefixes(rules.flatMap((rule) => (rule['destinationAddresses'] ?? []) as string[])),
    foreign: texts(all.filter((collection) => !isOurs(collection))),
    ours: texts(all.filter(isOurs)),
  };
};

/** The device itself: which file is on it, and what that lists. */
export type Device = { readonly checksum: string; readonly listed: RangeSet };

/** What is so of one site, kept by who plays the world. */
export type SiteTruth = {
  readonly site: Site;
  state: SiteState | null;
  device: Device | null;
  table: Forwarding;
  firewall: Allowing;
  /** Somebody else took away what is ours, and it is not put right yet. */
  tampered: boolean;
  /** Writes since every site was paused. */
  writesWhilePaused: number;
};
