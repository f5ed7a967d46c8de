import type { NetworkRule, ObservedFirewall } from '../plan/observed.ts';
import { parsePrefix } from '../ranges/prefix.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';

const everything = RangeSet.fromPrefixes(['0.0.0.0/0']);

const destinationsOf = (rule: NetworkRule, tags: TagTable): RangeSet =>
  rule.destinationAddresses
    .filter((text) => !text.includes(':'))
    .map((text) => rangeOf(text, tags))
    .reduce((all, set) => all.union(set), RangeSet.empty);

/** `*`, an address, a prefix, a range `a-b` or a service tag, as the firewall reads it; unknown text is nothing. */
const rangeOf = (text: string, tags: TagTable): RangeSet => {
  if (text === '*' || text === '0.0.0.0/0') return everything;
  const tag = tags.get(text);
  if (tag) return tag.routed.ipv4;
  try {
    const [first, last] = text.split('-');
    if (first !== undefined && last !== undefined) return spanOf(first, last);
    return RangeSet.fromPrefixes([text.includes('/') ? text : `${text}/32`]);
  } catch {
    return RangeSet.empty;
  }
};

const spanOf = (first: string, last: string): RangeSet =>
  RangeSet.fromIntervals([[parsePrefix(`${first.trim()}/32`).start, parsePrefix(`${last.trim()}/32`).start]]);

/**
 * Which destinations the firewall lets through from all of `sources`, by its classic network rules in order of priority:
 * the first rule that matches decides. A Deny counts whatever its ports (it takes something away); a foreign Allow is
 * not relied on: it may go tomorrow.
 */
export const allowedByFirewall = (
  firewall: ObservedFirewall,
  ourCollection: string,
  sources: readonly string[],
  tags: TagTable,
): { readonly allowed: RangeSet; readonly because: readonly string[] } => {
  const from = sources.map((text) => rangeOf(text, tags)).reduce((all, set) => all.union(set), RangeSet.empty);
  let denied = RangeSet.empty;
  let allowed = RangeSet.empty;
  const because: string[] = [];
  const inOrder = [...firewall.networkRuleCollections].sort((a, b) => a.priority - b.priority);
  for (const collection of inOrder) {
    const isOurs = collection.name.toLowerCase() === ourCollection.toLowerCase();
    const deny = collection.action.toLowerCase() === 'deny';
    if (!isOurs && !deny) continue;
    for (const rule of collection.rules) {
      const ruleSources = rule.sourceAddresses
        .map((text) => rangeOf(text, tags))
        .reduce((a, b) => a.union(b), RangeSet.empty);
      const destinations = destinationsOf(rule, tags);
      if (deny && (ruleSources.meets(from) || rule.sourceIpGroups.length > 0)) {
        denied = denied.union(destinations);
        if (!destinations.isEmpty)
          because.push(`"${collection.name}" (priority ${collection.priority}) denies before ours`);
        if (rule.destinationIpGroups.length > 0)
          because.push(`"${collection.name}" denies an IP group that was not looked into`);
      } else if (isOurs && ruleSources.covers(from)) {
        allowed = allowed.union(destinations.subtract(denied));
      }
    }
  }
  return { allowed, because };
};
