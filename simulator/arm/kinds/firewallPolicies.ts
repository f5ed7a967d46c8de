import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { keyOf, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, referenceAt } from '../json.ts';
import type { Stored } from '../store.ts';
import type { Env, Kind } from './kind.ts';

/** The firewalls that a policy is attached to. */
export function firewallsOf(policy: string, env: Env): Stored[] {
  return env.store
    .ofType('azureFirewalls')
    .filter(({ body }) => sameId(referenceAt(objectAt(body, 'properties'), 'firewallPolicy'), policy));
}

/** The policy's groups of rule collections. */
export function groupsOf(policy: string, env: Env): Stored[] {
  return env.store
    .ofType('firewallPolicies/ruleCollectionGroups')
    .filter(({ id }) => keyOf(id.text).startsWith(`${keyOf(policy)}/`));
}

function childrenOf(policy: string, env: Env): Stored[] {
  return env.store
    .ofType('firewallPolicies')
    .filter(({ body }) => sameId(referenceAt(objectAt(body, 'properties'), 'basePolicy'), policy));
}

export const idsOf = (resources: readonly Stored[]): JsonObject[] => resources.map(({ id }) => ({ id: id.text }));

/** Appliances state their size in a text with a unit (recorded: "0.001173019 MB"). */
export function sizeOf(properties: JsonObject): string {
  return `${(0.001 + JSON.stringify(properties).length / 1_000_000).toFixed(9)} MB`;
}

/** That a policy in use stays is documented; the code is our guess. */
function checkDelete(id: ResourceId, env: Env): Answer | undefined {
  const user = [...firewallsOf(id.text, env), ...childrenOf(id.text, env)][0];
  if (user === undefined) return undefined;
  const message = `Firewall Policy ${id.text} is in use by ${user.id.text} and cannot be deleted.`;
  return providerError(400, 'FirewallPolicyInUseCannotBeDeleted', message);
}

export const firewallPolicies: Kind = {
  type: 'firewallPolicies',
  shownType: 'Microsoft.Network/FirewallPolicies',
  provider: 'nfv',
  group: 'FirewallPolicies',
  noun: 'FirewallPolicy',
  duration: 'firewallPolicies',
  retryAfter: { put: 10, delete: 10 },
  etagHeader: true,
  guid: false,
  readOnly: ['size', 'childPolicies', 'ruleCollectionGroups', 'firewalls'],
  children: [],
  defaults: (given) => ({ sku: { tier: 'Standard' }, threatIntelMode: 'Alert', ...given }),
  check: () => undefined,
  checkDelete,
  references: (body) => [referenceAt(objectAt(body, 'properties'), 'basePolicy')].filter((id) => id !== undefined),
  affects: (id, env) => firewallsOf(id.text, env),
  heldBy: (id, _body, env) => firewallsOf(id.text, env).map((firewall) => firewall.id.text),
  present: (id, body, env) => {
    const properties = objectAt(body, 'properties');
    body['properties'] = {
      size: sizeOf(properties),
      childPolicies: idsOf(childrenOf(id.text, env)),
      ruleCollectionGroups: idsOf(groupsOf(id.text, env)),
      firewalls: idsOf(firewallsOf(id.text, env)),
      ...properties,
    };
  },
};
