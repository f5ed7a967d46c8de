import type { Site } from '../base/site.ts';
import { type LimitSource, routeLimitOf } from '../plan/routeLimit.ts';
import type { SiteState } from './state.ts';

/** The route table's budget: what is in it as last proven, and what it would hold after a plan that is not written yet. */
export type BudgetView = {
  readonly limit: number;
  readonly limitFrom: LimitSource;
  readonly reserve: number;
  /** Null where nothing has been proven yet. */
  readonly ours: number | null;
  readonly foreign: number | null;
  /** Ours after the last plan, where that differs; null where it does not. */
  readonly planned: number | null;
  /** Routes still free, after the plan where there is one; negative by as much as it does not fit. */
  readonly headroom: number | null;
  readonly fits: boolean;
};

export const budgetOf = (site: Site, { inPlace, lastPlan, network }: SiteState): BudgetView => {
  const unplanned = routeLimitOf(site.routeBudget.limit, network?.routeLimit, 0);
  const limit = lastPlan?.limit ?? unplanned.limit;
  const limitFrom = lastPlan ? (lastPlan.limitFrom ?? 'site') : unplanned.from;
  const { reserve } = site.routeBudget;
  const ours = inPlace?.routes ?? null;
  const planned = lastPlan !== null && lastPlan.routes !== ours ? lastPlan.routes : null;
  const foreign =
    lastPlan === null ? (inPlace?.foreignRoutes ?? null) : limit - reserve - lastPlan.routes - lastPlan.headroom;
  const headroom = lastPlan?.headroom ?? (inPlace ? limit - reserve - inPlace.routes - inPlace.foreignRoutes : null);
  return { limit, limitFrom, reserve, ours, foreign, planned, headroom, fits: headroom === null || headroom >= 0 };
};

const saidBy: Readonly<Record<LimitSource, string | null>> = {
  site: null,
  azure: "the limit is Azure's word",
  default: 'Azure did not tell the limit',
};

/** `148 of 400 routes, 252 free` */
export const budgetText = ({ limit, limitFrom, reserve, ours, foreign, planned, headroom }: BudgetView): string => {
  const now = ours === null ? null : `${ours + (foreign ?? 0)} of ${limit} routes`;
  const parts = [
    now ?? (planned === null ? `limit ${limit} routes` : null),
    planned === null ? null : `${planned + (foreign ?? 0)} of ${limit} after the plan`,
    foreign ? `${foreign} of them not ours` : null,
    reserve > 0 ? `${reserve} in reserve` : null,
    saidBy[limitFrom],
    headroom === null ? null : headroom < 0 ? `${-headroom} too many` : `${headroom} free`,
  ];
  return parts.filter((part) => part !== null).join(', ');
};
