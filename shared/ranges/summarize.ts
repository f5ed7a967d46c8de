import { coverPrices } from './coverPrices.ts';
import { CoverTable } from './coverTable.ts';
import { type CoverTree, coverTree } from './coverTree.ts';
import type { Prefix } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';

/** A choice of routes, by address. */
export type Cover = {
  /** To the firewall: disjoint, and together they hold every wanted address that is no hole. */
  readonly prefixes: readonly Prefix[];
  /** To the Internet: the holes under `prefixes`, each inside one of them. */
  readonly holes: readonly Prefix[];
  /** What `prefixes` hold beyond the wanted addresses and the holes. */
  readonly extra: RangeSet;
};

export type SummaryInput = {
  readonly wanted: RangeSet;
  /** Never to the firewall: routed around, at one route for each prefix under a route; wanted or not. */
  readonly holes: RangeSet;
  /** Never under any route, unless it is a hole. */
  readonly forbidden: RangeSet;
  /** The most routes anybody will ask for, 1 or more. Time and memory grow with it: at worst wanted prefixes * most. */
  readonly most: number;
  /** No route may have a shorter prefix; 0 (none is too short) unless said otherwise. */
  readonly shortest?: number;
};

/** The price of every number of routes, holes included, and the routes for it. */
export class Summary {
  /** The fewest routes that cover the wanted addresses at any price; undefined where none do, or not within `most`. */
  readonly fewest: number | undefined;
  /** The fewest routes that cover them without any extra; undefined where that takes more than `most`. */
  readonly exact: number | undefined;
  /** Wanted addresses that are forbidden, or in a prefix too short: where there are any, nothing is possible. */
  readonly conflict: RangeSet;
  readonly most: number;
  readonly #wanted: RangeSet;
  readonly #needed: RangeSet;
  readonly #holes: RangeSet;
  readonly #tree: CoverTree;
  readonly #table: CoverTable;

  constructor({ wanted, holes, forbidden, most, shortest = 0 }: SummaryInput) {
    if (!Number.isInteger(most) || most < 1) throw new RangeError(`most is ${most}, not a whole number above 0`);
    this.most = most;
    this.#wanted = wanted;
    this.#needed = wanted.subtract(holes);
    this.#holes = holes;
    const { starts, lengths } = this.#needed.prefixColumns();
    this.#tree = coverTree(starts, lengths);
    const rules = { holes, forbidden: forbidden.subtract(holes), shortest };
    const prices = coverPrices(this.#tree, rules);
    this.conflict = conflictOf(this.#needed, rules.forbidden, shortest);
    this.#table = new CoverTable(this.#tree, prices, most);
    this.fewest = this.#firstAtMost(Number.MAX_VALUE);
    this.exact = this.#firstAtMost(0);
  }

  /** The fewest extra addresses with at most k routes; Infinity where k do not suffice. Throws RangeError above `most`. */
  extraAt(k: number): number {
    if (!(k <= this.most)) throw new RangeError(`${k} routes were not looked at, ${this.most} at most`);
    if (this.#needed.isEmpty) return 0;
    return k < 1 ? Number.POSITIVE_INFINITY : this.#table.least(Math.floor(k));
  }

  /** `extraAt` in per cent of the wanted addresses. */
  percentAt(k: number): number {
    return this.#wanted.isEmpty ? 0 : (this.extraAt(k) / this.#wanted.size) * 100;
  }

  /** The fewest routes whose extra is at most that share of the wanted addresses; undefined where `most` are too few. */
  smallestFor(percent: number): number | undefined {
    return this.#firstAtMost((this.#wanted.size * percent) / 100);
  }

  /**
   * The routes for at most k, undefined where k do not suffice. Of equally good ones those with fewer routes, then
   * those with fewer to the left: the same for the same input, always.
   */
  cover(k: number): Cover | undefined {
    if (this.extraAt(k) === Number.POSITIVE_INFINITY) return undefined;
    const prefixes = this.#table.cover(Math.floor(k)).map((node) => ({
      start: this.#tree.firsts[node] ?? 0,
      length: this.#tree.lengths[node] ?? 0,
    }));
    const covered = RangeSet.fromPrefixes(prefixes);
    const holes = this.#holes.intersect(covered);
    return { prefixes, holes: holes.prefixes(), extra: covered.subtract(this.#needed.union(holes)) };
  }

  /** The curve never rises, so the first k at or below a price is found by halving. */
  #firstAtMost(extra: number): number | undefined {
    if (this.#needed.isEmpty) return 0;
    if (!(this.#table.least(this.most) <= extra)) return undefined;
    let low = 1;
    let high = this.most;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#table.least(middle) <= extra) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const conflictOf = (needed: RangeSet, forbidden: RangeSet, shortest: number): RangeSet => {
  const tooShort = shortest > 0 ? needed.prefixes().filter((prefix) => prefix.length < shortest) : [];
  return needed.intersect(forbidden).union(RangeSet.fromPrefixes(tooShort));
};

/**
 * At most k prefixes that hold every wanted address, none that is forbidden, and the fewest others: for every k up to
 * `most`. No other choice of prefixes has fewer extra addresses.
 */
export const summarize = (wanted: RangeSet, forbidden: RangeSet, most: number, shortest = 0): Summary =>
  new Summary({ wanted, holes: RangeSet.empty, forbidden, most, shortest });

/**
 * As `summarize`, with addresses that must be led around the firewall where a route covers them: each prefix of
 * `holes` under a route is one route more, to the Internet, and counts in k. Whether a hole outside the wanted set is
 * worth its route is part of the choice; a hole inside it costs its route or the prefixes around it, whichever is
 * cheaper. No other choice of disjoint prefixes and one route for each hole under them has fewer extra addresses.
 */
export const summarizeWithHoles = (input: SummaryInput): Summary => new Summary(input);
