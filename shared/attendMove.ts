import { AutomationError } from './base/errors.ts';
import { sideOf } from './base/side.ts';
import { carryOnMove } from './moveRun.ts';
import type { MoveWork } from './moveWork.ts';
import { entryFor } from './patience.ts';
import { pauseOf } from './pauseAll.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { Move } from './record/move.ts';
import { askedPlanBlob, moveConfirmed } from './record/moveProgress.ts';
import type { Visit } from './visit.ts';
import { wake } from './wake.ts';

const planOf = async ({ ports, site }: Visit, move: Move): Promise<MovePlan> => {
  const text = await ports.archive.read(askedPlanBlob(site.id, move));
  if (text !== undefined) return JSON.parse(text) as MovePlan;
  throw new AutomationError(
    'ERR_STORAGE',
    `The plan ${move.digest} of a move of site ${site.id} is not in the archive.`,
    {
      remedy: 'Look at the container asefo-records; "move cancel" gives the move up.',
      retry: 'later',
    },
  );
};

const workOf = async (visit: Visit, move: Move): Promise<MoveWork> => {
  const { configured, session, ports, azure, tagsInForce, message, patience } = visit;
  const plan = await planOf(visit, move);
  const { arrivedAt } = message;
  const there = sideOf(configured, plan.to);
  return { id: move.id, site: configured, there, session, plan, ports, azure, tagsInForce, patience, arrivedAt };
};

/** The continuation of the site's move, by message. */
const comeBack = async ({ message, ports, session }: Visit, id: string, notBefore: number): Promise<void> => {
  const { site, because } = message;
  const { generation } = session.state();
  await ports.messages.send({
    kind: 'site',
    site,
    because,
    generation,
    notBefore,
    arrivedAt: notBefore,
    continues: id,
  });
};

/** The region that is left is not asked anything while a site moves out of it because it is down. */
const keepsAway = (move: Move): boolean => move.reason === 'outage' && move.status === 'running';

/** True where the move is over: this visit is to the side where the site lived, and has nothing to look for there any more. */
const goOn = async (visit: Visit, move: Move): Promise<boolean> => {
  visit.charge('move');
  const moved = await carryOnMove(await workOf(visit, move));
  if (moved.status === 'later') {
    await comeBack(visit, move.id, moved.notBefore);
    return false;
  }
  const failed = visit.session.state().move?.status === 'failed';
  // The site lives elsewhere now, or something that had to wait for the move may be called for: a visit of its own looks.
  if (moved.status === 'ended' || (failed && move.reason !== 'outage'))
    await wake(
      visit.site.id,
      { because: `${move.title} ${failed ? 'has failed' : 'is over'}`, arrivedAt: visit.ports.clock.now() },
      visit.ports,
    );
  return moved.status === 'ended';
};

/**
 * Where a move is under way: carries it on, if this message is for it. `handled`: nothing else is to be done at the
 * site; a move out of a region that is down lets nobody ask that region.
 */
export const attendMove = async (visit: Visit): Promise<'handled' | 'aside'> => {
  const { session, message, ports } = visit;
  const { move } = session.state();
  const paused = await pauseOf(visit);
  if (move?.status !== 'running' || paused !== null) return move && keepsAway(move) ? 'handled' : 'aside';
  const said = move.steps.some(({ status }) => status === 'waiting') && moveConfirmed(session.state());
  const fresh = move.startedAt === null || move.away === null;
  const revives = message.revives === true;
  const mine = message.continues === move.id || revives || fresh || said;
  const until = move.away?.until ?? null;
  let over = false;
  if (mine && !fresh && !said && until !== null && entryFor(until, ports.clock) > ports.clock.now()) {
    // Its own message too early is one too many; a reviving one makes sure that another comes.
    if (revives) await comeBack(visit, move.id, until);
  } else if (mine) over = await goOn(visit, move);
  const left = message.continues === move.id || said || fresh || over;
  return left || keepsAway(session.state().move ?? move) ? 'handled' : 'aside';
};
