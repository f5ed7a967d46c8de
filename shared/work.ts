import { brief } from './base/brief.ts';
import type { JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import type { Site } from './base/site.ts';
import { closeEnded } from './closeLedger.ts';
import type { Patience } from './patience.ts';
import type { ObservedNetwork } from './plan/observed.ts';
import { type Plan, titleOf } from './plan/plan.ts';
import type { AzureView, Ports } from './ports.ts';
import { commandText } from './record/ask.ts';
import { onceMoreInVain } from './record/inVain.ts';
import { endLines, startLine } from './record/ledgerLines.ts';
import { atWorkSince, endRun, ledgerBlob, summaryOf, withStep } from './record/progress.ts';
import type { Run, RunOutcome, StepRecord } from './record/run.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import type { Session } from './session.ts';
import { tell } from './tell.ts';

/** How a run stands when this invocation leaves it. */
export type Carried =
  | { readonly status: 'ended'; readonly outcome: RunOutcome }
  /** Come back by message, not before. */
  | { readonly status: 'later'; readonly notBefore: number }
  /** A person has to do something at the device. */
  | { readonly status: 'person' }
  /** The world is not as the plan saw it: look again. */
  | { readonly status: 'replan' };

/** A run in hand: its plan, the site it is for, and what the steps need of the world. */
export type Work = {
  readonly site: Site;
  readonly session: Session;
  readonly plan: Plan;
  readonly ports: Ports;
  readonly azure: AzureView;
  readonly tagsInForce: TagsInForce;
  readonly patience: Patience;
  readonly network: ObservedNetwork;
  /** Resources read a moment ago in this invocation; each is good for one use. */
  readonly fresh: Map<string, JsonObject>;
  /** When the message that brought us here arrived (ms). */
  readonly arrivedAt: number;
};

/** A lock of a firewall lasts minutes; an outage of ARM may last longer. After these the run fails and says so. */
export const mostTries = 60;

/** The run that is carried on; it is there until it ends. */
export const runOf = (work: Work): Run => {
  const { run } = work.session.state();
  if (run === null) throw new Error(`site ${work.site.id} has no run to carry on`);
  return run;
};

/** One line of the run's ledger. */
export const note = (work: Work, event: string, detail: Record<string, unknown> = {}): Promise<void> => {
  const line = JSON.stringify({ at: iso(work.ports.clock.now()), event, ...detail });
  return work.ports.archive.append(ledgerBlob(work.site.id, runOf(work).id), line);
};

/** A change of one step, in the state and, where its status changes, in the ledger. */
export const setStep = async (
  work: Work,
  id: StepRecord['id'],
  change: Partial<StepRecord>,
  addWaitMs = 0,
): Promise<void> => {
  await work.session.commit((state) => {
    if (state.run === null) return state;
    const run = withStep(state.run, id, change);
    return { ...state, run: { ...run, costs: { ...run.costs, waitMs: run.costs.waitMs + addWaitMs } } };
  });
  if (change.status !== undefined)
    await note(work, `step ${id} ${change.status}`, change.why ? { why: change.why } : {});
};

export const finishStep = (
  work: Work,
  step: StepRecord,
  status: 'done' | 'unchanged',
  why: string | null,
): Promise<void> => setStep(work, step.id, { status, why, operation: null, endedAt: iso(work.ports.clock.now()) });

/** The operation is under way at Azure: remember where to ask, and leave. */
export const leave = async (
  work: Work,
  step: StepRecord,
  operation: { operationUrl: string; notBefore: number },
  change: Partial<StepRecord>,
): Promise<Carried> => {
  const now = work.ports.clock.now();
  const waitMs = Math.max(0, operation.notBefore - now);
  const operationSince = atWorkSince(step, now);
  await setStep(work, step.id, { status: 'running', operation, operationSince, notBefore: null, ...change }, waitMs);
  return { status: 'later', notBefore: operation.notBefore };
};

/** Nothing to ask Azure about, only time to pass: the step is tried again. */
export const wait = async (
  work: Work,
  step: StepRecord,
  why: string,
  waitMs: number,
  tries = step.tries + 1,
): Promise<Carried> => {
  const notBefore = work.ports.clock.now() + waitMs;
  await setStep(work, step.id, { status: 'pending', why, notBefore, tries }, waitMs);
  return { status: 'later', notBefore };
};

/** The run leaves the state and is remembered among the last ones. */
export const end = async (work: Work, outcome: RunOutcome, why: string | null): Promise<Carried> => {
  const { ports } = work;
  const run = runOf(work);
  const summary = summaryOf(run, outcome, ports.clock.now(), ports.clock.speed, why);
  const { endedAt: at, ownOverheadMs, costs } = summary;
  const closing = {
    ledger: ledgerBlob(work.site.id, run.id),
    lines: [
      startLine(run, titleOf(work.plan), work.plan.decision.reasons),
      ...endLines(run.steps, at),
      { at, event: `run ${outcome}`, ...costs, ownOverheadMs, ...(why ? { why } : {}) },
    ],
  };
  await work.session.commit((state) => ({ ...endRun(state, summary), approved: null, closing }));
  await closeEnded(work.session, ports.archive);
  return { status: 'ended', outcome };
};

const resumeText = ({ id }: Site): string => commandText({ action: 'resume', site: id });

/**
 * The step and with it the run failed: written down, told, and left for a person or the next sweep; where it is
 * `hopeless`, for a person, and for sweeps at longer and longer intervals.
 */
export const fail = async (
  work: Work,
  step: StepRecord,
  reason: string,
  remedy: string,
  hopeless = false,
): Promise<Carried> => {
  const why = brief(reason);
  const now = work.ports.clock.now();
  const at = iso(now);
  const inVain = hopeless ? onceMoreInVain(work.session.state().inVain, runOf(work).digest, now) : null;
  const again = inVain === null ? '' : `\nIt is tried again after ${inVain.again}, or now: ${resumeText(work.site)}`;
  await setStep(work, step.id, { status: 'failed', why, operation: null, endedAt: at });
  const { attention } = work.session.state();
  const known = attention?.code === 'RUN_FAILED' && attention.why.startsWith(why);
  // A sweep that meets the same again tells nobody twice; who approved a run hears how it went.
  if (!known || runOf(work).by !== 'policy') {
    await tell(work, {
      kind: 'failed',
      key: `failed ${runOf(work).id}`,
      title: `Site ${work.site.id}: ${step.title} failed`,
      text: `${why}\n${remedy}${again}`,
      digest: work.plan.digest,
    });
  }
  await work.session.commit((state) => ({
    ...state,
    inVain,
    attention: { why: `${why} ${brief(remedy)}`, since: known ? attention.since : at, code: 'RUN_FAILED' },
  }));
  return end(work, 'failed', why);
};
