import { longestWaitMs } from '../base/retry.ts';

/** The part of HTTP headers that is read here; names are case-insensitive. */
export type Headers = { get(name: string): string | undefined };

const atMost = (ms: number): number => Math.min(longestWaitMs, ms);

/**
 * Milliseconds until Azure wants to be asked again: Retry-After in seconds or as a date (RFC 9110 10.2.3), told
 * against the server's own Date where it sent one. Undefined where nothing usable was sent. Finite and never longer than
 * anybody waits: what is asked for here becomes the time at which a run is come back to.
 */
export const retryAfterMs = (headers: Headers, nowMs: number): number | undefined => {
  const text = headers.get('Retry-After')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return atMost(Math.ceil(Number(text) * 1_000));
  // Date.parse alone takes "-5" for a month.
  const until = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers.get('Date') ?? '');
  return atMost(Math.max(0, until - (Number.isNaN(sent) ? nowMs : sent)));
};

/** The wait that ARM's own words ask for, as in "can be retried in 11 seconds" and "try again after '6' seconds". */
export const secondsInMessage = (message: string): number | undefined => {
  const found = /(?:in|after)\s+'?(\d{1,5})'?\s+seconds/i.exec(message);
  return found === null ? undefined : atMost(Number(found[1]) * 1_000);
};
