import type { MovePlan } from '../../shared/plan/move/movePlan.ts';
import { residenceOf } from '../../shared/record/residence.ts';
import { callsSince } from './calls.ts';
import { legHolds, type MoveLeg } from './moveLeg.ts';
import { seeThrough, sweep, type Telling, tellMovePlan } from './moveStory.ts';
import { asks, movePlanOf } from './moveWatch.ts';
import { standbyUp } from './standby.ts';
import { stateOf } from './watch.ts';

export interface PlannedMove {
  readonly ok: boolean;
  readonly moves: readonly MoveLeg[];
  readonly residence: readonly string[];
  /** What has to name the new client pool, and whether it does, and no longer the old one. */
  readonly pool: readonly { readonly what: string; readonly ok: boolean }[];
  readonly sweepWrites: number;
}

const by = 'Grace (network engineer)';
const reason = 'the rig is towed to another sea';

const poolOf = (site: unknown, where: 'network' | 'move'): string =>
  (site as Record<string, { clientAddressPool: string } | undefined>)[where]?.clientAddressPool ?? '';

/** Reads what depends on the clients' addresses, in Azure and in what the person at the device was told. */
const poolChecks = async ({ stage, scene }: Telling, plan: MovePlan) => {
  const [entry] = (scene.sitesFile as { sites: unknown[] }).sites;
  const [before, after] = [poolOf(entry, 'network'), poolOf(entry, 'move')];
  const resource = (id: string): string =>
    JSON.stringify(stage.arm.read(plan.steps.find((step) => step.id === id)?.resource ?? '') ?? {});
  const { device } = await stateOf(scene.siteId);
  const texts = {
    'the on-premises route table': resource('onPremRouteTable'),
    "the firewall's sources": resource('firewall'),
    "the gateway's client pool": resource('gateway'),
    "the device's ranges": (device.offered?.instruction ?? []).join('\n'),
  };
  return Object.entries(texts).map(([what, text]) => ({
    what: `${what}: ${before} -> ${after}`,
    ok: text.includes(after) && !text.includes(before),
  }));
};

/** A person moves the site for good, into another client pool; nothing brings it back. */
export const playPlannedMove = async (telling: Telling, { warm }: { readonly warm: boolean }): Promise<PlannedMove> => {
  const { stage, scene, tell, post, follow } = telling;
  const { siteId: site, failover, home } = scene;
  await sweep(telling);
  const built = warm ? await standbyUp(telling) : [];
  tell.chapter(`The site is to move to ${failover.displayName} for good`, true);
  tell.detail(`move to ${failover.name}: ${reason}`);
  await post('manualRun', { action: 'move', site, to: failover.name, by, reason });
  const { move } = await follow(asks('planned'));
  const digest = move?.digest ?? '';
  const plan = await movePlanOf(site, digest);
  if (move) tellMovePlan(tell, move, plan);
  const { leg, state } = await seeThrough(telling, { digest, by, confirmedBy: 'person', reason });
  tell.say('The client pool is another one there, and with it:');
  const pool = await poolChecks(telling, plan);
  for (const { what, ok } of pool) (ok ? tell.good : tell.bad)(what);
  tell.chapter('Afterwards: the timer sweeps every site');
  const from = stage.arm.requests.length;
  await sweep(telling);
  await sweep(telling);
  const { reads, writes } = callsSince(stage.arm, from);
  const after = await stateOf(site);
  // What is asked is whether the side it left is to be taken down, and nothing else.
  const stays = residenceOf(after) === 'target' && (!after.move || asks('teardown')(after));
  tell.good(`two sweeps: ${reads} reads, ${writes} writes`);
  (stays ? tell.good : tell.bad)(
    `${failover.displayName} is home now; nobody asks for a way back to ${home.displayName}`,
  );
  return {
    ok:
      legHolds(leg) &&
      built.every((one) => legHolds(one, 'standing')) &&
      pool.every(({ ok }) => ok) &&
      stays &&
      state.residence?.because === 'planned' &&
      writes === 0,
    moves: [...built, leg],
    residence: [residenceOf(after)],
    pool,
    sweepWrites: writes,
  };
};
