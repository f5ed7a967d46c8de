import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { keyOf, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt } from '../json.ts';
import { checkChildNames } from './checks.ts';
import type { Env, Kind } from './kind.ts';

/** Security rules in one group (quoted in azure-rest-api-specs#3003). */
const RULES = 1_000;

/** What every group has without being told: name, priority, way, whether it lets through, from and to. */
const DEFAULT_RULES: readonly (readonly [string, number, string, string, string, string])[] = [
  ['AllowVnetInBound', 65_000, 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'],
  ['AllowAzureLoadBalancerInBound', 65_001, 'Inbound', 'Allow', 'AzureLoadBalancer', '*'],
  ['DenyAllInBound', 65_500, 'Inbound', 'Deny', '*', '*'],
  ['AllowVnetOutBound', 65_000, 'Outbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'],
  ['AllowInternetOutBound', 65_001, 'Outbound', 'Allow', '*', 'Internet'],
  ['DenyAllOutBound', 65_500, 'Outbound', 'Deny', '*', '*'],
];

function defaultRules(id: string): JsonObject[] {
  return DEFAULT_RULES.map(([name, priority, direction, access, from, to]) => ({
    name,
    id: `${id}/defaultSecurityRules/${name}`,
    properties: {
      provisioningState: 'Succeeded',
      priority,
      direction,
      access,
      protocol: '*',
      sourceAddressPrefix: from,
      destinationAddressPrefix: to,
      sourcePortRange: '*',
      destinationPortRange: '*',
    },
  }));
}

/** Too many rules is quoted; that a priority is given twice is documented, and its code our guess. */
function check(id: ResourceId, body: JsonObject): Answer | undefined {
  const rules = objectsAt(objectAt(body, 'properties'), 'securityRules');
  const named = checkChildNames(id, body, 'securityRules');
  if (named !== undefined) return named;
  if (rules.length > RULES) {
    const message = `A security group cannot have more than ${RULES} security rules.`;
    return providerError(400, 'SecurityRuleCountLimitReached', message);
  }
  const seen = new Map<string, string>();
  for (const rule of rules) {
    const { priority, direction } = objectAt(rule, 'properties');
    const name = stringAt(rule, 'name') ?? '';
    const key = `${String(direction).toLowerCase()} ${String(priority)}`;
    const holder = seen.get(key);
    if (holder !== undefined) {
      const message = `Security rule ${name} conflicts with rule ${holder}. Rules cannot have the same Priority and Direction.`;
      return providerError(400, 'SecurityRuleConflict', message);
    }
    seen.set(key, name);
  }
  return undefined;
}

function subnetsUsing(id: string, env: Env): JsonObject[] {
  return env.store
    .ofType('virtualNetworks')
    .flatMap(({ body }) => objectsAt(objectAt(body, 'properties'), 'subnets'))
    .filter((subnet) => sameId(referenceAt(objectAt(subnet, 'properties'), 'networkSecurityGroup'), id))
    .map((subnet) => ({ id: stringAt(subnet, 'id') ?? '' }));
}

/** Who may talk to whom in a subnet. */
export const networkSecurityGroups: Kind = {
  type: 'networkSecurityGroups',
  group: 'NetworkSecurityGroups',
  noun: 'NetworkSecurityGroup',
  duration: 'networkSecurityGroups',
  retryAfter: { put: 2, delete: 2 },
  usage: 'NetworkSecurityGroups',
  etagHeader: true,
  guid: true,
  readOnly: ['defaultSecurityRules', 'subnets', 'networkInterfaces'],
  children: [
    {
      property: 'securityRules',
      segment: 'securityRules',
      typed: true,
      alwaysSucceeded: false,
      defaults: (given) => given,
    },
  ],
  defaults: (given) => ({ ...given, securityRules: given['securityRules'] ?? [] }),
  check,
  checkDelete: (id, env) => {
    if (subnetsUsing(id.text, env).length === 0) return undefined;
    const message = `Network security group ${id.names[0] ?? ''} is in use and cannot be deleted.`;
    return providerError(400, 'InUseNetworkSecurityGroupCannotBeDeleted', message);
  },
  references: () => [],
  present: (id, body, env) => {
    const users = subnetsUsing(keyOf(id.text), env);
    body['properties'] = {
      ...objectAt(body, 'properties'),
      defaultSecurityRules: defaultRules(id.text),
      ...(users.length > 0 ? { subnets: users } : {}),
    };
  },
};
