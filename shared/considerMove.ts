import { iso } from './base/clock.ts';
import { asAutomationError, type ErrorCode } from './base/errors.ts';
import type { Site } from './base/site.ts';
import { checkFailedAgain, type Preparing } from './keepPreflight.ts';
import type { Look } from './look.ts';
import { isWayOut } from './plan/fallback.ts';
import type { Plan } from './plan/plan.ts';
import { type Calling, dropMove, isRefused, type Proposing, proposeMove } from './proposeMove.ts';
import { commandText } from './record/ask.ts';
import type { Move } from './record/move.ts';
import { changesResidence } from './record/moveProgress.ts';
import { isAwayFromHome } from './record/residence.ts';
import { isRetireQuestion } from './record/retireCalled.ts';
import type { SiteState } from './record/state.ts';
import type { Decision } from './scope/decision.ts';
import type { Fact } from './scope/fact.ts';
import { returnCalled } from './scope/regionMove.ts';
import { tell } from './tell.ts';
import type { Visit } from './visit.ts';

/** A move that somebody asked for, or that is under way, is nobody else's to change; the question of retiring makes way. */
const stays = (move: Move): boolean =>
  !isRetireQuestion(move) &&
  (move.status !== 'awaitingApproval' ||
    move.askedBy !== undefined ||
    ['planned', 'standbyUp', 'teardown'].includes(move.reason));

/** What a region that fails as a whole calls for is not asked while this is under way: people are told so, once. */
const tellBehind = async (work: Proposing, { id, title, ...move }: Move, why: string): Promise<void> => {
  const { configured, session, ports } = work;
  const then = changesResidence(move)
    ? 'It leads out of that region: carry it on.'
    : `The move out of that region is asked for as soon as it is over. To end it now: ${commandText({ action: 'cancelMove', site: configured.id })}`;
  await tell(
    { site: configured, session, ports },
    {
      kind: 'alarm',
      key: `outage behind ${id}`,
      title: `Site ${configured.id}: its region fails as a whole while a move is under way (${title})`,
      text: `${why}\n${title} is under way. ${then}`,
      digest: null,
    },
  );
};

/** What storage or another worker refuses is tried again; anything else is in what the plan is made from. */
const comesAgain: ReadonlySet<ErrorCode> = new Set(['ERR_STORAGE', 'ERR_STATE_CONFLICT', 'ERR_LEASED']);

/** A move that cannot even be planned is told, and keeps nobody from what can be done: the service failover goes on. null then. */
const unlessUnplannable = async (
  work: Proposing,
  called: Calling,
  act: () => Promise<boolean>,
): Promise<boolean | null> => {
  const { configured, session, ports } = work;
  try {
    return await act();
  } catch (error) {
    const { code, message, remedy } = asAutomationError(error);
    if (comesAgain.has(code)) throw error;
    ports.log.error('the move could not be planned', { site: configured.id, code, message });
    await tell(
      { site: configured, session, ports },
      {
        kind: 'alarm',
        key: `move unplanned ${called.reason} ${called.since}`,
        title: `Site ${configured.id}: the move that is called for could not be planned`,
        text: `${called.why[0] ?? ''}\n${message} ${remedy}\nWhat can be done without it goes on.`,
        digest: null,
      },
    );
    return null;
  }
};

const proposed = async (work: Proposing, called: Calling): Promise<boolean> =>
  (await unlessUnplannable(work, called, () => proposeMove(work, called))) ?? false;

/** An outage of the whole region comes before what else stands there; false where it has to wait for that. */
const makeWay = async (work: Proposing, standing: Move, called: Calling): Promise<boolean> => {
  if (standing.reason === 'outage') return false;
  if (standing.status === 'running') {
    await tellBehind(work, standing, called.why[0] ?? '');
    return false;
  }
  if ((await unlessUnplannable(work, called, () => isRefused(work, called))) !== false) return false;
  const failed = `it had failed when the region did: ${standing.trouble?.why ?? standing.title}`;
  const why = standing.status === 'failed' ? failed : 'the region failed before anybody had approved it';
  return dropMove(work, 'expired', why);
};

/** The move out of a region that fails as a whole; null where it does not. */
export const outageCalled = ({ move, reasons }: Decision): Calling | null =>
  move === null ? null : { reason: 'outage', why: [move.why, ...reasons], since: move.since };

const calledFor = (
  site: Site,
  state: SiteState,
  decision: Decision,
  facts: readonly Fact[],
  now: number,
): Calling | null => {
  const outage = outageCalled(decision);
  if (outage !== null) return outage;
  const { residence } = state;
  if (residence === undefined || decision.hold !== null || !isAwayFromHome(state)) return null;
  const back = returnCalled(site, residence.since, facts, now);
  return back === null ? null : { reason: 'return', why: [back.why], since: back.since };
};

/**
 * Before the region is asked anything: it may answer nothing at all. Asks for a move that is called for, drops one
 * that no longer is. True where one may begin at once. `site` is the side where the site lives.
 */
export const considerMove = async (
  work: Proposing & Preparing & Pick<Visit, 'site' | 'charge'>,
  decision: Decision,
  facts: readonly Fact[],
): Promise<boolean> => {
  const { session, ports, site } = work;
  const { move } = session.state();
  const now = ports.clock.now();
  if (move?.status === 'awaitingApproval' && move.expiresAt && Date.parse(move.expiresAt) <= now) {
    await dropMove(work, 'expired', 'nobody approved it in time');
  }
  const called = calledFor(site, session.state(), decision, facts, now);
  const waiting = session.state().move;
  if (waiting && stays(waiting) && (called?.reason !== 'outage' || !(await makeWay(work, waiting, called))))
    return false;
  // Its region may answer no look that would say so: what the device sends there goes wherever Azure leads it.
  const since = decision.move?.since ?? iso(now);
  if (called?.reason === 'outage' && session.state().singlyEncryptedSince === null)
    await session.commit((state) => ({ ...state, singlyEncryptedSince: since }));
  if (called?.reason === 'outage') {
    work.charge('nobody');
    await checkFailedAgain(work);
    work.charge('run');
  }
  if (called !== null) return proposed(work, called);
  if (session.state().move?.reason === 'outage' || session.state().move?.reason === 'return')
    await dropMove(work, 'expired', 'it is no longer called for');
  return false;
};

const tooMany = (plan: Plan | null): plan is Plan =>
  plan !== null &&
  plan.decision.mode === 'serviceFailover' &&
  plan.blockers.some(({ code }) => code === 'ROUTE_BUDGET');

/** After a look: a service failover whose routes do not fit falls back to the move of the whole site, where that is a way out. */
export const considerFallback = async (work: Proposing, { now, full, decision }: Look): Promise<boolean> => {
  const { move } = work.session.state();
  if (move && stays(move)) return false;
  const blockedBy = [now, full].find(tooMany);
  if (blockedBy && isWayOut(blockedBy.fallback)) {
    const why = blockedBy.blockers.filter(({ code }) => code === 'ROUTE_BUDGET').map(({ message }) => message);
    if (move && move.reason !== 'budget' && !isRetireQuestion(move)) return false;
    const { reasons } = blockedBy.decision;
    return proposed(work, { reason: 'budget', why: [...why, ...reasons], blockedBy, since: decision.since });
  }
  const why = blockedBy ? (blockedBy.fallback?.noHelp ?? 'it is no way out any more') : 'the service failover fits now';
  if (move?.reason === 'budget') await dropMove(work, 'expired', why);
  return false;
};
