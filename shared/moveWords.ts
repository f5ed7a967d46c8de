import { AutomationError } from './base/errors.ts';
import { findRegion } from './base/geography.ts';
import { otherSide, regionOfSide, type SideName, sideOf } from './base/side.ts';
import type { Site } from './base/site.ts';
import { outageCalled } from './considerMove.ts';
import { keepSnapshot } from './keepSnapshot.ts';
import { decideFor } from './look.ts';
import { mustBeIdle, put, takeDown } from './movePut.ts';
import { type MoveAnswer, nothing, planOf, proposing, type Seen, type Spoken } from './moveSpoken.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { retirePurpose } from './planTeardown.ts';
import { type Proposing, planMove } from './proposeMove.ts';
import { isAwayFromHome, residenceOf } from './record/residence.ts';

const sideNamed = (site: Site, to: string | undefined, lives: SideName): SideName => {
  const other = otherSide(lives);
  if (to === undefined) return other;
  const wanted = findRegion(site.cloud, to)?.name;
  const side = (['home', 'target'] as const).find(
    (name) => name === to.toLowerCase() || regionOfSide(site, name).name === wanted,
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
  if (called !== null) return put(spoken, work, called.plan, seen, { calledFor: called.waits });
  await keepSnapshot({ session: work.session, ports, azure: ports }, site, lives);
  const back = isAwayFromHome(work.session.state());
  const plan = await planMove(work, work.session.state(), {
    reason: back ? 'return' : 'planned',
    why: [`${by} asks for it${reason ? `: ${reason}` : ''}.`],
  });
  return put(spoken, work, plan, seen);
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
