import { counted } from '../base/counted.ts';
import { type Forwarding, forwarded } from '../ranges/forwarding.ts';
import { parsePrefix } from '../ranges/prefix.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { explicitRank, forwardingOfTag } from '../ranges/tagRank.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { Blocker } from './blocker.ts';
import { firewallHop, hopOf } from './hop.ts';
import type { Route } from './observed.ts';

const isPrefix = (text: string): boolean => {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
};

/** Routes as (prefix, hop) pairs; a route to a service tag stands for the tag's prefixes, which lose ties as Azure has it. */
export const expandRoutes = (routes: readonly Route[], tags: TagTable): Forwarding[] =>
  routes.flatMap((route) => {
    const hop = hopOf(route);
    if (isPrefix(route.addressPrefix)) return [{ addressPrefix: route.addressPrefix, hop, rank: explicitRank }];
    const tag = tags.get(route.addressPrefix);
    return tag ? forwardingOfTag(tag, hop) : [];
  });

/** Which addresses each hop gets under longest prefix match, tag routes expanded. */
export const reachOf = (routes: readonly Route[], tags: TagTable): ReadonlyMap<string, RangeSet> =>
  forwarded(expandRoutes(routes, tags));

/** The foreign routes that decide where some of these addresses go: a wider one, or one that loses a tie, does not. */
const decidersOf = (set: RangeSet, ours: readonly Route[], foreign: readonly Route[], tags: TagTable): Route[] => {
  const each = foreign.flatMap((route, index) =>
    expandRoutes([route], tags).map((one) => ({ ...one, hop: `foreign ${index}` })),
  );
  const taken = forwarded([...expandRoutes(ours, tags), ...each]);
  return foreign.filter((_, index) => taken.get(`foreign ${index}`)?.meets(set));
};

const namesOf = (routes: readonly Route[]): string =>
  routes
    .slice(0, 5)
    .map((route) => `"${route.name}" (${route.addressPrefix})`)
    .join(', ') + (routes.length > 5 ? ` and ${routes.length - 5} more` : '');

/** Foreign routes that would take wanted addresses away from the firewall, or lead a hole into it. */
export const reachBlockers = (input: {
  readonly wanted: RangeSet;
  readonly holes: RangeSet;
  readonly firewallAddress: string;
  readonly ours: readonly Route[];
  readonly foreign: readonly Route[];
  readonly tags: TagTable;
}): Blocker[] => {
  const { wanted, holes, ours, foreign, tags } = input;
  if (foreign.length === 0) return [];
  const toFirewall = reachOf([...ours, ...foreign], tags).get(firewallHop(input.firewallAddress)) ?? RangeSet.empty;
  const blockers: Blocker[] = [];
  const diverted = wanted.subtract(holes).subtract(toFirewall);
  if (!diverted.isEmpty) {
    const culprits = decidersOf(diverted, ours, foreign, tags);
    if (culprits.length > 0)
      blockers.push({
        code: 'FOREIGN_ROUTE_DIVERTS',
        message: `${counted(diverted.size, 'wanted address')} would not reach the firewall because of routes that are not ours: ${namesOf(culprits)}.`,
        remedy: 'Delete these routes, or point them to the firewall.',
      });
  }
  const leaking = holes.intersect(toFirewall);
  if (!leaking.isEmpty) {
    const culprits = decidersOf(leaking, ours, foreign, tags);
    blockers.push({
      code: 'FOREIGN_ROUTE_COVERS_HOLE',
      message: `Routes that are not ours lead ${counted(leaking.size, 'address')} to the firewall that must never go there (gateway management): ${namesOf(culprits)}.`,
      remedy: 'Delete these routes, or split them so that they leave those addresses out.',
    });
  }
  return blockers;
};
