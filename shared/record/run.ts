import type { StepId } from '../plan/plan.ts';

/** `waiting`: for a person at the device, or for ARM; `superseded` steps say why. */
export type StepStatus = 'pending' | 'running' | 'waiting' | 'done' | 'unchanged' | 'failed' | 'skipped';

export type StepRecord = {
  /** A plan's step id, or `verify`. */
  readonly id: StepId | 'verify';
  readonly title: string;
  readonly status: StepStatus;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** The long operation this step left running: where to ask, and not before when (ms). */
  readonly operation: { readonly operationUrl: string; readonly notBefore: number } | null;
  /** Since when Azure is at work on what it took (ISO); null or absent where it is at nothing. Deadlines count from here. */
  readonly operationSince?: string | null;
  /** Why skipped, unchanged or failed; ARM's own words included. */
  readonly why: string | null;
  /** A lock or an outage is waited out: not before this time (ms). */
  readonly notBefore: number | null;
  /** Times this step was tried; a lock or an outage is waited out, but not for ever. */
  readonly tries: number;
  /** Operations of this step that Azure took and ended Failed. */
  readonly failedOperations?: number;
  /** Hash of all that was not ours when this step wrote; verification compares it. */
  readonly foreignHash: string | null;
};

/** Calls a run made, and where its time went (milliseconds of application time). */
export type RunCosts = {
  readonly writes: number;
  readonly reads: number;
  readonly polls: number;
  /** Time inside calls to Azure. */
  readonly azureMs: number;
  /** Time spent waiting for the next permitted poll or Retry-After. */
  readonly waitMs: number;
  /** Time spent waiting for a person. */
  readonly personMs: number;
};

/** One plan being carried out. */
export type Run = {
  readonly id: string;
  /** Digest of the plan; the plan itself is a blob. */
  readonly digest: string;
  readonly because: string;
  /** `policy`, or who approved it. */
  readonly by: string;
  /** When the event or word that caused it arrived (ISO). */
  readonly arrivedAt: string;
  readonly startedAt: string;
  readonly steps: readonly StepRecord[];
  readonly costs: RunCosts;
  readonly cloudReadyAt: string | null;
};

export type RunOutcome = 'cloudReady' | 'protected' | 'failed' | 'superseded';

export type RunSummary = {
  readonly id: string;
  readonly digest: string;
  readonly because: string;
  readonly by: string;
  readonly outcome: RunOutcome;
  readonly arrivedAt: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ownOverheadMs: number;
  readonly costs: RunCosts;
  readonly why: string | null;
};
