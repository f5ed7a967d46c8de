import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt } from '../json.ts';
import { checkChildNames, checkCidr } from './checks.ts';
import type { Env, Kind } from './kind.ts';
import { allIpConfigurations } from './subnetAddresses.ts';

function subnets(body: JsonObject | undefined): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'subnets');
}

function usersOf(subnetId: string, env: Env): JsonObject[] {
  return allIpConfigurations(env)
    .filter((item) => sameId(referenceAt(item.properties, 'subnet'), subnetId))
    .map(({ id }) => ({ id }));
}

/** A subnet left out of the body is deleted, which is refused while something lives in it. */
function checkRemoved(body: JsonObject, previous: JsonObject | undefined, env: Env): Answer | undefined {
  const kept = new Set(subnets(body).map((subnet) => stringAt(subnet, 'name')?.toLowerCase()));
  for (const subnet of subnets(previous)) {
    const name = stringAt(subnet, 'name') ?? '';
    const user = usersOf(stringAt(subnet, 'id') ?? '', env)[0];
    if (kept.has(name.toLowerCase()) || user === undefined) continue;
    const message = `Subnet ${name} is in use by ${stringAt(user, 'id')} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`;
    return providerError(400, 'InUseSubnetCannotBeDeleted', message);
  }
  return undefined;
}

function check(id: ResourceId, body: JsonObject, env: Env, previous: JsonObject | undefined): Answer | undefined {
  const named = checkChildNames(id, body, 'subnets');
  if (named !== undefined) return named;
  const space = stringsAt(objectAt(objectAt(body, 'properties'), 'addressSpace'), 'addressPrefixes');
  const prefixes = [
    ...space.map((prefix) => ({ prefix, owner: id.text })),
    ...subnets(body).map((subnet) => ({
      prefix: stringAt(objectAt(subnet, 'properties'), 'addressPrefix') ?? '',
      owner: `${id.text}/subnets/${stringAt(subnet, 'name')}`,
    })),
  ];
  for (const { prefix, owner } of prefixes) {
    const refused = checkCidr(prefix, owner);
    if (refused !== undefined) return refused;
  }
  return checkRemoved(body, previous, env);
}

export const virtualNetworks: Kind = {
  type: 'virtualNetworks',
  group: 'VirtualNetworks',
  noun: 'VirtualNetwork',
  duration: 'virtualNetworks',
  retryAfter: { put: 3, delete: 10 },
  usage: 'VirtualNetworks',
  etagHeader: true,
  guid: true,
  readOnly: [],
  children: [
    {
      property: 'subnets',
      segment: 'subnets',
      typed: true,
      alwaysSucceeded: false,
      own: { group: 'Subnets', noun: 'Subnet', duration: 'subnets' },
      defaults: (given) => {
        const table = referenceAt(given, 'routeTable');
        const { ipConfigurations: _readOnly, ...rest } = given;
        return {
          delegations: [],
          privateEndpointNetworkPolicies: 'Disabled',
          privateLinkServiceNetworkPolicies: 'Enabled',
          ...rest,
          ...(table === undefined ? {} : { routeTable: { id: table } }),
        };
      },
    },
  ],
  defaults: (given) => ({
    privateEndpointVNetPolicies: 'Disabled',
    virtualNetworkPeerings: [],
    enableDdosProtection: false,
    ...given,
    subnets: given['subnets'] ?? [],
  }),
  check,
  checkDelete: (id, env) => checkRemoved({}, env.store.get(id.text)?.body, env),
  references: (body) =>
    subnets(body)
      .map((subnet) => referenceAt(objectAt(subnet, 'properties'), 'routeTable'))
      .filter((id) => id !== undefined),
  present: (_id, body, env) => {
    for (const subnet of subnets(body)) {
      const users = usersOf(stringAt(subnet, 'id') ?? '', env);
      if (users.length > 0) subnet['properties'] = { ...objectAt(subnet, 'properties'), ipConfigurations: users };
    }
  },
};
