/**
 * The binary trie above a sorted list of disjoint prefixes, with only the nodes where it branches: the longest common
 * prefixes of the list. Of n prefixes there are n - 1, whatever their lengths.
 *
 *     nodes      0 .. n-1          the prefixes themselves, by address
 *                n .. 2n-2         the branching nodes, each after its two children; the last one is the root
 */
export type CoverTree = {
  readonly leafCount: number;
  readonly nodeCount: number;
  /** First address and prefix length of each node. */
  readonly firsts: Uint32Array;
  readonly lengths: Uint8Array;
  /** Children of each node, by address; 0 for a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The leaves under a node are `leafFrom` to `leafTo` (exclusive). */
  readonly leafFrom: Uint32Array;
  readonly leafTo: Uint32Array;
};

const networkOf = (address: number, length: number): number =>
  length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;

/** The tree above the prefixes given as columns, which must be sorted by address and disjoint. O(n). */
export const coverTree = (starts: Uint32Array, prefixLengths: Uint8Array): CoverTree => {
  const leafCount = starts.length;
  const nodeCount = Math.max(0, leafCount * 2 - 1);
  const firsts = new Uint32Array(nodeCount);
  const lengths = new Uint8Array(nodeCount);
  const left = new Int32Array(nodeCount);
  const right = new Int32Array(nodeCount);
  const leafFrom = new Uint32Array(nodeCount);
  const leafTo = new Uint32Array(nodeCount);
  firsts.set(starts);
  lengths.set(prefixLengths);
  for (let i = 0; i < leafCount; i += 1) {
    leafFrom[i] = i;
    leafTo[i] = i + 1;
  }
  let next = leafCount;
  const join = (a: number, b: number, length: number): number => {
    firsts[next] = networkOf(firsts[a] ?? 0, length);
    lengths[next] = length;
    left[next] = a;
    right[next] = b;
    leafFrom[next] = leafFrom[a] ?? 0;
    leafTo[next] = leafTo[b] ?? 0;
    next += 1;
    return next - 1;
  };
  // Left halves that still wait for their right one, each with the length at which they meet: ever longer.
  const waiting: { readonly node: number; readonly length: number }[] = [];
  let current = 0;
  for (let i = 1; i < leafCount; i += 1) {
    const common = Math.clz32((starts[i - 1] ?? 0) ^ (starts[i] ?? 0));
    for (let top = waiting.at(-1); top && top.length > common; top = waiting.at(-1)) {
      current = join(top.node, current, top.length);
      waiting.pop();
    }
    waiting.push({ node: current, length: common });
    current = i;
  }
  for (let top = waiting.pop(); top; top = waiting.pop()) current = join(top.node, current, top.length);
  return { leafCount, nodeCount, firsts, lengths, left, right, leafFrom, leafTo };
};
