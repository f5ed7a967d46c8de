import type { NetworkRule, ObservedFirewall } from '../plan/observed.ts';
import { keyOf } from '../plan/observePolicy.ts';
import { isDeny, networkRulesInOrder } from '../plan/ruleOrder.ts';
import { parsePrefix } from '../ranges/prefix.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';

/** A collection may deny by hundreds of rules; a person looks at the first. */
const mostReasons = 10;

const few = (reasons: readonly string[]): readonly string[] => {
  const each = [...new Set(reasons)];
  const more = each.length - mostReasons;
  return more > 0 ? [...each.slice(0, mostReasons), `and ${more} more`] : each;
};

const everything = RangeSet.fromPrefixes(['0.0.0.0/0']);

/** What a rule's addresses and IP groups come to; `unread` names groups whose addresses nobody knows. */
type Meant = { readonly ranges: RangeSet; readonly unread: readonly string[] };

const meant = (
  addresses: readonly string[],
  ipGroups: readonly string[],
  { firewall, tags }: { readonly firewall: ObservedFirewall; readonly tags: TagTable },
): Meant => {
  const groups = ipGroups.map((id) => ({ id, seen: firewall.ipGroups.get(keyOf(id)) }));
  const texts = [...addresses, ...groups.flatMap(({ seen }) => seen?.addresses ?? [])];
  return {
    ranges: RangeSet.unionOf(texts.filter((text) => !text.includes(':')).map((text) => rangeOf(text, tags))),
    unread: groups.filter(({ seen }) => seen === undefined).map(({ id }) => id),
  };
};

const destinationsOf = (rule: NetworkRule, known: Parameters<typeof meant>[2]): Meant =>
  meant(rule.destinationAddresses, rule.destinationIpGroups, known);

const sourcesOf = (rule: NetworkRule, known: Parameters<typeof meant>[2]): Meant =>
  meant(rule.sourceAddresses, rule.sourceIpGroups, known);

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
 * Which destinations the firewall lets through from all of `sources`, by its network rules in the order it goes through
 * them: the first rule that matches decides. A Deny counts whatever its ports (it takes something away), and denies
 * everything where its IP group could not be read; a foreign Allow is not relied on: it may go tomorrow.
 */
export const allowedByFirewall = (
  firewall: ObservedFirewall,
  ourCollection: string,
  sources: readonly string[],
  tags: TagTable,
): { readonly allowed: RangeSet; readonly because: readonly string[] } => {
  const known = { firewall, tags };
  const from = RangeSet.unionOf(sources.map((text) => rangeOf(text, tags)));
  let denied = RangeSet.empty;
  let allowed = RangeSet.empty;
  const because: string[] = [];
  for (const { collection, ours, where } of networkRulesInOrder(firewall, ourCollection)) {
    const deny = isDeny(collection);
    if (!ours && !deny) continue;
    for (const rule of collection.rules) {
      const source = sourcesOf(rule, known);
      const { ranges, unread } = destinationsOf(rule, known);
      if (deny) {
        if (!source.ranges.meets(from) && source.unread.length === 0) continue;
        denied = denied.union(unread.length > 0 ? everything : ranges);
        if (!ranges.isEmpty) because.push(`${where} denies before ours`);
        for (const id of unread) because.push(`${where} denies the IP group ${id}, which could not be read`);
      } else if (source.ranges.covers(from)) {
        allowed = allowed.union(ranges.subtract(denied));
        for (const id of unread) because.push(`our rule refers to the IP group ${id}, which could not be read`);
      }
    }
    // What comes behind ours takes nothing away from it.
    if (ours) break;
  }
  return { allowed, because: few(because) };
};
