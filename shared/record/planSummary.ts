import { cut } from '../base/brief.ts';
import { iso } from '../base/clock.ts';
import { changesIn, type Plan } from '../plan/plan.ts';
import type { PlanSummary } from './state.ts';

/** The state is one table row of 480,000 characters; the whole plan is a blob under its digest. */
const mostLines = 60;
const longestLine = 600;

const short = (text: string): string => cut(text, longestLine);

const few = (lines: readonly string[]): readonly string[] => {
  const kept = lines.slice(0, mostLines).map(short);
  const more = lines.length - kept.length;
  return more > 0 ? [...kept, `And ${more} more; see the plan.`] : kept;
};

/** A plan in short, however much it has to say. */
export const summaryOfPlan = (plan: Plan, now: number): PlanSummary => ({
  digest: plan.digest,
  at: iso(now),
  mode: plan.decision.mode,
  services: plan.decision.services,
  target: plan.decision.target,
  applyable: plan.applyable,
  changes: changesIn(plan),
  routes: plan.budget.needed,
  limit: plan.budget.limit,
  limitFrom: plan.budget.limitFrom,
  headroom: plan.budget.headroom,
  reasons: few(plan.decision.reasons),
  blockers: plan.blockers.slice(0, mostLines).map(({ code, message, remedy }) => ({
    code,
    message: short(message),
    remedy: short(remedy),
  })),
  alarms: few(plan.alarms),
  notes: few(plan.notes),
});
