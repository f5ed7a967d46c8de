import { NetworkManagementClient } from '@azure/arm-network';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt } from '../simulator/arm/json.ts';
import { landingZoneIds, seedLandingZone } from '../simulator/arm/landingZone.ts';
import type { Arm } from '../simulator/arm/server.ts';
import { startArm, trustCa } from '../simulator/arm/server.ts';
import { FastClock } from '../simulator/clock.ts';
import { validateExchanges } from './support/conformance.ts';
import { SUBSCRIPTION } from './support/rawArm.ts';

const ZONE = {
  subscriptionId: SUBSCRIPTION,
  resourceGroup: 'rg',
  location: 'usgovvirginia',
  gatewayPublicIpAddress: '13.72.5.4',
} as const;

// One simulated hour is over in a wall-clock millisecond: every operation is done at its first poll, without Retry-After.
const SPEED = 3_600_000;

let arm: Arm;
let client: NetworkManagementClient;

describe('the production client, unmodified', () => {
  beforeAll(async () => {
    const clock = new FastClock({ startMs: Date.parse('2026-07-20T00:00:00Z'), wallStartMs: Date.now(), speed: SPEED });
    arm = await startArm({ clock });
    trustCa(arm.ca);
    process.env['IDENTITY_ENDPOINT'] = arm.identity.endpoint;
    process.env['IDENTITY_HEADER'] = arm.identity.header;
    seedLandingZone(arm, ZONE);
    const credential = new DefaultAzureCredential();
    client = new NetworkManagementClient(credential, SUBSCRIPTION, { endpoint: arm.endpoint });
  });

  afterAll(async () => {
    delete process.env['IDENTITY_ENDPOINT'];
    delete process.env['IDENTITY_HEADER'];
    await arm.close();
  });

  it('gets a token from the managed identity endpoint, over https with the throw-away CA', async () => {
    const table = await client.routeTables.get('rg', 'routetableonprem');
    expect(table.routes?.map(({ name }) => name)).toEqual(['ToInternet', 'ToOnprem']);
    expect(arm.requests.filter(({ label }) => label === 'Identity_GetToken').length).toBeGreaterThan(0);
    expect(JSON.stringify(arm.requests)).not.toMatch(/Bearer |authorization"/i);
  });

  it('reads the whole landing zone', async () => {
    const firewall = await client.azureFirewalls.get('rg', 'firewall');
    const gateway = await client.virtualNetworkGateways.get('rg', 'vngw');
    const address = await client.publicIPAddresses.get('rg', 'vngw-ip');
    expect(firewall.ipConfigurations?.[0]?.privateIPAddress).toBe('172.16.1.4');
    expect(firewall.networkRuleCollections?.map(({ name }) => name)).toEqual(['operations']);
    expect(gateway.vpnClientConfiguration?.vpnClientAddressPool?.addressPrefixes).toEqual(['192.168.150.0/24']);
    expect(gateway.bgpSettings?.bgpPeeringAddresses?.[0]?.tunnelIpAddresses).toEqual(['13.72.5.4']);
    expect(address).toMatchObject({
      ipAddress: '13.72.5.4',
      ipConfiguration: { id: gateway.ipConfigurations?.[0]?.id },
    });
  });

  it('writes a table and a route, deletes a route, and reads clients of the gateway', async () => {
    const route = { addressPrefix: '13.72.0.0/18', nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' };
    const poller = { updateIntervalInMs: 1 };
    await client.routeTables.createOrUpdate(
      'rg',
      'routetable',
      { location: ZONE.location, routes: [{ name: 'a', ...route }] },
      poller,
    );
    await client.routes.createOrUpdate('rg', 'routetable', 'b', { ...route, addressPrefix: '13.73.0.0/18' }, poller);
    await client.routes.delete('rg', 'routetable', 'a', poller);
    const routes = objectAt(arm.read(landingZoneIds(ZONE).routeTable), 'properties')['routes'];
    expect(routes).toMatchObject([{ name: 'b', properties: { ...route, addressPrefix: '13.73.0.0/18' } }]);
    arm.setVpnClients(landingZoneIds(ZONE).gateway, [
      { vpnConnectionId: 'IKEv2_1', privateIpAddress: '192.168.150.2' },
    ]);
    const health = await client.virtualNetworkGateways.getVpnclientConnectionHealth('rg', 'vngw', poller);
    expect(health.value?.[0]?.privateIpAddress).toBe('192.168.150.2');
  });

  it('makes a policy with its rules and addresses, and a package for clients', async () => {
    const poller = { updateIntervalInMs: 1 };
    const { location } = ZONE;
    const group = await client.ipGroups.createOrUpdate(
      'rg',
      'ips',
      { location, ipAddresses: ['13.72.0.0/18'] },
      poller,
    );
    await client.firewallPolicies.createOrUpdate('rg', 'policy', { location, threatIntelMode: 'Alert' }, poller);
    const rule = {
      ruleType: 'NetworkRule' as const,
      name: 'storage',
      ipProtocols: ['Any'],
      sourceAddresses: ['192.168.150.0/24'],
      destinationIpGroups: [group.id ?? ''],
      destinationPorts: ['*'],
    };
    const collection = {
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection' as const,
      name: 'c',
      priority: 200,
      action: { type: 'Allow' },
      rules: [rule],
    };
    await client.firewallPolicyRuleCollectionGroups.createOrUpdate(
      'rg',
      'policy',
      'asefo',
      { priority: 200, ruleCollections: [collection] },
      poller,
    );
    const { ruleCollectionGroups } = await client.firewallPolicies.get('rg', 'policy');
    expect(ruleCollectionGroups?.map(({ id }) => id?.split('/').at(-1))).toEqual(['asefo']);
    const asked = { processorArchitecture: 'Amd64', authenticationMethod: 'EAPTLS' };
    const link = await client.virtualNetworkGateways.generatevpnclientpackage('rg', 'vngw', asked, poller);
    expect(JSON.stringify(link)).toContain('/vpnclientconfiguration.zip?');
    await client.firewallPolicyRuleCollectionGroups.delete('rg', 'policy', 'asefo', poller);
    await client.ipGroups.delete('rg', 'ips', poller);
  });

  it('sees the code of an error', async () => {
    const both = ['a', 'b'].map((name) => ({ name, addressPrefix: '10.0.0.0/8', nextHopType: 'Internet' }));
    const write = client.routeTables.createOrUpdate('rg', 'routetable', { location: ZONE.location, routes: both });
    await expect(write).rejects.toMatchObject({ statusCode: 400, code: 'RouteConflict' });
    await expect(client.routeTables.get('rg', 'none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  it('can ask with ManagedIdentityCredential, is told when there is no identity, and its pairs conform', async () => {
    const token = await new ManagedIdentityCredential().getToken('https://management.azure.com/.default');
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now());
    const lift = arm.deny({ kind: 'token' });
    await expect(new ManagedIdentityCredential().getToken('https://vault.azure.net/.default')).rejects.toThrow();
    lift();
    expect((await validateExchanges(arm.requests)).errors).toEqual([]);
  });
});
