import type { Direction } from './headline.ts';
import { directionOf } from './headline.ts';
import type { Run, RunSummary, StepRecord } from './run.ts';
import type { SiteState } from './state.ts';
import { durationText, plainText, sinceMs } from './words.ts';

export type StepView = {
  readonly title: string;
  readonly status: StepRecord['status'];
  /** Milliseconds it took, or has taken so far; null where it has not begun. */
  readonly ms: number | null;
  readonly why: string | null;
  /** When Azure is asked again (ISO). */
  readonly nextLook: string | null;
};

/** The run under way. */
export type RunView = {
  readonly id: string;
  readonly digest: string;
  readonly direction: Direction;
  readonly because: string;
  readonly by: string;
  readonly startedAt: string;
  readonly forMs: number;
  readonly cloudReadyAt: string | null;
  readonly steps: readonly StepView[];
};

/** A run that ended. */
export type PastRunView = {
  readonly id: string;
  readonly outcome: RunSummary['outcome'];
  readonly because: string;
  readonly by: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly ownOverheadMs: number;
  readonly calls: string;
  readonly why: string | null;
};

const textOrNull = (text: string | null): string | null => (text === null ? null : plainText(text, 400));

const stepView = (step: StepRecord, now: number): StepView => {
  const until = step.endedAt === null ? now : Date.parse(step.endedAt);
  return {
    title: plainText(step.title),
    status: step.status,
    ms: step.startedAt === null ? null : sinceMs(step.startedAt, until),
    why: textOrNull(step.why),
    nextLook: step.operation === null ? null : new Date(step.operation.notBefore).toISOString(),
  };
};

export const runView = (run: Run, state: SiteState, now: number): RunView => ({
  id: run.id,
  digest: run.digest,
  direction: directionOf(run, state),
  because: plainText(run.because),
  by: plainText(run.by),
  startedAt: run.startedAt,
  forMs: sinceMs(run.arrivedAt, now),
  cloudReadyAt: run.cloudReadyAt,
  steps: run.steps.map((step) => stepView(step, now)),
});

/** `durationMs` is from the event's arrival to the end. */
export const pastRunView = (run: RunSummary): PastRunView => ({
  id: run.id,
  outcome: run.outcome,
  because: plainText(run.because),
  by: plainText(run.by),
  endedAt: run.endedAt,
  durationMs: sinceMs(run.arrivedAt, Date.parse(run.endedAt)),
  ownOverheadMs: run.ownOverheadMs,
  calls: `${run.costs.writes} writes, ${run.costs.reads} reads, ${run.costs.polls} polls`,
  why: textOrNull(run.why),
});

/** What a run took: as a whole, and how much of that was the product's own doing. */
export const tookText = (run: PastRunView): string =>
  `${durationText(run.durationMs)}, ${durationText(run.ownOverheadMs)} of it our own`;
