import { formatPrefix6, type Prefix6, parsePrefix6 } from './prefix6.ts';

/** Inclusive, of numbers below 2n ** 128n. */
export type Interval6 = { readonly first: bigint; readonly last: bigint };

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * An immutable set of IPv6 addresses: sorted, disjoint, never adjacent intervals, as `RangeSet` has them. It is for
 * counting and comparing what the device's VPN leaves out, so it does without typed arrays.
 */
export class RangeSet6 {
  static readonly empty = new RangeSet6([]);

  readonly intervals: readonly Interval6[];

  /** For this file only: the list must already keep the promise above. */
  private constructor(intervals: readonly Interval6[]) {
    this.intervals = intervals;
  }

  /** The union of prefixes, in any order. Texts are read strictly: throws ERR_PREFIX. */
  static fromPrefixes(prefixes: readonly string[] | readonly Prefix6[]): RangeSet6 {
    const intervals = prefixes.map((prefix): Interval6 => {
      const { start, length } = typeof prefix === 'string' ? parsePrefix6(prefix) : prefix;
      return { first: start, last: start + (1n << BigInt(128 - length)) - 1n };
    });
    return RangeSet6.#folded(intervals);
  }

  static #folded(intervals: Interval6[]): RangeSet6 {
    intervals.sort((a, b) => compare(a.first, b.first));
    const folded: { first: bigint; last: bigint }[] = [];
    for (const { first, last } of intervals) {
      const before = folded.at(-1);
      if (!before || first > before.last + 1n) folded.push({ first, last });
      else if (last > before.last) before.last = last;
    }
    return new RangeSet6(folded);
  }

  union(other: RangeSet6): RangeSet6 {
    return RangeSet6.#folded([...this.intervals, ...other.intervals]);
  }

  /** What is in this set and not in the other. */
  subtract(other: RangeSet6): RangeSet6 {
    const rest: Interval6[] = [];
    let next = 0;
    for (const { first, last } of this.intervals) {
      let at = first;
      // Those that end before this interval end before all that follow, too.
      while (next < other.intervals.length && (other.intervals[next]?.last ?? 0n) < first) next += 1;
      for (let i = next; i < other.intervals.length && at <= last; i += 1) {
        const hole = other.intervals[i];
        if (!hole || hole.first > last) break;
        if (hole.first > at) rest.push({ first: at, last: hole.first - 1n });
        at = hole.last + 1n;
      }
      if (at <= last) rest.push({ first: at, last });
    }
    return new RangeSet6(rest);
  }

  equals(other: RangeSet6): boolean {
    return (
      this.intervals.length === other.intervals.length &&
      this.intervals.every(({ first, last }, i) => {
        const theirs = other.intervals[i];
        return theirs?.first === first && theirs.last === last;
      })
    );
  }

  /** How many addresses: up to 2n ** 128n. */
  get size(): bigint {
    return this.intervals.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
  }

  get isEmpty(): boolean {
    return this.intervals.length === 0;
  }

  /** The shortest list of prefixes that is exactly this set, sorted by address; there is only one. */
  prefixes(): Prefix6[] {
    return this.intervals.flatMap(({ first, last }) => {
      const list: Prefix6[] = [];
      for (let at = first; at <= last; ) {
        let bits = 0;
        while (bits < 128 && fits(at, last, bits + 1)) bits += 1;
        list.push({ start: at, length: 128 - bits });
        at += 1n << BigInt(bits);
      }
      return list;
    });
  }

  /** `prefixes` as text. */
  cidrs(): string[] {
    return this.prefixes().map(formatPrefix6);
  }
}

/** True where a block of 2 ** bits addresses may start at `at` and end by `last`. */
const fits = (at: bigint, last: bigint, bits: number): boolean => {
  const size = 1n << BigInt(bits);
  return (at & (size - 1n)) === 0n && at + size - 1n <= last;
};
