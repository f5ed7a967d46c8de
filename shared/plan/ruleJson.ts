import type { JsonObject } from '../base/canonical.ts';
import type { NetworkRule, RuleCollection } from './observed.ts';

const addressed = (rule: NetworkRule): JsonObject => ({
  sourceAddresses: [...rule.sourceAddresses],
  sourceIpGroups: [...rule.sourceIpGroups],
  destinationAddresses: [...rule.destinationAddresses],
  destinationIpGroups: [...rule.destinationIpGroups],
  destinationFqdns: [...rule.destinationFqdns],
  destinationPorts: [...rule.destinationPorts],
});

/** A network rule as a firewall without a policy has it. */
export const classicRuleJson = (rule: NetworkRule): JsonObject => ({
  name: rule.name,
  protocols: [...rule.protocols],
  ...addressed(rule),
});

/** The same as a Firewall Policy has it. */
export const policyRuleJson = (rule: NetworkRule): JsonObject => ({
  ruleType: 'NetworkRule',
  name: rule.name,
  ipProtocols: [...rule.protocols],
  ...addressed(rule),
});

/** Our collection as it stands in our rule collection group. */
export const policyCollectionJson = (collection: RuleCollection): JsonObject => ({
  ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
  name: collection.name,
  priority: collection.priority,
  action: { type: collection.action },
  rules: collection.rules.map(policyRuleJson),
});

/** The body of the PUT that creates our rule collection group: one collection, both of one priority. */
export const ruleGroupBody = (collection: RuleCollection): JsonObject => ({
  properties: { priority: collection.priority, ruleCollections: [policyCollectionJson(collection)] },
});
