import type { Clock } from '../../shared/base/clock.ts';

/** Application time of a fleet: it stands still while anything is done, and jumps to the next thing due when nothing is. */
export type FleetClock = Clock & {
  /** Something that takes real time, such as a request to the simulator, begins or is over: meanwhile time stands still. */
  outside(change: 1 | -1): void;
  /** When something else than a sleeper is next due; undefined where nothing is. Told the same way. */
  onIdle(next: () => number | undefined, arrived: () => void): void;
};

type Sleeper = { readonly until: number; readonly wake: () => void };

/** Starts at `startMs` (since the epoch). `follow` lets others move to the same time, before anybody here wakes. */
export const fleetClock = (startMs: number, follow: (now: number) => Promise<void>): FleetClock => {
  let now = startMs;
  let outside = 0;
  let next: () => number | undefined = () => undefined;
  let arrived = (): void => {};
  let sleepers: Sleeper[] = [];
  let queued = false;

  const jump = async (): Promise<void> => {
    const message = outside > 0 ? undefined : next();
    const first = sleepers.reduce((least, { until }) => Math.min(least, until), message ?? Number.POSITIVE_INFINITY);
    if (outside > 0 || first === Number.POSITIVE_INFINITY) {
      queued = false;
      return;
    }
    if (first > now) await follow(first);
    now = Math.max(now, first);
    const awake = sleepers.filter(({ until }) => until <= now);
    sleepers = sleepers.filter(({ until }) => until > now);
    for (const { wake } of awake) wake();
    if (message !== undefined && message <= now) arrived();
    queued = false;
    consider();
  };
  const consider = (): void => {
    if (queued) return;
    queued = true;
    // What goes on without waiting comes first.
    setImmediate(() => setImmediate(() => void jump()));
  };
  const sleep = (until: number): Promise<void> =>
    new Promise((wake) => {
      sleepers.push({ until, wake });
      consider();
    });

  return {
    speed: 1,
    now: () => now,
    sleepUntil: (until) => (until <= now ? Promise.resolve() : sleep(until)),
    pause: (ms) => sleep(now + ms),
    outside: (change) => {
      outside += change;
      consider();
    },
    onIdle: (due, told) => {
      next = due;
      arrived = told;
      consider();
    },
  };
};
