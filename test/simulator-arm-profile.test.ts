import { request } from 'node:https';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { objectAt, stringAt } from '../simulator/arm/json.ts';
import type { Arm } from '../simulator/arm/server.ts';
import { zip } from '../simulator/arm/zip.ts';
import type { ManualClock } from '../simulator/clock.ts';
import { call, codes, startTestArm } from './support/rawArm.ts';
import { done, gateway, seedGround, ZONE } from './support/targetZone.ts';

async function withGateway() {
  const running = await startTestArm();
  seedGround(running.arm);
  running.arm.seed(ZONE.gateway, gateway());
  return running;
}

/** The link, as a JSON string at the Location address once the operation is over. */
async function link(arm: Arm, clock: ManualClock, action = 'generatevpnclientpackage'): Promise<string> {
  const asked = action.startsWith('generate')
    ? { processorArchitecture: 'Amd64', authenticationMethod: 'EAPTLS' }
    : undefined;
  const accepted = await call(arm, 'POST', `${ZONE.gateway}/${action}`, asked);
  expect(accepted).toMatchObject({ status: 202, headers: { 'retry-after': '10' } });
  clock.advance(60_000);
  const answer = await call(arm, 'GET', accepted.headers['location'] ?? '');
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } });
  return JSON.parse(answer.text) as string;
}

/** Fetches without a token. */
function fetchBytes(arm: Arm, url: string): Promise<{ status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca: arm.ca, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }));
    });
    outgoing.on('error', reject).end();
  });
}

const device = 'rig-07';

describe('the VPN client package', () => {
  it('is a zip behind a link that needs no token, names the gateway, and is not recorded', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const url = await link(arm, clock);
    const { status, bytes } = await fetchBytes(arm, url);
    expect([status, bytes.subarray(0, 4).toString('latin1')]).toEqual([200, 'PK\u0003\u0004']);
    const guid = stringAt(objectAt(arm.read(ZONE.gateway), 'properties'), 'resourceGuid');
    expect(bytes.toString('latin1')).toContain(`<VpnServer>azuregateway-${guid}`);
    expect(bytes.toString('latin1')).toContain('<Routes>172.17.0.0/16</Routes>');
    const fetched = arm.requests.at(-1);
    expect(fetched).toMatchObject({ label: 'Package_Download', responseBody: undefined });
    expect(fetched?.url).not.toContain(new URL(url).searchParams.get('sig') ?? '');
  });

  it('closes after an hour, and does not open with another signature', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const url = await link(arm, clock);
    const forged = new URL(url);
    forged.searchParams.set('sig', 'something');
    expect((await fetchBytes(arm, forged.toString())).status).toBe(403);
    clock.advance(3_600_001);
    const late = await fetchBytes(arm, url);
    expect([late.status, late.bytes.toString()]).toEqual([403, expect.stringContaining('AuthenticationFailed')]);
  });

  it('can be asked for again without being generated again', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const none = await call(arm, 'POST', `${ZONE.gateway}/getvpnprofilepackageurl`);
    expect(codes(none)).toEqual(['VpnProfilePackageNotGenerated']);
    const url = await link(arm, clock, 'generatevpnprofile');
    expect(await link(arm, clock, 'getvpnprofilepackageurl')).toBe(url);
  });

  it('is refused while the gateway is being changed, and without clients or certificates', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const ask = async () => codes(await call(arm, 'POST', `${ZONE.gateway}/generatevpnclientpackage`, {}));
    arm.occupy(ZONE.gateway, 60);
    expect(await ask()).toEqual(['RetryableError', 'RetryableErrorDueToAnotherOperation']);
    clock.advance(60_000);
    arm.seed(ZONE.gateway, gateway({ vpnClientConfiguration: {} }));
    expect(await ask()).toEqual(['VpnClientAddressPoolNotSpecified']);
    const pool = { vpnClientAddressPool: { addressPrefixes: ['192.168.160.0/24'] } };
    arm.seed(ZONE.gateway, gateway({ vpnClientConfiguration: pool }));
    expect(await ask()).toEqual(['VpnClientRootCertificateNotSpecified']);
  });

  it('is an archive whose directory leads to its files', () => {
    const bytes = zip([
      { name: 'Generic/a.xml', text: '<a>é</a>' },
      { name: 'b', text: '' },
    ]);
    const end = bytes.length - 22;
    expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
    expect(bytes.readUInt16LE(end + 10)).toBe(2);
    const directory = bytes.readUInt32LE(end + 16);
    expect(directory + bytes.readUInt32LE(end + 12)).toBe(end);
    const file = bytes.readUInt32LE(directory + 42);
    expect(bytes.readUInt32LE(file)).toBe(0x04034b50);
    const name = bytes.readUInt16LE(file + 26);
    const data = bytes.subarray(file + 30 + name, file + 30 + name + bytes.readUInt32LE(file + 18));
    expect(data.toString()).toBe('<a>é</a>');
    expect(bytes.readUInt32LE(file + 14)).toBe(crc32(data));
    expect(bytes.readUInt32LE(directory + 16)).toBe(crc32(data));
  });
});

describe('the device', () => {
  const health = async (arm: Arm, clock: ManualClock) => {
    const accepted = await call(arm, 'POST', `${ZONE.gateway}/getVpnClientConnectionHealth`);
    clock.advance(10_000);
    return (await call(arm, 'GET', accepted.headers['location'] ?? '')).body['value'];
  };

  it('is on the list minutes after the bundle was loaded, with an address of the pool, and no longer on the old one', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const old = `${ZONE.gateway.replace('/rg/', '/home/')}`;
    arm.seed(old, gateway());
    arm.setVpnClients(old, [{ vpnConnectionId: 'IKEv2_1', vpnUserName: device, privateIpAddress: '192.168.150.2' }]);
    const { bytes } = await fetchBytes(arm, await link(arm, clock));
    arm.loadBundle({ device, gatewayId: ZONE.gateway, package: bytes, afterSeconds: 300 });
    clock.advance(289_000);
    expect(await health(arm, clock)).toEqual([]);
    expect(arm.vpnClients(old)).toHaveLength(1);
    clock.advance(1_000);
    expect(await health(arm, clock)).toMatchObject([{ vpnUserName: device, privateIpAddress: '192.168.160.2' }]);
    expect(arm.vpnClients(old)).toEqual([]);
    const before = await health(arm, clock);
    const [{ vpnConnectionDuration: seconds }] = before as unknown as [{ vpnConnectionDuration: number }];
    expect(seconds).toBe(20);
    arm.unplug(device);
    expect(arm.vpnClients(ZONE.gateway)).toEqual([]);
  });

  it('does not get on a gateway with the profile of the one that was there before', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const { bytes } = await fetchBytes(arm, await link(arm, clock));
    await done(arm, clock, 'DELETE', ZONE.gateway);
    await done(arm, clock, 'PUT', ZONE.gateway, gateway());
    arm.loadBundle({ device, gatewayId: ZONE.gateway, package: bytes });
    clock.advance(600_000);
    expect(arm.vpnClients(ZONE.gateway)).toEqual([]);
  });

  it('goes with the gateway, and finds none in a dead region', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    const { bytes } = await fetchBytes(arm, await link(arm, clock));
    const back = arm.silence('usgovtexas');
    arm.loadBundle({ device, gatewayId: ZONE.gateway, package: bytes });
    clock.advance(600_000);
    expect(arm.vpnClients(ZONE.gateway)).toEqual([]);
    back();
    arm.loadBundle({ device, gatewayId: ZONE.gateway, package: bytes });
    clock.advance(600_000);
    expect(arm.vpnClients(ZONE.gateway)).toHaveLength(1);
    await done(arm, clock, 'DELETE', ZONE.gateway);
    await done(arm, clock, 'PUT', ZONE.gateway, gateway());
    expect(arm.vpnClients(ZONE.gateway)).toEqual([]);
  });

  it('is sent away when its connection is ended', async () => {
    await using running = await withGateway();
    const { arm, clock } = running;
    arm.setVpnClients(ZONE.gateway, [{ vpnConnectionId: 'a' }, { vpnConnectionId: 'b' }]);
    const path = `${ZONE.gateway}/disconnectVirtualNetworkGatewayVpnConnections`;
    expect((await call(arm, 'POST', path, { vpnConnectionIds: ['a'] })).status).toBe(202);
    clock.advance(10_000);
    expect(arm.vpnClients(ZONE.gateway)).toEqual([{ vpnConnectionId: 'b' }]);
  });
});
