import { isObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import type { Reading } from './signal.ts';

/** Longest title we keep; a status page has no room for more, and the text comes from outside. */
const TITLE_LENGTH = 200;

/**
 * The member of that name whatever its casing (`IsSynthetic`, `isSynthetic`); undefined where there is none.
 * Own members only: a payload cannot reach into the prototype.
 */
export const field = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : value[key];
};

/** The member at the end of a path of names, or undefined. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => field(inner, name), value);

/** One line of text without control characters, at most `length` characters and never half a surrogate pair. */
export const oneLine = (text: string, length = TITLE_LENGTH): string => {
  const line = text
    .slice(0, 4 * length)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length <= length
    ? line.toWellFormed()
    : line
        .slice(0, length)
        .replace(/[\uD800-\uDBFF]$/, '')
        .toWellFormed();
};

/** A string, number or boolean as one line of text; the REST form `{ value, localizedValue }` by its value; else ''. */
export const text = (value: unknown, length = TITLE_LENGTH): string => {
  const plain = isObject(value) ? field(value, 'value') : value;
  if (typeof plain === 'string') return oneLine(plain, length);
  return typeof plain === 'number' || typeof plain === 'boolean' ? String(plain) : '';
};

/** For comparing words whose case and spaces differ between channels: `Resource Health` and `ResourceHealth`. */
export const folded = (value: unknown): string => text(value).toLowerCase().replace(/\s/g, '');

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Times are compared as text, so years of other than four digits, which would sort wrongly, are no times. */
const isoOf = (date: Date): string | undefined => {
  if (Number.isNaN(date.getTime())) return undefined;
  const iso = date.toISOString();
  return /^\d{4}-/.test(iso) ? iso : undefined;
};

/** A Date or an ISO timestamp as ISO, UTC, milliseconds; without an offset it is UTC, as real alerts mean it. */
export const time = (value: unknown): string | undefined => {
  if (value instanceof Date) return isoOf(value);
  const written = text(value, 64);
  const match = timestamp.exec(written);
  return match ? isoOf(new Date(match[3] === undefined ? `${written}Z` : written)) : undefined;
};

/** The first of these that is a time. */
export const firstTime = (...values: readonly unknown[]): string | undefined => {
  for (const value of values) {
    const found = time(value);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A GUID in Azure; the sites file takes no longer one, so what is longer, or not plain, concerns no site. */
const subscription = /^[ -.0-~]{1,64}$/;

/** A subscription's id, lower-case; undefined for what can be none: it would be filed, sent on, and read by nobody. */
export const subscriptionOf = (value: unknown): string | undefined => {
  const id = text(value).toLowerCase();
  return subscription.test(id) ? id : undefined;
};

/** What stands between the slashes after `subscriptions` in an ARM id, lower-case; else undefined. */
export const subscriptionIn = (armId: unknown): string | undefined =>
  subscriptionOf(/^\/?subscriptions\/([^/]+)(\/|$)/i.exec(text(armId, 2_048))?.[1]);

export const nothing = (what: string, reason: string): Reading => ({ signals: [], ignored: [{ what, reason }] });

/** Several readings as one, in their order. */
export const together = (readings: readonly Reading[]): Reading => ({
  signals: readings.flatMap((reading) => reading.signals),
  ignored: readings.flatMap((reading) => reading.ignored),
});

/** The error for a payload that is no alert and no event at all; the HTTP door answers it with 400. */
export const notAnEvent = (message: string): AutomationError =>
  new AutomationError('ERR_EVENT', message, {
    remedy: 'Send the body of an action group webhook, an Event Grid event or an event of Microsoft.ResourceHealth.',
  });
