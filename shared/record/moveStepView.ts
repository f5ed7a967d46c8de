import { iso } from '../base/clock.ts';
import { minutesToGo, ready } from '../plan/move/graph.ts';
import type { MovePlan, MoveStep } from '../plan/move/movePlan.ts';
import type { StopHere } from '../plan/plan.ts';
import type { Move, MoveStepRecord } from './move.ts';
import { isOver } from './moveProgress.ts';
import { durationText, momentText, plainText, sinceMs } from './words.ts';

/**
 * | state      | means                                                            |
 * | ---------- | ---------------------------------------------------------------- |
 * | `over`     | done, or stood there as planned, or not needed                   |
 * | `underWay` | Azure or the product is at it                                    |
 * | `held`     | a lock, an outage or a person holds it up                        |
 * | `next`     | nothing it waits for is left                                     |
 * | `later`    | waits for other steps, or for the move to be approved            |
 * | `failed`   | a person has to say how to go on                                 |
 */
export type MoveStepState = 'over' | 'underWay' | 'held' | 'next' | 'later' | 'failed';

export type MoveStepView = {
  readonly id: string;
  readonly title: string;
  readonly state: MoveStepState;
  readonly status: MoveStepRecord['status'];
  /** Its state in words, times included: `under way for 12 min, about 33 min to go`. */
  readonly text: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When Azure is asked again (ISO). */
  readonly nextLook: string | null;
  readonly why: string | null;
  readonly remedy: string | null;
  readonly estimateMinutes: number | null;
  readonly stopHere: StopHere | null;
  /** Steps it waits for itself. */
  readonly after: readonly string[];
  /** On the longest chain: a delay here delays the whole. */
  readonly critical: boolean;
  readonly person: boolean;
};

const minute = 60_000;
const isHeld = (record: MoveStepRecord): boolean =>
  record.status === 'waiting' || (record.status === 'pending' && record.notBefore !== null);

/** At the device a person is waited for, also while the gateway is asked whether the device has come. */
const stateOf = (move: Move, record: MoveStepRecord, person: boolean, free: boolean): MoveStepState => {
  if (isOver(record)) return 'over';
  if (record.status === 'failed') return 'failed';
  if (isHeld(record)) return record.operation === null || person ? 'held' : 'underWay';
  if (record.status === 'running') return 'underWay';
  return free && move.status === 'running' ? 'next' : 'later';
};

/** Milliseconds a step still takes by its estimate; negative by as much as it has taken longer. */
const leftMs = (record: MoveStepRecord, estimateMinutes: number, now: number): number =>
  estimateMinutes * minute - (record.startedAt === null ? 0 : sinceMs(record.startedAt, now));

const paceText = (left: number): string =>
  left >= 0 ? `about ${durationText(left)} to go` : `${durationText(-left)} longer than estimated`;

const dueOf = ({ operation, notBefore }: MoveStepRecord): number | null => operation?.notBefore ?? notBefore;

const overText = ({ status, startedAt, endedAt }: MoveStepRecord): string => {
  if (status === 'unchanged') return 'stands as planned';
  if (status === 'skipped') return 'not needed';
  const ms = startedAt === null || endedAt === null ? 0 : sinceMs(startedAt, Date.parse(endedAt));
  return ms < 1_000 ? 'done' : `done in ${durationText(ms)}`;
};

const textOf = (
  state: MoveStepState,
  record: MoveStepRecord,
  { person, estimateMinutes }: { readonly person: boolean; readonly estimateMinutes: number | null },
  now: number,
): string => {
  const due = dueOf(record);
  const again = due === null ? '' : `, next look ${momentText(iso(due), now)}`;
  const ms = record.startedAt === null ? 0 : sinceMs(record.startedAt, now);
  const lasting = ms < 1_000 ? '' : ` for ${durationText(ms)}`;
  if (state === 'over') return overText(record);
  if (state === 'failed') return 'failed';
  if (state === 'held') return person ? `waits for a person${lasting}` : `held up${lasting}${again}`;
  if (state === 'underWay') {
    const pace = estimateMinutes === null ? '' : `, ${paceText(leftMs(record, estimateMinutes, now))}`;
    return `under way${lasting}${pace}${again}`;
  }
  const estimate = person
    ? ', by a person'
    : estimateMinutes
      ? `, about ${durationText(estimateMinutes * minute)}`
      : '';
  return `${state}${estimate}`;
};

const recordOf = (id: string, title: string): MoveStepRecord => ({
  id,
  title,
  status: 'pending',
  startedAt: null,
  endedAt: null,
  operation: null,
  why: null,
  notBefore: null,
  tries: 0,
  writes: 0,
  foreignHash: null,
});

const orNull = (text: string | null): string | null => (text === null ? null : plainText(text, 600));

export type PlannedStep = Pick<MoveStep, 'id' | 'title' | 'after' | 'estimateMinutes' | 'oneAtATime'> &
  Partial<MoveStep>;

/** The plan's steps; without a plan those of the record, one after the other. */
export const plannedSteps = (move: Move, plan: MovePlan | null): readonly PlannedStep[] =>
  plan?.steps ??
  move.steps.map(({ id, title }, index) => {
    const before = move.steps[index - 1];
    return { id, title, after: before === undefined ? [] : [before.id], estimateMinutes: 0 };
  });

/** What a step waits for itself: what another of these waits for anyway is left out. */
const nearest = (step: PlannedStep, steps: ReadonlyMap<string, PlannedStep>): string[] => {
  const implied = new Set<string>();
  const spread = (id: string): void => {
    for (const other of steps.get(id)?.after ?? []) {
      if (implied.has(other)) continue;
      implied.add(other);
      spread(other);
    }
  };
  for (const id of step.after) spread(id);
  return step.after.filter((id) => !implied.has(id));
};

const idsOf = (move: Move, holds: (record: MoveStepRecord) => boolean): Set<string> =>
  new Set(move.steps.filter(holds).map(({ id }) => id));

const isBegun = ({ status }: MoveStepRecord): boolean => status === 'running' || status === 'waiting';

const viewOf = (step: PlannedStep, record: MoveStepRecord, state: MoveStepState, move: Move, now: number) => {
  const person = step.kind === 'confirm';
  const due = dueOf(record);
  const trouble = move.trouble?.step === step.id ? move.trouble : null;
  // Without a plan nothing was estimated.
  const estimateMinutes = step.kind === undefined ? null : step.estimateMinutes;
  return {
    id: plainText(step.id),
    title: plainText(step.title),
    state,
    status: record.status,
    text: textOf(state, record, { person, estimateMinutes }, now),
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    nextLook: due === null ? null : iso(due),
    why: orNull(trouble?.why ?? record.why),
    remedy: orNull(trouble?.remedy ?? null),
    estimateMinutes,
    stopHere: step.stopHere ?? null,
    person,
  };
};

/** Every step with how it stands; in the plan's order. */
export const moveSteps = (move: Move, plan: MovePlan | null, now: number): readonly MoveStepView[] => {
  const steps = plannedSteps(move, plan);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const records = new Map(move.steps.map((record) => [record.id, record]));
  const free = new Set(ready(steps, idsOf(move, isOver), idsOf(move, isBegun)).map(({ id }) => id));
  const critical = new Set(plan?.criticalPath.steps ?? []);
  return steps.map((step) => {
    const record = records.get(step.id) ?? recordOf(step.id, step.title);
    return {
      ...viewOf(step, record, stateOf(move, record, step.kind === 'confirm', free.has(step.id)), move, now),
      after: nearest(step, byId).map((id) => plainText(id)),
      critical: critical.has(step.id),
    };
  });
};

/** Milliseconds to go along the longest chain of what is not over, by the estimates; a person's time is not counted. */
export const toGoMs = (move: Move, plan: MovePlan | null, now: number): number => {
  if (plan === null) return 0;
  const begun = move.steps.filter(isBegun);
  const runningFor = new Map(
    begun.map(({ id, startedAt }) => [id, startedAt === null ? 0 : sinceMs(startedAt, now) / minute]),
  );
  return Math.round(minutesToGo(plan.steps, { done: idsOf(move, isOver), runningFor }) * minute);
};
