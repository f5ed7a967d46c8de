import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../simulator/arm/json.ts';
import { objectAt } from '../simulator/arm/json.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import type { Arm } from '../simulator/arm/server.ts';
import type { ManualClock } from '../simulator/clock.ts';
import { NO_SPECIFICATIONS, validateExchanges } from './support/conformance.ts';
import type { RawAnswer } from './support/rawArm.ts';
import { applianceRoute, call, NETWORK, SUBSCRIPTION, startTestArm, TABLE, table } from './support/rawArm.ts';

const LOCATION = 'usgovvirginia';
const LOCATIONS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/${LOCATION}`;

async function finish(arm: Arm, clock: ManualClock, accepted: RawAnswer): Promise<void> {
  expect([200, 201, 202]).toContain(accepted.status);
  clock.advance(3_000_000);
  expect((await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '')).body).toEqual({
    status: 'Succeeded',
  });
}

function seedZone(arm: Arm) {
  return seedLandingZone(arm, {
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg',
    location: LOCATION,
    gatewayPublicIpAddress: '13.72.5.4',
    vendorScript: { prefixes: ['13.72.0.0/18'], stale: ['13.73.0.0/18'] },
  });
}

const subnet = (name: string, addressPrefix: string, more: JsonObject = {}) => ({
  name,
  properties: { addressPrefix, ...more },
});

const securityRule = {
  name: 'ssh',
  properties: {
    priority: 100,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourceAddressPrefix: '192.168.150.0/24',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '22',
  },
};

/** A tunnel to a site on the second zone's gateway. */
function tunnelBodies(): readonly (readonly [string, JsonObject])[] {
  const location = LOCATION;
  const [gateway, site] = [`${NETWORK}/virtualNetworkGateways/gw2`, `${NETWORK}/localNetworkGateways/site`];
  const end = (id: string) => ({ id, properties: {} });
  return [
    [
      site,
      {
        location,
        properties: {
          gatewayIpAddress: '198.51.100.7',
          localNetworkAddressSpace: { addressPrefixes: ['10.8.0.0/24'] },
        },
      },
    ],
    [
      `${NETWORK}/connections/tunnel`,
      {
        location,
        properties: {
          connectionType: 'IPsec',
          virtualNetworkGateway1: end(gateway),
          localNetworkGateway2: end(site),
          sharedKey: 'swordfish',
        },
      },
    ],
  ];
}

async function driveTunnel(arm: Arm, clock: ManualClock): Promise<void> {
  const key = `${NETWORK}/connections/tunnel/sharedkey`;
  expect((await call(arm, 'GET', key)).body).toMatchObject({ value: 'swordfish' });
  await finish(arm, clock, await call(arm, 'PUT', key, { value: 'another' }));
  const listed = await call(arm, 'GET', `${NETWORK}/virtualNetworkGateways/gw2/connections`);
  expect(listed.body['value']).toHaveLength(1);
  for (const type of ['connections', 'localNetworkGateways'])
    expect((await call(arm, 'GET', `${NETWORK}/${type}`)).body['value']).toHaveLength(1);
}

/** What hangs on a policy. */
function policyBodies(): readonly (readonly [string, JsonObject])[] {
  const location = LOCATION;
  const policy = `${NETWORK}/firewallPolicies/policy`;
  const group = `${NETWORK}/ipGroups/group`;
  const network = {
    ruleType: 'NetworkRule',
    name: 'storage',
    ipProtocols: ['Any'],
    sourceAddresses: ['192.168.150.0/24'],
    destinationIpGroups: [group],
    destinationPorts: ['*'],
  };
  const application = {
    ruleType: 'ApplicationRule',
    name: 'urls',
    protocols: [{ protocolType: 'Https', port: 443 }],
    sourceAddresses: ['*'],
    targetFqdns: ['*.core.windows.net'],
  };
  const collection = (name: string, priority: number, rule: JsonObject) => ({
    ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
    name,
    priority,
    action: { type: 'Allow' },
    rules: [rule],
  });
  const ruleCollections = [collection('n', 200, network), collection('a', 300, application)];
  return [
    [policy, { location, properties: { threatIntelMode: 'Alert', sku: { tier: 'Standard' } } }],
    [group, { location, properties: { ipAddresses: ['13.72.0.0/18', '13.73.0.4'] } }],
    [`${policy}/ruleCollectionGroups/rcg`, { properties: { priority: 200, ruleCollections } }],
  ];
}

/** A second landing zone made by requests alone, as bodies a client sends. */
function bodies(): readonly (readonly [string, JsonObject])[] {
  const location = LOCATION;
  const staticIp = { location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } };
  const at = (name: string) => ({ id: `${NETWORK}/publicIPAddresses/${name}` });
  const inSubnet = (name: string) => ({ id: `${NETWORK}/virtualNetworks/net2/subnets/${name}` });
  const rule = {
    name: 'all',
    protocols: ['Any'],
    sourceAddresses: ['192.168.150.0/24'],
    destinationAddresses: ['13.72.0.0/18'],
    destinationPorts: ['*'],
  };
  const collection = { name: 'c', properties: { priority: 200, action: { type: 'Allow' }, rules: [rule] } };
  const configuration = (ip: string, name: string) => ({
    name: 'config',
    properties: { publicIPAddress: at(ip), subnet: inSubnet(name) },
  });
  return [
    [TABLE, table(applianceRoute('a', '13.72.0.0/18'))],
    [`${TABLE}/routes/b`, applianceRoute('b', 'Storage.USGovTexas')],
    [`${NETWORK}/networkSecurityGroups/nsg`, { location, properties: { securityRules: [securityRule] } }],
    [`${NETWORK}/publicIPAddresses/ip1`, staticIp],
    [`${NETWORK}/publicIPAddresses/ip2`, staticIp],
    [
      `${NETWORK}/virtualNetworks/net2`,
      {
        location,
        properties: {
          addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
          subnets: [
            subnet('AzureFirewallSubnet', '10.1.1.0/24'),
            subnet('default', '10.1.0.0/24', { networkSecurityGroup: { id: `${NETWORK}/networkSecurityGroups/nsg` } }),
          ],
        },
      },
    ],
    [
      `${NETWORK}/virtualNetworks/net2/virtualNetworkPeerings/to-vnet`,
      {
        properties: {
          remoteVirtualNetwork: { id: `${NETWORK}/virtualNetworks/vnet` },
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: true,
          allowGatewayTransit: false,
          useRemoteGateways: false,
        },
      },
    ],
    ...policyBodies(),
    [`${NETWORK}/virtualNetworks/net2/subnets/GatewaySubnet`, subnet('GatewaySubnet', '10.1.2.0/24')],
    [
      `${NETWORK}/azureFirewalls/fw2`,
      {
        location,
        properties: {
          ipConfigurations: [configuration('ip1', 'AzureFirewallSubnet')],
          networkRuleCollections: [collection],
        },
      },
    ],
    [
      `${NETWORK}/virtualNetworkGateways/gw2`,
      {
        location,
        properties: {
          gatewayType: 'Vpn',
          vpnType: 'RouteBased',
          sku: { name: 'VpnGw1AZ', tier: 'VpnGw1AZ' },
          ipConfigurations: [configuration('ip2', 'GatewaySubnet')],
          vpnClientConfiguration: {
            vpnClientAddressPool: { addressPrefixes: ['192.168.151.0/24'] },
            vpnClientProtocols: ['IkeV2'],
            vpnClientRootCertificates: [{ name: 'root', properties: { publicCertData: 'YSByb290' } }],
            vpnClientRevokedCertificates: [{ name: 'lost', properties: { thumbprint: '0123456789ABCDEF' } }],
          },
        },
      },
    ],
  ];
}

async function driveReads(arm: Arm, clock: ManualClock): Promise<void> {
  const ids = seedZone(arm);
  const types = ['routeTables', 'azureFirewalls', 'publicIPAddresses', 'virtualNetworks', 'virtualNetworkGateways'];
  for (const id of Object.values(ids)) expect((await call(arm, 'GET', id)).status).toBe(200);
  for (const type of types) expect((await call(arm, 'GET', `${NETWORK}/${type}`)).status).toBe(200);
  for (const type of ['firewallPolicies', 'ipGroups'])
    expect((await call(arm, 'GET', `${NETWORK}/${type}`)).status).toBe(200);
  for (const type of [...types.slice(0, 4), 'firewallPolicies', 'ipGroups'])
    expect((await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/${type}`)).status).toBe(
      200,
    );
  for (const path of [
    `${ids.routeTable}/routes`,
    `${ids.routeTable}/routes/route_1`,
    `${ids.virtualNetwork}/subnets`,
    `${ids.virtualNetwork}/subnets/GatewaySubnet`,
    `${LOCATIONS}/usages`,
    `${LOCATIONS}/serviceTags`,
  ])
    expect((await call(arm, 'GET', path)).status).toBe(200);
  arm.setVpnClients(ids.gateway, [
    { vpnConnectionId: 'IKEv2_1', privateIpAddress: '192.168.150.2', vpnConnectionDuration: 900 },
  ]);
  const health = await call(arm, 'POST', `${ids.gateway}/getVpnClientConnectionHealth`);
  await finish(arm, clock, health);
  expect((await call(arm, 'GET', health.headers['location'] ?? '')).body['value']).toHaveLength(1);
  const asked = { processorArchitecture: 'Amd64', authenticationMethod: 'EAPTLS' };
  await finish(arm, clock, await call(arm, 'POST', `${ids.gateway}/generatevpnclientpackage`, asked));
  await finish(arm, clock, await call(arm, 'POST', `${ids.gateway}/generatevpnprofile`, asked));
  await finish(arm, clock, await call(arm, 'POST', `${ids.gateway}/getvpnprofilepackageurl`));
  const disconnect = `${ids.gateway}/disconnectVirtualNetworkGatewayVpnConnections`;
  await finish(arm, clock, await call(arm, 'POST', disconnect, { vpnConnectionIds: ['IKEv2_1'] }));
}

const v6 = { location: LOCATION, properties: { ipAddresses: ['2001:db8::/32'] } };

async function driveWrites(arm: Arm, clock: ManualClock): Promise<void> {
  const all = [...bodies(), ...tunnelBodies()];
  for (const [id, body] of all) {
    await finish(arm, clock, await call(arm, 'PUT', id, body));
    expect((await call(arm, 'GET', id)).status).toBe(200);
    await finish(arm, clock, await call(arm, 'PUT', id, body));
  }
  await driveTunnel(arm, clock);
  for (const [id] of all.filter(
    ([path]) => !/\/(routes|subnets|virtualNetworkPeerings|ruleCollectionGroups)\//.test(path),
  ))
    expect((await call(arm, 'PATCH', id, { tags: { a: 'b' } })).status).toBe(200);
  for (const [id] of all.toReversed()) await finish(arm, clock, await call(arm, 'DELETE', id));
  for (const [id] of all) expect((await call(arm, 'GET', id)).status).toBe(404);
}

async function driveErrors(arm: Arm): Promise<void> {
  expect((await call(arm, 'GET', `${NETWORK}/firewallPolicies/none`)).status).toBe(404);
  expect((await call(arm, 'PUT', `${NETWORK}/ipGroups/v6`, v6)).status).toBe(400);
  expect(
    (await call(arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8'), applianceRoute('b', '10.0.0.0/8')))).status,
  ).toBe(400);
  expect((await call(arm, 'PUT', TABLE, table())).status).toBe(201);
  expect((await call(arm, 'PUT', TABLE, table())).status).toBe(429);
  expect((await call(arm, 'GET', `${NETWORK}/azureFirewalls/none`)).status).toBe(404);
  expect((await call(arm, 'DELETE', `${NETWORK}/azureFirewalls/none`)).status).toBe(204);
}

describe.skipIf(NO_SPECIFICATIONS !== undefined)(
  `the published specification (${NO_SPECIFICATIONS ?? 'present'})`,
  () => {
    it('has nothing against any answer of any implemented operation', async () => {
      await using running = await startTestArm();
      const { arm, clock } = running;
      await driveReads(arm, clock);
      await driveWrites(arm, clock);
      await driveErrors(arm);
      const { checked, errors, skipped } = await validateExchanges(arm.requests);
      expect(errors).toEqual([]);
      expect(checked).toBeGreaterThan(60);
      expect(checked + skipped.length).toBe(arm.requests.length);
      expect(new Set(skipped.map(({ label }) => label))).toEqual(
        new Set(['Operations_Poll', 'Operations_Result', 'ResourceGroups_Get']),
      );
    });

    type Change = (response: JsonObject, request: JsonObject) => void;
    const MUTATIONS: readonly (readonly [string, RegExp, Change])[] = [
      [
        'routes that are no array',
        /RouteTables_CreateOrUpdate response: INVALID_TYPE/,
        (response) => {
          objectAt(response, 'properties')['routes'] = {};
        },
      ],
      [
        'an unknown property',
        /response: OBJECT_ADDITIONAL_PROPERTIES .*: invented/,
        (response) => {
          response['invented'] = 1;
        },
      ],
      [
        'an unknown hop in a request',
        /request: SCHEMA enum/,
        (_response, request) => {
          objectAt(request, 'properties')['routes'] = [{ name: 'a', properties: { nextHopType: 'Nowhere' } }];
        },
      ],
      [
        'a read-only property in a request',
        /request: READONLY_PROPERTY_NOT_ALLOWED_IN_REQUEST/,
        (_response, request) => {
          request['etag'] = 'W/"x"';
        },
      ],
    ];

    it.each(MUTATIONS)('catches %s', async (_title, expected, change) => {
      await using running = await startTestArm();
      running.arm.seed(TABLE, table());
      await call(running.arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8')));
      const [good] = running.arm.requests;
      if (good === undefined) throw new Error('nothing was recorded');
      expect((await validateExchanges([good])).errors).toEqual([]);
      const bad = structuredClone(good);
      change(bad.responseBody as JsonObject, bad.requestBody as JsonObject);
      expect((await validateExchanges([bad])).errors.join('\n')).toMatch(expected);
    });

    it('leaves out what a test says it planted', async () => {
      await using running = await startTestArm();
      running.arm.seed(TABLE, { ...table(), plantedByTest: true });
      await call(running.arm, 'GET', TABLE);
      expect((await validateExchanges(running.arm.requests)).errors).toHaveLength(1);
      expect((await validateExchanges(running.arm.requests, { allow: [/: plantedByTest/] })).errors).toEqual([]);
    });
  },
);
