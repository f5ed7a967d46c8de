import { diffOf } from '../../cli/renderPlan.ts';
import { ownOverhead } from '../../shared/record/progress.ts';
import type { RunSummary } from '../../shared/record/run.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { alertOf, type Scene } from '../stage/scene.ts';
import type { Stage } from '../stage/stage.ts';
import { atDevice, bringHome, ended, putOnDevice, routesNow } from './atHome.ts';
import { type Calls, callsSince } from './calls.ts';
import { checksOf } from './ledger.ts';
import { duration, type Narrator } from './narrator.ts';
import { type Post, poster } from './post.ts';
import { planOf, type Watch, watcher } from './watch.ts';

/** The figures of one journey: there, or back. */
export interface Leg extends Calls {
  readonly routesBefore: number;
  readonly routesAfter: number;
  /** From the event's (or the person's word's) arrival to proven tables, Azure's time and people taken out; wall ms. */
  readonly ownOverheadMs: number;
  /** All of it in Azure's (simulated) time, people included. */
  readonly totalMs: number;
  readonly azureMs: number;
  readonly cloudReady: boolean;
  readonly protected: boolean;
  readonly checks: readonly string[];
}

export interface Played {
  readonly failover: Leg;
  readonly failback: Leg;
  readonly sweepWrites: number;
}

const tellRun = async (tell: Narrator, site: string, state: SiteState): Promise<void> => {
  if (state.run === null) return;
  const plan = await planOf(site, state.run.digest);
  tell.say(
    `Decided: ${plan.decision.mode}${plan.decision.target ? ` to ${plan.decision.target}` : ''}, by ${state.run.by}. Why:`,
  );
  for (const reason of plan.decision.reasons) tell.detail(`- ${reason}`);
  const { add, remove, unchanged } = plan.routeTable;
  tell.say(
    `The plan ${plan.digest.slice(0, 19)}…: +${add.length} -${remove.length} routes, ${unchanged} unchanged; ${plan.budget.needed} of ${plan.budget.limit} (${plan.budget.strategy}).`,
  );
  for (const line of diffOf(plan, 6)) tell.raw(`     ${line}`);
};

const proven = (state: SiteState): boolean =>
  state.run?.steps.some((step) => step.id === 'verify' && step.status === 'done') ?? false;
const tellProof = (
  tell: Narrator,
  checks: readonly string[],
  run: { ownOverheadMs: number; azureMs: number; waitMs: number },
): void => {
  tell.say('The proof, by reading everything again:');
  for (const check of checks) tell.good(check);
  tell.say(`Own overhead ${duration(run.ownOverheadMs)}; Azure's own time ${duration(run.azureMs + run.waitMs)}.`);
};

const legOf = (
  stage: Stage,
  from: number,
  routesBefore: number,
  startMs: number,
  run: RunSummary | undefined,
  checks: readonly string[],
): Leg => ({
  ...callsSince(stage.arm, from),
  // What the run itself asked: a sweep that comes meanwhile may have a snapshot to take.
  ...(run === undefined ? {} : { reads: run.costs.reads }),
  routesBefore,
  routesAfter: routesNow(stage),
  ownOverheadMs: run?.ownOverheadMs ?? -1,
  totalMs: Math.round(stage.clock.now() - startMs),
  azureMs: Math.round((run?.costs.azureMs ?? 0) + (run?.costs.waitMs ?? 0)),
  cloudReady: run?.outcome === 'cloudReady' || run?.outcome === 'protected',
  protected: run?.outcome === 'protected',
  checks,
});

const failOver = async (stage: Stage, scene: Scene, tell: Narrator, post: Post, watch: Watch): Promise<Leg> => {
  const { siteId: site } = scene;
  const [from, routesBefore, startMs] = [stage.arm.requests.length, routesNow(stage), stage.clock.now()];
  tell.chapter(`Service Health: ${scene.serviceNames.join(', ')} are down in ${scene.home.displayName}`);
  const sent = performance.now();
  const answer = await post('events/service-health', alertOf(scene, 'Active', startMs));
  tell.detail(`The alert is posted to the webhook: ${answer.status} in ${duration(performance.now() - sent)}.`);
  const ready = await watch(
    (state) => proven(state) && atDevice(state),
    (state) => tellRun(tell, site, state),
  );
  const run = ready.run;
  const checks = await checksOf(site, run?.id ?? '');
  const ownMs = run === null ? 0 : ownOverhead(run, Date.parse(run.cloudReadyAt ?? ''), stage.speed);
  tellProof(tell, checks, { ownOverheadMs: ownMs, azureMs: run?.costs.azureMs ?? 0, waitMs: run?.costs.waitMs ?? 0 });
  tell.good('cloudReady: Azure is ready for the device');
  tell.bad(`not yet protected: singly encrypted since ${ready.singlyEncryptedSince}`);
  await putOnDevice(post, tell, site);
  const done = await watch(ended(run?.digest ?? null));
  tell.good('protected: the device has the matching file; everything is doubly encrypted');
  return legOf(stage, from, routesBefore, startMs, done.lastRuns[0], checks);
};

const comeBack = async (stage: Stage, scene: Scene, tell: Narrator, post: Post, watch: Watch): Promise<Leg> => {
  const { siteId: site } = scene;
  const [from, routesBefore, startMs] = [stage.arm.requests.length, routesNow(stage), stage.clock.now()];
  tell.chapter('Service Health: the incident is resolved');
  await post('events/service-health', alertOf(scene, 'Resolved', startMs));
  const asks = await watch((state) => state.waiting !== null);
  tell.say('Nothing is removed by itself. The product asks:');
  tell.detail(asks.waiting?.why ?? '');
  tell.chapter('The services are home again; the way back is approved by its digest', true);
  tell.detail(`apply ${asks.waiting?.digest.slice(0, 19)}…: ${asks.waiting?.title}`);
  const digest = asks.waiting?.digest ?? '';
  await post('manualRun', {
    action: 'apply',
    site,
    digest,
    by: 'Grace (network engineer)',
    reason: 'services fail back',
  });
  await watch(atDevice, (state) => tellRun(tell, site, state));
  await putOnDevice(post, tell, site);
  const done = await watch(ended(digest));
  const run = done.lastRuns[0];
  const checks = await checksOf(site, run?.id ?? '');
  tellProof(tell, checks, {
    ownOverheadMs: run?.ownOverheadMs ?? 0,
    azureMs: run?.costs.azureMs ?? 0,
    waitMs: run?.costs.waitMs ?? 0,
  });
  tell.good(`home again: ${routesNow(stage)} routes, the very file that was on the device before`);
  return legOf(stage, from, routesBefore, startMs, run, checks);
};

/** Plays a service failover and the way back on a stage. Throws where the product does not get there. */
export const play = async (stage: Stage, scene: Scene, tell: Narrator): Promise<Played> => {
  const post = poster(stage);
  const watch = watcher(stage, scene.siteId, tell);
  await bringHome(stage, scene.siteId, tell, post, watch);
  const failover = await failOver(stage, scene, tell, post, watch);
  const failback = await comeBack(stage, scene, tell, post, watch);
  tell.chapter('Afterwards: the timer sweeps every site');
  const from = stage.arm.requests.length;
  await stage.host.fireTimer('driftTimer');
  await stage.host.idle();
  const sweep = callsSince(stage.arm, from);
  tell.good(`nothing to do: ${sweep.reads} reads, ${sweep.writes} writes`);
  return { failover, failback, sweepWrites: sweep.writes };
};
