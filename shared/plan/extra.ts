import { ownersOf, type TagShare } from '../ranges/extraOwners.ts';
import type { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { Routing, SmallestFor } from './routing.ts';

/** Addresses the routes lead to the firewall beyond the wanted ones (it denies them), and whose they are. */
export type Extra = {
  readonly addresses: number;
  /** Of the wanted addresses. */
  readonly percent: number;
  /** The tags that list most of them; tags overlap. */
  readonly owners: readonly TagShare[];
  /** Those that no tag of the file lists. */
  readonly nobodys: number;
  /** Of strategy `summarize` alone. */
  readonly smallestFor?: SmallestFor;
};

const ownersShown = 10;

export const extraOf = ({ extra, smallestFor }: Routing, wanted: RangeSet, tags: TagTable): Extra => {
  const price = smallestFor ? { smallestFor } : {};
  if (extra.isEmpty) return { addresses: 0, percent: 0, owners: [], nobodys: 0, ...price };
  const { tags: owners, nobodys } = ownersOf(extra, tags);
  const percent = wanted.isEmpty ? 0 : (extra.size / wanted.size) * 100;
  return { addresses: extra.size, percent, owners: owners.slice(0, ownersShown), nobodys, ...price };
};
