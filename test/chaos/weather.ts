import type { Random } from '../../simulator/tags/random.ts';

/** How likely anything goes wrong with one call, by what the weather is like. */
const likelihood = { calm: 0, gusty: 0.02, storm: 0.06 } as const;

export type Sky = keyof typeof likelihood;

/** Decides, call by call, what goes wrong, and counts what did. */
export class Weather {
  sky: Sky = 'calm';
  /** Faults that struck, by name. */
  readonly struck = new Map<string, number>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of `faults` (by weight), or none. */
  strikes<T extends string>(faults: Readonly<Record<T, number>>): T | null {
    if (this.#random.next() >= likelihood[this.sky]) return null;
    const entries = Object.entries<number>(faults);
    let left = this.#random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    const found = entries.find(([, weight]) => {
      left -= weight;
      return left < 0;
    });
    return (found?.[0] ?? null) as T | null;
  }

  /** Something went wrong. */
  count(name: string): void {
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
  }
}
