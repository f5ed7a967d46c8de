import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderPage } from '../shared/record/page.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, notOurs, plannedMove, quickMoves } from './support/moveTrouble.ts';
import { targetConnection, tunnelSite } from './support/tunnelZone.ts';

const key = 'a-shared-key-that-nobody-may-see';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const logged: string[] = [];
const line = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);

const start = async (move: Record<string, unknown> = {}): Promise<Journey> => {
  const journey = await startJourney(stage, tunnelSite(key, move));
  logged.length = 0;
  Object.assign(journey.ports.log, { info: line, warn: line, error: line });
  return journey;
};

/** All that anybody can read of a site, but for ARM and the vault themselves. */
const told = async (journey: Journey): Promise<string> => {
  const view = await overview(journey.ports);
  const blobs = await journey.ports.archive.list('');
  const texts = await Promise.all(blobs.map((name) => journey.ports.archive.read(name)));
  expect(texts.length).toBeGreaterThan(5);
  return [
    ...texts,
    ...logged,
    JSON.stringify(await journey.state()),
    JSON.stringify(journey.notices),
    JSON.stringify(view),
    renderPage(view),
    renderStatusText(view),
  ].join('\n');
};

describe('a site-to-site tunnel', () => {
  it('is carried over by a planned move, its key read while home is alive and said nowhere', async () => {
    const journey = await start();
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    const connection = await targetConnection(journey);
    const { ids } = await targetOf(journey);
    expect(JSON.stringify(stage.arm.read(connection))).toContain(ids.gateway);
    const address = stage.arm.read(`${ids.resourceGroup}/providers/Microsoft.Network/publicIPAddresses/vngw-ip`);
    const { ipAddress } = (address?.['properties'] ?? {}) as { ipAddress?: string };
    expect(ipAddress).toMatch(/^\d+\./);
    expect((await moveOf(journey)).device?.offered?.instruction).toContain(
      `2. The new gateway's public address is ${ipAddress}.`,
    );
    const local = stage.arm.read(`${ids.resourceGroup}/providers/Microsoft.Network/localNetworkGateways/vngw-site`);
    expect(local?.['properties']).toMatchObject({
      gatewayIpAddress: '198.51.100.9',
      localNetworkAddressSpace: { addressPrefixes: ['10.80.0.0/24'] },
    });
    const sent = journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes('/connections/'));
    expect(sent.map(({ status }) => status)).toEqual([201]);
    stage.arm.dial({ device: journey.site, connectionId: connection, sharedKey: key });
    stage.clock.advance(120_000);
    expect(stage.arm.read(connection)?.['properties']).toMatchObject({ connectionStatus: 'Connected' });
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const { residence, move, device } = await journey.state();
    expect({ side: residence?.side, move }).toEqual({ side: 'target', move: null });
    expect(device.confirmed).toMatchObject({ gateway: 'the gateway has its tunnel' });
    expect(notOurs(stage, journey)).toEqual(before);
    await sweepOnce(journey);
    expect(await told(journey)).not.toContain(key);
  });

  it('cannot be moved out of a dead region without its key, which is told before and asked of nobody', async () => {
    const journey = await start();
    await settledAtHome(journey);
    expect((await journey.state()).preflight?.checks.find(({ id }) => id === 'secrets')).toMatchObject({ ok: false });
    const lift = stage.arm.silence('usgovvirginia');
    await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
    await journey.step();
    await journey.step();
    const digest = await askedDigest(journey);
    await expect(journey.word({ action: 'apply', digest })).rejects.toMatchObject({ code: 'ERR_PLAN_BLOCKED' });
    expect(journey.notices.find((notice) => notice.digest === digest)?.text).toContain('MOVE_SECRET');
    lift();
  });

  it('takes its key out of the vault that the site names where its region is dead', async () => {
    const address = 'https://rigs.vault.usgovcloudapi.net/secrets/tunnel';
    const played = stage.arm.setSecret('rigs', 'tunnel', key);
    const journey = await start({ sharedKey: address });
    // The simulation plays every vault on its own host.
    const { secrets } = journey.ports;
    const read = (asked: string) => secrets.read(asked === address ? played : asked);
    Object.defineProperty(journey.ports, 'secrets', { value: { read } });
    await settledAtHome(journey);
    const lift = stage.arm.silence('usgovvirginia');
    await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
    await journey.step();
    await journey.step();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    // The vault refuses at the moment of need; that is told without the key, and mended.
    stage.arm.setSecret('rigs', 'tunnel', null);
    await journey.work(400);
    const { trouble } = await moveOf(journey);
    expect(trouble).toMatchObject({ step: expect.stringMatching(/^connection/) });
    stage.arm.setSecret('rigs', 'tunnel', key);
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect((await journey.state()).residence?.side).toBe('target');
    stage.arm.dial({ device: journey.site, connectionId: await targetConnection(journey), sharedKey: key });
    stage.clock.advance(120_000);
    expect(stage.arm.read(await targetConnection(journey))?.['properties']).toMatchObject({
      connectionStatus: 'Connected',
    });
    expect(await told(journey)).not.toContain(key);
    lift();
  });
});
