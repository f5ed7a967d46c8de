import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt, without } from '../json.ts';
import { v4Overlap, v4Range, v4Within } from '../prefix.ts';
import { checkChildNames, checkCidr } from './checks.ts';
import type { Env, Kind } from './kind.ts';
import { ipConfigurationsWith } from './subnetAddresses.ts';

function subnets(body: JsonObject | undefined): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'subnets');
}

function usersOf(subnetId: string, env: Env): JsonObject[] {
  return ipConfigurationsWith('subnet', subnetId, env).map(({ id }) => ({ id }));
}

function prefixOf(subnet: JsonObject): string {
  const properties = objectAt(subnet, 'properties');
  return stringAt(properties, 'addressPrefix') ?? stringsAt(properties, 'addressPrefixes')[0] ?? '';
}

/** Subnets lie within the network, do not overlap, and keep their prefix while something lives in them. */
function checkRanges(
  id: ResourceId,
  body: JsonObject,
  space: readonly string[],
  previous: JsonObject | undefined,
  env: Env,
): Answer | undefined {
  const network = id.names[0] ?? '';
  const all = subnets(body);
  for (const [index, subnet] of all.entries()) {
    const name = stringAt(subnet, 'name') ?? '';
    const prefix = prefixOf(subnet);
    if (v4Range(prefix) !== undefined && !space.some((outer) => v4Within(prefix, outer))) {
      const message = `Subnet '${name}' is not valid in virtual network '${network}'.`;
      return providerError(400, 'NetcfgInvalidSubnet', message);
    }
    const twin = all.slice(0, index).find((other) => v4Overlap(prefixOf(other), prefix));
    if (twin !== undefined) {
      const message = `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network}'.`;
      return providerError(400, 'NetcfgSubnetRangesOverlap', message);
    }
    const before = subnets(previous).find((other) => stringAt(other, 'name')?.toLowerCase() === name.toLowerCase());
    const user = usersOf(stringAt(subnet, 'id') ?? '', env)[0];
    if (before === undefined || user === undefined || prefixOf(before) === prefix) continue;
    const message = `Subnet ${name} is in use and cannot be updated.`;
    return providerError(400, 'InUseSubnetCannotBeUpdated', message);
  }
  return undefined;
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
  const named = checkChildNames(id, body, 'subnets') ?? checkChildNames(id, body, 'virtualNetworkPeerings');
  if (named !== undefined) return named;
  const space = stringsAt(objectAt(objectAt(body, 'properties'), 'addressSpace'), 'addressPrefixes');
  const prefixes = [
    ...space.map((prefix) => ({ prefix, owner: id.text })),
    ...subnets(body).map((subnet) => ({
      prefix: prefixOf(subnet),
      owner: `${id.text}/subnets/${stringAt(subnet, 'name')}`,
    })),
  ];
  for (const { prefix, owner } of prefixes) {
    const refused = checkCidr(prefix, owner);
    if (refused !== undefined) return refused;
  }
  return checkRanges(id, body, space, previous, env) ?? checkRemoved(body, previous, env);
}

function remoteOf(peering: JsonObject): string | undefined {
  return referenceAt(objectAt(peering, 'properties'), 'remoteVirtualNetwork');
}

function peerings(body: JsonObject | undefined): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'virtualNetworkPeerings');
}

/** A peering is connected when the other side has one back. */
function showPeering(id: ResourceId, peering: JsonObject, env: Env): void {
  const properties = objectAt(peering, 'properties');
  const remote = env.store.get(remoteOf(peering) ?? '');
  const mutual = peerings(remote?.body).some((back) => sameId(remoteOf(back), id.text));
  properties['peeringState'] = remote === undefined ? 'Disconnected' : mutual ? 'Connected' : 'Initiated';
  const prefixes = stringsAt(objectAt(objectAt(remote?.body, 'properties'), 'addressSpace'), 'addressPrefixes');
  if (remote !== undefined) properties['remoteAddressSpace'] = { addressPrefixes: prefixes };
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
    {
      property: 'virtualNetworkPeerings',
      segment: 'virtualNetworkPeerings',
      typed: true,
      alwaysSucceeded: false,
      own: { group: 'VirtualNetworkPeerings', noun: 'VirtualNetworkPeering', duration: 'subnets' },
      defaults: (given) => ({
        peeringSyncLevel: 'FullyInSync',
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: false,
        allowGatewayTransit: false,
        useRemoteGateways: false,
        doNotVerifyRemoteGateways: false,
        ...without(given, ['peeringState', 'remoteAddressSpace']),
      }),
    },
  ],
  defaults: (given) => ({
    privateEndpointVNetPolicies: 'Disabled',
    enableDdosProtection: false,
    ...given,
    subnets: given['subnets'] ?? [],
    virtualNetworkPeerings: given['virtualNetworkPeerings'] ?? [],
  }),
  check,
  checkDelete: (id, env) => checkRemoved({}, env.store.get(id.text)?.body, env),
  references: (body) =>
    [
      ...subnets(body).flatMap((subnet) =>
        ['routeTable', 'networkSecurityGroup'].map((name) => referenceAt(objectAt(subnet, 'properties'), name)),
      ),
      ...peerings(body).map(remoteOf),
    ].filter((id) => id !== undefined),
  present: (id, body, env) => {
    for (const peering of peerings(body)) showPeering(id, peering, env);
    for (const subnet of subnets(body)) {
      const users = usersOf(stringAt(subnet, 'id') ?? '', env);
      if (users.length > 0) subnet['properties'] = { ...objectAt(subnet, 'properties'), ipConfigurations: users };
    }
  },
};
