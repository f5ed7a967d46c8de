import { isIPv6 } from 'node:net';
import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { parentId, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, stringAt, stringsAt, without } from '../json.ts';
import { firewallsOf, groupsOf, sizeOf } from './firewallPolicies.ts';
import type { Env, Kind } from './kind.ts';

/** Limits of a policy (firewall-limits): groups, unique source times destination of all network rules, bytes of a group. */
const GROUPS = 60;
const NETWORK_RULES = 20_000;
const BYTES = 2_000_000;

// The arrays a rule always has in an answer, whatever was sent.
const RULE_ARRAYS: Readonly<Record<string, readonly string[]>> = {
  NetworkRule: [
    'ipProtocols',
    'sourceAddresses',
    'sourceIpGroups',
    'destinationAddresses',
    'destinationIpGroups',
    'destinationFqdns',
    'destinationPorts',
  ],
  ApplicationRule: [
    'protocols',
    'fqdnTags',
    'webCategories',
    'targetFqdns',
    'targetUrls',
    'sourceAddresses',
    'destinationAddresses',
    'sourceIpGroups',
  ],
};

function complete(rule: JsonObject): JsonObject {
  const arrays = RULE_ARRAYS[stringAt(rule, 'ruleType') ?? ''] ?? [];
  return { ...Object.fromEntries(arrays.map((key): [string, []] => [key, []])), ...rule };
}

function collections(body: JsonObject | undefined): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'ruleCollections');
}

/** Every rule of a group. */
export function rulesOf(body: JsonObject | undefined): JsonObject[] {
  return collections(body).flatMap((collection) => objectsAt(collection, 'rules'));
}

/** The IP groups the rules name. */
export function ipGroupsIn(rules: readonly JsonObject[]): string[] {
  return rules.flatMap((rule) => [...stringsAt(rule, 'sourceIpGroups'), ...stringsAt(rule, 'destinationIpGroups')]);
}

/** An IPv6 address in a network rule: it is accepted, and then the firewalls fail. */
export function ipv6InGroup(body: JsonObject): string | undefined {
  return rulesOf(body)
    .flatMap((rule) => [...stringsAt(rule, 'sourceAddresses'), ...stringsAt(rule, 'destinationAddresses')])
    .find((address) => isIPv6(address.split('/')[0] ?? ''));
}

function weight(body: JsonObject | undefined): number {
  const count = (rule: JsonObject, ...keys: string[]) =>
    keys.reduce((sum, key) => sum + stringsAt(rule, key).length, 0);
  return rulesOf(body)
    .filter((rule) => rule['ruleType'] === 'NetworkRule')
    .map((rule) => {
      const sources = count(rule, 'sourceAddresses', 'sourceIpGroups');
      return sources * count(rule, 'destinationAddresses', 'destinationIpGroups', 'destinationFqdns');
    })
    .reduce((sum, each) => sum + each, 0);
}

function checkPriority(what: string, priority: unknown): Answer | undefined {
  // 100 to 65000 (published API).
  if (typeof priority === 'number' && priority >= 100 && priority <= 65_000) return undefined;
  const message = `${what} has an invalid priority. It must be between 100 and 65000.`;
  return providerError(400, 'FirewallPolicyRuleCollectionInvalidPriority', message);
}

function twice(what: string, key: string, items: readonly JsonObject[]): Answer | undefined {
  const seen = new Set<string>();
  for (const item of items) {
    const value = String(item[key]).toLowerCase();
    if (seen.has(value)) {
      const message = `${what} has two rule collections with the same ${key} ${value}.`;
      return providerError(400, 'FirewallPolicyRuleCollectionConflict', message);
    }
    seen.add(value);
  }
  return undefined;
}

function checkLimits(policy: string, id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const others = groupsOf(policy, env).filter((other) => !sameId(other.id.text, id.text));
  const { priority } = objectAt(body, 'properties');
  const twin = others.find((other) => objectAt(other.body, 'properties')['priority'] === priority);
  if (twin !== undefined) {
    const message = `Rule collection groups ${twin.id.text} and ${id.text} have the same priority ${priority}.`;
    return providerError(400, 'FirewallPolicyRuleCollectionGroupPriorityConflict', message);
  }
  const rules = [body, ...others.map((other) => other.body)].reduce((sum, each) => sum + weight(each), 0);
  const over =
    others.length >= GROUPS
      ? `${GROUPS} rule collection groups`
      : rules > NETWORK_RULES
        ? `${NETWORK_RULES} combinations of source and destination in network rules`
        : JSON.stringify(body).length > BYTES
          ? `${BYTES} bytes in a rule collection group`
          : undefined;
  if (over === undefined) return undefined;
  return providerError(400, 'FirewallPolicyLimitReached', `Firewall Policy ${policy} cannot have more than ${over}.`);
}

/** The rules are documented or published; the codes are our guess. */
function check(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const policy = parentId(id)?.text ?? '';
  const items = collections(body);
  const named = `Rule collection group ${id.names.at(-1)}`;
  const priorities = items.map((item) => checkPriority(`Rule collection ${stringAt(item, 'name')}`, item['priority']));
  return (
    checkPriority(named, objectAt(body, 'properties')['priority']) ??
    priorities.find((refused) => refused !== undefined) ??
    twice(named, 'name', items) ??
    twice(named, 'priority', items) ??
    checkLimits(policy, id, body, env)
  );
}

export const ruleCollectionGroups: Kind = {
  type: 'firewallPolicies/ruleCollectionGroups',
  shownType: 'Microsoft.Network/FirewallPolicies/RuleCollectionGroups',
  provider: 'nfv',
  location: 'parent',
  group: 'FirewallPolicyRuleCollectionGroups',
  noun: 'FirewallPolicyRuleCollectionGroup',
  duration: 'ruleCollectionGroups',
  retryAfter: { put: 10, delete: 10 },
  etagHeader: true,
  guid: false,
  readOnly: ['size'],
  children: [],
  defaults: (given) => ({
    ...given,
    ruleCollections: objectsAt(given, 'ruleCollections').map((collection) => ({
      ...without(collection, ['rules']),
      rules: objectsAt(collection, 'rules').map(complete),
    })),
  }),
  check,
  references: (body) => ipGroupsIn(rulesOf(body)),
  affects: (id, env) => firewallsOf(parentId(id)?.text ?? '', env),
  heldBy: (id, _body, env) => {
    const policy = parentId(id)?.text ?? '';
    return [policy, ...firewallsOf(policy, env).map((firewall) => firewall.id.text)];
  },
  present: (_id, body) => {
    const properties = objectAt(body, 'properties');
    body['properties'] = { size: sizeOf(properties), ...properties };
  },
};
