import { counted } from '../base/counted.ts';
import type { StrategyName } from '../base/sites.ts';
import { mostRoutes } from '../ranges/lookFurther.ts';
import { type Attempt, type Budget, budgetOf } from './budget.ts';
import type { Route } from './observed.ts';
import { isOurs } from './ownership.ts';
import type { LimitSource } from './routeLimit.ts';
import { keyOf, mergeRoutes, type RouteChanges, untouched, wantedRoutesOf } from './routes.ts';
import { exactRouting, type Routing, type RoutingInput, routingBy } from './routing.ts';

/** The site's strategies tried in its order: the first that fits, and what became of the others. */
export type Climb = {
  /** The chosen one; the exact one where none fits, so that the plan can say what is needed. */
  readonly routing: Routing;
  readonly changes: RouteChanges;
  readonly budget: Budget;
};

type Rung = { readonly attempt: Attempt; readonly routing?: Routing };

const isTag = (addressPrefix: string): boolean => !/^[\d.:a-f]+\/\d+$/i.test(addressPrefix);

/** Limit and reserve are the site's (or discovered); foreign routes count. */
export const climb = (input: {
  readonly wanted: Omit<RoutingInput, 'room' | 'foreignTagRoutes'>;
  readonly current: readonly Route[];
  readonly namePrefix: string;
  readonly firewallAddress: string | null;
  readonly limit: number;
  readonly limitFrom?: LimitSource;
}): Climb => {
  const { current, namePrefix, limit, limitFrom = 'site' } = input;
  const { strategies, reserve } = input.wanted.site.routeBudget;
  const foreign = current.filter((route) => !isOurs(route.name, namePrefix));
  const room = limit - reserve - foreign.length;
  const routingInput: RoutingInput = {
    ...input.wanted,
    room,
    foreignTagRoutes: foreign.filter((route) => isTag(route.addressPrefix)).length,
  };

  const takenBy = new Set(foreign.map((route) => keyOf(route.addressPrefix)));
  const countOf = ({ toFirewall, toInternet }: Routing): number =>
    [...toFirewall, ...toInternet].filter((prefix) => !takenBy.has(keyOf(prefix))).length;

  const rung = (strategy: StrategyName): Rung => {
    const routing = routingBy(strategy, routingInput);
    if ('why' in routing) return { attempt: routing };
    const routes = countOf(routing);
    const over = routes - room;
    const why = over > 0 ? `${counted(over, 'route')} too many` : null;
    return { attempt: { strategy, routes, extraAddresses: routing.extra.size, why }, routing };
  };

  const attempts: Attempt[] = [];
  const climbed = (routing: Routing, strategy: StrategyName | null): Climb => {
    const needed = countOf(routing);
    // Merged once, and only what is taken. A list longer than any table takes its memory and helps nobody.
    const changes =
      needed > mostRoutes && strategy === null
        ? untouched(current, namePrefix)
        : mergeRoutes(current, wantedRoutesOf(routing, input.firewallAddress), namePrefix);
    return {
      routing,
      changes,
      budget: budgetOf({ limit, limitFrom, reserve, foreign: foreign.length, attempts, needed, strategy }),
    };
  };
  let exact: Routing | undefined;
  for (const strategy of strategies) {
    const { attempt, routing } = rung(strategy);
    attempts.push(attempt);
    if (routing && attempt.why === null) return climbed(routing, strategy);
    if (strategy === 'exact') exact = routing;
  }
  return climbed(exact ?? exactRouting(routingInput), null);
};
