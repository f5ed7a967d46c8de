import { prefixSize } from './prefix.ts';
import type { PrefixRows } from './prefixRows.ts';
import type { RangeSet } from './rangeSet.ts';

/**
 * Which rows of a prefix table hold an address. Prefixes are nested or disjoint, never crossing, so each distinct
 * one has at most one smallest prefix around it: find the last that starts at or before the address by binary
 * search, then climb. At most 33 steps up, whatever the size of the table.
 */
export class Owners {
  readonly #firsts: Float64Array;
  readonly #lasts: Float64Array;
  /** Index of the smallest enclosing prefix, or -1. */
  readonly #parents: Int32Array;
  readonly #owners: readonly (readonly number[])[];

  /**
   * The rows up to `ends[0]` (exclusive) belong to owner 0, those from there to `ends[1]` to owner 1, and so on. The
   * rows of one owner must be disjoint, or `shares` would count twice.
   */
  constructor(rows: PrefixRows, ends: readonly number[]) {
    const byKey = new Map<number, number[]>();
    let row = 0;
    ends.forEach((end, owner) => {
      for (; row < end; row += 1) {
        const key = (rows.starts[row] ?? 0) * 64 + (rows.lengths[row] ?? 0);
        const owners = byKey.get(key);
        if (!owners) byKey.set(key, [owner]);
        else if (owners.at(-1) !== owner) owners.push(owner);
      }
    });
    const keys = Float64Array.from(byKey.keys()).sort();
    this.#owners = Array.from(keys, (key) => byKey.get(key) ?? []);
    this.#firsts = keys.map((key) => Math.floor(key / 64));
    this.#lasts = keys.map((key) => Math.floor(key / 64) + prefixSize(key % 64) - 1);
    this.#parents = new Int32Array(keys.length);
    this.#nest();
  }

  /** The owners of all prefixes that hold `address`, each once, in no promised order. */
  at(address: number): number[] {
    const found = new Set<number>();
    for (let i = this.#lastAtOrBefore(address); i >= 0; i = this.#parents[i] ?? -1) {
      if ((this.#lasts[i] ?? -1) < address) continue;
      for (const owner of this.#owners[i] ?? []) found.add(owner);
    }
    return [...found];
  }

  /** How many addresses of the set each owner has; owners that have none of it are left out. An address may have many. */
  shares(set: RangeSet): Map<number, number> {
    const shares = new Map<number, number>();
    const add = (at: number, addresses: number): void => {
      for (const owner of this.#owners[at] ?? []) shares.set(owner, (shares.get(owner) ?? 0) + addresses);
    };
    // What a summary adds between 100,000 addresses has a million prefixes: no list of them.
    set.eachPrefix((start, length) => {
      const size = prefixSize(length);
      const last = start + size - 1;
      let next = this.#lastAtOrBefore(start - 1) + 1;
      // What begins before the block is around it or left of it; what begins in it is inside it, or starts with it.
      for (let i = next - 1; i >= 0; i = this.#parents[i] ?? -1) if ((this.#lasts[i] ?? 0) >= last) add(i, size);
      for (; next < this.#firsts.length && (this.#firsts[next] ?? 0) <= last; next += 1) {
        add(next, Math.min(this.#lasts[next] ?? 0, last) - (this.#firsts[next] ?? 0) + 1);
      }
    });
    return shares;
  }

  #nest(): void {
    let around = -1;
    for (let i = 0; i < this.#firsts.length; i += 1) {
      while (around >= 0 && (this.#lasts[around] ?? 0) < (this.#firsts[i] ?? 0)) around = this.#parents[around] ?? -1;
      this.#parents[i] = around;
      around = i;
    }
  }

  #lastAtOrBefore(address: number): number {
    let low = 0;
    let high = this.#firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
