import { HostError } from './hostError.ts';
import { parseTimeSpan } from './timeSpan.ts';

/** A timer's schedule; times are milliseconds since the epoch, calendar fields are UTC (as in Azure). */
export interface Schedule {
  readonly text: string;
  /** A TimeSpan schedule is constant and knows no calendar. */
  readonly adjustForDst: boolean;
  /** The first occurrence after `ms`. */
  next(ms: number): number;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/*
 * NCRONTAB as the host's library (NCrontab, with seconds) reads it. It is not the cron of other libraries: six fields,
 * Sunday is 0 only, names may be shortened to any prefix, and day and day-of-week must both match where both are given.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
const fields: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day-of-week', min: 0, max: 6, names: days },
];

function parseValue(field: Field, text: string): number {
  const named = /^[a-z]/i.test(text)
    ? (field.names ?? []).findIndex((name) => name.startsWith(text.toLowerCase()))
    : -1;
  const value = /^\d+$/.test(text) ? Number(text) : named === -1 ? Number.NaN : named + field.min;
  if (!(value >= field.min && value <= field.max))
    throw new HostError(`"${text}" is not a ${field.name}: give ${field.min} to ${field.max}.`);
  return value;
}

function parseField(field: Field, text: string): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!Number.isInteger(step) || step < 1)
      throw new HostError(`"${part}" has no whole step above 0 for the ${field.name}.`);
    const [from = '', to] = range.split('-');
    const first = range === '*' ? field.min : parseValue(field, from);
    const open = range === '*' || (to === undefined && stepText !== undefined);
    const last = open ? field.max : to === undefined ? first : parseValue(field, to);
    if (last < first) throw new HostError(`"${range}" runs backwards for the ${field.name}.`);
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return values;
}

const dayMs = 86_400_000;
// Eight years hold every combination of leap day and weekday that the calendar has (1900 and 2100 apart).
const horizonDays = 366 * 8;

const timesOfDay = (hours: Iterable<number>, minutes: ReadonlySet<number>, seconds: ReadonlySet<number>): number[] => {
  const times: number[] = [];
  for (const h of hours) for (const m of minutes) for (const s of seconds) times.push((h * 60 + m) * 60_000 + s * 1000);
  return times.toSorted((a, b) => a - b);
};

function calendar(text: string, sets: ReadonlyArray<ReadonlySet<number>>): (ms: number) => number {
  const none: ReadonlySet<number> = new Set();
  const [seconds = none, minutes = none, hours = none, monthDays = none, yearMonths = none, weekDays = none] = sets;
  const times = timesOfDay(hours, minutes, seconds);
  return (ms) => {
    const start = Math.floor(ms / 1000) * 1000 + 1000;
    const firstDay = Math.floor(start / dayMs) * dayMs;
    for (let day = firstDay; day <= firstDay + horizonDays * dayMs; day += dayMs) {
      const at = new Date(day);
      if (!yearMonths.has(at.getUTCMonth() + 1) || !monthDays.has(at.getUTCDate()) || !weekDays.has(at.getUTCDay()))
        continue;
      const found = times.find((time) => day + time >= start);
      if (found !== undefined) return day + found;
    }
    throw new HostError(`The schedule "${text}" never comes: check its day, month and day of week.`);
  };
}

/** Reads a timer's schedule, NCRONTAB (six fields, or five with second 0) or TimeSpan; throws HostError naming what is wrong. */
export function parseSchedule(text: string): Schedule {
  const span = parseTimeSpan(text);
  if (span !== undefined) {
    if (span <= 0) throw new HostError(`The schedule "${text}" has no length: give a TimeSpan above zero.`);
    return { text, adjustForDst: false, next: (ms) => ms + span };
  }
  const parts = text.trim().split(/\s+/);
  const six = parts.length === 5 ? ['0', ...parts] : parts;
  if (six.length !== 6)
    throw new HostError(`The schedule "${text}" is neither an NCRONTAB of six fields nor a TimeSpan.`);
  try {
    const sets = fields.map((field, index) => parseField(field, six[index] ?? ''));
    return { text, adjustForDst: true, next: calendar(text, sets) };
  } catch (cause) {
    throw new HostError(`The schedule "${text}" cannot be read: ${(cause as Error).message}`, { cause });
  }
}
