import { cpus } from 'node:os';

/** One way of doing a piece of work; what it returns is compared with what the others return. */
export type Contender = {
  readonly name: string;
  readonly run: () => unknown;
  /** For yardsticks that do another work: measured, not compared. */
  readonly isYardstick?: boolean;
  /** Does only every nth item, because all would take minutes: its time is multiplied, its answers are compared. */
  readonly sample?: number;
};

/**
 * What must hold: ours against another contender of the same row, or ours in milliseconds. By medians, or by the least
 * times: what a busy machine adds to some rounds says nothing of how work grows, and it never makes one shorter.
 */
export type Limit =
  | { readonly over: string; readonly atMost: number; readonly by?: 'least' }
  | { readonly over: string; readonly timesFaster: number }
  | { readonly ms: number };

/** One line of the table; the first contender is ours. */
export type Row = {
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly limits: readonly Limit[];
};

/** Where a limit by the least times is missed, up to so many times as many rounds: long work is seldom left alone. */
const patience = 6;

export type Timed = { readonly name: string; readonly medianMs: number; readonly leastMs: number };

export type Result = {
  readonly name: string;
  readonly title: string;
  readonly timed: readonly Timed[];
  readonly limits: readonly { readonly text: string; readonly value: number; readonly holds: boolean }[];
  /** Contenders whose answer is not ours. A run with any has failed. */
  readonly differing: readonly string[];
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** Every nth item of a list answer; other answers as they are. */
const sampled = (answer: unknown, every: number): unknown =>
  Array.isArray(answer) ? answer.filter((_, index) => index % every === 0) : answer;

const same = (ours: unknown, theirs: unknown): boolean => JSON.stringify(ours) === JSON.stringify(theirs);

/** Measures a row: all contenders take turns in each round, so that a slow moment of the machine hits all alike. */
export const measure = (row: Row, options: { rounds: number; warmUp: number }): Result => {
  const times = new Map<Contender, number[]>(row.contenders.map((contender) => [contender, []]));
  const answers = new Map<Contender, unknown>();
  const timedNow = (): Timed[] =>
    row.contenders.map((contender) => {
      const list = times.get(contender) ?? [];
      return { name: contender.name, medianMs: median(list), leastMs: Math.min(...list) };
    });
  const missedByLeast = (): boolean => row.limits.some((limit) => 'by' in limit && !judge(limit, timedNow()).holds);
  const enough = (round: number): boolean =>
    round >= options.rounds && (round >= options.rounds * patience || !missedByLeast());
  for (let round = -options.warmUp; !enough(round); round += 1) {
    for (const contender of row.contenders) {
      const started = performance.now();
      const answer = contender.run();
      const took = (performance.now() - started) * (contender.sample ?? 1);
      if (round >= 0) times.get(contender)?.push(took);
      answers.set(contender, answer);
    }
  }
  const timed = timedNow();
  const ours = answers.get(row.contenders[0]);
  const differing = row.contenders
    .filter((one) => !one.isYardstick && !same(sampled(ours, one.sample ?? 1), answers.get(one)))
    .map((one) => one.name);
  return { name: row.name, title: row.title, timed, limits: row.limits.map((limit) => judge(limit, timed)), differing };
};

const judge = (limit: Limit, timed: readonly Timed[]): Result['limits'][number] => {
  const ours = timed[0]?.medianMs ?? Number.NaN;
  if ('ms' in limit) return { text: `under ${limit.ms} ms`, value: ours, holds: ours < limit.ms };
  const other = timed.find((one) => one.name === limit.over)?.medianMs ?? Number.NaN;
  if ('atMost' in limit) {
    const least = limit.by === 'least';
    const found = timed.find((one) => one.name === limit.over);
    const value = least ? (timed[0]?.leastMs ?? Number.NaN) / (found?.leastMs ?? Number.NaN) : ours / other;
    const text = `at most ${limit.atMost} x ${limit.over}${least ? ', by the least times' : ''}`;
    return { text, value, holds: value <= limit.atMost };
  }
  const value = other / ours;
  return {
    text: `at least ${limit.timesFaster} x faster than ${limit.over}`,
    value,
    holds: value >= limit.timesFaster,
  };
};

/** What the figures were measured on. */
export const machineLine = (): string => {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}, ${process.platform}`;
};

/** The results as a text table: one line per contender, one per limit. */
export const tableOf = (results: readonly Result[]): string => {
  const lines = [['work', 'contender', 'median ms', 'least ms', 'x ours']];
  for (const { name, title, timed, limits, differing } of results) {
    lines.push([name, title, '', '', '']);
    const ours = timed[0]?.medianMs ?? Number.NaN;
    for (const one of timed) {
      const differs = differing.includes(one.name) ? '  DIFFERENT RESULT' : '';
      lines.push([
        '',
        `  ${one.name}${differs}`,
        figure(one.medianMs),
        figure(one.leastMs),
        figure(one.medianMs / ours),
      ]);
    }
    for (const limit of limits)
      lines.push(['', `  ${limit.holds ? 'holds' : 'MISSED'}: ${limit.text}`, figure(limit.value), '', '']);
  }
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
