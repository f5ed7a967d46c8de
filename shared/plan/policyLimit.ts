import type { Blocker } from './blocker.ts';
import type { FirewallChange } from './firewallRules.ts';
import type { NetworkRule, ObservedFirewall } from './observed.ts';
import { ownPolicy, sameName } from './ruleOrder.ts';

/**
 * Sources times destinations over all network rules of a policy; an IP group counts as one, however much is in it.
 * Source: Azure subscription and service limits, Azure Firewall.
 */
export const mostPairsInPolicy = 20_000;

const pairsOf = (rules: readonly NetworkRule[]): number =>
  rules
    .map((rule) => {
      const sources = rule.sourceAddresses.length + rule.sourceIpGroups.length;
      return (
        sources * (rule.destinationAddresses.length + rule.destinationIpGroups.length + rule.destinationFqdns.length)
      );
    })
    .reduce((sum, pairs) => sum + pairs, 0);

/** Our rules and those of others in the policy are more than it may hold: Azure would refuse the write. */
export const policyBlockers = (change: FirewallChange, firewall: ObservedFirewall | null): Blocker[] => {
  const policy = firewall === null ? null : ownPolicy(firewall);
  if (policy === null || !change.changed) return [];
  const others = policy.groups
    .flatMap((group) => group.collections.map((collection) => ({ group, collection })))
    .filter(
      ({ group, collection }) => !sameName(group.name, change.after.name) || !sameName(collection.name, group.name),
    )
    .flatMap(({ collection }) => collection.rules);
  const [ours, theirs] = [pairsOf(change.after.rules), pairsOf(others)];
  if (ours + theirs <= mostPairsInPolicy) return [];
  return [
    {
      code: 'FIREWALL_RULES',
      message: `The policy ${policy.id} may hold ${mostPairsInPolicy} pairs of source and destination in network rules; it has ${theirs} of others, and ours would be ${ours}.`,
      remedy:
        'Set firewallRule.ipGroup to true: an IP group counts as one destination. Or take rules out of the policy.',
    },
  ];
};
