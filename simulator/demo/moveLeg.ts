import type { MovePlan } from '../../shared/plan/move/movePlan.ts';
import type { MoveSummary } from '../../shared/record/move.ts';
import type { RecordedExchange } from '../arm/recorded.ts';
import type { Stage } from '../stage/stage.ts';
import { isPoll } from './calls.ts';
import { checksOf, ledgerOf } from './ledger.ts';
import { type PollDelays, pollDelays, requestsOf, type Write, writesIn } from './moveCalls.ts';
import { type TimelineStep, timelineOf } from './timeline.ts';

/** Own overhead of a move: architecture 9. Warm is one whose gateway stood already. */
const overheadLimits = { cold: 10_000, warm: 2_000 } as const;

/**
 * So fast a clock may run for polls to be held to a tenth of Retry-After: above it a queue that is looked at every half
 * second of the wall is late by minutes of the simulation, whatever the product does.
 */
const fastestForPace = 20;

/** The figures of one move, all of them read off the ledger and off what went over the wire. */
export interface MoveLeg extends PollDelays {
  readonly reason: MoveSummary['reason'];
  /** Simulated seconds per second. */
  readonly speed: number;
  readonly from: string;
  readonly to: string;
  readonly outcome: MoveSummary['outcome'];
  readonly by: string | null;
  /** Azure's minutes since the move began, by step. */
  readonly timeline: readonly TimelineStep[];
  /** By the estimates, as it was approved. */
  readonly criticalPath: MovePlan['criticalPath'];
  readonly writes: readonly Write[];
  /** Resources that took more writes than the approver saw, or that the plan did not name. */
  readonly unplannedWrites: readonly string[];
  readonly reads: number;
  /** The move's own time, Azure's and people's taken out; wall ms. */
  readonly ownOverheadMs: number;
  readonly ownOverheadLimitMs: number;
  /** From a person's approval to the move's beginning, in wall ms: what was under way at the site came first. */
  readonly begunAfterMs: number;
  /** Requests for the region that answered nothing, from the move's beginning to its end. */
  readonly requestsToDeadRegion: number;
  readonly checks: readonly string[];
}

const unplanned = (writes: readonly Write[], plan: MovePlan): string[] => {
  const planned = new Map(plan.writes.map(({ resource, writes: count }) => [resource.toLowerCase(), count]));
  return writes
    .filter(({ resource, count }) => count > (planned.get(resource.toLowerCase()) ?? 0))
    .map(({ resource, count }) => `${resource}: ${count}, planned ${planned.get(resource.toLowerCase()) ?? 0}`);
};

const between = ({ startedAt, endedAt }: MoveSummary, { at }: RecordedExchange): boolean =>
  at >= Date.parse(startedAt ?? '') && at <= Date.parse(endedAt);

/** When the move was approved: what ARM had seen by then (number of requests), and the time. */
export type Approval = { readonly requests: number; readonly at: number };

export const moveLeg = async (
  { arm, speed }: Pick<Stage, 'arm' | 'speed'>,
  plan: MovePlan,
  summary: MoveSummary,
  approval: Approval,
): Promise<MoveLeg> => {
  const requests = requestsOf(arm, approval.requests).filter((request) => between(summary, request));
  const writes = writesIn(requests);
  const timeline = timelineOf(plan, await ledgerOf(plan.site, summary.id), summary.startedAt ?? '');
  const stood = !timeline.some(({ id, outcome }) => id.startsWith('gateway') && outcome === 'done');
  return {
    reason: summary.reason,
    speed,
    from: plan.region.from,
    to: plan.region.to,
    outcome: summary.outcome,
    by: summary.by,
    timeline,
    criticalPath: plan.criticalPath,
    writes,
    unplannedWrites: unplanned(writes, plan),
    reads: requests.filter(({ method, label }) => method === 'GET' && !isPoll(label)).length,
    ...pollDelays(requests, speed),
    ownOverheadMs: summary.ownOverheadMs,
    ownOverheadLimitMs: overheadLimits[stood ? 'warm' : 'cold'],
    begunAfterMs: Math.max(0, Math.round((Date.parse(summary.startedAt ?? '') - approval.at) / speed)),
    requestsToDeadRegion: requests.filter(({ fault }) => fault?.startsWith('deadRegion')).length,
    checks: await checksOf(plan.site, summary.id),
  };
};

/** Whether a move kept what the product promises; of times only what a clock that does not run fast can show. */
export const legHolds = (leg: MoveLeg, outcome: MoveSummary['outcome'] = 'protected'): boolean =>
  leg.outcome === outcome &&
  (outcome !== 'protected' || leg.checks.length > 0) &&
  leg.earlyPolls === 0 &&
  (leg.latePolls === 0 || leg.speed > fastestForPace) &&
  leg.requestsToDeadRegion === 0 &&
  leg.unplannedWrites.length === 0;
