import { canonicalJson, isObject, type Json, type JsonObject } from '../base/canonical.ts';
import { neighboursOf, ourCollectionIn } from '../plan/firewallRules.ts';
import type { ObservedFirewall, RuleCollection } from '../plan/observed.ts';
import type { Plan } from '../plan/plan.ts';
import { classicRuleJson } from '../plan/ruleJson.ts';
import { ourGroupIn } from '../plan/ruleOrder.ts';
import { firewallBody, overlay } from './body.ts';

/** Order of lists aside, since ARM may reorder what it stores. */
const spelling = (collection: RuleCollection | null): string =>
  collection === null
    ? 'absent'
    : canonicalJson({
        priority: collection.priority,
        action: collection.action.toLowerCase(),
        rules: collection.rules.map((rule) =>
          Object.fromEntries(
            Object.entries(classicRuleJson(rule)).map(([key, value]) => [
              key,
              Array.isArray(value)
                ? value.map((item) => String(item).toLowerCase()).sort()
                : String(value).toLowerCase(),
            ]),
          ),
        ),
      });

/** Somebody took our priority since the plan was made, as another site on one firewall may: two of one have no order. */
const priorityTaken = (plan: Plan, firewall: ObservedFirewall): boolean => {
  const { name, priority } = plan.firewall.after;
  return neighboursOf(firewall, name).some((other) => other.priority === priority);
};

/** Since the plan was made the firewall may have got a policy, or another one. */
const policyIsAnother = ({ firewall: { policy } }: Plan, { policyId }: ObservedFirewall): boolean =>
  (policy?.id ?? '').toLowerCase() !== (policyId ?? '').toLowerCase();

/** Has the firewall what the plan wants, or still what the plan saw, or something else (then: plan again)? */
export const firewallStands = (plan: Plan, firewall: ObservedFirewall): 'after' | 'before' | 'other' => {
  if (policyIsAnother(plan, firewall) || priorityTaken(plan, firewall)) return 'other';
  const { before, after, policy } = plan.firewall;
  const now = spelling(ourCollectionIn(firewall, after.name));
  const groupPriority = ourGroupIn(firewall, after.name)?.priority ?? null;
  if (now === spelling(after) && (policy === undefined || groupPriority === after.priority)) return 'after';
  const asSeen = policy === undefined || groupPriority === policy.priorityBefore;
  return asSeen && now === spelling(before) ? 'before' : 'other';
};

/** Our rules over those ARM holds of the same name, so that members we do not know survive. */
const mergedRules = (plan: Plan, existing: Json | undefined): Json[] => {
  const properties = isObject(existing) && isObject(existing['properties']) ? existing['properties'] : {};
  const before = Array.isArray(properties['rules']) ? (properties['rules'] as Json[]) : [];
  const named = (name: string) =>
    before.find((rule) => isObject(rule) && String(rule['name']).toLowerCase() === name.toLowerCase());
  return plan.firewall.after.rules.map((rule) => ({
    ...((named(rule.name) as JsonObject) ?? {}),
    ...classicRuleJson(rule),
  }));
};

/** The whole firewall as it must be: every foreign collection byte for byte, and ours. */
export const firewallWrite = (plan: Plan, firewall: ObservedFirewall): JsonObject => {
  const { after } = plan.firewall;
  return firewallBody(firewall.raw, after.name, (existing) =>
    overlay(existing, after.name, {
      priority: after.priority,
      action: { type: after.action },
      rules: mergedRules(plan, existing),
    }),
  );
};
