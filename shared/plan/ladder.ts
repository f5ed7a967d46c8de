import { counted } from '../base/counted.ts';
import type { StrategyName } from '../base/sites.ts';
import { type Attempt, type Budget, budgetOf } from './budget.ts';
import type { Route } from './observed.ts';
import { isOurs } from './ownership.ts';
import type { LimitSource } from './routeLimit.ts';
import { mergeRoutes, type RouteChanges, wantedRoutesOf } from './routes.ts';
import { exactRouting, type Routing, type RoutingInput, routingBy } from './routing.ts';

/** The site's strategies tried in its order: the first that fits, and what became of the others. */
export type Climb = {
  /** The chosen one; the exact one where none fits, so that the plan can say what is needed. */
  readonly routing: Routing;
  readonly changes: RouteChanges;
  readonly budget: Budget;
};

type Rung =
  | { readonly attempt: Attempt; readonly routing: Routing; readonly changes: RouteChanges }
  | { readonly attempt: Attempt };

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
  const merged = (routing: Routing) => mergeRoutes(current, wantedRoutesOf(routing, input.firewallAddress), namePrefix);

  const rung = (strategy: StrategyName): Rung => {
    const routing = routingBy(strategy, routingInput);
    if ('why' in routing) return { attempt: routing };
    const changes = merged(routing);
    const routes = changes.routes.length;
    const over = routes - room;
    const why = over > 0 ? `${counted(over, 'route')} too many` : null;
    return { attempt: { strategy, routes, extraAddresses: routing.extra.size, why }, routing, changes };
  };

  const attempts: Attempt[] = [];
  const climbed = (routing: Routing, changes: RouteChanges, strategy: StrategyName | null): Climb => {
    const needed = changes.routes.length;
    return {
      routing,
      changes,
      budget: budgetOf({ limit, limitFrom, reserve, foreign: foreign.length, attempts, needed, strategy }),
    };
  };
  for (const strategy of strategies) {
    const tried = rung(strategy);
    attempts.push(tried.attempt);
    if ('routing' in tried && tried.attempt.why === null) return climbed(tried.routing, tried.changes, strategy);
  }
  const routing = exactRouting(routingInput);
  return climbed(routing, merged(routing), null);
};
