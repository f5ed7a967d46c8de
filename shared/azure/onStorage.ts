import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, statusOf, storageFailure } from './storageFailures.ts';

/** A door must answer within about a second even where storage is down: a few quick tries, then tell. */
const tries = 3;
const firstPauseMs = 100;
/** Storage answers in milliseconds; a call without an answer for so long will have none. */
const callMs = 10_000;
/** Of what a door reads first of all, whatever else it does then: who called gives up after ten seconds. */
const firstWordMs = 5_000;
/** A list of many pages, or a file of many megabytes. */
const longMs = 60_000;

/** Options of every call to storage: it ends, even where the other side of a connection is gone without a word. */
export const soon = () => ({ abortSignal: AbortSignal.timeout(callMs) });
export const inAWhile = () => ({ abortSignal: AbortSignal.timeout(longMs) });

/** Runs a reading of any length, under a signal that ends it where not even its first word (`heard`) comes soon. */
export const oncePrompted = async <T>(
  read: (abortSignal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> => {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), firstWordMs);
  const heard = (): void => clearTimeout(timer);
  try {
    return await read(AbortSignal.any([silence.signal, inAWhile().abortSignal]), heard);
  } finally {
    heard();
  }
};

const unreached: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Storage has done nothing of it for sure: it was not reached, or said that it is too busy. */
const refused = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === 503 || status === 429 || (status === undefined && unreached.has(codeOf(error)));
};

/** Nobody knows what became of it; but what we gave up ourselves has had all the time there is. */
const unclear = (error: unknown): boolean => {
  const status = statusOf(error);
  if (codeOf(error) === 'AbortError') return false;
  return status === undefined ? codeOf(error) !== 'unknown' : status >= 500 || status === 408;
};

/**
 * `once`: done twice it would be another thing, such as a line added; it is tried again only where nothing was done for
 * sure. `repeatable`: a read, a write that says the same again, or one that meets its own entity tag.
 */
type Kind = 'once' | 'repeatable';

/**
 * Runs `work`, the one place where storage is tried again: a few times and at once, for the message that brought us
 * here is tried again anyway. What it throws becomes ERR_STORAGE, an AutomationError stays what it is.
 */
export const onStorage = async <T>(what: string, kind: Kind, work: () => Promise<T>): Promise<T> => {
  const until = performance.now() + callMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const again = refused(error) || (kind === 'repeatable' && unclear(error));
      if (!again || attempt === tries || performance.now() > until) throw storageFailure(what, error);
      // By chance, so that those who were refused together do not come back together.
      await sleep(firstPauseMs * attempt * (0.5 + Math.random()));
    }
  }
};
