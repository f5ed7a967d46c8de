import { RangeSet } from '../shared/ranges/rangeSet.ts';

/** The set of those of `count` addresses from `base` on whose bits are set. */
export const fromBits = (bits: number, base: number, count: number): RangeSet =>
  RangeSet.fromIntervals(
    Array.from({ length: count }, (_, i) => i)
      .filter((i) => (bits >>> i) & 1)
      .map((i) => [base + i, base + i] as const),
  );

export const bitCount = (bits: number): number => {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** Every way to choose disjoint blocks of an aligned universe: which addresses, in how many blocks. */
export type BlockChoice = { readonly bits: number; readonly blocks: number };

/** All of them for a universe of `size` addresses (a power of two): 2, 5, 26, 677, 458,330 for 1 to 16. */
export const blockChoices = (size: number, at = 0): BlockChoice[] => {
  const whole: BlockChoice = { bits: (2 ** size - 1) * 2 ** at, blocks: 1 };
  if (size === 1) return [{ bits: 0, blocks: 0 }, whole];
  const left = blockChoices(size / 2, at);
  const right = blockChoices(size / 2, at + size / 2);
  const both = left.flatMap((a) => right.map((b) => ({ bits: a.bits | b.bits, blocks: a.blocks + b.blocks })));
  return [whole, ...both];
};

/** The least number of blocks that are exactly these addresses, by asking all choices. */
export const fewestBlocks = (choices: readonly BlockChoice[], size: number): Uint8Array => {
  const fewest = new Uint8Array(2 ** size).fill(255);
  for (const { bits, blocks } of choices) if (blocks < (fewest[bits] ?? 0)) fewest[bits] = blocks;
  return fewest;
};

export type OracleRoute = { readonly cidr: string; readonly hop: string; readonly rank: number };

const keyOf = (address: number, length: number): number => {
  const size = 2 ** (32 - length);
  return Math.floor(address / size) * size * 64 + length;
};

/**
 * Longest prefix match by looking, for each length, longest first, whether there is a route: as plain as it can be,
 * and sharing nothing with the product, not even the reading of a prefix. Of two routes with one prefix the lower
 * rank wins.
 */
export class LookUp {
  readonly #best = new Map<number, OracleRoute>();
  readonly #lengths: readonly number[];

  constructor(routes: readonly OracleRoute[]) {
    const lengths = new Set<number>();
    for (const route of routes) {
      const [a = 0, b = 0, c = 0, d = 0, length = 32] = route.cidr.split(/[./]/).map(Number);
      const key = keyOf(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, length);
      const before = this.#best.get(key);
      if (!before || route.rank < before.rank) this.#best.set(key, route);
      lengths.add(length);
    }
    this.#lengths = [...lengths].sort((x, y) => y - x);
  }

  hop(address: number): string | undefined {
    for (const length of this.#lengths) {
      const found = this.#best.get(keyOf(address, length));
      if (found) return found.hop;
    }
    return undefined;
  }
}

/** Both sides of every place where one of the sets begins or ends. */
export const endsOf = (sets: readonly RangeSet[]): number[] => {
  const ends = new Set<number>();
  for (const set of sets) {
    for (const { first, last } of set.intervals()) {
      for (const address of [first - 1, first, last, last + 1]) {
        if (address >= 0 && address < 2 ** 32) ends.add(address);
      }
    }
  }
  return [...ends];
};
