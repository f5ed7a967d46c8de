import type { Site } from '../base/site.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { Cause } from './approval.ts';
import { firewallHop, hopOf } from './hop.ts';
import type { Route } from './observed.ts';
import { isOurs } from './ownership.ts';
import type { Plan } from './plan.ts';
import { reachOf } from './reach.ts';

/** What a plan makes of our routes and of the addresses they lead to the firewall. */
export type Extent = {
  /** Before it: what the table holds, or what was last proven there where that is more. */
  readonly before: { readonly routes: number; readonly addresses: number };
  /** Routes that lead where none led, or lead no longer where they did; another cut of the same addresses is neither. */
  readonly added: { readonly routes: number; readonly addresses: number };
  readonly removed: { readonly routes: number; readonly addresses: number };
};

/** Shares of less than this many routes say nothing: three of four is soon gone. */
const fewRoutes = 10;

const leads = (route: Route): boolean => hopOf(route).startsWith(firewallHop('').trim());

const reachedBy = (routes: readonly Route[], tags: TagTable): RangeSet =>
  RangeSet.unionOf(
    [...reachOf(routes, tags)].filter(([hop]) => hop.startsWith(firewallHop('').trim())).map(([, set]) => set),
  );

const leadingPast = (routes: readonly Route[], set: RangeSet, tags: TagTable): number =>
  routes.filter((route) => leads(route) && !set.covers(reachedBy([route], tags))).length;

/** How far a plan goes. `proven`: what was last proven in place, so that repairing what somebody deleted is no growth. */
export const extentOf = (input: {
  readonly plan: Plan;
  readonly table: readonly Route[];
  readonly tags: TagTable;
  readonly namePrefix: string;
  readonly proven: { readonly routes: number; readonly addresses?: number } | null;
}): Extent => {
  const { plan, tags, proven } = input;
  const ours = input.table.filter((route) => isOurs(route.name, input.namePrefix));
  const { add, remove, change, routes } = plan.routeTable;
  const now = reachedBy(ours, tags);
  const after = reachedBy(routes, tags);
  return {
    before: {
      routes: Math.max(ours.length, proven?.routes ?? 0),
      addresses: Math.max(now.size, proven?.addresses ?? 0),
    },
    added: {
      routes: leadingPast([...add, ...change.map((one) => one.after)], now, tags),
      addresses: after.subtract(now).size,
    },
    removed: {
      routes: leadingPast([...remove, ...change.map((one) => one.before)], after, tags),
      addresses: now.subtract(after).size,
    },
  };
};

const number = (n: number): string => n.toLocaleString('en-US');

/**
 * Why a plan changes more than policy may by itself, or null. Not blocked: a person who approves its very digest has
 * it carried out, once.
 *
 * | cause                     | counts (routes, addresses) | share added | share removed |
 * | ------------------------- | -------------------------- | ----------- | ------------- |
 * | first                     | yes                        | no          | no            |
 * | scope, services only leave | yes                       | yes         | no: they were failed back |
 * | scope, tags, settings     | yes                        | yes         | yes           |
 * | drift                     | yes                        | no: what was proven comes back | yes |
 */
export const capReached = (input: {
  readonly caps: Site['policy']['caps'];
  readonly extent: Extent;
  readonly cause: Cause;
  readonly failsBack: boolean;
}): string | null => {
  const { caps, cause, failsBack } = input;
  const { before, added, removed } = input.extent;
  const shares = cause !== 'first' && before.routes >= fewRoutes;
  const share = (part: number, of: number) => (of === 0 ? 0 : (100 * part) / of);
  const of = (part: number, whole: number, noun: string) => `${number(part)} ${noun} (of ${number(whole)})`;
  const reached: string[] = [];
  for (const noun of ['routes', 'addresses'] as const) {
    const changed = added[noun] + removed[noun];
    if (changed > caps[noun]) reached.push(`changes ${number(changed)} ${noun}; policy.caps.${noun} is ${caps[noun]}`);
    if (shares && cause !== 'drift' && share(added[noun], before[noun]) > caps.addedPercent)
      reached.push(`adds ${of(added[noun], before[noun], noun)}; policy.caps.addedPercent is ${caps.addedPercent}`);
    if (shares && !(cause === 'scope' && failsBack) && share(removed[noun], before[noun]) > caps.removedPercent)
      reached.push(
        `takes away ${of(removed[noun], before[noun], noun)}; policy.caps.removedPercent is ${caps.removedPercent}`,
      );
  }
  if (reached.length === 0) return null;
  return `More than policy may change by itself: this plan ${reached.join(', and ')}. A person who approves its very digest lets it pass, once.`;
};
