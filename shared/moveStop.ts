import { brief } from './base/brief.ts';
import { iso } from './base/clock.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { regionOfSide } from './base/side.ts';
import type { Site } from './base/site.ts';
import { isNothing, nothingStands, put } from './movePut.ts';
import { provenAgain } from './movePutBack.ts';
import { type MoveAnswer, nothing, planOf, proposing, type Spoken } from './moveSpoken.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { planTeardown, type Teardown } from './planTeardown.ts';
import { dropMove, type Proposing } from './proposeMove.ts';
import type { Move } from './record/move.ts';
import { changesResidence, isOver, moveSummary, withMoveStep } from './record/moveProgress.ts';
import { residenceOf } from './record/residence.ts';
import { standsBy } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { speakTo } from './session.ts';

const notThat = (site: Site): AutomationError =>
  nothing(site, `The move of site ${site.id} is not the one that was to be cancelled any more.`);

const livesThere = (site: Site, { to }: Move): AutomationError =>
  nothing(site, `Site ${site.id} lives in ${regionOfSide(site, to).displayName} by now.`);

/** Whether the site lives on the new side already: then the move is over, but for the last word on it. */
const hasSettled = (state: SiteState, move: Move): boolean => changesResidence(move) && residenceOf(state) === move.to;

/**
 * Stopped where it is, and kept until what it made is asked about: whoever dies in between leaves one to be cancelled
 * again. Throws ERR_NOTHING_WAITS where it has settled, or is another by now.
 */
const keepStopped = async ({ session, configured }: Proposing, { id }: Move, why: string): Promise<void> => {
  await session.commit((state) => {
    const { move } = state;
    if (move?.id !== id) throw notThat(configured);
    if (hasSettled(state, move)) throw livesThere(configured, move);
    const remedy = 'Say "move cancel" again when that region answers, or "move retry" to go on.';
    const step = move.steps.find((one) => !isOver(one))?.id ?? '';
    return { ...state, move: { ...move, status: 'failed', away: null, trouble: { step, why: brief(why), remedy } } };
  });
};

const written = ({ steps }: Move, plan: MovePlan | null): string[] => {
  const wrote = new Set(steps.filter(({ writes }) => writes > 0).map(({ id }) => id));
  return (plan?.steps ?? []).flatMap(({ id, kind, resource }) =>
    wrote.has(id) && (kind === 'put' || kind === 'sharedKey') ? [resource] : [],
  );
};

/** The plan of taking down what it made. Throws ERR_AZURE_*, ERR_OUR_TURN; the move says why it was kept. */
const planOfRest = async (
  work: Proposing,
  move: Move,
  { why, ...what }: Pick<Teardown, 'why' | 'planned' | 'only'>,
): Promise<MovePlan> => {
  try {
    return await planTeardown(work, { ...what, side: move.to, purpose: 'cancel', why: `${why}.` });
  } catch (error) {
    const { code, message, remedy, retry, retryAfterMs } = asAutomationError(error);
    if (!code.startsWith('ERR_AZURE') && code !== 'ERR_OUR_TURN') throw error;
    const stopped = `${why}, but what it made could not be read: ${message}`;
    await keepStopped(work, move, stopped);
    const options = { remedy, retry, retryAfterMs, cause: error };
    throw new AutomationError(code, `The move is stopped and kept: ${stopped}`, options);
  }
};

/** Stops a move where it is and plans to take away what it made; one that only waited is dropped. */
export const cancelMove = async (spoken: Spoken, reason: string): Promise<MoveAnswer> => {
  const { site, by, ports } = spoken;
  const work = await proposing(spoken);
  const { move } = work.session.state();
  if (!move) throw nothing(site, `Site ${site.id} has no move to cancel.`);
  const why = `${by} cancelled it${reason ? `: ${reason}` : ''}`;
  if (move.startedAt === null || move.reason === 'teardown') {
    if (!(await dropMove(work, 'cancelled', why))) throw notThat(site);
    return { said: 'cancelled; nothing had been built' };
  }
  // What a person approved as a standby stays as it was before this move.
  const stoodBefore = standsBy(work.session.state());
  await keepStopped(work, move, `${why}; what it made was not asked about yet`);
  const plan = await planOf(spoken, move);
  const created = (plan?.steps ?? []).flatMap(({ body, resource }) => (body === undefined ? [] : [resource]));
  const rest = await planOfRest(work, move, {
    why,
    planned: created,
    ...(stoodBefore ? { only: written(move, plan) } : {}),
  });
  if (isNothing(rest)) {
    if (!(await dropMove(work, 'cancelled', why))) throw notThat(site);
    return { said: `cancelled; ${nothingStands(site, rest)}` };
  }
  const ends = moveSummary(move, 'cancelled', ports.clock.now(), ports.clock.speed, why);
  const answer = await put(spoken, work, rest, {}, { ends });
  return { ...answer, said: `cancelled; what it made stays until that is approved: ${answer.said}` };
};

/** Goes on where a move failed; where its proof did, with what is proven. */
export const retryMove = async ({ site, ports }: Spoken): Promise<MoveAnswer> => {
  await speakTo(ports.sites, site.id, (state) => {
    const { move } = state;
    if (move?.status !== 'failed') throw nothing(site, `No move of site ${site.id} has failed.`);
    const failed = move.steps.filter(({ status }) => status === 'failed');
    const again = failed.reduce(
      (current, step) =>
        withMoveStep(current, step.id, {
          status: step.operation === null ? 'pending' : 'running',
          tries: 0,
          failedOperations: 0,
          endedWell: 0,
          notBefore: null,
          startedAt: iso(ports.clock.now()),
          operationSince: null,
          endedAt: null,
        }),
      provenAgain(move),
    );
    return { ...state, move: { ...again, status: 'running', trouble: null, budgetFrom: move.costs } };
  });
  return { said: 'goes on where it failed' };
};
