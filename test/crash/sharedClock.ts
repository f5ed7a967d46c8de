import type { JumpClock } from '../support/journey.ts';

/** Room for one time, that every thread sees. */
export const newClockMemory = (): SharedArrayBuffer => new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);

/** A clock that nobody waits for, the same in every thread: sleeping moves it. `reset` is for the next site alone. */
export const sharedClock = (memory: SharedArrayBuffer): JumpClock & { reset(ms: number): void } => {
  const time = new BigInt64Array(memory);
  const now = (): number => Number(Atomics.load(time, 0));
  const reset = (ms: number): void => void Atomics.store(time, 0, BigInt(Math.round(ms)));
  return {
    now,
    reset,
    sleepUntil: async (until) => {
      if (until > now()) reset(until);
    },
    pause: (wallMs) => new Promise((resolve) => setTimeout(resolve, Math.min(wallMs, 20))),
    speed: Number.POSITIVE_INFINITY,
    advance: (ms) => reset(now() + ms),
  };
};
