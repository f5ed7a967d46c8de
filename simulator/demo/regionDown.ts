import { residenceOf } from '../../shared/record/residence.ts';
import type { SilenceMode } from '../arm/silence.ts';
import { alertOf } from '../stage/scene.ts';
import { callsSince } from './calls.ts';
import { legHolds, type MoveLeg } from './moveLeg.ts';
import { seeThrough, sweep, type Telling, tellMovePlan } from './moveStory.ts';
import { asks, movePlanOf } from './moveWatch.ts';
import { duration } from './narrator.ts';
import { standbyUp } from './standby.ts';
import { stateOf } from './watch.ts';

export interface RegionDown {
  readonly ok: boolean;
  readonly moves: readonly MoveLeg[];
  /** Where the site lived after each move. */
  readonly residence: readonly string[];
  /** Of the region that answered nothing: asked in vain before the move was approved, and while it was under way. */
  readonly requestsToDeadRegion: { readonly beforeApproval: number; readonly duringMove: number };
  readonly sweepWrites: number;
}

const approver = 'Grace (network engineer)';
const sweepEveryMs = 15 * 60_000;

/** The sweeps of a quiet time, as the timer gives them, until the way back is asked for. */
const soak = async (telling: Telling): Promise<void> => {
  const { stage, scene, follow } = telling;
  for (;;) {
    await sweep(telling);
    if (asks('return')(await stateOf(scene.siteId))) return;
    const until = stage.clock.now() + sweepEveryMs;
    await follow((state) => asks('return')(state) || stage.clock.now() >= until);
  }
};

const deadRequests = ({ stage }: Telling, from: number): number =>
  stage.arm.requests.slice(from).filter(({ fault }) => fault?.startsWith('deadRegion')).length;

const goThere = async (telling: Telling, mode: SilenceMode) => {
  const { stage, scene, tell, post, follow } = telling;
  const { home, failover, siteId } = scene;
  const from = stage.arm.requests.length;
  tell.chapter(`${home.displayName} answers nothing any more`);
  const lift = stage.arm.silence(home.name, mode);
  tell.say(`Every request for it is ${mode === 'refused' ? 'cut off' : mode}. The alert comes a minute later:`);
  tell.detail(`Service Health: ${scene.serviceNames.join(', ')} are down in ${home.displayName}`);
  await post('events/service-health', alertOf(scene, 'Active', stage.clock.now()));
  const asked = await follow(asks('outage'));
  const digest = asked.move?.digest ?? '';
  if (asked.move) tellMovePlan(tell, asked.move, await movePlanOf(siteId, digest));
  const before = deadRequests(telling, from);
  tell.say(
    `${before === 1 ? 'One request was' : `${before} requests were`} lost on ${home.displayName} so far, for the services that would be failed over meanwhile.`,
  );
  const reason = `${home.displayName} is down`;
  const { leg, state } = await seeThrough(telling, { digest, by: approver, confirmedBy: 'gateway', reason });
  tell.good(`requests to ${home.displayName} during the move: ${leg.requestsToDeadRegion}`);
  tell.good(`protected: ${siteId} lives in ${failover.displayName}; confirmed by ${state.device.confirmed?.by}`);
  return { leg, state, before, lift };
};

const comeBack = async (telling: Telling) => {
  const { stage, scene, tell, post } = telling;
  const { home, siteId } = scene;
  tell.chapter(`${home.displayName} is back; the incident is resolved`);
  await post('events/service-health', alertOf(scene, 'Resolved', stage.clock.now()));
  const since = stage.clock.now();
  tell.say('Nothing moves by itself: the region has to be well for the soak time, PT15M here. The sweeps go on.');
  await soak(telling);
  tell.detail(`asked after ${duration(stage.clock.now() - since)}`);
  const { move } = await stateOf(siteId);
  const digest = move?.digest ?? '';
  if (move) tellMovePlan(tell, move, await movePlanOf(siteId, digest));
  const reason = `${home.displayName} is well again`;
  return seeThrough(telling, { digest, by: approver, confirmedBy: 'person', reason });
};

/** A region dies, the site moves to the other one from its snapshot alone, and later back. */
export const playRegionDown = async (
  telling: Telling,
  options: { readonly mode: SilenceMode; readonly warm: boolean },
): Promise<RegionDown> => {
  const { stage, scene, tell } = telling;
  tell.chapter('A sweep, before anything happens');
  await sweep(telling);
  const { snapshots, preflight } = await stateOf(scene.siteId);
  tell.good(`a snapshot of ${scene.home.displayName} is kept: ${snapshots?.home?.good?.hash.slice(0, 19)}…`);
  for (const { ok, text } of preflight?.checks ?? []) (ok ? tell.good : tell.bad)(text);
  const built = options.warm ? await standbyUp(telling) : [];
  const there = await goThere(telling, options.mode);
  const residence = [residenceOf(there.state)];
  there.lift();
  const back = await comeBack(telling);
  residence.push(residenceOf(back.state));
  tell.chapter('Afterwards: the timer sweeps every site');
  const from = stage.arm.requests.length;
  await sweep(telling);
  const { reads, writes } = callsSince(stage.arm, from);
  tell.good(`at home, nothing to write: ${reads} reads, ${writes} writes`);
  const moves = [...built, there.leg, back.leg];
  return {
    ok:
      legHolds(there.leg) &&
      legHolds(back.leg) &&
      built.every((leg) => legHolds(leg, 'standing')) &&
      residence.join() === 'target,home' &&
      writes === 0,
    moves,
    residence,
    requestsToDeadRegion: { beforeApproval: there.before, duringMove: there.leg.requestsToDeadRegion },
    sweepWrites: writes,
  };
};
