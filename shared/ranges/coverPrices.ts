import type { CoverTree } from './coverTree.ts';
import { prefixSize } from './prefix.ts';
import type { RangeSet } from './rangeSet.ts';

/** What it costs to take each node of a tree as one route, instead of what is below it. */
export type CoverPrices = {
  /** Addresses under the node that nobody asked for; Infinity where it may not be a route. */
  readonly extra: Float64Array;
  /** Routes: the prefix itself and one for each hole under it. */
  readonly routes: Uint32Array;
};

export type CoverRules = {
  /** Addresses that may be covered for nothing but the routes that lead them elsewhere, one for each of its prefixes. */
  readonly holes: RangeSet;
  /** Addresses that no route may cover. */
  readonly forbidden: RangeSet;
  /** The shortest prefix that may be a route. */
  readonly shortest: number;
};

/** Running sums of prefix sizes: `sums[i]` is the size of the first i. */
const sizesBefore = (lengths: Uint8Array): Float64Array => {
  const sums = new Float64Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i += 1) sums[i + 1] = (sums[i] ?? 0) + prefixSize(lengths[i] ?? 0);
  return sums;
};

/** How many of the sorted values are below `limit`. */
const countBelow = (sorted: Uint32Array, limit: number): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The price of every node. The leaves must not meet the holes. O(n log h). */
export const coverPrices = (tree: CoverTree, { holes, forbidden, shortest }: CoverRules): CoverPrices => {
  const extra = new Float64Array(tree.nodeCount);
  const routes = new Uint32Array(tree.nodeCount);
  const wantedBefore = sizesBefore(tree.lengths.subarray(0, tree.leafCount));
  const hole = holes.prefixColumns();
  const holesBefore = sizesBefore(hole.lengths);
  for (let node = 0; node < tree.nodeCount; node += 1) {
    const first = tree.firsts[node] ?? 0;
    const length = tree.lengths[node] ?? 0;
    const size = prefixSize(length);
    // A hole around a node would hold leaves: those that start in it are inside it.
    const from = countBelow(hole.starts, first);
    const to = countBelow(hole.starts, first + size);
    const wanted = (wantedBefore[tree.leafTo[node] ?? 0] ?? 0) - (wantedBefore[tree.leafFrom[node] ?? 0] ?? 0);
    const free = (holesBefore[to] ?? 0) - (holesBefore[from] ?? 0);
    const refused = length < shortest || forbidden.meetsInterval(first, first + size - 1);
    extra[node] = refused ? Number.POSITIVE_INFINITY : size - wanted - free;
    routes[node] = 1 + to - from;
  }
  return { extra, routes };
};
