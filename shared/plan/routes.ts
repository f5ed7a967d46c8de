import { byCodeUnit } from '../base/canonical.ts';
import { parsePrefix } from '../ranges/prefix.ts';
import type { Blocker } from './blocker.ts';
import { hopOf } from './hop.ts';
import type { Route } from './observed.ts';
import { isOurs, routeNameFor } from './ownership.ts';
import type { Routing } from './routing.ts';

export type RouteChange = { readonly before: Route; readonly after: Route };

/** What becomes of the table: our routes afterwards, and how that differs from now. Sorted by address. */
export type RouteChanges = {
  readonly routes: readonly Route[];
  readonly add: readonly Route[];
  readonly remove: readonly Route[];
  readonly change: readonly RouteChange[];
  readonly unchanged: number;
  /** Prefixes that a foreign route already leads where we want them. */
  readonly satisfied: readonly Route[];
  readonly foreign: readonly Route[];
  readonly blockers: readonly Blocker[];
};

/** A route wanted, before names and neighbours are looked at. */
export type WantedRoute = {
  readonly addressPrefix: string;
  readonly nextHopType: string;
  readonly nextHopIpAddress?: string;
};

/** A prefix as one comparable word; what is no prefix (a service tag) stays its own name. */
export const keyOf = (addressPrefix: string): string => addressPrefix.trim().toLowerCase();

const byAddress = (a: Route, b: Route): number => sortKey(a) - sortKey(b) || byCodeUnit(a.name, b.name);

const sortKey = (route: Route): number => {
  try {
    const { start, length } = parsePrefix(route.addressPrefix);
    return start * 64 + length;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
};

/** A routing as routes of the table, by the firewall's address. */
export const wantedRoutesOf = (routing: Routing, firewallAddress: string | null): WantedRoute[] => [
  ...routing.toFirewall.map((addressPrefix) => ({
    addressPrefix,
    nextHopType: 'VirtualAppliance',
    ...(firewallAddress === null ? {} : { nextHopIpAddress: firewallAddress }),
  })),
  ...routing.toInternet.map((addressPrefix) => ({ addressPrefix, nextHopType: 'Internet' })),
];

const sameHop = (a: Route, b: Route): boolean => hopOf(a) === hopOf(b);

const describeHop = (route: Route): string =>
  route.nextHopIpAddress === undefined ? route.nextHopType : `${route.nextHopType} ${route.nextHopIpAddress}`;

const conflict = (foreign: Route, wanted: Route): Blocker => ({
  code: 'FOREIGN_ROUTE_CONFLICT',
  message: `The route "${foreign.name}" (not ours) leads ${foreign.addressPrefix} to ${describeHop(foreign)}; the plan needs it to lead to ${describeHop(wanted)}, and a table cannot hold one prefix twice.`,
  remedy: `Delete "${foreign.name}" or point it to ${describeHop(wanted)}, then plan again.`,
});

/** Merges the wanted routes with a table: what is ours is brought in line, what is foreign stays and may satisfy or block. */
export const mergeRoutes = (
  current: readonly Route[],
  wanted: readonly WantedRoute[],
  namePrefix: string,
): RouteChanges => {
  const foreign = current.filter((route) => !isOurs(route.name, namePrefix));
  const ours = current.filter((route) => isOurs(route.name, namePrefix));
  const foreignByPrefix = new Map(foreign.map((route) => [keyOf(route.addressPrefix), route]));
  const oursByPrefix = new Map(ours.map((route) => [keyOf(route.addressPrefix), route]));
  const oursByName = new Map(ours.map((route) => [route.name.toLowerCase(), route]));
  const wantedKeys = new Set(wanted.map(({ addressPrefix }) => keyOf(addressPrefix)));
  // A route of ours whose prefix somebody changed keeps its name for the prefix the name speaks of.
  const moved = (route: Route | undefined) =>
    route && !wantedKeys.has(keyOf(route.addressPrefix)) ? route : undefined;
  const kept = new Set<Route>();
  const result = { routes: [] as Route[], add: [] as Route[], change: [] as RouteChange[], satisfied: [] as Route[] };
  const blockers: Blocker[] = [];
  let unchanged = 0;

  for (const route of wanted) {
    const name = routeNameFor(route.addressPrefix, namePrefix);
    const key = keyOf(route.addressPrefix);
    const after: Route = { name, ...route };
    const neighbour = foreignByPrefix.get(key);
    if (neighbour) {
      if (sameHop(neighbour, after)) result.satisfied.push(neighbour);
      else blockers.push(conflict(neighbour, after));
      continue;
    }
    const before = oursByPrefix.get(key) ?? moved(oursByName.get(name.toLowerCase()));
    if (!before) {
      result.add.push(after);
      result.routes.push(after);
      continue;
    }
    kept.add(before);
    result.routes.push(after);
    if (before.name === name && keyOf(before.addressPrefix) === key && sameHop(before, after)) unchanged += 1;
    else result.change.push({ before, after });
  }
  const remove = ours.filter((route) => !kept.has(route));
  return {
    routes: result.routes.sort(byAddress),
    add: result.add.sort(byAddress),
    remove: remove.sort(byAddress),
    change: result.change.sort((a, b) => byAddress(a.after, b.after)),
    unchanged,
    satisfied: result.satisfied.sort(byAddress),
    foreign,
    blockers: blockers.sort((a, b) => byCodeUnit(a.message, b.message)),
  };
};

/** The table left as it is. */
export const untouched = (current: readonly Route[], namePrefix: string): RouteChanges => {
  const routes = current.filter((route) => isOurs(route.name, namePrefix)).sort(byAddress);
  const foreign = current.filter((route) => !isOurs(route.name, namePrefix));
  const none = { add: [], remove: [], change: [], satisfied: [], blockers: [] };
  return { ...none, routes, foreign, unchanged: routes.length };
};
