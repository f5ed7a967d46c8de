import type { Clock } from './base/clock.ts';

/** Entering a site takes some tenths of a second: who has a poll to make comes so much before it is due. Wall ms. */
const headStartWallMs = 750;
/** The longest wait at the site itself, in application time: the first polls that Azure allows come after 1 to 3 s. */
const longestMs = 3_000;
/**
 * In all, in wall time: whoever finds the site busy tries about as long before coming back by message. Two seconds would
 * take a message's place on a busy instance for a wait that a message makes as well: 1,000 sites took a fifth longer.
 */
const mostWallMs = 1_500;

type Speed = Pick<Clock, 'speed'>;

/** When a visit may begin that has something to do at `due` (ms, application time). */
export const entryFor = (due: number, { speed }: Speed): number => due - Math.min(headStartWallMs * speed, longestMs);

/** A function that sleeps longer is paid for, and ended by its host, for nothing: the queue can hold the message. */
const mostSleptWallMs = 60_000;

/** Whether a message came so long before its time (ms) that it is to come again instead of being waited for. */
export const isFarOff = (notBefore: number, { now, speed }: Pick<Clock, 'now' | 'speed'>): boolean =>
  (notBefore - now()) / speed > mostSleptWallMs;

/** What one visit has of time to wait at its site, its lease held, for what is about to be due. Longer waits go by message. */
export type Patience = {
  /** Whether it lasts until `due` (ms). */
  lasts(due: number): boolean;
  /** Resolves when `due` has come. */
  until(due: number): Promise<void>;
};

export const newPatience = (clock: Clock): Patience => {
  let leftWallMs = mostWallMs;
  const wallOf = (ms: number): number => Math.max(0, ms) / clock.speed;
  return {
    lasts: (due) => due - clock.now() <= longestMs && wallOf(due - clock.now()) <= leftWallMs,
    until: async (due) => {
      leftWallMs -= wallOf(due - clock.now());
      await clock.sleepUntil(due);
    },
  };
};
