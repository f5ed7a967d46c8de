import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { keyOf, parentId, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, stringsAt } from '../json.ts';
import { v4Range } from '../prefix.ts';
import type { Stored } from '../store.ts';
import { classicRules } from './azureFirewalls.ts';
import { firewallsOf, idsOf } from './firewallPolicies.ts';
import type { Env, Kind } from './kind.ts';
import { ipGroupsIn, rulesOf } from './ruleCollectionGroups.ts';

/** Addresses and prefixes in one group (firewall-limits). */
const ADDRESSES = 5_000;

function policiesUsing(id: string, env: Env): Stored[] {
  const users = env.store
    .ofType('firewallPolicies/ruleCollectionGroups')
    .filter(({ body }) => ipGroupsIn(rulesOf(body)).some((group) => sameId(group, id)))
    .map((group) => keyOf(parentId(group.id)?.text ?? ''));
  return env.store.ofType('firewallPolicies').filter((policy) => users.includes(keyOf(policy.id.text)));
}

/** Firewalls that use the group in rules of their own or of their policy. */
function firewallsUsing(id: string, env: Env): Stored[] {
  const own = env.store
    .ofType('azureFirewalls')
    .filter(({ body }) => ipGroupsIn(classicRules(body)).some((group) => sameId(group, id)));
  return [...own, ...policiesUsing(id, env).flatMap((policy) => firewallsOf(policy.id.text, env))];
}

function isRange(text: string): boolean {
  const [first = '', last] = text.split('-');
  if (last !== undefined) return [first, last].every((each) => v4Range(`${each}/32`) !== undefined);
  return v4Range(text.includes('/') ? text : `${text}/32`) !== undefined;
}

/** IPv4 addresses, prefixes and ranges, up to 5,000 of them; the codes are our guess. */
function check(id: ResourceId, body: JsonObject): Answer | undefined {
  const addresses = stringsAt(objectAt(body, 'properties'), 'ipAddresses');
  if (addresses.length > ADDRESSES) {
    const message = `IP Group ${id.text} has ${addresses.length} addresses. It cannot have more than ${ADDRESSES}.`;
    return providerError(400, 'IpGroupAddressCountLimitReached', message);
  }
  const wrong = addresses.find((address) => !isRange(address));
  if (wrong === undefined) return undefined;
  return providerError(400, 'IpGroupInvalidAddress', `Address ${wrong} of IP Group ${id.text} is not valid.`);
}

function checkDelete(id: ResourceId, env: Env): Answer | undefined {
  const user = [...firewallsUsing(id.text, env), ...policiesUsing(id.text, env)][0];
  if (user === undefined) return undefined;
  const message = `IP Group ${id.text} is in use by ${user.id.text} and cannot be deleted.`;
  return providerError(400, 'IpGroupInUseCannotBeDeleted', message);
}

export const ipGroups: Kind = {
  type: 'ipGroups',
  shownType: 'Microsoft.Network/IpGroups',
  provider: 'nfv',
  etagKey: 'eTag',
  group: 'IpGroups',
  noun: 'IpGroups',
  duration: 'ipGroups',
  retryAfter: { put: 10, delete: 10 },
  etagHeader: true,
  guid: false,
  readOnly: ['firewalls', 'firewallPolicies'],
  children: [],
  defaults: (given) => ({ ipAddresses: [], ...given }),
  check,
  checkDelete,
  references: () => [],
  affects: (id, env) => firewallsUsing(id.text, env),
  heldBy: (id, _body, env) => firewallsUsing(id.text, env).map((firewall) => firewall.id.text),
  present: (id, body, env) => {
    body['properties'] = {
      firewalls: idsOf(firewallsUsing(id.text, env)),
      firewallPolicies: idsOf(policiesUsing(id.text, env)),
      ...objectAt(body, 'properties'),
    };
  },
};
