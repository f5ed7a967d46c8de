import { brief } from '../base/brief.ts';
import { iso } from '../base/clock.ts';
import { type Plan, type PlanStep, writesToAzure } from '../plan/plan.ts';
import { outcomeHashOf } from '../plan/settingsHash.ts';
import type { Run, RunCosts, RunOutcome, RunSummary, StepRecord } from './run.ts';
import type { InPlace, SiteState, Waiting } from './state.ts';

/** Runs remembered with a site; all of them stay in the ledger. */
const runsKept = 10;

export const noCosts: RunCosts = { writes: 0, reads: 0, polls: 0, azureMs: 0, waitMs: 0, personMs: 0 };

export const addCosts = (a: RunCosts, b: Partial<RunCosts>): RunCosts => ({
  writes: a.writes + (b.writes ?? 0),
  reads: a.reads + (b.reads ?? 0),
  polls: a.polls + (b.polls ?? 0),
  azureMs: a.azureMs + (b.azureMs ?? 0),
  waitMs: a.waitMs + (b.waitMs ?? 0),
  personMs: a.personMs + (b.personMs ?? 0),
});

const recordOf = (step: Pick<PlanStep, 'title'> & { readonly id: StepRecord['id'] }): StepRecord => ({
  id: step.id,
  title: step.title,
  status: 'pending',
  startedAt: null,
  endedAt: null,
  operation: null,
  why: null,
  notBefore: null,
  tries: 0,
  foreignHash: null,
});

/** The plan's steps with the proof behind the last write to Azure, before a person is asked to add to the device. */
const stepsOf = (plan: Plan): StepRecord[] => {
  const lastWrite = plan.steps.findLastIndex(({ id }) => writesToAzure(id));
  const proof = recordOf({ id: 'verify', title: 'Read everything again and prove it' });
  const steps = plan.steps.map(recordOf);
  return [...steps.slice(0, lastWrite + 1), proof, ...steps.slice(lastWrite + 1)];
};

export const startRun = (input: {
  readonly id: string;
  readonly plan: Plan;
  readonly because: string;
  readonly by: string;
  readonly arrivedAt: number;
  readonly now: number;
}): Run => ({
  id: input.id,
  digest: input.plan.digest,
  because: input.because,
  by: input.by,
  arrivedAt: iso(input.arrivedAt),
  startedAt: iso(input.now),
  steps: stepsOf(input.plan),
  costs: noCosts,
  cloudReadyAt: null,
});

type Timed = Pick<StepRecord, 'operation' | 'operationSince' | 'startedAt'>;
type Explained = Pick<StepRecord, 'why'>;

/** Since when Azure is at work on a step: since it took the write, however long a lock was waited for before that. */
export const atWorkSince = ({ operation, operationSince, startedAt }: Timed, now: number): string =>
  operation === null ? iso(now) : (operationSince ?? startedAt ?? iso(now));

/** A change of a step's record; an operation that is over takes its time with it. */
export const changed = <T extends Timed & Explained>(step: T, change: Partial<T>): T => ({
  ...step,
  ...(change.operation === null ? { operationSince: null } : {}),
  ...change,
  ...(typeof change.why === 'string' ? { why: brief(change.why) } : {}),
});

export const withStep = (run: Run, id: StepRecord['id'], change: Partial<StepRecord>): Run => ({
  ...run,
  steps: run.steps.map((step) => (step.id === id ? changed(step, change) : step)),
});

const over = new Set<StepRecord['status']>(['done', 'unchanged', 'skipped']);

/** The step a run stands at; undefined when all are over. */
export const currentStep = (run: Run): StepRecord | undefined => run.steps.find((step) => !over.has(step.status));

/** Own overhead (design 9): from arrival to `end`, Azure's time, permitted waits and people taken out; wall milliseconds. */
export const ownOverhead = (run: Run, end: number, speed: number): number => {
  const { azureMs, waitMs, personMs } = run.costs;
  return Math.max(0, (end - Date.parse(run.arrivedAt) - azureMs - waitMs - personMs) / speed);
};

export const summaryOf = (
  run: Run,
  outcome: RunOutcome,
  now: number,
  speed: number,
  why: string | null,
): RunSummary => ({
  id: run.id,
  digest: run.digest,
  because: run.because,
  by: run.by,
  outcome,
  arrivedAt: run.arrivedAt,
  startedAt: run.startedAt,
  endedAt: iso(now),
  ownOverheadMs: Math.round(ownOverhead(run, run.cloudReadyAt === null ? now : Date.parse(run.cloudReadyAt), speed)),
  costs: run.costs,
  why: why === null ? null : brief(why),
});

/** The run leaves the state and is remembered among the last ones. */
export const endRun = (state: SiteState, summary: RunSummary): SiteState => ({
  ...state,
  run: null,
  lastRuns: [summary, ...state.lastRuns].slice(0, runsKept),
});

/** As many as a site may name services. */
const departuresKept = 100;

/** Services in the failover region as far as anyone can know: those proven, those a run was on its way with, and `more`. */
export const servicesAway = (state: SiteState, more: readonly string[] = []): string[] =>
  [...new Set([...(state.inPlace?.services ?? []), ...(state.mayBeAway ?? []), ...more])].sort();

/**
 * Who has left, by this proof and by those before; a service that is there again has not. Who is no longer wanted, and
 * is routed until the device no longer lists it, is leaving: an incident that opens anew finds it there.
 */
export const leftBy = (state: SiteState, plan: Plan, now: number): Required<Pick<SiteState, 'left' | 'leaving'>> => {
  const there = new Set(plan.decision.services);
  const going = [...new Set([...servicesAway(state), ...(state.leaving ?? [])])].filter((each) => !there.has(each));
  const gone = plan.retained > 0 ? [] : going;
  const before = (state.left ?? []).filter(({ service }) => !there.has(service) && !gone.includes(service));
  return {
    left: [...gone.map((service) => ({ service, at: iso(now) })), ...before].slice(0, departuresKept),
    leaving: plan.retained > 0 ? going.sort() : [],
  };
};

/** What the proof of a plan puts in place. */
export const inPlaceOf = (plan: Plan, now: number, tableRoutes: number): InPlace => ({
  mode: plan.decision.mode,
  services: plan.decision.services,
  target: plan.decision.target,
  digest: plan.digest,
  wantedHash: plan.device.listHash,
  tagsChangeNumber: plan.tags.changeNumber,
  tagsHash: plan.tags.hash,
  settingsHash: plan.settingsHash,
  outcomeHash: outcomeHashOf(plan),
  at: iso(now),
  routes: plan.routeTable.routes.length,
  addresses: plan.addresses.wanted,
  foreignRoutes: tableRoutes - plan.routeTable.routes.length,
  retains: plan.retained > 0,
});

/** The plan first made under that digest, to be read by people. */
export const planBlob = (site: string, digest: string): string => `plans/${site}/${digest.replace('sha256:', '')}.json`;
/**
 * The very plans that wait and run. A digest tells what changes, not from where: the same route may be put right on
 * two different tables, and the plan of the one is not the plan of the other.
 */
export const waitingPlanBlob = (site: string, { digest, since }: Pick<Waiting, 'digest' | 'since'>): string =>
  `plans/${site}/waiting/${digest.replace('sha256:', '')}-${since}.json`;
export const runPlanBlob = (site: string, run: string): string => `plans/${site}/runs/${run}.json`;
/** The plan of a move, of a standby and of a teardown alike. */
export const movePlanBlob = (site: string, digest: string): string =>
  `plans/${site}/moves/${digest.replace('sha256:', '')}.json`;
export const profileBlob = (site: string, move: string): string => `profiles/${site}/${move}.json`;
export const ledgerBlob = (site: string, run: string): string => `ledger/${site}/${run}.jsonl`;
export const bundleBlob = (site: string, checksum: string): string =>
  `bundles/${site}/${checksum.replace('sha256:', '')}.json`;

/** The run stands at a step that only a person can take. */
export const waitsForPerson = (run: Run): boolean => currentStep(run)?.status === 'waiting';

/** When the run may go on (ms): the next permitted poll, or the end of a wait; 0 where it may at once. */
export const dueAt = (run: Run): number => {
  const step = currentStep(run);
  return step?.operation?.notBefore ?? step?.notBefore ?? 0;
};

/**
 * A person said that the file offered last is on the device, and said so since it was offered: between two words on
 * one file another may have been put there.
 */
export const deviceConfirmed = ({ device: { offered, confirmed } }: Pick<SiteState, 'device'>): boolean =>
  offered !== null && confirmed?.checksum === offered.checksum && confirmed.at >= offered.at;

/** A file was offered, and nobody said since that it is on the device. */
export const fileWaits = (state: Pick<SiteState, 'device'>): boolean =>
  state.device.offered !== null && !deviceConfirmed(state);

/** Hash of the list the device is known to have; null where nobody said since the last file was offered. */
export const deviceListHash = (state: SiteState): string | null =>
  deviceConfirmed(state) ? (state.device.confirmed?.listHash ?? null) : null;
