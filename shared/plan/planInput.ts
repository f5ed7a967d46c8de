import type { Site } from '../base/site.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import type { RangeSet } from '../ranges/rangeSet.ts';
import type { AgedTagSource } from '../ranges/tagSource.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { Decision } from '../scope/decision.ts';
import type { ObservedFirewall, ObservedNetwork, ObservedRouteTable } from './observed.ts';

/** All a plan is made from. */
export type PlanInput = {
  readonly site: Site;
  readonly decision: Decision;
  readonly desired: DesiredSets;
  readonly tags: TagTable;
  /** Where the tags come from, and how old that is; for the reader of the plan. */
  readonly tagSources?: readonly AgedTagSource[];
  readonly table: Pick<ObservedRouteTable, 'routes' | 'provisioningState'>;
  /** null offline: then our rules are written where routes change. */
  readonly firewall: ObservedFirewall | null;
  readonly network: ObservedNetwork;
  /** Addresses to keep routed although no longer wanted, until the device no longer lists them. */
  readonly retain?: RangeSet;
  /** Hash of the list the device confirmed; null where it never did; absent where nobody knows (offline). */
  readonly deviceListHash?: string | null;
  readonly approval: { readonly why: string } | null;
  readonly namePrefix?: string;
};
