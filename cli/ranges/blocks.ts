import { type Prefix, prefixSize } from '../../shared/ranges/prefix.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';

/** A prefix as drawn; not whole where the set has only some of it. */
export type Block = Prefix & { readonly isWhole: boolean };

/** No browser is glad of more, and a page of 100,000 takes 150 MB; the whole public file has 1,887. */
const mostBlocks = 20_000;

/** The whole blocks of that length in an interval, as the shortest list of prefixes. */
const wholeIn = (first: number, last: number, size: number): Block[] => {
  const from = Math.ceil(first / size) * size;
  const to = Math.floor((last + 1) / size) * size - 1;
  if (from > to) return [];
  return RangeSet.fromIntervals([[from, to]])
    .prefixes()
    .map((prefix) => ({ ...prefix, isWhole: true }));
};

/**
 * The prefixes of a set by address, what is smaller than a block of length `finest` drawn as that block, once. Ends
 * early where there are more than `most`: cutting a large set into prefixes only to count them takes its memory.
 */
export const blocksOf = (set: RangeSet, finest: number, most = Number.POSITIVE_INFINITY): Block[] => {
  const size = prefixSize(finest);
  const blocks: Block[] = [];
  let around = -1;
  const touch = (start: number): void => {
    if (start !== around) blocks.push({ start, length: finest, isWhole: false });
    around = start;
  };
  for (const { first, last } of set.intervals()) {
    if (first % size !== 0) touch(first - (first % size));
    for (const block of wholeIn(first, last, size)) blocks.push(block);
    const rest = (last + 1) % size;
    if (rest !== 0) touch(last + 1 - rest);
    if (blocks.length > most) break;
  }
  return blocks;
};

/** The longest prefix length (0 to 32) at which the sets together have few enough blocks to be drawn. */
export const finestFor = (sets: readonly RangeSet[], most = mostBlocks): number => {
  const fits = (length: number): boolean => {
    let left = most;
    for (const set of sets) left -= blocksOf(set, length, left).length;
    return left >= 0;
  };
  let finest = 0;
  while (finest < 32 && fits(finest + 1)) finest += 1;
  return finest;
};
