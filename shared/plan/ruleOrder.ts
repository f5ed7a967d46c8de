import type { ObservedFirewall, ObservedPolicy, ObservedRuleGroup, RuleCollection } from './observed.ts';

/** A network rule collection in its turn, and where a person finds it. */
export type PlacedCollection = {
  readonly collection: RuleCollection;
  readonly ours: boolean;
  readonly where: string;
};

const byPriority = <T extends { readonly priority: number }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => a.priority - b.priority);

/** ARM compares names without regard to case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The attached policy itself; null where rules are classic. */
export const ownPolicy = ({ policyId, policies }: ObservedFirewall): ObservedPolicy | null =>
  policyId === null ? null : (policies.find(({ id }) => sameName(id, policyId)) ?? null);

/** Our rule collection group in the attached policy. */
export const ourGroupIn = (firewall: ObservedFirewall, ourName: string): ObservedRuleGroup | null =>
  ownPolicy(firewall)?.groups.find(({ name }) => sameName(name, ourName)) ?? null;

const ofGroup = (policy: ObservedPolicy, group: ObservedRuleGroup, ours: boolean, ourName: string) =>
  byPriority(group.collections).map((collection) => ({
    collection,
    ours: ours && sameName(collection.name, ourName),
    where: `"${collection.name}" (priority ${collection.priority}) in group "${group.name}" (priority ${group.priority}) of policy ${policy.id.split('/').at(-1)}`,
  }));

/**
 * The network rule collections of a firewall in the order it goes through them. With a policy: all of a parent's
 * before its child's, then groups by priority, then collections by priority. What is left out decides nothing about
 * traffic to Azure: DNAT rules are for the firewall's own addresses, application rules come after every network rule.
 * Source: Azure Firewall, "rule processing logic".
 */
export const networkRulesInOrder = (firewall: ObservedFirewall, ourName: string): PlacedCollection[] => {
  if (firewall.policyId === null) {
    return byPriority(firewall.networkRuleCollections).map((collection) => ({
      collection,
      ours: sameName(collection.name, ourName),
      where: `"${collection.name}" (priority ${collection.priority})`,
    }));
  }
  const own = ourGroupIn(firewall, ourName);
  return firewall.policies.flatMap((policy) =>
    byPriority(policy.groups).flatMap((group) => ofGroup(policy, group, group === own, ourName)),
  );
};

/** IP groups on which it depends what the firewall lets through: those of our rules and of every Deny. Ids as rules spell them. */
export const ipGroupsThatDecide = (firewall: ObservedFirewall, ourName: string): string[] => {
  const rules = networkRulesInOrder(firewall, ourName)
    .filter(({ collection, ours }) => ours || isDeny(collection))
    .flatMap(({ collection }) => collection.rules);
  return [...new Set(rules.flatMap((rule) => [...rule.sourceIpGroups, ...rule.destinationIpGroups]))];
};

export const isDeny = ({ action }: RuleCollection): boolean => action.toLowerCase() === 'deny';
