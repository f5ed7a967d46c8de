import { byCodeUnit } from '../base/canonical.ts';
import type { RangeSet } from './rangeSet.ts';
import type { TagTable } from './tagTable.ts';

/** How many addresses of a set one tag lists. */
export type TagShare = {
  readonly tag: string;
  /** As in the file: a region code, or '' for a global tag. */
  readonly region: string;
  readonly addresses: number;
};

export type Ownership = {
  /** By addresses, most first, then by name. Tags overlap: the numbers add up to more than the set. */
  readonly tags: readonly TagShare[];
  /** The same by region of the AzureCloud tags, which do not overlap each other. */
  readonly regions: readonly { readonly region: string; readonly addresses: number }[];
  /** Addresses that no tag of the file lists. */
  readonly nobodys: number;
};

const mostFirst =
  <T extends { readonly addresses: number }>(name: (item: T) => string) =>
  (a: T, b: T): number =>
    b.addresses - a.addresses || byCodeUnit(name(a), name(b));

/** Who owns the addresses of a set, such as what a summary covers beyond what was wanted. */
export const ownersOf = (extra: RangeSet, table: TagTable): Ownership => {
  const tags = table
    .shares(extra)
    .map(({ tag, addresses }) => ({ tag: tag.name, region: tag.region, addresses }))
    .sort(mostFirst((share) => share.tag));
  const regions = tags
    .filter(({ tag }) => /^azurecloud\./i.test(tag))
    .map(({ region, addresses }) => ({ region, addresses }));
  return {
    tags,
    regions: regions.sort(mostFirst((share) => share.region)),
    nobodys: extra.size - extra.intersect(table.everything).size,
  };
};
