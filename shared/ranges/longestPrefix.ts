import { type CoverTree, coverTree } from './coverTree.ts';
import { type Prefix, prefixSize } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';

/** A route as far as the forwarding function goes: to the firewall, or back to the Internet from under one that is. */
export type HopRoute = { readonly prefix: Prefix; readonly hop: 'firewall' | 'internet' };

export type ForwardingInput = {
  /** What must reach the firewall. */
  readonly toFirewall: RangeSet;
  /** What must not, even where it is in `toFirewall` or `dontCare`: the holes. */
  readonly toInternet: RangeSet;
  /** What may go either way. Everything in none of the three must not reach the firewall. */
  readonly dontCare?: RangeSet;
  /** What no route to the firewall may cover, not even with a longer one that leads it back; holes are let off. */
  readonly forbidden?: RangeSet;
  /** No route to the firewall may have a shorter prefix; 0 (none is too short) unless said otherwise. */
  readonly shortest?: number;
};

/**
 * The fewest routes that lead exactly `toFirewall` without the holes to the firewall when the longest prefix wins,
 * sorted by address; undefined where a forbidden address is itself wanted. Without a route means: not to the firewall.
 *
 * This is ORTC (Draves, King, Venkatachary, Zill, INFOCOM 1999) for two next hops, one of which is what happens
 * without a route. For each node and each hop inherited from above it, the fewest routes in and below the node; a
 * route at the node is worth it only where it changes the hop. Linear in the number of prefixes.
 */
export const longestPrefix = (input: ForwardingInput): HopRoute[] | undefined => {
  const { toFirewall, toInternet, dontCare = RangeSet.empty, forbidden = RangeSet.empty, shortest = 0 } = input;
  const needed = toFirewall.subtract(toInternet);
  const free = dontCare.subtract(toInternet).subtract(needed);
  const { starts, lengths, needs } = leavesOf(needed, free);
  const tree = coverTree(starts, lengths);
  const never = forbidden.subtract(toInternet);
  const mayEnter = Uint8Array.from({ length: tree.nodeCount }, (_, node) => {
    const first = tree.firsts[node] ?? 0;
    const length = tree.lengths[node] ?? 0;
    return length >= shortest && !never.meetsInterval(first, first + prefixSize(length) - 1) ? 1 : 0;
  });
  return new TwoHops(tree, needs, mayEnter).routes();
};

type Leaves = { readonly starts: Uint32Array; readonly lengths: Uint8Array; readonly needs: Uint8Array };

/** The prefixes of both, by address. Side by side they would fold into one: each kind has leaves of its own. */
const leavesOf = (needed: RangeSet, free: RangeSet): Leaves => {
  const own = needed.prefixColumns();
  if (free.isEmpty) return { ...own, needs: new Uint8Array(own.starts.length).fill(1) };
  const leaves = [...needed.prefixes(), ...free.prefixes()].sort((a, b) => a.start - b.start);
  return {
    starts: Uint32Array.from(leaves, ({ start }) => start),
    lengths: Uint8Array.from(leaves, ({ length }) => length),
    needs: Uint8Array.from(leaves, ({ start }) => (needed.has(start) ? 1 : 0)),
  };
};

/** The two-row programme over a tree whose leaves either need the firewall or do not care; all else must not reach it. */
class TwoHops {
  readonly #tree: CoverTree;
  readonly #needs: Uint8Array;
  readonly #mayEnter: Uint8Array;
  /** Fewest routes at and below each node when what comes from above is no firewall, or the firewall. */
  readonly #outside: Float64Array;
  readonly #inside: Float64Array;
  readonly #routes: HopRoute[] = [];

  constructor(tree: CoverTree, needs: Uint8Array, mayEnter: Uint8Array) {
    this.#tree = tree;
    this.#needs = needs;
    this.#mayEnter = mayEnter;
    this.#outside = new Float64Array(tree.nodeCount);
    this.#inside = new Float64Array(tree.nodeCount);
    for (let node = 0; node < tree.nodeCount; node += 1) {
      const [out, into] = this.#without(node);
      this.#outside[node] = Math.min(out, this.#entering(node, into));
      this.#inside[node] = Math.min(into, 1 + out);
    }
  }

  routes(): HopRoute[] | undefined {
    const root = this.#tree.nodeCount - 1;
    if (root < 0) return [];
    if (this.#outside[root] === Number.POSITIVE_INFINITY) return undefined;
    this.#trace(root, false);
    return this.#routes.sort((a, b) => a.prefix.start - b.prefix.start || a.prefix.length - b.prefix.length);
  }

  /** Routes below a node without one at it: with no firewall from above, and with the firewall. */
  #without(node: number): [outside: number, inside: number] {
    if (node < this.#tree.leafCount) return [this.#needs[node] === 1 ? Number.POSITIVE_INFINITY : 0, 0];
    const left = this.#tree.left[node] ?? 0;
    const right = this.#tree.right[node] ?? 0;
    const outside = (this.#outside[left] ?? 0) + (this.#outside[right] ?? 0);
    return [outside, this.#insideEdge(node, left) + this.#insideEdge(node, right)];
  }

  #entering(node: number, inside: number): number {
    return this.#mayEnter[node] === 1 ? 1 + inside : Number.POSITIVE_INFINITY;
  }

  /** How many levels of the trie, each with an unwanted half beside it, lie between a node and its child. */
  #gap(node: number, child: number): number {
    return (this.#tree.lengths[child] ?? 0) - (this.#tree.lengths[node] ?? 0) - 1;
  }

  /** With the firewall from above, the unwanted halves are led back one by one, or all at once with the child. */
  #insideEdge(node: number, child: number): number {
    const gap = this.#gap(node, child);
    const oneByOne = gap + (this.#inside[child] ?? 0);
    return gap === 0 ? oneByOne : Math.min(oneByOne, 1 + (this.#outside[child] ?? 0));
  }

  #trace(node: number, fromAbove: boolean): void {
    const [out, into] = this.#without(node);
    // Where both cost the same, no route is put here.
    const stays = fromAbove ? into <= 1 + out : out <= this.#entering(node, into);
    const inside = stays ? fromAbove : !fromAbove;
    if (!stays) this.#put(this.#tree.firsts[node] ?? 0, this.#tree.lengths[node] ?? 0, inside);
    if (node < this.#tree.leafCount) return;
    for (const child of [this.#tree.left[node] ?? 0, this.#tree.right[node] ?? 0]) {
      this.#trace(child, inside && this.#keepsInside(node, child));
    }
  }

  /** Puts the routes of an edge under the firewall; false where they led the child back, too. */
  #keepsInside(node: number, child: number): boolean {
    const gap = this.#gap(node, child);
    if (gap === 0) return true;
    const start = this.#tree.firsts[child] ?? 0;
    const top = (this.#tree.lengths[node] ?? 0) + 1;
    if (gap + (this.#inside[child] ?? 0) > 1 + (this.#outside[child] ?? 0)) {
      this.#put(blockAt(start, top), top, false);
      return false;
    }
    for (let length = top; length < top + gap; length += 1) {
      const next = length + 1;
      const own = blockAt(start, next);
      const lower = blockAt(start, length);
      this.#put(own === lower ? lower + prefixSize(next) : lower, next, false);
    }
    return true;
  }

  #put(start: number, length: number, toFirewall: boolean): void {
    this.#routes.push({ prefix: { start, length }, hop: toFirewall ? 'firewall' : 'internet' });
  }
}

const blockAt = (address: number, length: number): number =>
  Math.floor(address / prefixSize(length)) * prefixSize(length);
