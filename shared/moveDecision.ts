import { answerTo, mustDecline } from './answerTo.ts';
import { AutomationError } from './base/errors.ts';
import { type MoveAnswer, nothing, planOf, proposing, type Seen, type Spoken } from './moveSpoken.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { dropMove } from './proposeMove.ts';
import { isShadow } from './record/headline.ts';
import { questionOfMove } from './record/question.ts';
import type { SiteState } from './record/state.ts';
import { planChanged } from './replanMove.ts';
import { speakTo } from './session.ts';
import { tagsFor } from './visit.ts';

/** Throws ERR_PLAN_BLOCKED where a plan cannot be carried out. */
export const refuseBlocked = ({ site, applyable, blockers }: MovePlan): void => {
  if (applyable) return;
  throw new AutomationError(
    'ERR_PLAN_BLOCKED',
    `The move of site ${site} cannot be made: ${blockers.map(({ message }) => message).join(' ')}`,
    { remedy: blockers[0]?.remedy ?? 'See the plan.' },
  );
};

/** What stands at home may have changed since; out of a region that fails, what is shown is all there is. */
const refuseOutdated = async ({ site, ports }: Spoken, plan: MovePlan, state: SiteState): Promise<void> => {
  if (plan.reason === 'outage') return;
  const tagsInForce = await tagsFor(ports)(site.cloud);
  const now = await planChanged({ configured: site, ports, tagsInForce }, state, plan);
  if (now === null) return;
  throw new AutomationError(
    'ERR_DIGEST_MISMATCH',
    `What stands in ${plan.region.from} has changed since the move of site ${site.id} was planned: its plan is ${now.digest} now, not ${plan.digest}.`,
    { remedy: 'Plan it again, look at what has changed, and approve that plan.' },
  );
};

/** Approves the very move that waits. Throws ERR_DIGEST_MISMATCH, ERR_PLAN_BLOCKED, ERR_NOTHING_WAITS. */
export const approveMove = async (spoken: Spoken, digest: string, question?: string): Promise<string> => {
  const { site, by, ports } = spoken;
  const { state: known } = await ports.sites.load(site.id);
  const { move: asked } = known;
  const plan = asked?.digest === digest ? await planOf(spoken, asked) : null;
  if (plan !== null) {
    refuseBlocked(plan);
    await refuseOutdated(spoken, plan, known);
  }
  await speakTo(ports.sites, site.id, (state) => {
    const { move } = state;
    if (move?.status !== 'awaitingApproval') throw nothing(site, `No move of site ${site.id} waits for approval.`);
    if (isShadow(site.policy.shadow, state))
      throw new AutomationError(
        'ERR_NOTHING_WAITS',
        `Site ${site.id} is in shadow: its moves are shown, none is carried out.`,
        { remedy: `To let it write: npm run cli -- adopt --site ${site.id}` },
      );
    if (move.expiresAt !== null && Date.parse(move.expiresAt) <= ports.clock.now())
      throw nothing(site, `The move that waited at site ${site.id} was asked for until ${move.expiresAt}.`);
    if (move.digest !== digest || move.id !== asked?.id)
      throw new AutomationError(
        'ERR_DIGEST_MISMATCH',
        `The move that waits at site ${site.id} is ${move.digest}, not ${digest}.`,
        { remedy: 'Look at the move that waits now, and approve that one.' },
      );
    return { ...answerTo(state, questionOfMove(move), { question }), move: { ...move, status: 'running', by } };
  });
  return `approved ${digest}`;
};

/** Says no to a move that waits. Throws ERR_DIGEST_MISMATCH where the no is an old one. */
export const decline = async (spoken: Spoken, { digest, question }: Seen, reason: string): Promise<MoveAnswer> => {
  const work = await proposing(spoken);
  const { move } = work.session.state();
  if (move?.status !== 'awaitingApproval' || move.digest !== digest)
    throw nothing(spoken.site, `No move with that digest waits at site ${spoken.site.id}.`);
  mustDecline(work.session.state(), questionOfMove(move), { question });
  if (!(await dropMove(work, 'declined', `${spoken.by} declined it${reason ? `: ${reason}` : ''}`)))
    throw nothing(spoken.site, `Somebody approved the move of site ${spoken.site.id} meanwhile.`);
  return { said: `declined ${digest}` };
};
