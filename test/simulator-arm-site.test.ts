import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../simulator/arm/json.ts';
import { objectAt, objectsAt } from '../simulator/arm/json.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import type { Arm } from '../simulator/arm/server.ts';
import { call, codes, NETWORK, SUBSCRIPTION, startTestArm } from './support/rawArm.ts';
import { done } from './support/targetZone.ts';

const location = 'usgovvirginia';

/** A zone whose device comes through a tunnel. */
async function withTunnel() {
  const running = await startTestArm();
  const ids = seedLandingZone(running.arm, {
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg',
    location,
    gatewayPublicIpAddress: '13.72.5.4',
    siteToSite: { gatewayIpAddress: '198.51.100.7', addressPrefixes: ['10.8.0.0/24'], sharedKey: 'swordfish' },
  });
  if (ids.connection === undefined || ids.localGateway === undefined) throw new Error('no tunnel was seeded');
  return Object.assign(running, { ...ids, connection: ids.connection, localGateway: ids.localGateway });
}

const status = (arm: Arm, id: string) => objectAt(arm.read(id), 'properties')['connectionStatus'];

const tunnel = (gateway: string, site: string, extra: JsonObject = {}): JsonObject => ({
  location,
  properties: {
    connectionType: 'IPsec',
    virtualNetworkGateway1: { id: gateway },
    localNetworkGateway2: { id: site },
    ...extra,
  },
});

describe('a connection', () => {
  it('tells its key only where it is asked for it, and keeps it when a write leaves it out', async () => {
    await using zone = await withTunnel();
    const { arm, clock } = zone;
    expect((await call(arm, 'GET', zone.connection)).text).not.toContain('swordfish');
    await done(arm, clock, 'PUT', zone.connection, tunnel(zone.gateway, zone.localGateway));
    const key = `${zone.connection}/sharedkey`;
    expect((await call(arm, 'GET', key)).body).toMatchObject({ value: 'swordfish' });
    await done(arm, clock, 'PUT', key, { value: 'marlin' });
    expect((await call(arm, 'GET', key)).body).toMatchObject({ value: 'marlin' });
    expect(JSON.stringify(arm.requests.map(({ responseBody }) => responseBody ?? null))).not.toContain('marlin');
  });

  it('is connected when the device has dialled in with the same key, and the one it was on is not', async () => {
    await using zone = await withTunnel();
    const { arm, clock } = zone;
    const second = `${NETWORK}/connections/second`;
    await done(arm, clock, 'PUT', second, tunnel(zone.gateway, zone.localGateway, { sharedKey: 'marlin' }));
    expect(status(arm, second)).toBe('NotConnected');
    arm.dial({ device: 'rig-07', connectionId: zone.connection, sharedKey: 'swordfish' });
    clock.advance(60_000);
    expect(status(arm, zone.connection)).toBe('Connected');
    arm.dial({ device: 'rig-07', connectionId: second, sharedKey: 'swordfish' });
    clock.advance(60_000);
    expect([status(arm, zone.connection), status(arm, second)]).toEqual(['NotConnected', 'NotConnected']);
    await done(arm, clock, 'PUT', `${second}/sharedkey`, { value: 'swordfish' });
    expect(status(arm, second)).toBe('Connected');
  });

  it('holds its gateway and its site, and is listed by the gateway', async () => {
    await using zone = await withTunnel();
    const { arm, clock } = zone;
    const listed = objectsAt((await call(arm, 'GET', `${zone.gateway}/connections`)).body, 'value');
    expect(listed.map(({ id }) => id)).toEqual([zone.connection]);
    expect(codes(await call(arm, 'DELETE', zone.gateway))).toEqual(['InUseVirtualNetworkGatewayCannotBeDeleted']);
    expect(codes(await call(arm, 'DELETE', zone.localGateway))).toEqual(['InUseLocalNetworkGatewayCannotBeDeleted']);
    await done(arm, clock, 'DELETE', zone.connection);
    expect((await call(arm, 'DELETE', zone.gateway)).status).toBe(202);
    expect((await call(arm, 'DELETE', zone.localGateway)).status).toBe(202);
  });

  it.each([
    ['without a site', { localNetworkGateway2: null }, location, 'VirtualNetworkGatewayConnectionEndMissing'],
    ['in another region', {}, 'usgovtexas', 'VirtualNetworkGatewayConnectionInDifferentLocation'],
    [
      'to a gateway that is not there',
      { virtualNetworkGateway1: { id: `${NETWORK}/virtualNetworkGateways/none` } },
      location,
      'InvalidResourceReference',
    ],
  ])('is refused %s', async (_title, extra, where, code) => {
    await using zone = await withTunnel();
    const body = { ...tunnel(zone.gateway, zone.localGateway, extra), location: where };
    const answer = await call(zone.arm, 'PUT', `${NETWORK}/connections/second`, body);
    expect([answer.status, ...codes(answer)]).toEqual([400, code]);
  });

  it('wants an address of its site that is one', async () => {
    await using zone = await withTunnel();
    const body = { location, properties: { gatewayIpAddress: 'here' } };
    expect(codes(await call(zone.arm, 'PUT', zone.localGateway, body))).toEqual([
      'LocalNetworkGatewayInvalidGatewayIpAddress',
    ]);
  });
});
