/** Where simulated time comes from: milliseconds since the epoch. */
export interface SimClock {
  now(): number;
}

/** A clock that moves only when told to; for tests, which never sleep. */
export class ManualClock implements SimClock {
  #now: number;

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Moves on by so many milliseconds; never backwards. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot advance by ${ms} ms`);
    this.#now += ms;
  }

  set(ms: number): void {
    this.#now = ms;
  }
}

/** Simulated time that starts at `startMs` and runs `speed` times as fast as the wall clock. */
export class FastClock implements SimClock {
  readonly #startMs: number;
  readonly #wallStartMs: number;
  readonly #speed: number;

  constructor(options: { startMs: number; wallStartMs: number; speed: number }) {
    this.#startMs = options.startMs;
    this.#wallStartMs = options.wallStartMs;
    this.#speed = options.speed;
  }

  now(): number {
    return Math.round(this.#startMs + (Date.now() - this.#wallStartMs) * this.#speed);
  }
}
