import { type SideName, sideOf } from '../../shared/base/side.ts';
import type { Site } from '../../shared/base/site.ts';
import { routeOf } from '../../shared/plan/observe.ts';
import { reachOf } from '../../shared/plan/reach.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { steady } from '../support/landing.ts';
import { bareTexts, isOurs, type Named, texts } from './named.ts';
import { type Allowing, allowingOf } from './wall.ts';

export type RawTable = { readonly etag?: string; readonly properties: { readonly routes?: readonly Named[] } };

/** What a site's table does, whatever anybody believes of it. */
export type Forwarding = {
  /** Addresses that go to an appliance, by longest prefix. */
  readonly reached: RangeSet;
  readonly routes: number;
  /** What is not ours in the table, each as text. */
  readonly foreign: readonly string[];
  /** Of our routes alone. */
  readonly ours: string;
};

const forwardingOf = (table: RawTable | undefined, site: Site, tags: TagTable): Forwarding => {
  const all = table?.properties.routes ?? [];
  const reach = [...reachOf(all.map(routeOf), tags)];
  return {
    reached: RangeSet.unionOf(reach.filter(([hop]) => hop.startsWith('virtualappliance')).map(([, set]) => set)),
    routes: all.length,
    foreign: bareTexts(
      all.filter((route) => !isOurs(route)),
      site,
    ),
    ours: texts(all.filter(isOurs)),
  };
};

/** The device itself: which file is on it, what that lists, and to which side's gateway it goes. */
export type Device = { readonly checksum: string; readonly listed: RangeSet; readonly side: SideName };

/** One side of a site: the region it calls home, or the one it moves to. */
export type SideTruth = {
  readonly name: SideName;
  /** The site as it stands there, or would. */
  readonly site: Site;
  table: Forwarding;
  firewall: Allowing;
  /** Somebody else took away what is ours, and it is not put right yet. */
  tampered: boolean;
  /** Routes and rules of others that were there at any time. */
  readonly known: Set<string>;
  /** Those of them that the app brought along from the other side. */
  readonly brought: Set<string>;
  /** Ids of what moves made there and did not delete, in lower case. */
  readonly made: Set<string>;
};

/** What is so of one site, kept by who plays the world. */
export type SiteTruth = {
  readonly site: Site;
  readonly sides: Readonly<Record<SideName, SideTruth>>;
  /** Whether its region may fail as a whole, and people move it. */
  readonly moves: boolean;
  state: SiteState | null;
  device: Device | null;
  /** Writes since every site was paused. */
  writesWhilePaused: number;
  /** Digests of moves that a person has approved, or is about to. */
  readonly approved: Set<string>;
  /** When a move that was under way ended, or stopped. */
  moveStoppedAt: number;
  /** Somebody wants what the last move made to stay. */
  keptByChoice: boolean;
  /** Resources of others in its groups, as text by id. */
  readonly theirs: Map<string, string>;
};

/** The public addresses of a side's gateway. */
export const gatewayAddresses = (arm: Arm, { site }: SideTruth): string[] => {
  const id = `${site.ids.resourceGroup}/providers/Microsoft.Network/publicIPAddresses/${site.network.gateway}-ip`;
  const { ipAddress } = (arm.read(id)?.['properties'] ?? {}) as { ipAddress?: unknown };
  return typeof ipAddress === 'string' ? [ipAddress] : [];
};

/** Looks at a side's table and firewall as they are now. */
export const lookAtSide = (arm: Arm, tags: TagTable, side: SideTruth): void => {
  side.table = forwardingOf(arm.read(side.site.ids.routeTable) as unknown as RawTable, side.site, tags);
  side.firewall = allowingOf(arm, side.site);
};

const newSide = (arm: Arm, tags: TagTable, configured: Site, name: SideName): SideTruth => {
  const side: SideTruth = {
    name,
    site: sideOf(configured, name),
    table: forwardingOf(undefined, configured, tags),
    firewall: { allowed: RangeSet.empty, foreign: [], ours: '[]' },
    tampered: false,
    known: new Set(),
    brought: new Set(),
    made: new Set(),
  };
  lookAtSide(arm, tags, side);
  for (const text of [...side.table.foreign, ...side.firewall.foreign]) side.known.add(text);
  return side;
};

export const newTruth = (arm: Arm, tags: TagTable, site: Site, moves: boolean): SiteTruth => ({
  site,
  sides: { home: newSide(arm, tags, site, 'home'), target: newSide(arm, tags, site, 'target') },
  moves,
  state: null,
  device: null,
  writesWhilePaused: 0,
  approved: new Set(),
  moveStoppedAt: Number.NEGATIVE_INFINITY,
  keptByChoice: false,
  theirs: new Map(),
});

/** A resource of somebody else's as text, without what changes at every write. */
export const resourceText = (arm: Arm, id: string): string => JSON.stringify(steady(arm.read(id) ?? null));
