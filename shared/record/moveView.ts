import { iso } from '../base/clock.ts';
import { counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import { wavesOf } from '../plan/move/graph.ts';
import type { MovePlan, MoveReason } from '../plan/move/movePlan.ts';
import type { StopHere } from '../plan/plan.ts';
import type { Move } from './move.ts';
import { type MovePlanView, movePlanView } from './movePlanView.ts';
import { isOver } from './moveProgress.ts';
import { type MoveStepView, moveSteps, plannedSteps, toGoMs } from './moveStepView.ts';
import { sideNames } from './sideView.ts';
import { durationText, momentText, plainText, sinceMs } from './words.ts';

/** A move as people see it: what waits, what is under way, what comes next. Holds no address of a profile and no body. */
export type MoveView = {
  readonly id: string;
  readonly digest: string;
  readonly reason: MoveReason;
  readonly status: Move['status'];
  readonly title: string;
  /** Display names of regions. */
  readonly from: string;
  readonly to: string;
  readonly why: readonly string[];
  readonly by: string | null;
  readonly askedAt: string;
  readonly expiresAt: string | null;
  readonly startedAt: string | null;
  readonly cloudReadyAt: string | null;
  /** In the order of the plan. */
  readonly steps: readonly MoveStepView[];
  /** Their ids in columns: each stands right of all that it waits for. */
  readonly waves: readonly (readonly string[])[];
  readonly percent: number;
  /** Along the longest chain, by the estimates; a person's time is not counted. */
  readonly toGoMs: number;
  /** `5 of 14 steps over, about 33 min to go (until 03:46:00), then a person at the device` */
  readonly pace: string;
  /** What traffic does if nothing more were done. */
  readonly stopHere: { readonly state: StopHere | null; readonly text: string };
  readonly trouble: { readonly step: string; readonly why: string; readonly remedy: string } | null;
  readonly calls: string;
  /** null where the plan itself cannot be read. */
  readonly plan: MovePlanView | null;
};

const stops: Readonly<Record<StopHere, string>> = {
  works: 'traffic works and stays in the tunnel',
  degraded: 'traffic works, but some of it is singly encrypted',
  cut: 'traffic is cut',
};

/** The label of the step that ended last; side by side, the later one in the plan. */
const stopHereOf = (steps: readonly MoveStepView[]): MoveView['stopHere'] => {
  const ended = steps.filter(({ state }) => state === 'over');
  const last = ended.reduce<MoveStepView | null>(
    (found, step) => (found === null || (step.endedAt ?? '') >= (found.endedAt ?? '') ? step : found),
    null,
  );
  if (last === null) return { state: null, text: 'nothing is written yet: traffic goes as it went before' };
  const state = last.stopHere;
  return { state, text: state === null ? 'what traffic does is not known without the plan' : stops[state] };
};

const percentOf = (done: boolean, toGo: number, plan: MovePlan | null, overs: number, steps: number): number => {
  if (done) return 100;
  const whole = (plan?.criticalPath.minutes ?? 0) * 60_000;
  const share = whole > 0 ? 1 - toGo / whole : overs / Math.max(1, steps);
  return Math.min(99, Math.max(0, Math.floor(Math.round(share * 10_000) / 100)));
};

const paceOf = (move: Move, steps: readonly MoveStepView[], toGo: number, now: number): string => {
  const overs = steps.filter(({ state }) => state === 'over').length;
  const person = steps.some((step) => step.person && step.state !== 'over');
  const held = steps.some((step) => step.person && step.state === 'held');
  const until = move.status === 'running' ? ` (until ${momentText(iso(now + toGo), now)})` : '';
  const parts = [
    `${overs} of ${counted(steps.length, 'step')} over`,
    toGo >= 1_000 ? `about ${durationText(toGo)} to go${until}` : null,
    held ? 'waiting for a person at the device' : person ? 'then a person at the device' : null,
    move.status === 'awaitingApproval' ? 'not begun' : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
};

/** A move and its plan (null where it cannot be read) as one value; `now` in milliseconds of application time. */
export const moveView = (site: Site, move: Move, plan: MovePlan | null, now: number): MoveView => {
  const steps = moveSteps(move, plan, now);
  const toGo = toGoMs(move, plan, now);
  const names = sideNames(site);
  const { trouble, costs } = move;
  const done = steps.length > 0 && move.steps.filter(isOver).length === steps.length;
  return {
    id: move.id,
    digest: move.digest,
    reason: move.reason,
    status: move.status,
    title: plainText(move.title),
    from: names[move.from],
    to: names[move.to],
    why: move.why.map((text) => plainText(text, 600)),
    by: move.by,
    askedAt: move.askedAt,
    expiresAt: move.expiresAt,
    startedAt: move.startedAt,
    cloudReadyAt: move.cloudReadyAt,
    steps,
    waves: wavesOf(plannedSteps(move, plan)).map((wave) => wave.map(({ id }) => plainText(id))),
    percent: percentOf(done, toGo, plan, steps.filter(({ state }) => state === 'over').length, steps.length),
    toGoMs: toGo,
    pace: paceOf(move, steps, toGo, now),
    stopHere: stopHereOf(steps),
    trouble: trouble && {
      step: plainText(trouble.step),
      why: plainText(trouble.why, 600),
      remedy: plainText(trouble.remedy, 600),
    },
    calls: `${costs.writes} writes, ${costs.reads} reads, ${costs.polls} polls`,
    plan: plan && movePlanView(plan, now),
  };
};

/** Where it stands, as half a sentence: `waits for approval until 04:00:00`, `under way for 12 min, by alice`. */
export const moveStandText = ({ status, by, startedAt, askedAt, expiresAt }: MoveView, now: number): string => {
  if (status === 'awaitingApproval') {
    const until = expiresAt === null ? '' : `, until ${momentText(expiresAt, now)}`;
    return `waits for approval since ${momentText(askedAt, now)}${until}`;
  }
  const lasting = startedAt === null ? '' : ` for ${durationText(sinceMs(startedAt, now))}`;
  const who = by === null ? '' : `, by ${by}`;
  return status === 'failed' ? `stopped at a failed step${who}` : `under way${lasting}${who}`;
};
