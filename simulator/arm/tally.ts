import { keyOf } from './ids.ts';
import type { RecordedExchange } from './recorded.ts';

/** What came of the writes of one resource by one method. */
export interface WriteTally {
  /** The path, in lower case. */
  readonly id: string;
  readonly method: string;
  readonly accepted: number;
  readonly refused: number;
  /** The connection was cut; whether it took effect is not said. */
  readonly unanswered: number;
}

const WRITES = ['PUT', 'PATCH', 'POST', 'DELETE'];

/** Writes and actions per resource, in the order of the first. Polls and reads are none. */
export function countWrites(exchanges: readonly RecordedExchange[]): WriteTally[] {
  const tallies = new Map<string, { -readonly [key in keyof WriteTally]: WriteTally[key] }>();
  for (const { method, url, status } of exchanges) {
    const path = new URL(url).pathname;
    if (!WRITES.includes(method) || !path.startsWith('/subscriptions/')) continue;
    const id = keyOf(decodeURIComponent(path));
    const key = `${method} ${id}`;
    const tally = tallies.get(key) ?? { id, method, accepted: 0, refused: 0, unanswered: 0 };
    tallies.set(key, tally);
    tally[status === 0 ? 'unanswered' : status < 300 ? 'accepted' : 'refused'] += 1;
  }
  return [...tallies.values()];
}

/** Polls that came before Retry-After allowed them, or later than it says by more than a share of it. */
export function unpunctualPolls(
  exchanges: readonly RecordedExchange[],
  lateShare = 0.1,
): { early: RecordedExchange[]; late: RecordedExchange[] } {
  return {
    early: exchanges.filter(({ earlyBySeconds }) => earlyBySeconds !== undefined),
    late: exchanges.filter(
      ({ retryAfterSeconds: said, waitedSeconds: waited }) =>
        said !== undefined && waited !== undefined && waited > said * (1 + lateShare),
    ),
  };
}
