import type { Look } from './look.ts';
import { changesIn, type Plan } from './plan/plan.ts';
import type { SiteState } from './record/state.ts';

/** What is to be done about a look. */
export type Choice =
  | { readonly act: 'nothing' }
  /** Everything is as it should be, but was never proven: prove it. */
  | { readonly act: 'run'; readonly plan: Plan; readonly by: string }
  | { readonly act: 'wait'; readonly plan: Plan; readonly why: string }
  | { readonly act: 'blocked'; readonly plan: Plan };

const hasWork = (plan: Plan): boolean => plan.steps.length > 0 || changesIn(plan) > 0;

const proven = (state: SiteState, plan: Plan): boolean =>
  state.inPlace !== null &&
  state.inPlace.wantedHash === plan.device.listHash &&
  state.inPlace.services.join() === plan.decision.services.join() &&
  !state.inPlace.retains;

const approvedBy = ({ approved }: SiteState, plan: Plan): string | null =>
  approved?.digest === plan.digest ? approved.by : null;

const propose = (state: SiteState, plan: Plan): Choice => {
  if (!plan.applyable) return { act: 'blocked', plan };
  if (plan.approval === null) return { act: 'run', plan, by: 'policy' };
  const by = approvedBy(state, plan);
  return by === null ? { act: 'wait', plan, why: plan.approval.why } : { act: 'run', plan, by };
};

/**
 * | what may be done by itself (`now`) | all that is wanted (`full`) | then                                  |
 * | ---------------------------------- | --------------------------- | ------------------------------------- |
 * | blocked                            | any                         | blocked                               |
 * | has work, nobody asked             | any                         | run it                                |
 * | has work, a person is asked        | any                         | wait, or run the very digest approved |
 * | no work                            | none                        | nothing; prove what was never proven, or no longer holds |
 * | no work                            | blocked                     | blocked                               |
 * | no work                            | has work                    | wait, or run the very digest approved |
 */
export const choose = (state: SiteState, look: Look): Choice => {
  const { now, full } = look;
  // A person's very word on everything that is wanted needs no first half.
  if (full?.applyable && approvedBy(state, full) !== null && hasWork(full)) return propose(state, full);
  if (hasWork(now) || !now.applyable) return propose(state, now);
  if (full !== null && (hasWork(full) || !full.applyable)) return propose(state, full);
  const stands = proven(state, now) && (look.holds || now.approval !== null);
  return stands ? { act: 'nothing' } : propose(state, now);
};

/** The same of what is wanted beyond what may be done by itself; nothing where there is no more. */
export const chooseAll = (state: SiteState, { full }: Look): Choice =>
  full !== null && (hasWork(full) || !full.applyable) ? propose(state, full) : { act: 'nothing' };
