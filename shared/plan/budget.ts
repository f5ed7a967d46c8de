import { byNumber, counted } from '../base/counted.ts';
import { type StrategyName, strategyNames } from '../base/sites.ts';
import { mostRoutes } from '../ranges/lookFurther.ts';
import type { Blocker } from './blocker.ts';
import type { LimitSource } from './routeLimit.ts';

/** One strategy tried. `routes` is null where it has no routing at all; `why` is null for the one chosen. */
export type Attempt = {
  readonly strategy: StrategyName;
  readonly routes: number | null;
  readonly extraAddresses: number | null;
  readonly why: string | null;
};

/** What the table may hold and what the plan needs of it; all numbers are routes, holes included. */
export type Budget = {
  readonly limit: number;
  readonly limitFrom: LimitSource;
  readonly reserve: number;
  readonly foreign: number;
  /** Of the chosen strategy; of the exact list where nothing fits. */
  readonly needed: number;
  /** limit - reserve - foreign - needed; negative by as much as it does not fit. */
  readonly headroom: number;
  readonly strategy: StrategyName | null;
  readonly attempts: readonly Attempt[];
};

export const budgetOf = (given: Omit<Budget, 'headroom'>): Budget => ({
  ...given,
  headroom: given.limit - given.reserve - given.foreign - given.needed,
});

const raise = ({ limitFrom }: Budget, to: number): string =>
  limitFrom === 'azure'
    ? `Ask Azure for ${to} routes in a table or more (a quota of subscription and region)`
    : `${limitFrom === 'default' ? 'Set' : 'Raise'} routeBudget.limit to ${to} or more if the subscription allows it ` +
      '(RoutesPerRouteTable in its network usages)';

/** The blocker that says by how much it does not fit, what was tried, and what would make it fit. */
export const budgetBlocker = (budget: Budget, prefixes: number, holes: number): Blocker => {
  const over = -budget.headroom;
  const taken = [
    budget.foreign > 0 ? `${counted(budget.foreign, 'foreign route')}` : null,
    budget.reserve > 0 ? `a reserve of ${budget.reserve}` : null,
  ].filter((part) => part !== null);
  const tried = budget.attempts.map(({ strategy, routes, why }) =>
    routes === null || strategy === 'summarize' ? `${strategy}: ${why}` : `${strategy} ${routes}`,
  );
  const untried = strategyNames.filter((name) => !budget.attempts.some(({ strategy }) => strategy === name));
  return {
    code: 'ROUTE_BUDGET',
    message:
      `${counted(budget.needed, 'route')} ${byNumber(budget.needed, 'is', 'are')} needed (${counted(prefixes, 'prefix')} + ${counted(holes, 'hole')})` +
      `${taken.length > 0 ? ` beside ${taken.join(' and ')}` : ''}, the limit is ${budget.limit}: ` +
      `${over} too many. Tried: ${tried.join(', ')}.` +
      (budget.needed > mostRoutes ? ' So many are not listed, and the table is shown as it is.' : ''),
    remedy:
      `${raise(budget, budget.limit + over)}, lower routeBudget.reserve, fail over fewer services, ` +
      'or move foreign routes to another table.' +
      (untried.length > 0 ? ` Strategies not listed in routeBudget.strategies: ${untried.join(', ')}.` : ''),
  };
};
