import type { RecordedExchange } from '../arm/recorded.ts';
import type { Arm } from '../arm/server.ts';
import { isPoll } from './calls.ts';

/** A resource that was written, and how often Azure took it. */
export interface Write {
  readonly method: string;
  readonly resource: string;
  readonly count: number;
}

export interface PollDelays {
  readonly polls: number;
  /** Before the time that Retry-After named. */
  readonly earlyPolls: number;
  /**
   * More than a tenth of Retry-After behind it. Our own delay is the wall's, as in own overhead, and is counted as if
   * nothing of it would pass while Azure is waited for: at most so many are late on a clock that does not run fast.
   */
  readonly latePolls: number;
  /** The longest such delay, in wall ms. */
  readonly longestDelayMs: number;
}

/** What went to ARM from the `from`th request on; tokens are not ARM's. */
export const requestsOf = (arm: Arm, from: number): readonly RecordedExchange[] =>
  arm.requests.slice(from).filter(({ label }) => !label.startsWith('Identity_'));

const resourceIn = (url: string): string => decodeURIComponent(new URL(url).pathname);

/** Writes that Azure took, by resource, in the order they began. */
export const writesIn = (requests: readonly RecordedExchange[]): Write[] => {
  const writes = new Map<string, Write>();
  for (const { method, url, status } of requests) {
    if (!['PUT', 'PATCH', 'DELETE'].includes(method) || status >= 400) continue;
    const resource = resourceIn(url);
    const key = `${method} ${resource.toLowerCase()}`;
    writes.set(key, { method, resource, count: (writes.get(key)?.count ?? 0) + 1 });
  }
  return [...writes.values()];
};

export const pollDelays = (requests: readonly RecordedExchange[], speed: number): PollDelays => {
  const polls = requests.filter(({ label }) => isPoll(label));
  const behind = polls.flatMap(({ retryAfterSeconds: due, waitedSeconds: waited }) =>
    due === undefined || waited === undefined ? [] : [{ due, wallMs: ((waited - due) * 1_000) / speed }],
  );
  return {
    polls: polls.length,
    earlyPolls: polls.filter(({ earlyBySeconds }) => (earlyBySeconds ?? 0) > 0).length,
    latePolls: behind.filter(({ due, wallMs }) => wallMs > due * 100).length,
    longestDelayMs: Math.round(Math.max(0, ...behind.map(({ wallMs }) => wallMs))),
  };
};
