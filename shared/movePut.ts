import { brief } from './base/brief.ts';
import { AutomationError } from './base/errors.ts';
import { regionOfSide } from './base/side.ts';
import type { Site } from './base/site.ts';
import { approveMove, refuseBlocked } from './moveDecision.ts';
import { type MoveAnswer, nothing, planOf, type Seen, type Spoken } from './moveSpoken.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { planTeardown, type Teardown } from './planTeardown.ts';
import { ask, type Proposing } from './proposeMove.ts';
import type { Move, MoveSummary } from './record/move.ts';
import { isAbout, questionOfMove } from './record/question.ts';
import type { SiteState } from './record/state.ts';

/** Throws ERR_NOTHING_WAITS where a move is under way. */
export const mustBeIdle = (site: Site, move: Move | null | undefined): void => {
  if (!move || move.status === 'awaitingApproval') return;
  throw nothing(site, `A move of site ${site.id} is ${move.status} already (${move.title}).`);
};

/** Whether this very plan waits for approval already; one that was blocked when it was asked for has to be asked for anew. */
const waitsAlready = async (
  spoken: Spoken,
  { move }: SiteState,
  { digest, reason }: Pick<MovePlan, 'digest' | 'reason'>,
): Promise<boolean> => {
  if (move?.status !== 'awaitingApproval' || move.digest !== digest || move.reason !== reason) return false;
  if (move.expiresAt !== null && Date.parse(move.expiresAt) <= spoken.ports.clock.now()) return false;
  return (await planOf(spoken, move))?.applyable === true;
};

/** A plan that does not wait, and was approved before or is meant in an asking of its own, was not seen just now. */
const refuseUsedUp = ({ answered, site }: SiteState, digest: string, question: string | undefined): void => {
  if (isAbout({ question }, { digest, question: 'not asked yet' }, answered) === 'fits') return;
  throw new AutomationError('ERR_DIGEST_MISMATCH', `The plan ${digest} of site ${site} does not wait any more.`, {
    remedy: 'Say it again without a digest: it is planned and asked for anew, as a question of its own.',
  });
};

/** Asks for it, and approves it where the digest of the very plan was given; `ends`: the move that it takes the place of. */
export const put = async (
  spoken: Spoken,
  work: Proposing,
  plan: MovePlan,
  { digest, question }: Seen,
  how: { readonly calledFor?: boolean; readonly ends?: MoveSummary } = {},
): Promise<MoveAnswer> => {
  const { calledFor = false, ends } = how;
  if (digest !== undefined && digest !== plan.digest)
    throw new AutomationError('ERR_DIGEST_MISMATCH', `The plan made now is ${plan.digest}, not ${digest}.`, {
      remedy: 'Look at the new plan, and approve that one.',
    });
  if (digest !== undefined) refuseBlocked(plan);
  const state = work.session.state();
  const waits = calledFor || (digest !== undefined && (await waitsAlready(spoken, state, plan)));
  if (digest !== undefined && !waits) refuseUsedUp(state, digest, question);
  // What the scope calls for is taken back when the scope no longer does, whoever asked as well.
  const askedBy = plan.reason === 'outage' || plan.reason === 'budget' ? undefined : spoken.by;
  if (!waits && (await ask(work, plan, { askedBy, ...(ends ? { ends } : {}) })) === null)
    throw nothing(spoken.site, `A move of site ${spoken.site.id} has begun meanwhile; it goes on.`);
  const said =
    digest === undefined
      ? `planned; approve it by its digest ${plan.digest}`
      : await approveMove(spoken, digest, question);
  const { move } = work.session.state();
  return { said, move: plan, digest: plan.digest, ...(move ? questionOfMove(move) : {}) };
};

/** A taking down with nothing to do. */
export const isNothing = ({ steps, applyable }: MovePlan): boolean => steps.length === 0 && applyable;

export const nothingStands = (site: Site, { from, notes }: MovePlan): string => {
  const region = regionOfSide(site, from).displayName;
  return brief([`nothing that could be taken down stands in ${region}`, ...notes].join('; '));
};

/** Asks to take down what a purpose names; where nothing of that stands nobody is asked, and no plan comes with the answer. */
export const takeDown = async (spoken: Spoken, work: Proposing, what: Teardown, seen: Seen): Promise<MoveAnswer> => {
  const plan = await planTeardown(work, what);
  return isNothing(plan) ? { said: nothingStands(spoken.site, plan) } : put(spoken, work, plan, seen);
};
