import { unlessMoveBegins } from './abandonedLook.ts';
import { attendMove } from './attendMove.ts';
import { carryOn } from './carryOn.ts';
import { choose, chooseAll } from './choose.ts';
import { considerFallback, considerMove } from './considerMove.ts';
import { fanOut } from './fanOut.ts';
import { holdAt, unlessHeld } from './held.ts';
import { keepPreflight } from './keepPreflight.ts';
import { keepWatch } from './keepWatch.ts';
import { decideFor, look } from './look.ts';
import { entryFor, isFarOff } from './patience.ts';
import { pauseOf } from './pauseAll.ts';
import type { Ports } from './ports.ts';
import { isHeldBack } from './record/inVain.ts';
import { lookedSince } from './record/lookedSince.ts';
import type { Message } from './record/ports.ts';
import { deviceConfirmed, dueAt, waitsForPerson } from './record/progress.ts';
import { abandon, begin, beginApproved, comeBack, keepInMind, note, settle, stillHolds } from './runs.ts';
import type { Fact } from './scope/fact.ts';
import { sweep } from './sweep.ts';
import { enter, type Visit } from './visit.ts';
import type { Work } from './work.ts';

/**
 * The loop, from a message to a proven site. An event only says when to look; what is done follows from what is.
 *
 *  1. wait the last moment until the message's `notBefore`, or have it come again; who carries something on comes a little earlier
 *  2. a message to all: one message for each site concerned
 *  3. enter the site: configuration, lease, state; leave a paused one alone
 *  4. a move is under way: carry it on; out of a dead region, nothing else is asked
 *  5. the region fails as a whole: its move is asked for before a run is carried on; one that failed lets nobody ask there
 *  6. a run is under way: its own message asks Azure and carries it on; others are kept for later
 *  7. a person approved the very plan that waits: begin it, unless somebody said hold since
 *  8. otherwise decide from facts and intents: is a move of the whole site called for?
 *  9. look: tags, tables -> plans; record it; where that fails, see all the same whether the site could move; fall back to a move where routes do not fit
 * 10. a run waits for a person: go on with it while it is still what is wanted
 * 11. choose: nothing, wait for a person, blocked, or a new run
 * 12. carry the run on; come back by message where Azure needs time
 */
export const reconcile = async (message: Message, ports: Ports, redelivered = false): Promise<void> => {
  if (message.kind === 'sweep') return sweep(ports, message.because);
  if (message.kind === 'look') return fanOut(message, ports);
  const { notBefore, continues } = message;
  // Kept in the message: a busy site is come back to by a new one.
  const revives = redelivered || message.revives === true || message.sweep === true;
  const kept = revives ? { ...message, revives } : message;
  if (isFarOff(notBefore, ports.clock)) return ports.messages.send(kept);
  await ports.clock.sleepUntil(continues === undefined ? notBefore : entryFor(notBefore, ports.clock));
  await enter(kept, ports, attend);
};

/** The world may change under our hands; so often it is looked at again within one message. */
const mostLooks = 3;

const attend = async (visit: Visit): Promise<void> => {
  if ((await attendMove(visit)) === 'handled') return;
  const { session, message, ports } = visit;
  if ((await pauseOf(visit)) !== null) return lookLater(visit);
  if (await outageFirst(visit)) return;
  const { run, approved, waiting } = session.state();
  if (run !== null && !waitsForPerson(run)) {
    const due = dueAt(run);
    const revives = message.revives === true;
    const mine = message.continues === run.id || revives;
    if (message.sweep === true) await lookLater(visit);
    // Its own message too early is one too many: whoever set the new time has sent, or will send, the next.
    if (mine && entryFor(due, ports.clock) > ports.clock.now()) return revives ? comeBack(visit, due) : undefined;
    if (mine) return goOn(visit, await visit.work(), 1);
    // The run's own message comes; what this one is about is looked at when the run is over.
    return lookLater(visit);
  }
  if (run !== null && deviceConfirmed(session.state())) return goOn(visit, await visit.work(), 1);
  if (run === null && approved !== null && waiting !== null && approved.digest === waiting.digest) {
    const hold = await holdAt(visit);
    if (hold !== null) return unlessHeld(visit, hold, () => lookAgain(visit, 1));
    const work = await beginApproved(visit, waiting, approved.by);
    if (work !== null) return goOn(visit, work, 1);
  }
  if (!lookedSince(session.state(), message)) await lookAgain(visit, 1);
};

/** From facts alone, and not at each step of a run. True: nothing else is to be done at the site. */
const outageFirst = async (visit: Visit): Promise<boolean> => {
  const { session, site, ports, message } = visit;
  const { run, move } = session.state();
  const stuck = move?.reason === 'outage' && move.status === 'failed';
  const busy = run !== null && !waitsForPerson(run) && message.continues !== run.id;
  if (!stuck && !busy) return false;
  const { decision, facts } = await decideFor(site, session.state(), ports);
  if (decision.move === null || stuck) return decision.move !== null;
  const begins = await considerMove(visit, decision, facts);
  return begins && (await attendMove(visit)) === 'handled';
};

const lookLater = async ({ session }: Visit): Promise<void> => {
  if (!session.state().lookAgain) await session.commit((state) => ({ ...state, lookAgain: true }));
};

/** Carries the run on; looks again where the world changed under it, or where something was heard meanwhile. */
const goOn = async (visit: Visit, work: Work, looks: number): Promise<void> => {
  const carried = await carryOn(work);
  if (carried.status === 'later') return comeBack(visit, carried.notBefore);
  const { lookAgain: toldMore } = visit.session.state();
  if (carried.status === 'person' && (!toldMore || (await pauseOf(visit)) !== null)) return;
  const heard = toldMore || work.plan.retained > 0;
  const failed = carried.status === 'ended' && carried.outcome === 'failed';
  if (carried.status !== 'replan' && (!heard || failed)) return;
  if (looks < mostLooks) return lookAgain(visit, looks + 1);
  await comeBack(visit, visit.ports.clock.now() + 10_000);
};

const lookAgain = async (visit: Visit, looks: number): Promise<void> => {
  const { session, site, ports, azure, tagsInForce, message } = visit;
  const sweep = message.sweep ?? false;
  const { decision, facts } = await decideFor(site, session.state(), ports);
  if (await considerMove(visit, decision, facts)) return void (await attendMove(visit));
  const seen = await visit.guarded(() =>
    unlessMoveBegins(visit, () => look({ site, state: session.state(), ports, azure, tagsInForce, decision, sweep })),
  );
  if (seen === null) {
    visit.charge('nobody');
    return keepPreflight(visit);
  }
  await note(visit, seen);
  if (await considerFallback(visit, seen)) return void (await attendMove(visit));
  const choice = choose(session.state(), seen);
  if (session.state().run !== null) {
    if (stillHolds(visit, seen, choice)) {
      // While the device is waited for, what else waits for a person is asked as well.
      const rest = chooseAll(session.state(), seen);
      if (rest.act !== 'run') await settle(visit, seen, rest);
      await goOn(visit, await visit.work(seen), looks);
      return watch(visit, facts);
    }
    await abandon(visit, 'what is wanted has changed');
  }
  await keepInMind(visit, seen, choice);
  if (
    choice.act === 'run' &&
    choice.by === 'policy' &&
    isHeldBack(session.state(), choice.plan.digest, ports.clock.now())
  )
    return watch(visit, facts);
  if (choice.act === 'run') return goOn(visit, await begin(visit, seen, choice.plan, choice.by), looks);
  await settle(visit, seen, choice);
  await watch(visit, facts);
};

/** Nothing runs: time to see what a move would be built from, and whether it could be made. */
const watch = async (visit: Visit, facts: readonly Fact[]): Promise<void> => {
  const { run, move } = visit.session.state();
  if (visit.message.sweep !== true || move?.status === 'running' || (run !== null && !waitsForPerson(run))) return;
  visit.charge('nobody');
  await keepWatch(visit, facts);
};
