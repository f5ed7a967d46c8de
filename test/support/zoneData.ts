import type { Json, JsonObject } from '../../shared/base/canonical.ts';
import type { Role, Snapshot, SnapshotResource } from '../../shared/plan/snapshot.ts';

export const oldGroup = '/subscriptions/00000000-0000-0000-0000-000000000007/resourceGroups/ase-rig-07';
export const newGroup = `${oldGroup}-ukwest`;
export const idIn = (group: string, path: string): string => `${group}/providers/Microsoft.Network/${path}`;
const at = (path: string): string => idIn(oldGroup, path);

const resource = (role: Role, id: string, properties: JsonObject, more: JsonObject = {}): SnapshotResource => {
  const path = id.split('/providers/Microsoft.Network/')[1] ?? '';
  const [type, name, childType, child] = path.split('/');
  return {
    role,
    id,
    body: {
      id,
      name: child ?? name ?? '',
      type: `Microsoft.Network/${type}${childType === undefined ? '' : `/${childType}`}`,
      etag: 'W/"1"',
      location: 'uksouth',
      tags: { owner: 'rig crew' },
      ...more,
      properties: {
        provisioningState: 'Succeeded',
        resourceGuid: '00000000-0000-0000-0000-000000000001',
        ...properties,
      },
    },
  };
};

/** A child as ARM sends it: with its own id, type and etag. */
const child = (owner: string, collection: string, name: string, properties: JsonObject): JsonObject => ({
  id: `${owner}/${collection}/${name}`,
  name,
  etag: 'W/"1"',
  type: `Microsoft.Network/${owner.split('/').at(-2)}/${collection}`,
  properties: { provisioningState: 'Succeeded', ...properties },
});

const vnet = at('virtualNetworks/vnet');
const table = at('routeTables/routetable');
const onPrem = at('routeTables/routetableonprem');
const gateway = at('virtualNetworkGateways/vngw');
const firewall = at('azureFirewalls/firewall');
const gatewayIp = at('publicIPAddresses/vngw-ip');
const firewallIp = at('publicIPAddresses/firewall-ip');
const nsg = at('networkSecurityGroups/nsg');

const route = (owner: string, name: string, addressPrefix: string, nextHopType: string, hop?: string): JsonObject =>
  child(owner, 'routes', name, { addressPrefix, nextHopType, ...(hop === undefined ? {} : { nextHopIpAddress: hop }) });

const routes = {
  foreign: [
    route(table, 'to-update-server', '198.18.7.0/24', 'VirtualAppliance', '172.16.1.4'),
    route(table, 'management', '198.18.8.0/24', 'Internet'),
  ],
  ours: [route(table, 'asefo-20.10.0.0_24', '20.10.0.0/24', 'VirtualAppliance', '172.16.1.4')],
};

const rule = (name: string, sources: readonly string[], destinations: readonly string[]): JsonObject => ({
  name,
  protocols: ['UDP'],
  sourceAddresses: [...sources],
  destinationAddresses: [...destinations],
  destinationPorts: ['123'],
  sourceIpGroups: [],
  destinationIpGroups: [],
  destinationFqdns: [],
});

const collection = (name: string, priority: number, rules: readonly JsonObject[]): JsonObject =>
  child(firewall, 'networkRuleCollections', name, { priority, action: { type: 'Allow' }, rules: [...rules] });

const publicIp = (id: string, ipAddress: string, owner: string): SnapshotResource =>
  resource(
    'publicIp',
    id,
    {
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      idleTimeoutInMinutes: 4,
      ipAddress,
      ipConfiguration: { id: owner },
    },
    { sku: { name: 'Standard', tier: 'Regional' } },
  );

const subnet = (name: string, addressPrefix: string, more: JsonObject): JsonObject =>
  child(vnet, 'subnets', name, { addressPrefix, delegations: [], privateEndpointNetworkPolicies: 'Disabled', ...more });

const ipConfiguration = (
  owner: string,
  collectionName: string,
  name: string,
  ip: string,
  subnetName: string,
  privateIp?: string,
) =>
  child(owner, collectionName, name, {
    privateIPAllocationMethod: 'Dynamic',
    ...(privateIp === undefined ? {} : { privateIPAddress: privateIp }),
    publicIPAddress: { id: ip },
    subnet: { id: `${vnet}/subnets/${subnetName}` },
  });

const vpnClient: JsonObject = {
  vpnClientAddressPool: { addressPrefixes: ['192.168.150.0/24'] },
  vpnClientProtocols: ['IkeV2'],
  vpnAuthenticationTypes: ['Certificate'],
  vpnClientRootCertificates: [
    child(gateway, 'vpnClientRootCertificates', 'root', { publicCertData: 'QSByb290IGNlcnRpZmljYXRl' }),
  ],
  vpnClientRevokedCertificates: [
    child(gateway, 'vpnClientRevokedCertificates', 'lost-laptop', { thumbprint: 'A0B1C2' }),
  ],
  radiusServers: [],
  vpnClientIpsecPolicies: [],
};

const gatewayProperties: JsonObject = {
  gatewayType: 'Vpn',
  vpnType: 'RouteBased',
  vpnGatewayGeneration: 'Generation1',
  enableBgp: false,
  activeActive: false,
  packetCaptureDiagnosticState: 'None',
  sku: { name: 'VpnGw1', tier: 'VpnGw1', capacity: 2 },
  bgpSettings: { asn: 65515, bgpPeeringAddress: '172.16.2.30', peerWeight: 0 },
  ipConfigurations: [ipConfiguration(gateway, 'ipConfigurations', 'default', gatewayIp, 'GatewaySubnet')],
};

const securityGroup = (): SnapshotResource =>
  resource('networkSecurityGroup', nsg, {
    securityRules: [
      child(nsg, 'securityRules', 'clients', {
        priority: 100,
        direction: 'Inbound',
        access: 'Allow',
        protocol: '*',
        sourceAddressPrefix: '192.168.150.0/24',
        sourcePortRange: '*',
        destinationAddressPrefixes: ['172.16.0.0/24'],
        destinationPortRange: '*',
      }),
    ],
    defaultSecurityRules: [child(nsg, 'defaultSecurityRules', 'DenyAllInBound', { priority: 65_500 })],
    subnets: [{ id: `${vnet}/subnets/default` }],
  });

const network = (space: string): SnapshotResource =>
  resource('virtualNetwork', vnet, {
    addressSpace: { addressPrefixes: [space] },
    subnets: [
      subnet('default', '172.16.0.0/24', {
        routeTable: { id: onPrem },
        networkSecurityGroup: { id: nsg },
        serviceEndpoints: [
          { provisioningState: 'Succeeded', service: 'Microsoft.Storage', locations: ['uksouth', 'ukwest'] },
        ],
        ipConfigurations: [{ id: at('networkInterfaces/nic/ipConfigurations/one') }],
      }),
      subnet('GatewaySubnet', '172.16.2.0/27', {
        routeTable: { id: table },
        ipConfigurations: [{ id: `${gateway}/ipConfigurations/default` }],
      }),
      subnet('AzureFirewallSubnet', '172.16.1.0/24', {
        ipConfigurations: [{ id: `${firewall}/azureFirewallIpConfigurations/one` }],
      }),
    ],
    virtualNetworkPeerings: [
      child(vnet, 'virtualNetworkPeerings', 'to-hub', {
        remoteVirtualNetwork: { id: idIn('/subscriptions/s/resourceGroups/hub', 'virtualNetworks/hub') },
      }),
    ],
    enableDdosProtection: false,
  });

const classicFirewall = (): SnapshotResource =>
  resource('firewall', firewall, {
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    threatIntelMode: 'Alert',
    ipConfigurations: [
      ipConfiguration(
        firewall,
        'azureFirewallIpConfigurations',
        'firewall-ip',
        firewallIp,
        'AzureFirewallSubnet',
        '172.16.1.4',
      ),
    ],
    networkRuleCollections: [
      collection('operations', 300, [
        rule('ntp', ['192.168.150.0/24'], ['192.0.2.123']),
        rule('one-client', ['192.168.150.9', '172.16.2.0/27'], ['192.0.2.124']),
      ]),
      collection('asefo-rig-07', 200, [
        rule('home', ['192.168.150.0/24', '172.16.2.0/27'], ['20.10.0.0/24', '20.10.2.0/24']),
      ]),
    ],
    applicationRuleCollections: [],
    natRuleCollections: [],
    additionalProperties: {},
  });

const policy = at('firewallPolicies/policy');
const parent = at('firewallPolicies/company');
const group = at('ipGroups/clients');

const policyFirewall = (): readonly SnapshotResource[] => {
  const classic = classicFirewall();
  const properties = classic.body['properties'] as JsonObject;
  const emptied = { ...properties, networkRuleCollections: [], firewallPolicy: { id: policy } };
  const groupOf = (owner: string, name: string, priority: number, sourceIpGroups: readonly Json[]): SnapshotResource =>
    resource('ruleCollectionGroup', `${owner}/ruleCollectionGroups/${name}`, {
      priority,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'allowed',
          priority: 100,
          action: { type: 'Allow' },
          rules: [
            {
              ruleType: 'NetworkRule',
              name: 'ntp',
              ipProtocols: ['UDP'],
              sourceAddresses: [],
              sourceIpGroups: [...sourceIpGroups],
              destinationAddresses: ['192.0.2.123'],
              destinationPorts: ['123'],
            },
          ],
        },
      ],
    });
  return [
    { ...classic, body: { ...classic.body, properties: emptied } },
    resource('firewallPolicy', parent, {
      threatIntelMode: 'Deny',
      childPolicies: [{ id: policy }],
      firewalls: [],
      ruleCollectionGroups: [],
    }),
    resource('firewallPolicy', policy, {
      basePolicy: { id: parent },
      firewalls: [{ id: firewall }],
      ruleCollectionGroups: [{ id: `${policy}/ruleCollectionGroups/operations` }],
    }),
    groupOf(policy, 'operations', 300, [group]),
    groupOf(policy, 'asefo-rig-07', 200, [group]),
    resource('ipGroup', group, {
      ipAddresses: ['192.168.150.0/24'],
      firewalls: [{ id: firewall }],
      firewallPolicies: [{ id: policy }],
    }),
    resource('ipGroup', at('ipGroups/servers'), { ipAddresses: ['192.0.2.123'] }),
  ];
};

const siteToSite = (): readonly SnapshotResource[] => [
  resource('localNetworkGateway', at('localNetworkGateways/device'), {
    gatewayIpAddress: '198.51.100.7',
    localNetworkAddressSpace: { addressPrefixes: ['10.80.0.0/24'] },
  }),
  resource('connection', at('connections/to-device'), {
    connectionType: 'IPsec',
    connectionProtocol: 'IKEv2',
    routingWeight: 10,
    virtualNetworkGateway1: { id: gateway },
    localNetworkGateway2: { id: at('localNetworkGateways/device') },
    connectionStatus: 'Connected',
    egressBytesTransferred: 7,
    ingressBytesTransferred: 9,
    ipsecPolicies: [],
  }),
];

export type ZoneParts = {
  readonly firewall?: 'classic' | 'policy';
  readonly vpn?: 'p2s' | 's2s';
  readonly space?: string;
};

/** A landing zone as a sweep keeps it. */
export const snapshotOf = ({
  firewall: kind = 'classic',
  vpn = 'p2s',
  space = '172.16.0.0/16',
}: ZoneParts = {}): Snapshot => {
  const resources: SnapshotResource[] = [
    {
      role: 'resourceGroup',
      id: oldGroup,
      body: {
        id: oldGroup,
        name: 'ase-rig-07',
        type: 'Microsoft.Resources/resourceGroups',
        location: 'uksouth',
        tags: { owner: 'rig crew' },
        properties: { provisioningState: 'Succeeded' },
      },
    },
    resource('routeTable', table, {
      disableBgpRoutePropagation: true,
      routes: [...routes.foreign, ...routes.ours],
      subnets: [{ id: `${vnet}/subnets/GatewaySubnet` }],
    }),
    resource('onPremRouteTable', onPrem, {
      disableBgpRoutePropagation: true,
      routes: [
        route(onPrem, 'ToInternet', '0.0.0.0/0', 'Internet'),
        ...(vpn === 'p2s' ? [route(onPrem, 'ToOnprem', '192.168.150.0/24', 'VirtualNetworkGateway')] : []),
        route(onPrem, 'inspected', '198.18.9.0/24', 'VirtualAppliance', '172.16.1.4'),
      ],
    }),
    securityGroup(),
    network(space),
    publicIp(gatewayIp, '20.10.2.77', `${gateway}/ipConfigurations/default`),
    publicIp(firewallIp, '20.10.2.78', `${firewall}/azureFirewallIpConfigurations/firewall-ip`),
    ...(kind === 'classic' ? [classicFirewall()] : policyFirewall()),
    resource('gateway', gateway, {
      ...gatewayProperties,
      ...(vpn === 'p2s' ? { vpnClientConfiguration: vpnClient } : {}),
    }),
    ...(vpn === 's2s' ? siteToSite() : []),
  ];
  const secrets =
    vpn === 's2s'
      ? [{ what: 'the shared key', resource: at('connections/to-device'), source: 'read while home is alive' }]
      : [];
  return {
    site: 'rig-07',
    side: 'home',
    region: 'uksouth',
    takenAt: '2026-07-20T02:00:00.000Z',
    hash: 'sha256:5eed',
    resources,
    secrets,
  };
};

/** A resource of a snapshot by its role, changed. */
export const changed = (snapshot: Snapshot, role: Role, change: (properties: JsonObject) => JsonObject): Snapshot => ({
  ...snapshot,
  resources: snapshot.resources.map((one) =>
    one.role === role
      ? { ...one, body: { ...one.body, properties: change(one.body['properties'] as JsonObject) } }
      : one,
  ),
});
