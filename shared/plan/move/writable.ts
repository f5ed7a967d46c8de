import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import type { Role } from '../snapshot.ts';

/**
 * What ARM fills in itself, at any depth. The published swagger marks most of it readOnly; the rest comes in answers
 * of newer versions than it describes. Sent back, some resource providers refuse it. Lower-case: IP groups say `eTag`.
 */
const anywhere = new Set(['etag', 'provisioningstate', 'resourceguid', 'hasbgpoverride']);

/** Back references, addresses given away by Azure and counters, as members of `properties`. */
const ofProperties: Readonly<Record<Role, readonly string[]>> = {
  resourceGroup: [],
  virtualNetwork: ['flowLogs', 'ipAllocations', 'defaultPublicNatGateway'],
  routeTable: ['subnets'],
  onPremRouteTable: ['subnets'],
  networkSecurityGroup: ['defaultSecurityRules', 'networkInterfaces', 'subnets', 'flowLogs'],
  publicIp: ['ipAddress', 'ipConfiguration', 'natGateway', 'servicePublicIPAddress', 'linkedPublicIPAddress'].concat(
    'migrationPhase',
    'deleteOption',
  ),
  firewall: ['ipGroups', 'hubIPAddresses'],
  firewallPolicy: ['childPolicies', 'firewalls', 'ruleCollectionGroups', 'size'],
  ruleCollectionGroup: ['size'],
  ipGroup: ['firewalls', 'firewallPolicies'],
  gateway: [
    'inboundDnsForwardingEndpoint',
    'packetCaptureDiagnosticState',
    'isMigrateToCSES',
    'isMigratedLegacySKU',
    'blockUpgradeOfMigratedLegacyGateways',
    'virtualNetworkGatewayMigrationStatus',
    'enableHighBandwidthVpnGateway',
    'vpnStack',
  ],
  localNetworkGateway: [],
  connection: [
    'connectionStatus',
    'egressBytesTransferred',
    'ingressBytesTransferred',
    'tunnelConnectionStatus',
  ].concat('packetCaptureDiagnosticState'),
};

/** The same as members of a child's `properties`, whichever resource it is of. */
const ofChildren = new Set([
  'ipConfigurations',
  'ipConfigurationProfiles',
  'privateEndpoints',
  'resourceNavigationLinks',
  'serviceAssociationLinks',
  'applicationGatewayIPConfigurations',
  'interfaceEndpoints',
  'ipAllocations',
  'purpose',
  'actions',
  'privateIPAddress',
]);

const without = (value: JsonObject, leaveOut: (name: string, member: Json) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name, member]) => !leaveOut(name, member)));

/** `Microsoft.Network/...`: a child's type, not a word such as the type of an action. */
const isArmType = (name: string, member: Json): boolean =>
  name === 'type' && typeof member === 'string' && member.startsWith('Microsoft.');

/** A child has the id that its place gives it; an id that is a reference stays. */
const isOwnId = (name: string, member: Json, owner: string): boolean =>
  name === 'id' && typeof member === 'string' && member.toLowerCase().startsWith(`${owner.toLowerCase()}/`);

const isChild = (value: JsonObject): boolean => typeof value['name'] === 'string' && isObject(value['properties']);

const deep = (value: Json, owner: string): Json => {
  if (Array.isArray(value)) return value.map((item) => deep(item, owner));
  if (!isObject(value)) return value;
  const object = value as JsonObject;
  const child = isChild(object);
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name, member]) => !anywhere.has(name.toLowerCase()) && !isArmType(name, member))
      .filter(([name, member]) => !(child && isOwnId(name, member, owner)))
      .map(([name, member]) => [
        name,
        child && name === 'properties' && isObject(member)
          ? deep(
              without(member as JsonObject, (inner) => ofChildren.has(inner)),
              owner,
            )
          : deep(member, owner),
      ]),
  );
};

/** An identity by its kind and the ids of those that the operator made; whose they are, ARM fills in. */
const identityIn = ({ identity }: JsonObject): JsonObject => {
  if (!isObject(identity)) return {};
  const { principalId: _, tenantId: __, ...rest } = identity as JsonObject;
  const { userAssignedIdentities: assigned } = rest;
  if (!isObject(assigned)) return { identity: rest };
  return {
    identity: { ...rest, userAssignedIdentities: Object.fromEntries(Object.keys(assigned).map((id) => [id, {}])) },
  };
};

/** A resource as ARM sent it, as ARM takes it: without what ARM fills in; what we do not know stays. */
export const writable = (role: Role, raw: JsonObject): JsonObject => {
  const owner = String(raw['id'] ?? '');
  const left = new Set(ofProperties[role]);
  const { id: _, name: __, type: ___, ...rest } = raw;
  const properties = isObject(raw['properties']) ? (raw['properties'] as JsonObject) : null;
  const kept = properties === null ? {} : { properties: without(properties, (name) => left.has(name)) };
  return deep({ ...rest, ...identityIn(raw), ...kept }, owner) as JsonObject;
};
