import { answerTo, mustDecline } from './answerTo.ts';
import { iso } from './base/clock.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { otherSide, regionOfSide, type SideName, sideOf } from './base/side.ts';
import type { Site } from './base/site.ts';
import { outageCalled } from './considerMove.ts';
import { keepResidence } from './keepResidence.ts';
import { keepSnapshot } from './keepSnapshot.ts';
import { decideFor } from './look.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { planTeardown, retirePurpose, type Teardown } from './planTeardown.ts';
import type { Ports } from './ports.ts';
import { ask, dropMove, type Proposing, planMove } from './proposeMove.ts';
import { isShadow } from './record/headline.ts';
import type { Move } from './record/move.ts';
import { askedPlanBlob, isOver, withMoveStep } from './record/moveProgress.ts';
import { isAbout, questionOfMove } from './record/question.ts';
import { isAwayFromHome, residenceOf } from './record/residence.ts';
import { standsBy } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { planChanged } from './replanMove.ts';
import { type Session, speakTo } from './session.ts';
import { tagsFor } from './visit.ts';

/** What a word on a move came to: what was taken up, and the plan where one was made. */
export type MoveAnswer = {
  readonly said: string;
  readonly move?: MovePlan;
  readonly digest?: string;
  /** Of the plan that waits now: what a person is asked. */
  readonly question?: string;
};

/** The plan that somebody saw and approves in the same breath; `question`: which asking of it is meant. */
export type Seen = { readonly digest?: string | undefined; readonly question?: string | undefined };

type Spoken = { readonly site: Site; readonly by: string; readonly ports: Ports };

const nothing = ({ id }: Site, message: string): AutomationError =>
  new AutomationError('ERR_NOTHING_WAITS', message, {
    remedy: `See: npm run cli -- move status --site ${id}`,
  });

/** A person's hold on a site's state: it ends no worker's. */
const speaking = async (ports: Ports, site: Site): Promise<Session> => {
  let { state } = await ports.sites.load(site.id);
  return {
    state: () => state,
    commit: async (change) => {
      state = await speakTo(ports.sites, site.id, change);
      return state;
    },
  };
};

const proposing = async ({ site, ports }: Spoken): Promise<Proposing> => {
  const session = await speaking(ports, site);
  await keepResidence(session, site, ports);
  return { configured: site, session, ports, tagsInForce: await tagsFor(ports)(site.cloud) };
};

const planOf = async ({ site, ports }: Spoken, move: Pick<Move, 'id'>): Promise<MovePlan | null> => {
  const text = await ports.archive.read(askedPlanBlob(site.id, move));
  return text === undefined ? null : (JSON.parse(text) as MovePlan);
};

const refuseBlocked = ({ site, applyable, blockers }: MovePlan): void => {
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

const mustBeIdle = (site: Site, move: Move | null | undefined): void => {
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

/** Asks for it, and approves it where the digest of the very plan was given. */
const put = async (
  spoken: Spoken,
  work: Proposing,
  plan: MovePlan,
  { digest, question }: Seen,
  calledFor = false,
): Promise<MoveAnswer> => {
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
  if (!waits && (await ask(work, plan, { askedBy })) === null)
    throw nothing(spoken.site, `A move of site ${spoken.site.id} has begun meanwhile; it goes on.`);
  const said =
    digest === undefined
      ? `planned; approve it by its digest ${plan.digest}`
      : await approveMove(spoken, digest, question);
  const { move } = work.session.state();
  return { said, move: plan, digest: plan.digest, ...(move ? questionOfMove(move) : {}) };
};

const sideNamed = (site: Site, to: string | undefined, lives: SideName): SideName => {
  const other = otherSide(lives);
  if (to === undefined) return other;
  const wanted = to.toLowerCase();
  const side = (['home', 'target'] as const).find(
    (name) => name === wanted || regionOfSide(site, name).name.toLowerCase() === wanted,
  );
  if (side === other) return other;
  throw new AutomationError(
    'ERR_USAGE',
    side === lives
      ? `Site ${site.id} lives in ${regionOfSide(site, lives).displayName} already.`
      : `Site ${site.id} moves between ${site.home.name} and ${site.target.region.name}, not to "${to.slice(0, 60)}".`,
    { remedy: 'Set move.targetRegion in the sites file to move elsewhere.' },
  );
};

/** The move that an outage or a fallback calls for, and whether it waits already. Made from what is kept: the region may be down. */
const calledAlready = async (
  spoken: Spoken,
  work: Proposing,
): Promise<{ readonly plan: MovePlan; readonly waits: boolean } | null> => {
  const { site, by, ports } = spoken;
  const state = work.session.state();
  const { move } = state;
  const expires = move?.expiresAt ? Date.parse(move.expiresAt) : Number.POSITIVE_INFINITY;
  if ((move?.reason === 'outage' || move?.reason === 'budget') && expires > ports.clock.now()) {
    const plan = await planOf(spoken, move);
    if (plan !== null) return { plan, waits: true };
  }
  const { decision } = await decideFor(sideOf(site, residenceOf(state)), state, ports);
  const called = outageCalled(decision);
  if (called === null) return null;
  const plan = await planMove(work, state, { ...called, why: [...called.why, `${by} asks for it.`] });
  return { plan, waits: false };
};

/**
 * A person's planned move: home is alive, so it is read afresh; the target is home from then on. Where the region fails,
 * or a failover does not fit, it is the move that this calls for.
 */
export const planned = async (
  spoken: Spoken,
  to: string | undefined,
  seen: Seen,
  reason: string,
): Promise<MoveAnswer> => {
  const { site, by, ports } = spoken;
  const work = await proposing(spoken);
  const { move } = work.session.state();
  mustBeIdle(site, move);
  const lives = residenceOf(work.session.state());
  sideNamed(site, to, lives);
  const called = await calledAlready(spoken, work);
  if (called !== null) return put(spoken, work, called.plan, seen, called.waits);
  await keepSnapshot({ session: work.session, ports, azure: ports }, site, lives);
  const back = isAwayFromHome(work.session.state());
  const plan = await planMove(work, work.session.state(), {
    reason: back ? 'return' : 'planned',
    why: [`${by} asks for it${reason ? `: ${reason}` : ''}.`],
  });
  return put(spoken, work, plan, seen);
};

const takeDown = async (spoken: Spoken, work: Proposing, what: Teardown, seen: Seen = {}): Promise<MoveAnswer> =>
  put(spoken, work, await planTeardown(work, what), seen);

/** What it made cannot be told now: the move stays, stopped, so that it can be cancelled again. Nothing is put over another. */
const keepStopped = ({ session }: Proposing, move: Move, why: string): Promise<unknown> =>
  session.commit((state) => {
    if (state.move) return state;
    const remedy = 'Say "move cancel" again when that region answers, or "move retry" to go on.';
    const step = move.steps.find((one) => !isOver(one))?.id ?? '';
    const lastMoves = (state.lastMoves ?? []).filter(({ id }) => id !== move.id);
    return { ...state, lastMoves, move: { ...move, status: 'failed', away: null, trouble: { step, why, remedy } } };
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
    const { code, message, remedy, retry } = asAutomationError(error);
    if (!code.startsWith('ERR_AZURE')) throw error;
    const stopped = `${why}, but what it made could not be read: ${message}`;
    await keepStopped(work, move, stopped);
    throw new AutomationError(code, `The move is stopped and kept: ${stopped}`, { remedy, retry, cause: error });
  });
  return { ...answer, said: `cancelled; what it made stays until that is approved: ${answer.said}` };
};

/** Goes on where a move failed. */
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
      move,
    );
    return { ...state, move: { ...again, status: 'running', trouble: null, budgetFrom: move.costs } };
  });
  return { said: 'goes on where it failed' };
};

/** Plans to take down the side that was left. */
export const retire = async (spoken: Spoken, seen: Seen): Promise<MoveAnswer> => {
  const { site, by } = spoken;
  const work = await proposing(spoken);
  mustBeIdle(site, work.session.state().move);
  const side = otherSide(residenceOf(work.session.state()));
  if (site.move.retireOld === 'never')
    throw nothing(site, `Site ${site.id} keeps the side it left (move.retireOld is 'never').`);
  return takeDown(
    spoken,
    work,
    { side, purpose: retirePurpose(side), why: `${by} retires ${regionOfSide(site, side).displayName}.` },
    seen,
  );
};

/** Builds, or takes down, what stands by in the region the site does not live in. */
export const standby = async (spoken: Spoken, want: 'up' | 'down', seen: Seen): Promise<MoveAnswer> => {
  const { site, by, ports } = spoken;
  const work = await proposing(spoken);
  mustBeIdle(site, work.session.state().move);
  const lives = residenceOf(work.session.state());
  const region = regionOfSide(site, otherSide(lives)).displayName;
  if (want === 'down') {
    const why = `${by} takes down the standby in ${region}.`;
    return takeDown(spoken, work, { side: otherSide(lives), purpose: 'standbyDown', why }, seen);
  }
  await keepSnapshot({ session: work.session, ports, azure: ports }, site, lives);
  const why = [`${by} wants a standby in ${region}.`];
  const plan = await planMove(work, work.session.state(), { reason: 'standbyUp', why });
  return put(spoken, work, plan, seen);
};
