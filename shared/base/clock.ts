/**
 * The one source of time. Production uses `systemClock`; a simulation may run faster than the wall.
 * All times are milliseconds since the epoch, in the application's time.
 */
export interface Clock {
  now(): number;
  /** Resolves when `until` (application time) has come. Only for waits of a second or so: longer ones go by message. */
  sleepUntil(until: number): Promise<void>;
  /** Resolves after so many milliseconds of the wall's time: for what is not Azure's, such as a busy lease. */
  pause(wallMs: number): Promise<void>;
  /** Application milliseconds per wall millisecond; 1 in production. */
  readonly speed: number;
}

const sleep = (wallMs: number): Promise<void> =>
  wallMs > 0 ? new Promise((resolve) => setTimeout(resolve, wallMs)) : Promise.resolve();

export const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: (until) => sleep(until - Date.now()),
  pause: sleep,
  speed: 1,
};

/** A clock that left the wall's time at `originMs` and has run `speed` times as fast since; every process computes the same. */
export const scaledClock = (originMs: number, speed: number): Clock => ({
  now: () => originMs + (Date.now() - originMs) * speed,
  sleepUntil: (until) => sleep((until - originMs) / speed + originMs - Date.now()),
  pause: sleep,
  speed,
});

export const iso = (ms: number): string => new Date(ms).toISOString();
