import type { MovePlan, MoveReason } from './plan/move/movePlan.ts';
import { ask, type Proposing, planMove, tellAsked } from './proposeMove.ts';
import { askedPlanBlob } from './record/moveProgress.ts';
import type { SiteState } from './record/state.ts';

/** Of the others a look makes the plan anew, or it is made of what was read for it and not of a snapshot. */
const replanned: readonly MoveReason[] = ['planned', 'return'];

/**
 * The plan as it would be made now where what stands on the side that is left has changed since it was made; null where
 * it is the same to the byte.
 */
export const planChanged = async (
  work: Omit<Proposing, 'session'>,
  state: SiteState,
  plan: MovePlan,
): Promise<MovePlan | null> => {
  const { reason, why } = plan;
  if (reason === 'teardown' || plan.snapshot?.hash === state.snapshots?.[plan.from]?.good?.hash) return null;
  const now = await planMove(work, state, { reason, why });
  return now.digest === plan.digest ? null : now;
};

/**
 * A move may wait up to a day while the side that it leaves lives: what has changed there must not be left behind. It is
 * put anew under its new digest; the one that was shown can no longer be approved.
 */
export const replanMove = async (work: Proposing): Promise<void> => {
  const { configured, session, ports } = work;
  const { move } = session.state();
  if (move?.status !== 'awaitingApproval' || !replanned.includes(move.reason)) return;
  const text = await ports.archive.read(askedPlanBlob(configured.id, move));
  const plan = text === undefined ? null : await planChanged(work, session.state(), JSON.parse(text) as MovePlan);
  if (plan === null || (await ask(work, plan, { askedBy: move.askedBy })) === null) return;
  await tellAsked(work, plan);
};
