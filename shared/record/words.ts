import { oneLine } from '../events/payload.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A length of time for people: its two largest units, `2 h 14 min`; below a second in milliseconds. Never negative. */
export const durationText = (ms: number): string => {
  const whole = Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0;
  if (whole < 1_000) return `${whole} ms`;
  const first = units.findIndex(([, size]) => whole >= size);
  const [unit, size] = units[first] ?? ['s', 1_000];
  const count = Math.floor(whole / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((whole - count * size) / next[1]) : 0;
  return next && rest > 0 ? `${count} ${unit} ${rest} ${next[0]}` : `${count} ${unit}`;
};

/** A moment for people, UTC: the time alone on the day of `now`, the date with it on any other. */
export const momentText = (isoTime: string, now: number): string => {
  const today = new Date(now).toISOString().slice(0, 10);
  const time = isoTime.slice(11, 19);
  return isoTime.slice(0, 10) === today ? time : `${isoTime.slice(0, 10)} ${time.slice(0, 5)}`;
};

/** Milliseconds since a moment; 0 for one to come or one that is none. */
export const sinceMs = (isoTime: string, now: number): number => {
  const then = Date.parse(isoTime);
  return Number.isNaN(then) ? 0 : Math.max(0, now - then);
};

/** The first characters of a digest or checksum, enough for a person to tell two apart. */
export const shortDigest = (digest: string): string => (digest.length > 19 ? `${digest.slice(0, 15)}...` : digest);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * Text from outside, where incident titles come as HTML, as one plain line: tags gone, common entities read, no control
 * or direction characters. Plain is not safe: it is escaped where it is shown all the same.
 */
export const plainText = (text: string, length = 200): string =>
  oneLine(
    text
      .slice(0, 8 * length)
      .replace(/<\/?[a-z][^<>]*>/gi, ' ')
      .replace(
        /&(?:#39|(amp|lt|gt|quot|apos|nbsp));/gi,
        (_, name?: string) => entities[name?.toLowerCase() ?? 'apos'] ?? ' ',
      )
      // Marks that turn the reading direction could make a line on the page say another thing than it does.
      .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, ''),
    length,
  );

/** A value with every text in it plain: what a view forgets to clean is clean all the same. Keys are our own. */
export const plainAll = <T>(value: T): T => {
  if (typeof value === 'string') return plainText(value, 2_000) as T;
  if (Array.isArray(value)) return value.map(plainAll) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainAll(inner)])) as T;
};
