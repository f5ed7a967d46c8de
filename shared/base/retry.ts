import type { AutomationError } from './errors.ts';

/** Nobody waits longer than this in one go, whatever Azure asks; the longest wait seen was 778 s (the list of service tags). */
export const longestWaitMs = 15 * 60_000;
/** Where Azure names no time. */
const unaskedMs = 15_000;
const firstMs = 5_000;
const longestBackOffMs = 60_000;
/** Added to a wait, so that those who were refused together do not come back together. */
const mostJitter = 0.2;

/**
 * The one policy of waiting, by class of error. `never`, where only a person can help: null. `now`: 0. `later`:
 * milliseconds until the same is tried again; never earlier than Azure asked, the longer the more often it was in vain, and a little by chance (`random`: 0 to 1).
 */
export const waitBefore = (
  error: Pick<AutomationError, 'code' | 'retry' | 'retryAfterMs'>,
  tries: number,
  random: number,
): number | null => {
  if (error.retry === 'never') return null;
  if (error.retry === 'now') return 0;
  const asked = Math.min(longestWaitMs, error.retryAfterMs ?? unaskedMs);
  // A turn of our own that was promised is no fault, and is kept to the moment.
  if (error.code === 'ERR_OUR_TURN') return asked;
  const backOff = Math.min(longestBackOffMs, firstMs * (tries + 1));
  return Math.round(Math.max(asked, backOff) * (1 + mostJitter * random));
};
