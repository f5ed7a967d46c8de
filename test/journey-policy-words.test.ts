import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, services, startJourney, startStage } from './support/journey.ts';
import { approve, atHome, confirm, failOver, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const hour = 3_600_000;
const swept = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};
const inPlace = async (journey: Journey) => (await journey.state()).inPlace?.services;

describe('a person declares', () => {
  it('a failover that no event told, and withdraws it: that asks before anything leaves', async () => {
    const journey = await atHome(stage);
    const home = prefixesOf(stage, journey);
    await journey.word({ action: 'declare', services: ['Storage'], reason: 'portal says so' });
    await journey.work();
    expect(await inPlace(journey)).toEqual(['Storage']);
    expect((await journey.state()).lastPlan?.reasons[0]).toContain('Ada declared failover');
    await confirm(journey);
    await journey.word({ action: 'withdraw' });
    await journey.work();
    const { waiting } = await journey.state();
    expect(waiting?.why).toContain('Storage may still be in US Gov Texas');
    expect(prefixesOf(stage, journey)).not.toEqual(home);
    await expect(journey.word({ action: 'withdraw' })).rejects.toMatchObject({ code: 'ERR_NOTHING_WAITS' });
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    await confirm(journey);
    expect(prefixesOf(stage, journey)).toEqual(home);
  });

  it('a failover with an end: the sweep after it asks for the way back', async () => {
    const journey = await atHome(stage);
    const expiresAt = new Date(stage.clock.now() + hour).toISOString();
    await journey.word({ action: 'declare', services: ['EventHub'], expiresAt });
    await journey.work();
    await confirm(journey);
    expect(await inPlace(journey)).toEqual(['EventHub']);
    await swept(journey);
    expect((await journey.state()).waiting).toBe(null);
    stage.clock.advance(hour + 1);
    await swept(journey);
    expect((await journey.state()).waiting?.why).toContain('EventHub may still be in US Gov Texas');
    expect(await inPlace(journey)).toEqual(['EventHub']);
  });

  it('that it is home: that is the word the way back waits for, the device still first', async () => {
    const journey = await atHome(stage);
    const home = prefixesOf(stage, journey);
    await failOver(journey);
    await confirm(journey);
    const away = prefixesOf(stage, journey);
    await journey.word({ action: 'declare', kind: 'home', reason: 'seen myself' });
    await journey.work();
    expect(prefixesOf(stage, journey)).toEqual(away);
    expect((await journey.state()).run?.steps.find(({ status }) => status === 'waiting')?.id).toBe('deviceConfirm');
    await confirm(journey);
    expect(prefixesOf(stage, journey)).toEqual(home);
    await swept(journey);
    expect(await inPlace(journey)).toEqual([]);
    // A day later the word has ended, and the incident is still told open.
    stage.clock.advance(24 * hour);
    await swept(journey);
    expect(await inPlace(journey)).toEqual([...services].sort());
  });

  it('hold: nothing changes while it stands, and the failover follows when it is withdrawn', async () => {
    const journey = await atHome(stage);
    await journey.word({ action: 'declare', kind: 'hold', reason: 'change freeze' });
    await journey.work();
    await failOver(journey);
    const held = await journey.state();
    expect(held).toMatchObject({ run: null, inPlace: { mode: 'home' } });
    expect(held.lastPlan?.reasons[0]).toContain('Nothing is changed: Ada declared hold');
    expect(journey.calls().writes).toBe(0);
    await journey.word({ action: 'withdraw' });
    await journey.work();
    expect(await inPlace(journey)).toEqual([...services].sort());
  });

  it('hold, after a plan was approved and before it began: nothing is written, and who approved hears why', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    await approve(journey);
    await journey.word({ action: 'declare', kind: 'hold', reason: 'change freeze', by: 'Bo' });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({ run: null, waiting: null, approved: null });
    const told = journey.notices.filter(({ title }) => title.includes('what was approved is not begun'));
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Ada approved it, but before it began: Bo declared hold.*change freeze/),
    ]);
    // What was approved before the hold is not approved after it.
    await journey.word({ action: 'withdraw' });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).waiting).not.toBeNull();
    await approve(journey);
    await journey.work();
    expect(await inPlace(journey)).toEqual([...services].sort());
  });

  it('what cannot be done: refused, and nothing is remembered or written', async () => {
    const journey = await atHome(stage);
    const before = await journey.state();
    const refused = [
      { word: { action: 'declare', services: ['Sql'] }, code: 'ERR_USAGE', says: 'does not use the service "Sql"' },
      { word: { action: 'declare', region: 'usgovarizona' }, code: 'ERR_USAGE', says: 'fails over to usgovtexas' },
      { word: { action: 'apply', digest: `sha256:${'0'.repeat(64)}` }, code: 'ERR_NOTHING_WAITS', says: 'No plan' },
      { word: { action: 'withdraw' }, code: 'ERR_NOTHING_WAITS', says: 'No declaration' },
      {
        word: { action: 'confirmDevice', checksum: 'sha256:0123456789' },
        code: 'ERR_DIGEST_MISMATCH',
        says: 'not sha256:0123456789',
        remedy: 'Put that file on the device',
      },
    ];
    for (const { word, code, says, remedy = '' } of refused)
      await expect(journey.word(word)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(says),
        remedy: expect.stringContaining(remedy),
      });
    expect(await journey.work()).toBe(0);
    expect(await journey.state()).toEqual(before);
    expect(await journey.ports.intents.list(journey.site)).toEqual([]);
    expect(journey.calls()).toMatchObject({ writes: 0 });
  });
});

describe('pause', () => {
  it('stops a run within one step, keeps what is heard meanwhile, and resume goes on exactly there', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'] }));
    for (let messages = 0; messages < 3; messages += 1) await journey.step();
    expect(journey.calls().writes).toBe(1);
    const { run } = await journey.state();
    expect(run?.steps[0]).toMatchObject({ id: 'firewall', status: 'running' });

    await journey.word({ action: 'pause', reason: 'let me look' });
    await journey.event(
      incident(journey.subscriptionId, { names: ['Event Hubs'], trackingId: 'HUB-3', at: '2026-07-20T03:20:00.000Z' }),
    );
    await journey.work();
    await swept(journey);
    stage.clock.advance(hour);
    await swept(journey);
    expect(journey.calls().writes).toBe(1);
    expect(await journey.state()).toMatchObject({ run: { id: run?.id }, paused: { by: 'Ada', reason: 'let me look' } });

    await journey.word({ action: 'resume' });
    await journey.work();
    const resumed = await journey.state();
    expect(resumed.inPlace?.services).toEqual(['EventHub', 'Storage']);
    expect(resumed.lastRuns[0]).toMatchObject({ id: run?.id, outcome: 'superseded' });
    expect(journey.calls().writes).toBe(4);
  });

  it('holds back the device step too, and a confirmation said meanwhile counts after resume', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    await journey.word({ action: 'pause' });
    await confirm(journey);
    expect((await journey.state()).run).not.toBe(null);
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });
});

describe('a site in shadow', () => {
  it('writes nothing and says what it would do, until the very plan it showed is adopted', async () => {
    const journey = await startJourney(stage, { policy: { shadow: true } });
    await swept(journey);
    await swept(journey);
    const first = await journey.state();
    expect(first).toMatchObject({ run: null, inPlace: null, adopted: null });
    expect(journey.notices.map(({ kind, digest }) => `${kind} ${digest}`)).toEqual([
      `planned ${first.waiting?.digest}`,
    ]);
    expect(journey.notices[0]?.title).toMatch(/would do: home: \d+ routes added, firewall rules written/);
    expect(journey.notices[0]?.text).toContain('adopt');

    // Approving is not adopting.
    await expect(journey.word({ action: 'apply', digest: first.waiting?.digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
      message: expect.stringContaining('shadow'),
    });
    await failOver(journey);
    const over = await journey.state();
    expect(over.waiting?.digest).not.toBe(first.waiting?.digest);
    expect(journey.notices.map(({ kind }) => kind)).toEqual(['planned', 'planned']);
    await expect(journey.word({ action: 'adopt', digest: first.waiting?.digest })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
    await journey.work();
    expect(journey.calls().writes).toBe(0);

    await journey.word({ action: 'adopt', digest: over.waiting?.digest });
    await journey.work();
    expect(await journey.state()).toMatchObject({
      adopted: { by: 'Ada', digest: over.waiting?.digest },
      inPlace: { mode: 'serviceFailover', digest: over.waiting?.digest },
    });
    expect(journey.calls().writes).toBe(2);
  });
});
