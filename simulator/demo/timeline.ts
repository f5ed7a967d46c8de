import type { MovePlan } from '../../shared/plan/move/movePlan.ts';
import type { LedgerLine } from './ledger.ts';

/** One step of a move as its ledger has it; minutes of Azure's time since the move began. */
export interface TimelineStep {
  readonly id: string;
  readonly title: string;
  readonly outcome: string;
  readonly startMinute: number;
  readonly endMinute: number;
  readonly estimateMinutes: number;
  /** On the longest chain, by the estimates. */
  readonly critical: boolean;
}

const ends = new Set(['done', 'unchanged', 'skipped', 'failed']);

const minutesBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 600) / 100;

/** When each step began and ended: `step <id> <status>` of the ledger. */
export const timelineOf = (plan: MovePlan, ledger: readonly LedgerLine[], began: string): TimelineStep[] =>
  plan.steps.flatMap(({ id, title, estimateMinutes }) => {
    const own = ledger.filter(({ event }) => event.startsWith(`step ${id} `));
    const statusOf = ({ event }: LedgerLine) => event.slice(`step ${id} `.length);
    const first = own[0];
    const last = own.filter((line) => ends.has(statusOf(line))).at(-1);
    if (first === undefined || last === undefined) return [];
    return [
      {
        id,
        title,
        outcome: statusOf(last),
        startMinute: minutesBetween(began, first.at),
        endMinute: minutesBetween(began, last.at),
        estimateMinutes,
        critical: plan.criticalPath.steps.includes(id),
      },
    ];
  });

const idWidth = 26;
const barWidth = 34;

const clock = (minutes: number): string => {
  const seconds = Math.round(minutes * 60);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** Steps as bars over time, side by side as they were, in the order they began; 80 columns. `*`: on the critical path. */
export const timelineLines = (steps: readonly TimelineStep[]): string[] => {
  const whole = Math.max(1, ...steps.map(({ endMinute }) => endMinute));
  const column = (minute: number): number => Math.min(barWidth - 1, Math.floor((minute / whole) * barWidth));
  const bar = ({ startMinute, endMinute }: TimelineStep): string => {
    const from = column(startMinute);
    const length = Math.max(1, column(endMinute) - from + (endMinute >= whole ? 1 : 0));
    return `${' '.repeat(from)}${(endMinute - startMinute < whole / barWidth ? '·' : '█').repeat(length)}`;
  };
  const row = (step: TimelineStep): string =>
    `  ${step.critical ? '*' : ' '}${step.id.slice(0, idWidth).padEnd(idWidth)} ${clock(step.startMinute)} ${clock(step.endMinute)} ${bar(step)}`;
  return [
    `   ${'step'.padEnd(idWidth)} ${'from'.padStart(5)} ${'to'.padStart(5)} min:s of Azure's time`,
    ...[...steps].sort((a, b) => a.startMinute - b.startMinute).map((step) => row(step).trimEnd()),
  ];
};
