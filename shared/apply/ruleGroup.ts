import { isObject, type Json, type JsonObject } from '../base/canonical.ts';
import type { ObservedFirewall } from '../plan/observed.ts';
import type { Plan } from '../plan/plan.ts';
import { policyCollectionJson, policyRuleJson, ruleGroupBody } from '../plan/ruleJson.ts';
import { ourGroupIn, sameName } from '../plan/ruleOrder.ts';
import { ruleGroupWithout } from './body.ts';

const named = (item: Json, name: string): boolean => isObject(item) && sameName(String(item['name']), name);

const listIn = (raw: unknown, name: string): readonly Json[] =>
  isObject(raw) && Array.isArray(raw[name]) ? (raw[name] as Json[]) : [];

/** Our collection over the one ARM holds, rule by rule, so that members we do not know survive. */
const mergedCollection = (plan: Plan, existing: Json | undefined): JsonObject => {
  const { after } = plan.firewall;
  const before = listIn(existing, 'rules');
  const rules = after.rules.map((rule) => ({
    ...(before.find((candidate) => named(candidate, rule.name)) as JsonObject | undefined),
    ...policyRuleJson(rule),
  }));
  return { ...(existing as JsonObject | undefined), ...policyCollectionJson(after), rules };
};

/** Our whole rule collection group as it must be: collections that somebody else put there byte for byte, and ours. */
export const ruleGroupWrite = (plan: Plan, firewall: ObservedFirewall): JsonObject => {
  const { after } = plan.firewall;
  const group = ourGroupIn(firewall, after.name);
  if (group === null) return ruleGroupBody(after);
  const collections = listIn(group.raw['properties'], 'ruleCollections');
  const at = collections.findIndex((collection) => named(collection, after.name));
  const ours = mergedCollection(plan, collections[at]);
  const raw = ruleGroupWithout(group.raw);
  return {
    ...raw,
    properties: {
      ...(raw['properties'] as JsonObject),
      priority: after.priority,
      ruleCollections:
        at < 0 ? [...collections, ours] : collections.map((collection, index) => (index === at ? ours : collection)),
    },
  };
};
