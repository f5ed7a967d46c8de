import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt, without } from '../json.ts';
import { v4Range, v4Text } from '../prefix.ts';
import { checkGateway } from './gatewayChecks.ts';
import type { Env, Kind } from './kind.ts';
import { subnetWith } from './subnetAddresses.ts';

function configurations(body: JsonObject): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'ipConfigurations');
}

/** The last usable address of the gateway's subnet, where its BGP peer answers (recorded: 10.0.0.254 of 10.0.0.0/24). */
function peerAddress(configuration: JsonObject, env: Env): string | undefined {
  const subnet = subnetWith(referenceAt(configuration, 'subnet'), env);
  const range = v4Range(stringAt(objectAt(subnet, 'properties'), 'addressPrefix') ?? '');
  return range === undefined ? undefined : v4Text(range.first + (1n << BigInt(32 - range.length)) - 2n);
}

function peering(item: JsonObject, env: Env): JsonObject {
  const configuration = objectAt(item, 'properties');
  const address = env.store.get(referenceAt(configuration, 'publicIPAddress') ?? '');
  const tunnel = stringAt(objectAt(address?.body, 'properties'), 'ipAddress');
  const peer = peerAddress(configuration, env);
  return {
    ipconfigurationId: stringAt(item, 'id') ?? '',
    defaultBgpIpAddresses: peer === undefined ? [] : [peer],
    customBgpIpAddresses: [],
    tunnelIpAddresses: tunnel === undefined ? [] : [tunnel],
  };
}

/** The finished gateway names its BGP peer and the public address of its tunnels, and has no client part without a pool. */
function finish(_id: ResourceId, body: JsonObject, env: Env): void {
  const properties = objectAt(body, 'properties');
  const peerings = configurations(body).map((item) => peering(item, env));
  const peer = stringsAt(peerings[0], 'defaultBgpIpAddresses')[0];
  const { asn, peerWeight } = objectAt(properties, 'bgpSettings');
  properties['bgpSettings'] = {
    asn: asn === undefined || asn === 0 ? 65_515 : asn,
    ...(peer === undefined ? {} : { bgpPeeringAddress: peer }),
    peerWeight: peerWeight ?? 0,
    bgpPeeringAddresses: peerings,
  };
  properties['virtualNetworkGatewayMigrationStatus'] = { state: 'None', phase: 'None', errorMessage: '' };
  if (objectAt(properties, 'vpnClientConfiguration')['vpnClientAddressPool'] === undefined)
    delete properties['vpnClientConfiguration'];
}

function clientConfiguration(given: JsonObject): JsonObject {
  const client = objectAt(given, 'vpnClientConfiguration');
  const defaults = {
    vpnClientProtocols: ['OpenVPN', 'IkeV2'],
    vpnAuthenticationTypes: [],
    vpnClientRootCertificates: [],
    vpnClientRevokedCertificates: [],
    vngClientConnectionConfigurations: [],
    radiusServers: [],
    vpnClientIpsecPolicies: [],
  };
  return { vpnClientConfiguration: { ...defaults, ...client } };
}

/** Until it is finished a gateway has a place for its peering and no address in it. */
function firstPeering(given: JsonObject): JsonObject {
  const own = without(objectAt(given, 'bgpSettings'), ['bgpPeeringAddresses']);
  const empty = { ipconfigurationId: '', defaultBgpIpAddresses: [], customBgpIpAddresses: [] };
  return { bgpSettings: { asn: 0, peerWeight: 0, ...own, bgpPeeringAddresses: [empty] } };
}

/** Certificates are shown with an id, an etag and a state of their own. */
function showCertificate(id: ResourceId, segment: string, item: JsonObject, body: JsonObject): void {
  item['id'] = `${id.text}/${segment}/${stringAt(item, 'name') ?? ''}`;
  item['etag'] = stringAt(body, 'etag') ?? '';
  const { provisioningState = 'Succeeded' } = objectAt(body, 'properties');
  item['properties'] = { ...objectAt(item, 'properties'), provisioningState };
}

/** A gateway goes after its connections. */
function checkDelete(id: ResourceId, env: Env): Answer | undefined {
  const connection = env.store
    .ofType('connections')
    .find(({ body }) => sameId(referenceAt(objectAt(body, 'properties'), 'virtualNetworkGateway1'), id.text));
  if (connection === undefined) return undefined;
  const message = `Virtual network gateway ${id.text} is in use by connection ${connection.id.text} and cannot be deleted.`;
  return providerError(400, 'InUseVirtualNetworkGatewayCannotBeDeleted', message);
}

export const virtualNetworkGateways: Kind = {
  type: 'virtualNetworkGateways',
  group: 'VirtualNetworkGateways',
  noun: 'VirtualNetworkGateway',
  duration: 'virtualNetworkGateways',
  retryAfter: { put: 10, delete: 10 },
  usage: 'VirtualNetworkGateways',
  etagHeader: false,
  guid: true,
  readOnly: ['inboundDnsForwardingEndpoint', 'virtualNetworkGatewayMigrationStatus'],
  children: [
    {
      property: 'ipConfigurations',
      segment: 'ipConfigurations',
      typed: true,
      alwaysSucceeded: false,
      defaults: (given) => ({ privateIPAllocationMethod: 'Dynamic', ...given }),
    },
  ],
  defaults: (given) => ({
    packetCaptureDiagnosticState: 'None',
    enablePrivateIpAddress: false,
    isMigrateToCSES: false,
    isMigratedLegacySKU: false,
    blockUpgradeOfMigratedLegacyGateways: false,
    natRules: [],
    virtualNetworkGatewayPolicyGroups: [],
    enableBgpRouteTranslationForNat: false,
    disableIPSecReplayProtection: false,
    enableBgp: false,
    enableHighBandwidthVpnGateway: false,
    activeActive: false,
    zones: 'ZoneRedundant',
    vpnStack: 'IPv4Only',
    allowRemoteVnetTraffic: false,
    allowVirtualWanTraffic: false,
    ...given,
    ...clientConfiguration(given),
    ...firstPeering(given),
    sku: { capacity: 2, ...objectAt(given, 'sku') },
    ipConfigurations: given['ipConfigurations'] ?? [],
  }),
  check: checkGateway,
  checkDelete,
  references: (body) =>
    configurations(body)
      .map((item) => objectAt(item, 'properties'))
      .flatMap((item) => [referenceAt(item, 'subnet'), referenceAt(item, 'publicIPAddress')])
      .filter((id) => id !== undefined),
  finish,
  // Secrets can be written and never read back.
  present: (id, body) => {
    const client = objectAt(objectAt(body, 'properties'), 'vpnClientConfiguration');
    delete client['radiusServerSecret'];
    for (const server of objectsAt(client, 'radiusServers')) delete server['radiusServerSecret'];
    for (const segment of ['vpnClientRootCertificates', 'vpnClientRevokedCertificates'] as const)
      for (const item of objectsAt(client, segment)) showCertificate(id, segment, item, body);
    const [first] = configurations(body);
    for (const item of objectsAt(objectAt(objectAt(body, 'properties'), 'bgpSettings'), 'bgpPeeringAddresses'))
      if (item['ipconfigurationId'] === '') item['ipconfigurationId'] = stringAt(first, 'id') ?? '';
  },
};
