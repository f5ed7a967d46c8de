import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const noDigest = `sha256:${'0'.repeat(64)}`;
const resolved = (at: string) => ({ status: 'Resolved', at });

describe('policy.serviceFailover: ask', () => {
  it('writes nothing before the very digest is approved, and says since when traffic is singly encrypted', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    const { waiting, run, singlyEncryptedSince, inPlace } = await journey.state();
    expect({ run, mode: inPlace?.mode, singlyEncryptedSince }).toEqual({
      run: null,
      mode: 'home',
      singlyEncryptedSince: '2026-07-20T02:40:00.000Z',
    });
    expect(waiting?.why).toBe("AzureKeyVault, EventHub, ServiceBus and Storage: policy serviceFailover is 'ask'.");
    expect(journey.calls().writes).toBe(0);
    expect(journey.notices.filter(({ kind }) => kind === 'needsApproval').map(({ digest }) => digest)).toEqual([
      waiting?.digest,
    ]);

    await expect(journey.word({ action: 'apply', digest: noDigest })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
      message: expect.stringContaining(String(waiting?.digest)),
    });
    await journey.work();
    expect(journey.calls().writes).toBe(0);

    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'serviceFailover', digest: waiting?.digest });
    expect((await journey.state()).run?.by).toBe('Ada');
    await expect(journey.word({ action: 'apply', digest: waiting?.digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
    });
  });
});

describe('policy.failback: ask', () => {
  it('asks anew for the same plan: an approval is good for one run', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    await confirm(journey);
    await journey.event(incident(journey.subscriptionId, resolved('2026-07-20T05:00:00.000Z')));
    await journey.work();
    const first = (await journey.state()).waiting;
    const failedOver = prefixesOf(stage, journey);
    await journey.word({ action: 'apply', digest: first?.digest });
    await journey.work();
    expect((await journey.state()).run?.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'deviceBundle done',
      'deviceConfirm waiting',
      'routeTable pending',
      'firewall pending',
      'verify pending',
    ]);

    // The services fail again before the device is back.
    stage.clock.advance(60_000);
    journey.mark();
    await journey.event(incident(journey.subscriptionId, { trackingId: 'NEXT-1', at: '2026-07-20T06:00:00.000Z' }));
    await journey.work();
    const again = await journey.state();
    expect(again.lastRuns[0]).toMatchObject({ outcome: 'superseded', digest: first?.digest });
    expect(again.inPlace).toMatchObject({ mode: 'serviceFailover' });
    // It may have the home file by now: it is asked for the other one again.
    expect(again.run?.steps.at(-1)).toMatchObject({ id: 'deviceConfirm', status: 'waiting' });
    expect(prefixesOf(stage, journey)).toEqual(failedOver);
    expect(journey.calls().writes).toBe(0);

    await journey.event(
      incident(journey.subscriptionId, { trackingId: 'NEXT-1', ...resolved('2026-07-20T07:00:00.000Z') }),
    );
    await journey.work();
    const second = await journey.state();
    expect(second.waiting?.digest).toBe(first?.digest);
    expect(second.approved).toBe(null);
    expect(prefixesOf(stage, journey)).toEqual(failedOver);
    expect(
      journey.notices.filter(({ kind, digest }) => kind === 'needsApproval' && digest === first?.digest),
    ).toHaveLength(2);
  });

  it('adds what fails while the way back waits for a word, and asks for the way back again', async () => {
    const journey = await atHome(stage);
    const names = ['Storage', 'Key Vault'];
    await journey.event(incident(journey.subscriptionId, { names }));
    await journey.work();
    await confirm(journey);
    await journey.event(incident(journey.subscriptionId, { names, ...resolved('2026-07-20T05:00:00.000Z') }));
    await journey.work();
    const first = (await journey.state()).waiting;
    expect(first?.why).toContain('AzureKeyVault and Storage may still be in US Gov Texas');

    await journey.event(
      incident(journey.subscriptionId, { names: ['Event Hubs'], trackingId: 'HUB-1', at: '2026-07-20T06:00:00.000Z' }),
    );
    await journey.work();
    const added = await journey.state();
    expect(added.inPlace?.services).toEqual(['AzureKeyVault', 'EventHub', 'Storage']);
    expect(added.run?.steps.at(-1)).toMatchObject({ id: 'deviceConfirm', status: 'waiting' });
    expect(added.waiting?.why).toContain('AzureKeyVault and Storage may still be in US Gov Texas');
    expect(added.waiting?.digest).not.toBe(first?.digest);
    await confirm(journey);
    const { waiting, run } = await journey.state();
    expect(run).toBe(null);
    expect(waiting?.why).toContain('AzureKeyVault and Storage may still be in US Gov Texas');
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    await confirm(journey);
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'serviceFailover', services: ['EventHub'] });
  });

  it('hears of a new incident while a run is busy, and acts on it before a person is done at the device', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'] }));
    for (let messages = 0; messages < 3; messages += 1) await journey.step();
    expect((await journey.state()).run?.steps[0]).toMatchObject({ id: 'firewall', status: 'running' });
    await journey.event(
      incident(journey.subscriptionId, { names: ['Event Hubs'], trackingId: 'HUB-2', at: '2026-07-20T03:20:00.000Z' }),
    );
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual(['EventHub', 'Storage']);
  });

  it('brings back one recovered service of four', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    await confirm(journey);
    const four = prefixesOf(stage, journey);
    await journey.event(
      incident(journey.subscriptionId, {
        names: ['Event Hubs', 'Key Vault', 'Service Bus'],
        at: '2026-07-20T04:00:00.000Z',
      }),
    );
    await journey.work();
    // An update that lists three is not word that the fourth is well.
    expect((await journey.state()).waiting).toBe(null);
    await journey.event({
      id: `/subscriptions/${journey.subscriptionId}/providers/Microsoft.ResourceHealth/events/ABCD-123`,
      name: 'ABCD-123',
      properties: {
        eventType: 'ServiceIssue',
        status: 'Active',
        eventLevel: 'Error',
        impactStartTime: '2026-07-20T02:40:00Z',
        lastUpdateTime: '2026-07-20T05:00:00Z',
        impact: ['Storage', 'Event Hubs', 'Key Vault', 'Service Bus'].map((impactedService) => ({
          impactedService,
          impactedRegions: [
            { impactedRegion: 'USGov Virginia', status: impactedService === 'Storage' ? 'Resolved' : 'Active' },
          ],
        })),
      },
    });
    await journey.work();
    const { waiting } = await journey.state();
    expect(waiting?.why).toContain('Storage may still be in US Gov Texas');
    expect(prefixesOf(stage, journey)).toEqual(four);
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    await confirm(journey);
    const back = await journey.state();
    expect(back.inPlace).toMatchObject({
      mode: 'serviceFailover',
      services: ['AzureKeyVault', 'EventHub', 'ServiceBus'],
    });
    expect(prefixesOf(stage, journey).length).toBeLessThan(four.length);
  });

  it('comes back in order when nobody ever put the failover file on the device', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    await journey.event(incident(journey.subscriptionId, resolved('2026-07-20T05:00:00.000Z')));
    await journey.work();
    const { waiting, singlyEncryptedSince } = await journey.state();
    expect(singlyEncryptedSince).toBe('2026-07-20T02:40:00.000Z');
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    // Somebody may have put it there without saying so: the routes stay until a person says what is on the device.
    const waits = await journey.state();
    expect(waits.run?.steps.find(({ status }) => status === 'waiting')?.id).toBe('deviceConfirm');
    expect(waits.inPlace?.mode).toBe('serviceFailover');
    await confirm(journey);
    const home = await journey.state();
    expect(home).toMatchObject({ run: null, waiting: null, singlyEncryptedSince: null, inPlace: { mode: 'home' } });
    expect(home.device.offered?.checksum).toBe(home.device.confirmed?.checksum);
  });
});

describe('services that are unwell in both regions', () => {
  it('stay where they are, with one alarm, and the others fail over', async () => {
    const journey = await atHome(stage);
    await journey.event(
      incident(journey.subscriptionId, { names: ['Storage'], region: 'USGov Texas', trackingId: 'TX-1' }),
    );
    await journey.event(incident(journey.subscriptionId, { names: ['Storage', 'Key Vault'] }));
    await journey.work();
    await confirm(journey);
    const state = await journey.state();
    expect(state.inPlace?.services).toEqual(['AzureKeyVault']);
    const alarms = journey.notices.filter(({ kind }) => kind === 'alarm');
    expect(alarms.map(({ title }) => title)).toEqual([expect.stringContaining('Storage is unwell in both regions')]);
  });
});
