import { residenceOf } from '../../shared/record/residence.ts';
import { wire } from '../../shared/wire.ts';
import { alertOf } from '../stage/scene.ts';
import { atDevice, ended, putOnDevice, routesNow } from './atHome.ts';
import { callsSince } from './calls.ts';
import { checksOf } from './ledger.ts';
import { legHolds, type MoveLeg } from './moveLeg.ts';
import { seeThrough, sweep, type Telling, tellMovePlan } from './moveStory.ts';
import { asks, movePlanOf } from './moveWatch.ts';
import { stateOf, watcher } from './watch.ts';

export interface TooManyRoutes {
  readonly ok: boolean;
  readonly moves: readonly MoveLeg[];
  readonly residence: readonly string[];
  /** Why the failover's plan is blocked, and what would have avoided the move. */
  readonly blockedBecause: string;
  readonly alternatives: readonly string[];
  /** What the table holds in the end, and the strategy that made it fit; null where the site moved. */
  readonly failover: {
    readonly routes: number;
    readonly strategies: readonly string[];
    readonly proven: boolean;
  } | null;
  readonly sweepWrites: number;
}

const by = 'Grace (network engineer)';
const strategies = ['exact', 'summarize'];

type Entry = Record<string, unknown> & { readonly routeBudget?: Record<string, unknown> };

/** The sites file with one more strategy for the site, as its operator would put it. */
const allowSummaries = async ({ scene }: Telling): Promise<void> => {
  const { sites, ...file } = scene.sitesFile as { sites: Entry[] };
  const changed = sites.map((site) => ({ ...site, routeBudget: { ...site.routeBudget, strategies } }));
  await (await wire()).config.write('sites.json', `${JSON.stringify({ ...file, sites: changed }, null, 2)}\n`);
};

const failOverInstead = async (telling: Telling, digest: string) => {
  const { stage, scene, tell, post, follow } = telling;
  const { siteId: site } = scene;
  tell.chapter('The move is declined; another strategy is allowed instead', true);
  await post('manualRun', { action: 'decline', site, digest, by, reason: 'a few more addresses are the lesser evil' });
  await follow(({ move }) => !move);
  tell.detail(`sites.json: "routeBudget": { "strategies": ${JSON.stringify(strategies)} }`);
  await allowSummaries(telling);
  const watch = watcher(stage, site, tell);
  await stage.host.fireTimer('driftTimer');
  const { run } = await watch(atDevice);
  const checks = await checksOf(site, run?.id ?? '');
  tell.say('The proof, by reading everything again:');
  for (const check of checks) tell.good(check);
  await putOnDevice(post, tell, site);
  await watch(ended(run?.digest ?? null));
  tell.good('protected: the services are in both regions, and the site stayed where it was');
  return { routes: routesNow(stage), strategies, proven: checks.length > 0 };
};

/** Four services fail over, their routes do not fit, and the product asks for the move of the whole site. */
export const playTooManyRoutes = async (
  telling: Telling,
  { approve }: { readonly approve: boolean },
): Promise<TooManyRoutes> => {
  const { stage, scene, tell, post, follow } = telling;
  const { siteId: site } = scene;
  await sweep(telling);
  tell.chapter(`Service Health: ${scene.serviceNames.join(', ')} are down in ${scene.home.displayName}`);
  await post('events/service-health', alertOf(scene, 'Active', stage.clock.now()));
  const { move } = await follow(asks('budget'));
  await stage.host.idle();
  const digest = move?.digest ?? '';
  const plan = await movePlanOf(site, digest);
  tell.bad(plan.why[0] ?? '');
  if (move) tellMovePlan(tell, move, plan);
  tell.say('What would make the move unnecessary:');
  for (const alternative of plan.alternatives) tell.detail(`- ${alternative}`);
  const reason = 'the routes do not fit';
  const legs = approve ? [(await seeThrough(telling, { digest, by, confirmedBy: 'gateway', reason })).leg] : [];
  const failover = approve ? null : await failOverInstead(telling, digest);
  tell.chapter('Afterwards: the timer sweeps every site');
  const from = stage.arm.requests.length;
  await sweep(telling);
  const { reads, writes } = callsSince(stage.arm, from);
  tell.good(`nothing to do: ${reads} reads, ${writes} writes`);
  const residence = residenceOf(await stateOf(site));
  return {
    ok:
      legs.every((leg) => legHolds(leg)) &&
      failover?.proven !== false &&
      residence === (approve ? 'target' : 'home') &&
      plan.alternatives.length > 0 &&
      writes === 0,
    moves: legs,
    residence: [residence],
    blockedBecause: plan.why[0] ?? '',
    alternatives: plan.alternatives,
    failover,
    sweepWrites: writes,
  };
};
