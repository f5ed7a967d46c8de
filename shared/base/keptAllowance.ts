import { z } from 'zod';
import { type Allowance, lastMoment, unused } from './allowance.ts';

/** What three thousand sites have to write in one subscription takes less (ms): what lies beyond is of a wrong clock. */
const longestQueueMs = 4 * 60 * 60_000;

const times = z.partialRecord(z.enum(['reads', 'writes', 'deletes']), z.number());
const schema = z.object({
  fullAt: times,
  cells: z.array(z.tuple([z.number(), z.number()])),
  refusedUntil: times.optional(),
});

/** Whether a moment (ms) is further off than any turn is promised for. */
export const isBeyondQueue = (at: number, now: number): boolean => at > now + longestQueueMs;

/** An allowance as it is stored; what nobody can read was never written, and is written anew. */
export const keptAllowance = (value: unknown): Allowance => {
  const parsed = schema.safeParse(value);
  return parsed.success ? (parsed.data as Allowance) : unused;
};

/**
 * The allowance, unless a clock that was wrong had it used up for hours: better that Azure refuses a call than that
 * nobody makes it until then.
 */
export const believed = (allowance: Allowance, now: number): Allowance =>
  isBeyondQueue(lastMoment(allowance), now) ? unused : allowance;
