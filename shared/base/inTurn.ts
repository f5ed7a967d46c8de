import { createHash } from 'node:crypto';

const phaseOf = (id: string, everyMs: number): number => {
  const share = createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
  return Math.floor(share * everyMs);
};

/**
 * Whether something that is done for each of many every `everyMs` is due for this one. Each has its own moment in the
 * round, by its id: what began for all at once drifts apart within a few rounds, and Azure is not asked for a thousand
 * sites in the same minute of every hour. Never sooner than `leastMs` after the last time; `at` null: never done.
 */
export const isInTurn = (
  id: string,
  at: number | null,
  round: { readonly everyMs: number; readonly leastMs: number },
  now: number,
): boolean => {
  if (at === null) return true;
  const { everyMs, leastMs } = round;
  const phase = phaseOf(id, everyMs);
  const turn = Math.floor((now - phase) / everyMs) * everyMs + phase;
  return at < turn && now - at >= leastMs;
};
