import type { Random } from '../../simulator/tags/random.ts';

/** An instance of the app, or a person: nobody who is dead is ever let through again. */
export type Life = { readonly name: string; endedAt: number | null };

type Waiting = { readonly life: Life; readonly go: () => void };
type Due = { readonly at: number; readonly order: number; readonly run: () => void };

/**
 * Makes a concurrent program play the same each time: of all that stand before a call to the outside one is let
 * through, drawn by the seed, and the next not before it stands again. Time is the application's (ms); it stands still
 * while anybody can go on, and then jumps to what is due next.
 */
export class Turnstile {
  readonly random: Random;
  /** How often somebody was let through. */
  turns = 0;
  #now: number;
  #waiting: Waiting[] = [];
  #agenda: Due[] = [];
  #order = 0;
  #outside = 0;
  #over = false;

  constructor(startMs: number, random: Random) {
    this.#now = startMs;
    this.random = random;
  }

  now(): number {
    return this.#now;
  }

  /** Resolves when it is this one's turn; never, where the life ends before. */
  pass(life: Life): Promise<void> {
    return new Promise((go) => this.#waiting.push({ life, go }));
  }

  sleep(life: Life, until: number): Promise<void> {
    if (until <= this.#now) return Promise.resolve();
    return new Promise((wake) =>
      this.at(until, () => {
        if (life.endedAt === null) wake();
      }),
    );
  }

  /** Has `run` called when that time has come; what is due at one time comes in the order in which it was asked for. */
  at(at: number, run: () => void): void {
    const due = { at, order: this.#order, run };
    this.#order += 1;
    let [low, high] = [0, this.#agenda.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#agenda[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#agenda.splice(low, 0, due);
  }

  /** Real work, such as a request to the simulated Azure: nobody else moves before it is over. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await work();
    } finally {
      this.#outside -= 1;
    }
  }

  /** Nothing happens any more. */
  end(): void {
    this.#over = true;
  }

  /** Lets the play run until it is ended, until `until`, or until nothing is left to happen. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    while (!this.#over) {
      await this.#standstill();
      this.#waiting = this.#waiting.filter(({ life }) => life.endedAt === null);
      if (this.#waiting.length > 0) {
        const [chosen] = this.#waiting.splice(this.random.below(this.#waiting.length), 1);
        this.turns += 1;
        chosen?.go();
        continue;
      }
      const [next] = this.#agenda;
      if (next === undefined || next.at > until) break;
      this.#agenda.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    if (until !== Number.POSITIVE_INFINITY && !this.#over) this.#now = Math.max(this.#now, until);
  }

  /** Whoever can go on has gone on: each stands before a call, sleeps, or is through. */
  async #standstill(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#outside > 0);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#outside > 0) await this.#standstill();
  }
}
