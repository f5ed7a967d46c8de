import { brief } from './base/brief.ts';
import { iso } from './base/clock.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { takeDown } from './movePut.ts';
import { provenAgain } from './movePutBack.ts';
import { type MoveAnswer, nothing, planOf, proposing, type Spoken } from './moveSpoken.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { dropMove, type Proposing } from './proposeMove.ts';
import type { Move } from './record/move.ts';
import { isOver, withMoveStep } from './record/moveProgress.ts';
import { standsBy } from './record/standsBy.ts';
import { speakTo } from './session.ts';

/** What it made cannot be told now: the move stays, stopped, so that it can be cancelled again. Nothing is put over another. */
const keepStopped = ({ session }: Proposing, move: Move, why: string): Promise<unknown> =>
  session.commit((state) => {
    if (state.move) return state;
    const remedy = 'Say "move cancel" again when that region answers, or "move retry" to go on.';
    const step = move.steps.find((one) => !isOver(one))?.id ?? '';
    const lastMoves = (state.lastMoves ?? []).filter(({ id }) => id !== move.id);
    return {
      ...state,
      lastMoves,
      move: { ...move, status: 'failed', away: null, trouble: { step, why: brief(why), remedy } },
    };
  });

const written = ({ steps }: Move, plan: MovePlan | null): string[] => {
  const wrote = new Set(steps.filter(({ writes }) => writes > 0).map(({ id }) => id));
  return (plan?.steps ?? []).flatMap(({ id, kind, resource }) =>
    wrote.has(id) && (kind === 'put' || kind === 'sharedKey') ? [resource] : [],
  );
};

/** Stops a move where it is and plans to take away what it made; one that only waited is dropped. */
export const cancelMove = async (spoken: Spoken, reason: string): Promise<MoveAnswer> => {
  const { site, by } = spoken;
  const work = await proposing(spoken);
  const { move } = work.session.state();
  if (!move) throw nothing(site, `Site ${site.id} has no move to cancel.`);
  const why = `${by} cancelled it${reason ? `: ${reason}` : ''}`;
  const builds = move.startedAt !== null && move.reason !== 'teardown';
  // What a person approved as a standby stays as it was before this move.
  const stoodBefore = standsBy(work.session.state());
  if (!(await dropMove(work, 'cancelled', why)))
    throw nothing(site, `The move of site ${site.id} is not the one that was to be cancelled any more.`);
  if (!builds) return { said: 'cancelled; nothing had been built' };
  const plan = await planOf(spoken, move);
  const created = (plan?.steps ?? []).flatMap(({ body, resource }) => (body === undefined ? [] : [resource]));
  const what = {
    side: move.to,
    purpose: 'cancel',
    why: `${why}.`,
    planned: created,
    ...(stoodBefore ? { only: written(move, plan) } : {}),
  } as const;
  const answer = await takeDown(spoken, work, what).catch(async (error: unknown) => {
    const { code, message, remedy, retry, retryAfterMs } = asAutomationError(error);
    if (!code.startsWith('ERR_AZURE') && code !== 'ERR_OUR_TURN') throw error;
    const stopped = `${why}, but what it made could not be read: ${message}`;
    await keepStopped(work, move, stopped);
    const options = { remedy, retry, retryAfterMs, cause: error };
    throw new AutomationError(code, `The move is stopped and kept: ${stopped}`, options);
  });
  const { said } = answer;
  return { ...answer, said: `cancelled; ${answer.move ? `what it made stays until that is approved: ${said}` : said}` };
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
