import type { Json, JsonObject } from '../shared/base/canonical.ts';
import { readSites, type Site } from '../shared/base/site.ts';
import type { Role, Snapshot, SnapshotResource } from '../shared/plan/snapshot.ts';
import { hashOfResources } from '../shared/plan/snapshotHash.ts';

const subscription = '00000000-0000-0000-0000-000000000001';
export const group = `/subscriptions/${subscription}/resourceGroups/ase`;
export const idOf = (type: string, name: string): string => `${group}/providers/Microsoft.Network/${type}/${name}`;

/** A site of UK South that would move to UK West. */
export const movingSite = (
  move: Record<string, unknown> = {},
  network: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Site => {
  const site = {
    id: 'rig-07',
    subscriptionId: subscription,
    resourceGroup: 'ase',
    homeRegion: 'uksouth',
    services: ['Storage'],
    network: {
      virtualNetwork: 'vnet',
      gateway: 'vngw',
      firewall: 'firewall',
      routeTable: 'routetable',
      onPremRouteTable: 'routetableonprem',
      clientAddressPool: '192.168.150.0/24',
      ...network,
    },
    move,
    ...more,
  };
  const [read] = readSites(JSON.stringify({ cloud: 'Public', sites: [site] }), 'the test');
  if (!read) throw new Error('no site');
  return read;
};

const { ids } = movingSite();

const named = (name: string, properties: JsonObject): JsonObject => ({ name, etag: 'W/"1"', properties });
const resource = (role: Role, id: string, properties: JsonObject, more: JsonObject = {}): SnapshotResource => ({
  id,
  role,
  body: {
    id,
    name: id.split('/').at(-1) ?? '',
    location: 'uksouth',
    etag: 'W/"1"',
    ...more,
    properties: { provisioningState: 'Succeeded', ...properties },
  },
});

const subnet = (name: string, addressPrefix: string, table: string): JsonObject =>
  named(name, { addressPrefix, routeTable: { id: table }, ipConfigurations: [{ id: `${group}/back-reference` }] });

/** `operations/ntp-1`: a rule somebody else made. */
const collection = (name: string, rules: number): JsonObject => ({
  name,
  properties: {
    priority: 300,
    action: { type: 'Allow' },
    rules: Array.from({ length: rules }, (_, n) => ({ name: `rule-${n}`, destinationAddresses: ['192.0.2.1'] })),
  },
});

const route = (name: string, addressPrefix: string): JsonObject =>
  named(name, { addressPrefix, nextHopType: 'Internet' });

/** A landing zone as a sweep finds it; two routes and four rules are other people's. */
export const zoneResources = (): SnapshotResource[] => [
  resource('resourceGroup', group, {}),
  resource('virtualNetwork', ids.virtualNetwork, {
    addressSpace: { addressPrefixes: ['172.16.0.0/16'] },
    subnets: [
      subnet('default', '172.16.0.0/24', ids.onPremRouteTable ?? ''),
      subnet('GatewaySubnet', '172.16.2.0/27', ids.routeTable),
      subnet('AzureFirewallSubnet', '172.16.1.0/24', ids.onPremRouteTable ?? ''),
    ],
  }),
  resource('routeTable', ids.routeTable, {
    routes: [route('first', '8.8.8.8/32'), route('second', '8.8.4.4/32'), route('asefo-1.0.0.0_24', '1.0.0.0/24')],
  }),
  resource('onPremRouteTable', ids.onPremRouteTable ?? '', { routes: [route('ToInternet', '0.0.0.0/0')] }),
  resource('publicIp', idOf('publicIPAddresses', 'firewall-ip'), { ipAddress: '20.0.0.1' }),
  resource('publicIp', idOf('publicIPAddresses', 'vngw-ip'), { ipAddress: '20.0.0.2' }),
  resource('firewall', ids.firewall, {
    ipConfigurations: [named('ipconfig', { publicIPAddress: { id: idOf('publicIPAddresses', 'firewall-ip') } })],
    networkRuleCollections: [collection('operations', 4), collection('asefo-rig-07', 2)],
  }),
  resource('gateway', ids.gateway, {
    sku: { name: 'VpnGw1AZ', tier: 'VpnGw1AZ' },
    ipConfigurations: [named('ipconfig', { publicIPAddress: { id: idOf('publicIPAddresses', 'vngw-ip') } })],
    vpnClientConfiguration: {
      vpnClientAddressPool: { addressPrefixes: ['192.168.150.0/24'] },
      vpnClientRootCertificates: [named('root', { publicCertData: 'AAAA' })],
      vpnClientRevokedCertificates: [named('lost-1', { thumbprint: 'aa' }), named('lost-2', { thumbprint: 'bb' })],
    },
  }),
];

export const snapshotOf = (resources: readonly SnapshotResource[], more: Partial<Snapshot> = {}): Snapshot => ({
  site: 'rig-07',
  side: 'home',
  region: 'uksouth',
  takenAt: '2026-07-20T03:00:00.000Z',
  hash: hashOfResources(resources),
  resources,
  secrets: [],
  ...more,
});

/** The resources with one of them changed. */
export const changed = (
  role: Role,
  change: (properties: Record<string, Json>) => Record<string, Json>,
): SnapshotResource[] =>
  zoneResources().map((one) =>
    one.role === role
      ? { ...one, body: { ...one.body, properties: change({ ...(one.body['properties'] as object) }) } }
      : one,
  );
