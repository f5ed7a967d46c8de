import type { CoverPrices } from './coverPrices.ts';
import type { CoverTree } from './coverTree.ts';

/**
 * The tree knapsack: for each node and each number of routes, the fewest extra addresses with which that many routes,
 * or fewer, cover all leaves below it.
 *
 *     least(node, k) = min( extra(node) where k >= routes(node),  min over i + j = k of least(left, i) + least(right, j) )
 *
 * Only branching nodes need to be looked at: any other prefix shrinks to the longest common prefix of what it covers,
 * which covers as much, and no more of anything else. A node needs no more routes than it has leaves, so that cutting
 * the rows there keeps time and cells at O(leaves * most) at worst, and far below for real lists. Sums of whole
 * numbers below 2 ** 53 are exact.
 */
export class CoverTable {
  readonly #tree: CoverTree;
  readonly #prices: CoverPrices;
  /** Row of node v: cells `#at[v]` to `#at[v + 1]` (exclusive), for 1 route, 2 routes, ...; never increasing. */
  readonly #at: Uint32Array;
  readonly #cells: Float64Array;

  /** `most` is the number of routes beyond which nobody asks: 1 or more. */
  constructor(tree: CoverTree, prices: CoverPrices, most: number) {
    this.#tree = tree;
    this.#prices = prices;
    this.#at = new Uint32Array(tree.nodeCount + 1);
    for (let node = 0; node < tree.nodeCount; node += 1) {
      const leaves = (tree.leafTo[node] ?? 0) - (tree.leafFrom[node] ?? 0);
      this.#at[node + 1] = (this.#at[node] ?? 0) + Math.min(most, leaves);
    }
    this.#cells = new Float64Array(this.#at[tree.nodeCount] ?? 0).fill(Number.POSITIVE_INFINITY);
    for (let node = 0; node < tree.nodeCount; node += 1) {
      if (node >= tree.leafCount) this.#splitInTwo(node);
      this.#takeWhole(node);
    }
  }

  /** The least extra for at most k routes at the root; Infinity where they do not suffice. k is 1 or more. */
  least(k: number): number {
    return this.#cell(this.#tree.nodeCount - 1, k);
  }

  /** The nodes of a cover that costs `least(k)`, by address: with the fewest routes, then the fewest to the left. */
  cover(k: number): number[] {
    const taken: number[] = [];
    if (this.#tree.nodeCount > 0) this.#trace(this.#tree.nodeCount - 1, k, taken);
    return taken;
  }

  #cell(node: number, k: number): number {
    const from = this.#at[node] ?? 0;
    const to = this.#at[node + 1] ?? 0;
    return this.#cells[Math.min(from + k, to) - 1] ?? Number.POSITIVE_INFINITY;
  }

  #splitInTwo(node: number): void {
    const cells = this.#cells;
    const at = this.#at;
    const [left, right] = [this.#tree.left[node] ?? 0, this.#tree.right[node] ?? 0];
    const [from, to] = [at[node] ?? 0, at[node + 1] ?? 0];
    const [leftFrom, leftTo] = [at[left] ?? 0, at[left + 1] ?? 0];
    const [rightFrom, rightTo] = [at[right] ?? 0, at[right + 1] ?? 0];
    let before = Number.POSITIVE_INFINITY;
    for (let i = leftFrom; i < leftTo; i += 1) {
      const one = cells[i] ?? 0;
      // One route more on the left that spares nothing is a cell that `atMost` fills.
      if (one === before) continue;
      before = one;
      let target = from + (i - leftFrom) + 1;
      const end = Math.min(rightTo, rightFrom + to - target);
      for (let j = rightFrom; j < end; j += 1, target += 1) {
        const sum = one + (cells[j] ?? 0);
        if (sum < (cells[target] ?? 0)) cells[target] = sum;
      }
    }
    this.#atMost(from, to);
  }

  /** "Exactly k routes" becomes "k routes or fewer". */
  #atMost(from: number, to: number): void {
    const cells = this.#cells;
    let least = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i += 1) {
      if ((cells[i] ?? 0) < least) least = cells[i] ?? 0;
      else cells[i] = least;
    }
  }

  #takeWhole(node: number): void {
    const whole = this.#prices.extra[node] ?? 0;
    const to = this.#at[node + 1] ?? 0;
    for (let i = (this.#at[node] ?? 0) + (this.#prices.routes[node] ?? 0) - 1; i < to; i += 1) {
      if ((this.#cells[i] ?? 0) <= whole) return;
      this.#cells[i] = whole;
    }
  }

  #trace(node: number, most: number, taken: number[]): void {
    const value = this.#cell(node, most);
    let k = Math.min(most, (this.#at[node + 1] ?? 0) - (this.#at[node] ?? 0));
    while (k > 1 && this.#cell(node, k - 1) === value) k -= 1;
    if (value === this.#prices.extra[node] && k >= (this.#prices.routes[node] ?? 0)) {
      taken.push(node);
      return;
    }
    const [left, right] = [this.#tree.left[node] ?? 0, this.#tree.right[node] ?? 0];
    let i = 1;
    while (i < k - 1 && this.#cell(left, i) + this.#cell(right, k - i) !== value) i += 1;
    this.#trace(left, i, taken);
    this.#trace(right, k - i, taken);
  }
}
