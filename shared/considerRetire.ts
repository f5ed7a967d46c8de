import { otherSide, regionOfSide } from './base/side.ts';
import type { Site } from './base/site.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { planTeardown, retirePurpose } from './planTeardown.ts';
import { ask, dropMove, type Proposing, tellAsked } from './proposeMove.ts';
import type { Move } from './record/move.ts';
import { askedPlanBlob } from './record/moveProgress.ts';
import { residenceOf } from './record/residence.ts';
import { isRetireQuestion, retireCalled, retireRefused } from './record/retireCalled.ts';
import type { Fact } from './scope/fact.ts';
import { tellRefusal } from './tellRefusal.ts';

/** What stands there is read anew so often while the question waits: a plan of what went, or came, is no plan. */
const anewMs = 24 * 60 * 60 * 1_000;

const toldKey = ({ digest }: Pick<Move, 'digest'>): string => `retire ${digest}`;

const put = async (work: Proposing & { readonly site: Site }): Promise<void> => {
  const { configured, session, site } = work;
  const side = otherSide(residenceOf(session.state()));
  const region = regionOfSide(configured, side).displayName;
  const why = `Site ${configured.id} lives in ${site.home.displayName}; what it left in ${region} stands there unused, and costs.`;
  const plan = await planTeardown(work, { side, purpose: retirePurpose(side), why });
  if (plan.steps.length === 0) return;
  if ((await ask(work, plan, { lasting: true })) !== null) await tellAsked(work, plan, toldKey(plan));
};

/** Asked, but perhaps not told: a worker may have died in between. */
const retell = async (work: Proposing, move: Move): Promise<void> => {
  const { configured, session, ports } = work;
  if (session.state().told.includes(toldKey(move))) return;
  const text = await ports.archive.read(askedPlanBlob(configured.id, move));
  if (text !== undefined) await tellAsked(work, JSON.parse(text) as MovePlan, toldKey(move));
};

/**
 * In quiet times: asks whether the side that a site has left is to be taken down; once for each plan of it, until a person
 * answers. A no stands as long as the site lives where it does. The question is taken back where it is no longer called
 * for, and makes way for any other (`isRetireQuestion`).
 */
export const considerRetire = async (
  work: Proposing & { readonly site: Site },
  facts: readonly Fact[],
): Promise<void> => {
  const { configured, session, ports, site } = work;
  const { move } = session.state();
  if (move && !isRetireQuestion(move)) return;
  const now = ports.clock.now();
  const refusal = retireRefused(session.state(), now);
  if (refusal !== null) return tellRefusal(work, refusal);
  if (!retireCalled(configured, site, session.state(), facts, now)) {
    if (move) await dropMove(work, 'expired', 'it is no longer called for');
    return;
  }
  if (!move || now - Date.parse(move.askedAt) >= anewMs) return put(work);
  await retell(work, move);
};
