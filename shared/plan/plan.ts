import { counted } from '../base/counted.ts';
import type { HeldTag } from '../ranges/desired.ts';
import type { AgedTagSource } from '../ranges/tagSource.ts';
import type { Mode } from '../scope/decision.ts';
import type { Blocker } from './blocker.ts';
import type { Budget } from './budget.ts';
import type { Extra } from './extra.ts';
import type { Fallback } from './fallback.ts';
import type { FirewallChange } from './firewallRules.ts';
import type { Route } from './observed.ts';
import type { RouteChange } from './routes.ts';

/** What the state of traffic is if a run stops after this step: fine, fine but singly encrypted, or broken. */
export type StopHere = 'works' | 'degraded' | 'cut';

export type StepId = 'ipGroup' | 'firewall' | 'routeTable' | 'deviceBundle' | 'deviceConfirm';

/** Steps that write to Azure; the others are for the device. */
export const writesToAzure = (id: string): boolean => id === 'ipGroup' || id === 'firewall' || id === 'routeTable';

/** One ARM write, or one act of a person at the device. */
export type PlanStep = {
  readonly id: StepId;
  readonly title: string;
  readonly resource: string;
  readonly stopHere: StopHere;
};

/** A service tag or prefix list that went into the wanted set; for the reader of the plan. */
export type PlanPart = {
  readonly tag: string;
  readonly purpose: string;
  readonly prefixes: number;
  readonly addresses: number;
};

/**
 * What to change at one site, and why. A value: it serialises, reads back equal, and the same input gives the same
 * bytes. Apply looks at `routeTable`, `firewall`, `device` and `steps` only; reasons and notes are for people.
 */
export type Plan = {
  readonly site: string;
  readonly decision: {
    readonly mode: Mode;
    readonly services: readonly string[];
    readonly target: string | null;
    readonly reasons: readonly string[];
  };
  readonly approval: { readonly why: string } | null;
  readonly applyable: boolean;
  readonly blockers: readonly Blocker[];
  readonly budget: Budget;
  /** What is asked instead where the routes of a service failover do not fit; no part of the digest. */
  readonly fallback: Fallback | null;
  readonly routeTable: {
    readonly routes: readonly Route[];
    readonly add: readonly Route[];
    readonly remove: readonly Route[];
    readonly change: readonly RouteChange[];
    readonly unchanged: number;
  };
  readonly firewall: FirewallChange;
  readonly device: {
    /** Prefixes the device must list beyond its home region's. */
    readonly added: readonly string[];
    /** SHA-256 over all it must list. */
    readonly listHash: string;
    readonly changed: boolean;
  };
  readonly steps: readonly PlanStep[];
  readonly digest: string;
  /** Of the site as it was planned by. */
  readonly settingsHash: string;
  /** What verification proves: the wanted set uncut and the holes in it. */
  readonly wanted: readonly string[];
  readonly holes: readonly string[];
  /** What the routes lead to the firewall beyond that; nothing but by strategy `summarize`. */
  readonly extra: Extra;
  readonly firewallAddress: string;
  readonly addresses: { readonly wanted: number; readonly added: number; readonly holes: number };
  readonly parts: readonly PlanPart[];
  readonly tags: {
    readonly cloud: string;
    readonly changeNumber: number;
    readonly hash: string;
    /** Which sources there were, how old they are, which was used and why; no part of the digest. */
    readonly sources: readonly AgedTagSource[];
    /** Tags of this plan that are not as the newest source has them, and why. */
    readonly held: readonly HeldTag[];
  };
  /** Addresses no longer wanted that stay routed until the device no longer lists them. */
  readonly retained: number;
  /** True where it only takes away: then the device comes first and the firewall last. */
  readonly removing: boolean;
  readonly alarms: readonly string[];
  readonly notes: readonly string[];
};

/** Number of things the plan would change in Azure. */
export const changesIn = (plan: Plan): number =>
  plan.routeTable.add.length +
  plan.routeTable.remove.length +
  plan.routeTable.change.length +
  (plan.firewall.changed ? 1 : 0) +
  (plan.firewall.ipGroup?.changed ? 1 : 0);

/** One line for people: `serviceFailover: 25 routes added, firewall rules written`. */
export const titleOf = (plan: Plan): string => {
  const { add, remove, change } = plan.routeTable;
  const parts = [
    add.length > 0 ? `${counted(add.length, 'route')} added` : null,
    remove.length > 0 ? `${remove.length} removed` : null,
    change.length > 0 ? `${change.length} changed` : null,
    plan.firewall.changed || plan.firewall.ipGroup?.changed ? 'firewall rules written' : null,
    plan.device.changed ? 'a new file for the device' : null,
  ].filter((part) => part !== null);
  const what = parts.length > 0 ? parts.join(', ') : 'nothing to do';
  const services = plan.decision.services.length > 0 ? ` of ${plan.decision.services.join(', ')}` : '';
  return `${plan.decision.mode}${services}${plan.decision.target ? ` to ${plan.decision.target}` : ''}: ${what}`;
};
