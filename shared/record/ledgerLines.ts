import type { Move } from './move.ts';
import type { Run, StepRecord } from './run.ts';

/** One line of a ledger; what else it says is its own. */
export type LedgerLine = { readonly at: string; readonly event: string; readonly [detail: string]: unknown };

type Step = Pick<StepRecord, 'status' | 'endedAt' | 'why'> & { readonly id: string };

const ends = new Set<StepRecord['status']>(['done', 'unchanged', 'skipped', 'failed']);

/** What a run set out with. */
export const startLine = (run: Run, title: string, reasons: readonly string[]): LedgerLine => {
  const { startedAt: at, digest, because, by } = run;
  return { at, event: 'run started', digest, because, by, title, reasons };
};

/** What a move set out with; `startedAt` is there once it has begun. */
export const moveStartLine = (move: Move, why: readonly string[]): LedgerLine => {
  const { startedAt, askedAt, digest, by, title } = move;
  return { at: startedAt ?? askedAt, event: 'move started', digest, by, title, why };
};

/** The end of each step that is over, as the state remembers it. */
export const endLines = (steps: readonly Step[], now: string): LedgerLine[] =>
  steps
    .filter(({ status }) => ends.has(status))
    .map(({ id, status, endedAt, why }) => ({
      at: endedAt ?? now,
      event: `step ${id} ${status}`,
      ...(why === null ? {} : { why }),
    }));

const eventOf = (line: string): string => {
  try {
    return String((JSON.parse(line) as { event?: unknown }).event);
  } catch {
    return ''; // a line cut short by a crash of storage's own
  }
};

/** Those whose event the ledger does not have. */
export const notIn = (ledger: string | undefined, lines: readonly LedgerLine[]): LedgerLine[] => {
  const said = new Set((ledger ?? '').split('\n').map(eventOf));
  return lines.filter(({ event }) => !said.has(event));
};
