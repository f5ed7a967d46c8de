import type { Interval } from '../base/address.ts';
import { IntervalBuilder } from './intervalBuilder.ts';
import { formatPrefix, type Prefix, parsePrefix, prefixSize, scanPrefix } from './prefix.ts';

/** Which of the four cases "in neither, in a only, in b only, in both" belong to a result, as bits 0 to 3. */
const inEither = 0b1110;
const inFirstOnly = 0b0010;
const inBoth = 0b1000;

/**
 * An immutable set of IPv4 addresses.
 *
 *     firsts   |10.0.0.0  |10.0.2.0  ...     inclusive intervals, so that 255.255.255.255 is an end like any other;
 *     lasts    |10.0.0.255|10.0.3.255...     sorted, disjoint and never adjacent: equal sets have equal arrays
 */
export class RangeSet {
  static readonly empty = new RangeSet(new Uint32Array(0), new Uint32Array(0));

  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  #size: number | undefined;

  /** For this file only: the arrays must already keep the promise above. */
  private constructor(firsts: Uint32Array, lasts: Uint32Array) {
    this.#firsts = firsts;
    this.#lasts = lasts;
  }

  /** The union of prefixes, in any order. Texts are read strictly: throws ERR_PREFIX. */
  static fromPrefixes(prefixes: readonly string[] | readonly Prefix[]): RangeSet {
    const starts = new Uint32Array(prefixes.length);
    const lengths = new Uint8Array(prefixes.length);
    for (let i = 0; i < prefixes.length; i += 1) {
      const prefix = prefixes[i];
      if (typeof prefix !== 'string') {
        starts[i] = prefix?.start ?? 0;
        lengths[i] = prefix?.length ?? 32;
      } else if (!scanPrefix(prefix, starts, lengths, i)) {
        parsePrefix(prefix); // throws, with the reason
      }
    }
    return RangeSet.fromColumns(starts, lengths, 0, starts.length);
  }

  /** `fromPrefixes` over rows `from` to `to` (exclusive) of a table of prefixes that have been read already. */
  static fromColumns(starts: Uint32Array, lengths: Uint8Array, from: number, to: number): RangeSet {
    const keys = new Float64Array(to - from);
    let sorted = true;
    let previous = -1;
    for (let i = from; i < to; i += 1) {
      const key = (starts[i] ?? 0) * 64 + (lengths[i] ?? 0);
      if (key < previous) sorted = false;
      keys[i - from] = key;
      previous = key;
    }
    if (!sorted) keys.sort();
    const builder = new IntervalBuilder(keys.length);
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] ?? 0;
      const start = Math.floor(key / 64);
      builder.add(start, start + prefixSize(key - start * 64) - 1);
    }
    return RangeSet.#of(...builder.finish());
  }

  /** The union of inclusive intervals, in any order, of unsigned 32-bit numbers with first <= last. */
  static fromIntervals(intervals: Iterable<readonly [first: number, last: number]>): RangeSet {
    const sorted = [...intervals].sort((a, b) => a[0] - b[0]);
    const builder = new IntervalBuilder(sorted.length);
    for (const [first, last] of sorted) builder.add(first, last);
    return RangeSet.#of(...builder.finish());
  }

  /** The union of any number of sets: one sort, not a chain of copies. */
  static unionOf(sets: readonly RangeSet[]): RangeSet {
    let count = 0;
    for (const set of sets) count += set.#firsts.length;
    if (count > 2 ** 21) return sets.reduce((all, set) => all.union(set), RangeSet.empty);
    const keys = new Float64Array(count);
    let n = 0;
    // A first address is 32 bits, the position of its last one fewer than 21: together exact in a double.
    const lasts = new Uint32Array(count);
    for (const set of sets) {
      for (let i = 0; i < set.#firsts.length; i += 1) {
        keys[n] = (set.#firsts[i] ?? 0) * 2 ** 21 + n;
        lasts[n] = set.#lasts[i] ?? 0;
        n += 1;
      }
    }
    keys.sort();
    const builder = new IntervalBuilder(count);
    for (let i = 0; i < count; i += 1) {
      const key = keys[i] ?? 0;
      const first = Math.floor(key / 2 ** 21);
      builder.add(first, lasts[key - first * 2 ** 21] ?? 0);
    }
    return RangeSet.#of(...builder.finish());
  }

  static readonly #of = (firsts: Uint32Array, lasts: Uint32Array): RangeSet =>
    firsts.length === 0 ? RangeSet.empty : new RangeSet(firsts, lasts);

  union(other: RangeSet): RangeSet {
    return this.#combine(other, inEither);
  }

  /** What is in this set and not in the other. */
  subtract(other: RangeSet): RangeSet {
    return this.#combine(other, inFirstOnly);
  }

  intersect(other: RangeSet): RangeSet {
    return this.#combine(other, inBoth);
  }

  equals(other: RangeSet): boolean {
    const n = this.#firsts.length;
    if (n !== other.#firsts.length) return false;
    for (let i = 0; i < n; i += 1) {
      if (this.#firsts[i] !== other.#firsts[i] || this.#lasts[i] !== other.#lasts[i]) return false;
    }
    return true;
  }

  /** True where every address of the other set is in this one; the empty set is covered by any. */
  covers(other: RangeSet): boolean {
    for (let i = 0; i < other.#firsts.length; i += 1) {
      const at = this.#indexOf(other.#firsts[i] ?? 0);
      if (at < 0 || (this.#lasts[at] ?? 0) < (other.#lasts[i] ?? 0)) return false;
    }
    return true;
  }

  /** True where the two sets have an address in common. */
  meets(other: RangeSet): boolean {
    const [few, many] = this.#firsts.length <= other.#firsts.length ? [this, other] : [other, this];
    for (let i = 0; i < few.#firsts.length; i += 1) {
      const at = many.#indexOf(few.#lasts[i] ?? 0);
      if (at >= 0 && (many.#lasts[at] ?? 0) >= (few.#firsts[i] ?? 0)) return true;
    }
    return false;
  }

  /** True where the set has an address from `first` to `last`, both included. */
  meetsInterval(first: number, last: number): boolean {
    const at = this.#indexOf(last);
    return at >= 0 && (this.#lasts[at] ?? 0) >= first;
  }

  /** What of the set lies from `first` to `last`, both included; its cost is that of the answer. */
  clip(first: number, last: number): RangeSet {
    const to = this.#indexOf(last) + 1;
    const before = this.#indexOf(first);
    const from = before >= 0 && (this.#lasts[before] ?? 0) >= first ? before : before + 1;
    if (from >= to) return RangeSet.empty;
    const firsts = this.#firsts.slice(from, to);
    const lasts = this.#lasts.slice(from, to);
    firsts[0] = Math.max(firsts[0] ?? 0, first);
    lasts[lasts.length - 1] = Math.min(lasts.at(-1) ?? 0, last);
    return RangeSet.#of(firsts, lasts);
  }

  has(address: number): boolean {
    const at = this.#indexOf(address);
    return at >= 0 && (this.#lasts[at] ?? 0) >= address;
  }

  /** How many addresses: 0 to 2 ** 32. */
  get size(): number {
    if (this.#size === undefined) {
      let size = 0;
      for (let i = 0; i < this.#firsts.length; i += 1) size += (this.#lasts[i] ?? 0) - (this.#firsts[i] ?? 0) + 1;
      this.#size = size;
    }
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#firsts.length === 0;
  }

  /** How many intervals the set has; at most the number of its prefixes. */
  get intervalCount(): number {
    return this.#firsts.length;
  }

  /** The intervals, sorted, disjoint, never adjacent. */
  *intervals(): Generator<Interval> {
    for (let i = 0; i < this.#firsts.length; i += 1) {
      yield { first: this.#firsts[i] ?? 0, last: this.#lasts[i] ?? 0 };
    }
  }

  /** The shortest list of prefixes that is exactly this set, sorted by address; there is only one. */
  prefixes(): Prefix[] {
    const list: Prefix[] = [];
    this.eachPrefix((start, length) => list.push({ start, length }));
    return list;
  }

  /** `prefixes` as two columns, for work on many of them. */
  prefixColumns(): { readonly starts: Uint32Array; readonly lengths: Uint8Array } {
    const starts: number[] = [];
    const lengths: number[] = [];
    this.eachPrefix((start, length) => {
      starts.push(start);
      lengths.push(length);
    });
    return { starts: Uint32Array.from(starts), lengths: Uint8Array.from(lengths) };
  }

  /** `prefixes` as text. */
  cidrs(): string[] {
    const list: string[] = [];
    this.eachPrefix((start, length) => list.push(formatPrefix(start, length)));
    return list;
  }

  /** `prefixes` one by one, for a set with a million. Cuts each interval into the largest aligned blocks from its left end. */
  eachPrefix(visit: (start: number, length: number) => void): void {
    for (let i = 0; i < this.#firsts.length; i += 1) {
      const last = this.#lasts[i] ?? 0;
      let at = this.#firsts[i] ?? 0;
      while (at <= last) {
        const room = last - at + 1;
        const fits = room === 2 ** 32 ? 32 : 31 - Math.clz32(room);
        const aligned = at === 0 ? 32 : 31 - Math.clz32(at & -at);
        const length = 32 - Math.min(fits, aligned);
        visit(at, length);
        at += prefixSize(length);
      }
    }
  }

  /** Index of the last interval that starts at or before `address`, or -1. */
  #indexOf(address: number): number {
    const firsts = this.#firsts;
    let low = 0;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((firsts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * One walk over the ends of both sets in order, knowing at each whether we are in a (bit 0) and in b (bit 1);
   * `keep` says which of the four states belong to the result. Ends at one address change the state together,
   * so the result is again never adjacent.
   */
  #combine(other: RangeSet, keep: number): RangeSet {
    const firsts = new Uint32Array(this.#firsts.length + other.#firsts.length);
    const lasts = new Uint32Array(firsts.length);
    const endsA = this.#firsts.length * 2;
    const endsB = other.#firsts.length * 2;
    let a = 0;
    let b = 0;
    let n = 0;
    let state = 0;
    let open = false;
    while (a < endsA || b < endsB) {
      const atA = a < endsA ? this.#end(a) : Infinity;
      const atB = b < endsB ? other.#end(b) : Infinity;
      const at = atA < atB ? atA : atB;
      if (atA === at) {
        state ^= 1;
        a += 1;
      }
      if (atB === at) {
        state ^= 2;
        b += 1;
      }
      const inside = ((keep >> state) & 1) === 1;
      if (inside && !open) firsts[n] = at;
      if (!inside && open) {
        lasts[n] = at - 1;
        n += 1;
      }
      open = inside;
    }
    return RangeSet.#of(firsts.slice(0, n), lasts.slice(0, n));
  }

  /** The nth place where membership changes: 0 = first start, 1 = one past the first end (up to 2 ** 32), ... */
  #end(n: number): number {
    return n & 1 ? (this.#lasts[n >> 1] ?? 0) + 1 : (this.#firsts[n >> 1] ?? 0);
  }
}
