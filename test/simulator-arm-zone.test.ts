import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../simulator/arm/json.ts';
import { objectAt, objectsAt, stringAt } from '../simulator/arm/json.ts';
import { applianceRoute, call, codes, GROUP, message, NETWORK, startTestArm } from './support/rawArm.ts';
import {
  done,
  firewall,
  gateway,
  network,
  routeTable,
  seedGround,
  staticIp,
  subnet,
  ZONE,
} from './support/targetZone.ts';

async function ground() {
  const running = await startTestArm();
  seedGround(running.arm);
  return running;
}

const properties = (body: JsonObject | undefined) => objectAt(body, 'properties');

describe('a public address', () => {
  it.each([
    ['of the basic kind', staticIp('Basic'), 'IPv4BasicSkuPublicIpCountLimitReached'],
    ['of no kind, which means basic', { ...staticIp(), sku: {} }, 'IPv4BasicSkuPublicIpCountLimitReached'],
    ['that is standard and dynamic', staticIp('Standard', 'Dynamic'), 'StandardSkuPublicIPAddressesMustBeStatic'],
  ])('%s is refused', async (_title, body, code) => {
    await using running = await startTestArm();
    running.arm.seed(GROUP, { location: 'usgovtexas' });
    const answer = await call(running.arm, 'PUT', ZONE.gatewayIp, body);
    expect([answer.status, ...codes(answer)]).toEqual([400, code]);
    expect(running.arm.read(ZONE.gatewayIp)).toBeUndefined();
  });

  it('is known as soon as it is made, before anything uses it, and is the same in every run', async () => {
    const given: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      await using running = await startTestArm();
      const { arm, clock } = running;
      arm.seed(GROUP, { location: 'usgovtexas' });
      await done(arm, clock, 'PUT', ZONE.gatewayIp, staticIp());
      given.push(stringAt(properties(arm.read(ZONE.gatewayIp)), 'ipAddress') ?? '');
    }
    expect(given[0]).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(given[1]).toBe(given[0]);
  });

  it('comes from the pool of its region', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(GROUP, { location: 'usgovtexas' });
    arm.setAddressPool('USGov Texas', '52.238.112.0/24');
    await done(arm, clock, 'PUT', ZONE.gatewayIp, staticIp());
    await done(arm, clock, 'PUT', ZONE.firewallIp, staticIp());
    expect(properties(arm.read(ZONE.gatewayIp))).toMatchObject({ ipAddress: '52.238.112.4' });
    expect(properties(arm.read(ZONE.firewallIp))).toMatchObject({ ipAddress: '52.238.112.5' });
  });
});

describe('a virtual network', () => {
  const refusals: readonly (readonly [string, JsonObject[], string])[] = [
    ['a subnet outside', [subnet('a', '10.0.0.0/24')], 'NetcfgInvalidSubnet'],
    [
      'subnets that overlap',
      [subnet('a', '172.17.0.0/24'), subnet('b', '172.17.0.128/25')],
      'NetcfgSubnetRangesOverlap',
    ],
    ['a prefix that is none', [subnet('a', '172.17.0.1/24')], 'InvalidCIDRNotation'],
  ];

  it.each(refusals)('refuses %s', async (_title, subnets, code) => {
    await using running = await startTestArm();
    running.arm.seed(GROUP, { location: 'usgovtexas' });
    const answer = await call(running.arm, 'PUT', ZONE.network, network(...subnets));
    expect([answer.status, ...codes(answer)]).toEqual([400, code]);
  });

  it('takes one subnet after the other, and 409 without Retry-After in between', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(ZONE.network, network());
    const at = (name: string) => `${ZONE.network}/subnets/${name}`;
    expect((await call(arm, 'PUT', at('a'), subnet('a', '172.17.0.0/24'))).status).toBe(201);
    const second = await call(arm, 'PUT', at('b'), subnet('b', '172.17.1.0/24'));
    expect([second.status, second.headers['retry-after'], ...codes(second)]).toEqual([
      409,
      undefined,
      'AnotherOperationInProgress',
    ]);
    clock.advance(2_000);
    expect((await call(arm, 'PUT', at('b'), subnet('b', '172.17.1.0/24'))).status).toBe(201);
  });

  it('detaches a table that the body of a subnet leaves out', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const id = `${ZONE.network}/subnets/GatewaySubnet`;
    expect(properties(arm.read(id))).toMatchObject({ routeTable: { id: ZONE.routes } });
    await done(arm, clock, 'PUT', id, subnet('GatewaySubnet', '172.17.2.0/27'));
    expect(properties(arm.read(id))).not.toHaveProperty('routeTable');
    expect((await call(arm, 'DELETE', ZONE.routes)).status).toBe(202);
  });

  it('wants a table of its own region', async () => {
    await using running = await ground();
    const { arm } = running;
    const abroad = `${NETWORK}/routeTables/abroad`;
    arm.seed(abroad, { ...routeTable(), location: 'usgovvirginia' });
    const answer = await call(
      arm,
      'PUT',
      `${ZONE.network}/subnets/default`,
      subnet('default', '172.17.0.0/24', abroad),
    );
    expect([answer.status, ...codes(answer)]).toEqual([400, 'InvalidResourceReference']);
    expect(message(answer)).toContain('in the same region');
  });

  it('keeps the subnets of a firewall, and their ranges, while it is there', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.seed(ZONE.firewall, firewall());
    expect(codes(await call(arm, 'DELETE', ZONE.network))).toEqual(['InUseSubnetCannotBeDeleted']);
    const id = `${ZONE.network}/subnets/AzureFirewallSubnet`;
    expect(codes(await call(arm, 'PUT', id, subnet('AzureFirewallSubnet', '172.17.1.0/26')))).toEqual([
      'InUseSubnetCannotBeUpdated',
    ]);
  });

  it('is connected with another when each has a peering to the other', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const hub = `${NETWORK}/virtualNetworks/hub`;
    const space = { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } };
    arm.seed(hub, { location: 'usgovvirginia', properties: space });
    const to = (remote: string) => ({ properties: { remoteVirtualNetwork: { id: remote }, useRemoteGateways: false } });
    const here = `${ZONE.network}/virtualNetworkPeerings/to-hub`;
    await done(arm, clock, 'PUT', here, to(hub));
    expect((await call(arm, 'GET', here)).body).toMatchObject({
      properties: { peeringState: 'Initiated', remoteAddressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
    });
    await done(arm, clock, 'PUT', `${hub}/virtualNetworkPeerings/back`, to(ZONE.network));
    expect((await call(arm, 'GET', here)).body).toMatchObject({ properties: { peeringState: 'Connected' } });
    await done(arm, clock, 'DELETE', `${hub}/virtualNetworkPeerings/back`);
    expect((await call(arm, 'GET', here)).body).toMatchObject({ properties: { peeringState: 'Initiated' } });
  });
});

describe('a firewall', () => {
  it('takes minutes, gets the first free address of its subnet, and holds its public address', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const accepted = await call(arm, 'PUT', ZONE.firewall, firewall());
    expect([accepted.status, accepted.headers['retry-after']]).toEqual([201, '10']);
    clock.advance(376_000);
    expect(properties(arm.read(ZONE.firewall))).toMatchObject({ provisioningState: 'Updating' });
    clock.advance(1_000);
    const [configuration] = objectsAt(properties(arm.read(ZONE.firewall)), 'ipConfigurations');
    expect(properties(configuration)).toMatchObject({ privateIPAddress: '172.17.1.4' });
    expect(codes(await call(arm, 'DELETE', ZONE.firewallIp))).toEqual(['PublicIPAddressCannotBeDeleted']);
    await done(arm, clock, 'DELETE', ZONE.firewall);
    expect((await call(arm, 'DELETE', ZONE.firewallIp)).status).toBe(202);
  });

  it('is refused in another subnet, in another group than its network, and with an address somebody has', async () => {
    await using running = await ground();
    const { arm } = running;
    const [item] = objectsAt(properties(firewall()), 'ipConfigurations');
    const wrong = { ...item, properties: { ...properties(item), subnet: { id: `${ZONE.network}/subnets/default` } } };
    const misplaced = await call(arm, 'PUT', ZONE.firewall, firewall({ ipConfigurations: [wrong] }));
    expect(codes(misplaced)).toEqual(['AzureFirewallInvalidSubnetName']);
    const elsewhere = ZONE.firewall.replace('/rg/', '/other/');
    arm.seed(elsewhere.split('/providers/')[0] ?? '', { location: 'usgovtexas' });
    expect(codes(await call(arm, 'PUT', elsewhere, firewall()))).toEqual(['AzureFirewallVnetInDifferentResourceGroup']);
    arm.seed(ZONE.firewall, firewall());
    expect(codes(await call(arm, 'PUT', `${ZONE.firewall}2`, firewall()))).toEqual(['PublicIPAddressInUse']);
  });
});

describe('a gateway', () => {
  it('takes 47 minutes as recorded, or as long as the test says', async () => {
    await using running = await startTestArm({ durations: { virtualNetworkGateways: { create: 1_200 } } });
    const { arm, clock } = running;
    seedGround(arm);
    expect((await call(arm, 'PUT', ZONE.gateway, gateway())).status).toBe(201);
    clock.advance(1_199_000);
    expect(properties(arm.read(ZONE.gateway))).toMatchObject({ provisioningState: 'Updating' });
    clock.advance(1_000);
    const { provisioningState, bgpSettings } = properties(arm.read(ZONE.gateway));
    expect(provisioningState).toBe('Succeeded');
    const address = stringAt(properties(arm.read(ZONE.gatewayIp)), 'ipAddress');
    expect(bgpSettings).toMatchObject({ bgpPeeringAddresses: [{ tunnelIpAddresses: [address] }] });
  });

  const sku = (name: string) => ({ sku: { name, tier: name } });
  const client = (given: JsonObject) => ({
    vpnClientConfiguration: { vpnClientAddressPool: { addressPrefixes: ['192.168.160.0/24'] }, ...given },
  });
  const root = (publicCertData: string) => ({ name: 'root', properties: { publicCertData } });
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['a SKU without zones', sku('VpnGw1'), 'NonAzSkusNotAllowedForVPNGateway'],
    ['the basic SKU', sku('Basic'), 'InvalidGatewaySkuSpecified'],
    ['no address', { ipConfigurations: [] }, 'VirtualNetworkGatewayIpConfigurationRequired'],
    [
      'clients with addresses of the network',
      client({ vpnClientAddressPool: { addressPrefixes: ['172.17.8.0/24'] } }),
      'VpnClientAddressPoolOverlapsWithVirtualNetwork',
    ],
    [
      'a certificate that is none',
      client({ vpnClientRootCertificates: [root('-----BEGIN')] }),
      'VpnClientRootCertificateDataInvalid',
    ],
    [
      'twenty-one root certificates',
      client({
        vpnClientRootCertificates: Array.from({ length: 21 }, (_, index) => ({ ...root('YQ=='), name: `r${index}` })),
      }),
      'VpnClientCertificateCountLimitReached',
    ],
  ];

  it.each(refusals)('is refused with %s', async (_title, given, code) => {
    await using running = await ground();
    const answer = await call(running.arm, 'PUT', ZONE.gateway, gateway(given));
    expect([answer.status, ...codes(answer)]).toEqual([400, code]);
    expect(running.arm.read(ZONE.gateway)).toBeUndefined();
  });

  it.each([
    ['a default route', { routes: [applianceRoute('all', '0.0.0.0/0')] }],
    ['propagation switched off', { disableBgpRoutePropagation: true }],
  ])('is refused when its subnet has a table with %s', async (_title, given) => {
    await using running = await ground();
    running.arm.seed(ZONE.routes, { location: 'usgovtexas', properties: given });
    const answer = await call(running.arm, 'PUT', ZONE.gateway, gateway());
    expect([answer.status, ...codes(answer)]).toEqual([400, 'GatewaySubnetRouteTableNotSupported']);
  });

  it('is refused beside another one of its type', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.seed(ZONE.gateway, gateway());
    const second = await call(arm, 'PUT', `${ZONE.gateway}2`, gateway());
    expect(codes(second)).toEqual(['VirtualNetworkGatewayAlreadyExistsInVirtualNetwork']);
  });

  it('that was made without zones can still be changed', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.seed(ZONE.gateway, gateway(sku('VpnGw1')));
    expect((await call(arm, 'PUT', ZONE.gateway, gateway(sku('VpnGw1')))).status).toBe(200);
  });

  it('tells no secret', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const radius = { radiusServerAddress: '10.0.0.9', radiusServerSecret: 'swordfish' };
    const servers = { ...radius, radiusServers: [{ ...radius, radiusServerScore: 1 }] };
    await done(arm, clock, 'PUT', ZONE.gateway, gateway(client(servers)));
    const shown = (await call(arm, 'GET', ZONE.gateway)).text;
    expect(shown).toContain('10.0.0.9');
    expect(shown).not.toContain('swordfish');
  });

  it('whose creation failed takes as long again, and one that is there only minutes', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const effect = { kind: 'operationFails', code: 'VmssGatewayDeploymentFailed', message: 'It failed.' } as const;
    arm.plantFault({ match: { label: 'VirtualNetworkGateways_CreateOrUpdate' }, effect });
    await done(arm, clock, 'PUT', ZONE.gateway, gateway());
    expect(properties(arm.read(ZONE.gateway))).toMatchObject({ provisioningState: 'Failed' });
    const state = () => properties(arm.read(ZONE.gateway))['provisioningState'];
    expect((await call(arm, 'PUT', ZONE.gateway, gateway())).status).toBe(200);
    clock.advance(2_815_000);
    expect(state()).toBe('Updating');
    clock.advance(1_000);
    expect(state()).toBe('Succeeded');
    await call(arm, 'PUT', ZONE.gateway, gateway());
    clock.advance(300_000);
    expect(state()).toBe('Succeeded');
  });
});

describe('a quota', () => {
  it('refuses one more, and the usages say why', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit: 3, current: 3 });
    const refused = await call(arm, 'PUT', ZONE.gateway, gateway());
    expect([refused.status, ...codes(refused)]).toEqual([400, 'VirtualNetworkGatewayCountLimitReached']);
    const path = `${GROUP.split('/resourceGroups')[0]}/providers/Microsoft.Network/locations/usgovtexas/usages`;
    const usages = objectsAt((await call(arm, 'GET', path)).body, 'value');
    const named = (name: string) => usages.find((usage) => objectAt(usage, 'name')['value'] === name);
    expect(named('VirtualNetworkGateways')).toMatchObject({ limit: 3, currentValue: 3 });
    expect(named('StandardSkuPublicIpAddresses')).toMatchObject({ currentValue: 2 });
  });

  it('counts what is made on top of what others have', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    arm.setUsage('usgovtexas', 'RouteTables', { limit: 5, current: 4 });
    await done(arm, clock, 'PUT', `${ZONE.routes}2`, routeTable());
    const refused = await call(arm, 'PUT', `${ZONE.routes}3`, routeTable());
    expect([refused.status, ...codes(refused)]).toEqual([400, 'ResourceCountExceedsLimitDueToTemplate']);
    await done(arm, clock, 'DELETE', `${ZONE.routes}2`);
    expect((await call(arm, 'PUT', `${ZONE.routes}3`, routeTable())).status).toBe(201);
  });

  it('of addresses is one for all and one for the standard kind', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.setUsage('usgovtexas', 'PublicIPAddresses', { limit: 2 });
    expect(codes(await call(arm, 'PUT', `${ZONE.gatewayIp}2`, staticIp()))).toEqual(['PublicIPCountLimitReached']);
  });

  it('is not touched by what is there already', async () => {
    await using running = await ground();
    const { arm } = running;
    arm.setUsage('usgovtexas', 'StandardSkuPublicIpAddresses', { limit: 2 });
    expect((await call(arm, 'PUT', ZONE.gatewayIp, staticIp())).status).toBe(200);
    expect(codes(await call(arm, 'PUT', `${ZONE.gatewayIp}2`, staticIp()))).toEqual(['PublicIPCountLimitReached']);
  });

  it('and a closed region refuses the types it is closed to', async () => {
    await using running = await ground();
    const { arm } = running;
    const open = arm.closeRegion('USGov Texas', ['virtualNetworkGateways']);
    const refused = await call(arm, 'PUT', ZONE.gateway, gateway());
    expect([refused.status, ...codes(refused)]).toEqual([400, 'LocationNotAvailableForResourceType']);
    expect((await call(arm, 'PUT', ZONE.firewall, firewall())).status).toBe(201);
    open();
    expect((await call(arm, 'PUT', ZONE.gateway, gateway())).status).toBe(201);
  });
});
