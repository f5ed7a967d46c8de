import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmDevice } from '../functions/confirmDevice.ts';
import { eventGridEvent } from '../functions/eventGridEvent.ts';
import { eventGridWebhook } from '../functions/eventGridWebhook.ts';
import { heartbeat as heartbeatDoor } from '../functions/heartbeat.ts';
import { manualRun } from '../functions/manualRun.ts';
import { serviceHealthWebhook } from '../functions/serviceHealthWebhook.ts';
import { statusPage } from '../functions/statusPage.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { heartbeat, rouse } from '../shared/heartbeat.ts';
import { bury } from '../shared/poison.ts';
import { heartbeatOf, isOverdue, mayCall, type Pulse } from '../shared/record/heartbeat.ts';
import { sweep } from '../shared/sweep.ts';
import { unwire, wireTo } from '../shared/wire.ts';
import { incident, noLeases, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome } from './support/landing.ts';

const minute = 60_000;
const limitMs = 45 * minute;
const now = Date.parse('2026-07-20T12:00:00Z');
const ago = (minutes: number): string => new Date(now - minutes * minute).toISOString();
const never: Pulse = { sweptAt: null, calledAt: null, watchedSince: null };

describe('a sweep is overdue', () => {
  it.each<[string, Partial<Pulse>, boolean]>([
    ['when the last is longer ago than the limit', { sweptAt: ago(46) }, true],
    ['not while it is not', { sweptAt: ago(44), watchedSince: ago(600) }, false],
    ['when none has come since one looks', { watchedSince: ago(46) }, true],
    ['not for an app that has just begun', {}, false],
  ])('%s', (_what, pulse, overdue) => {
    expect(isOverdue({ ...never, ...pulse }, now, limitMs)).toBe(overdue);
  });

  it('is asked for once within the limit', () => {
    const late = { ...never, sweptAt: ago(200) };
    expect([mayCall(late, now, limitMs), mayCall({ ...late, calledAt: ago(44) }, now, limitMs)]).toEqual([true, false]);
    expect(mayCall({ ...late, calledAt: ago(46) }, now, limitMs)).toBe(true);
  });
});

describe('the heartbeat', () => {
  const all = { pulse: { ...never, sweptAt: ago(5) }, backlog: null, poisoned: [], paused: false, now, limitMs };

  it('says what is wrong, and how old the oldest message is that may be taken', () => {
    expect(heartbeatOf(all)).toMatchObject({ ok: true, why: [], queue: null });
    const backlog = { messages: 3, oldestDue: now - 46 * minute, poison: 1 };
    expect(heartbeatOf({ ...all, backlog, poisoned: ['rig-07'] })).toMatchObject({
      ok: false,
      why: [
        'Nobody works off the queue: a message is due for 46 minutes. Look at the trigger reconcileQueue.',
        expect.stringContaining('1 message in the poison queue. A message failed five times'),
      ],
      queue: { messages: 3, oldestSeconds: 46 * 60 },
      poison: { messages: 1, sites: ['rig-07'] },
    });
  });

  it('takes a message that sleeps for one that waits for nobody', () => {
    const backlog = { messages: 1, oldestDue: now + 90 * minute, poison: 0 };
    expect(heartbeatOf({ ...all, backlog })).toMatchObject({ ok: true, queue: { oldestSeconds: 0 } });
  });
});

describe('a timer that died', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.close());

  it('is told by the heartbeat, and a call at any door has the sweep asked for, once', async () => {
    const { ports, work, state } = await startJourney(stage);
    expect([await rouse(ports), (await heartbeat(ports)).ok]).toEqual([false, true]);
    stage.clock.advance(46 * minute);
    expect(await heartbeat(ports)).toMatchObject({ ok: false, why: [expect.stringContaining('driftTimer')] });

    expect(await Promise.all([rouse(ports), rouse(ports), rouse(ports)])).toSatisfy(
      (asked: boolean[]) => asked.filter(Boolean).length === 1,
    );
    expect(await rouse(ports)).toBe(false);
    expect((await heartbeat(ports)).queue).toMatchObject({ messages: 1, oldestSeconds: 0 });

    await work();
    expect(await heartbeat(ports)).toMatchObject({ ok: true, queue: { messages: 0, oldestSeconds: null } });
    expect((await state()).lastLook?.because).toBe('an overdue sweep, asked for at a door');
  });

  it('is asked for once by ten doors that find out together, whether or not a lease holds anybody off', async () => {
    const { ports } = await startJourney(stage);
    Object.defineProperty(ports, 'leases', { configurable: true, value: noLeases });
    await rouse(ports);
    stage.clock.advance(46 * minute);
    const asked = await Promise.all(Array.from({ length: 10 }, () => rouse(ports)));
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect((await heartbeat(ports)).queue?.messages).toBe(1);
  });

  const asked = (method: string, body = '', type = 'application/json') =>
    ({
      method,
      headers: new Headers({ 'content-type': type }),
      query: new URLSearchParams(),
      arrayBuffer: async () => new TextEncoder().encode(body).buffer,
    }) as never;
  const forms = 'application/x-www-form-urlencoded';
  const refuse = { tenantId: 't', alerts: { appId: 'a', role: 'r' }, events: { appId: 'a', role: 'r' } };
  const shut = { entra: refuse, checkToken: async () => ({ refused: 'no' }), appService: false };

  it.each<[string, number, Record<string, unknown>, () => Promise<{ status?: number }>]>([
    ['a body that is no alert', 400, {}, () => serviceHealthWebhook(asked('POST', '{}'))],
    ['an alert without a token', 401, { doors: shut }, () => serviceHealthWebhook(asked('POST', '{}'))],
    ['events without a token', 401, { doors: shut }, () => eventGridWebhook(asked('POST', '{}'), {} as never)],
    ['a link that decides', 405, {}, () => manualRun(asked('GET'))],
    ['a form', 415, {}, () => manualRun(asked('POST', '', 'text/plain'))],
    ['an unknown site', 404, {}, () => manualRun(asked('POST', '{"site":"nowhere"}'))],
    ['a form of the page that says nothing', 400, {}, () => confirmDevice(asked('POST', '', forms))],
    ['the monitor itself', 503, {}, () => heartbeatDoor()],
    ['a page that cannot be made', 503, { facts: null }, () => statusPage(asked('GET'))],
  ])('is asked for by whoever calls, also %s', async (_what, status, broken, call) => {
    const { ports } = await startJourney(stage);
    const down = { list: async () => Promise.reject(new AutomationError('ERR_STORAGE', 'down', { remedy: 'wait' })) };
    const values = Object.entries(broken).map(([name, value]) => [name, { value: value ?? down }]);
    await rouse(ports);
    stage.clock.advance(46 * minute);
    wireTo(Object.create(ports, Object.fromEntries(values)));
    expect((await call()).status).toBe(status);
    unwire();
    expect((await heartbeat(ports)).queue?.messages).toBe(1);
  });

  const context = { log: () => {}, warn: () => {} } as never;
  const ordinary = (subscriptionId: string) => ({
    id: '1',
    topic: `/subscriptions/${subscriptionId}`,
    subject: `/subscriptions/${subscriptionId}/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/x`,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: '2026-07-20T02:00:00Z',
    dataVersion: '2',
    data: { operationName: 'Microsoft.Storage/storageAccounts/write' },
  });

  it.each<[string, Record<string, unknown>, (subscriptionId: string) => unknown]>([
    ['that is ignored', {}, ordinary],
    ['that is none', {}, () => 'no event'],
    ['that is left aside for want of a token', { doors: shut }, ordinary],
  ])('is asked for by Event Grid, with an event %s', async (_what, changed, event) => {
    const { ports, subscriptionId } = await startJourney(stage);
    await rouse(ports);
    stage.clock.advance(46 * minute);
    const values = Object.entries(changed).map(([name, value]) => [name, { value }]);
    wireTo(Object.create(ports, Object.fromEntries(values)));
    await eventGridEvent(event(subscriptionId), context);
    unwire();
    expect((await heartbeat(ports)).queue?.messages).toBe(1);
  });

  it('is asked for by Event Grid with an event that cannot be remembered, which comes again', async () => {
    const { ports, subscriptionId } = await startJourney(stage);
    await rouse(ports);
    stage.clock.advance(46 * minute);
    const lost = new AutomationError('ERR_STORAGE', 'down', { remedy: 'wait' });
    wireTo(Object.create(ports, { facts: { value: { remember: async () => Promise.reject(lost) } } }));
    const failover = { ...ordinary(subscriptionId), eventType: 'Microsoft.Resources.ResourceActionSuccess' };
    const data = { operationName: 'Microsoft.Storage/storageAccounts/failover/action' };
    await expect(eventGridEvent({ ...failover, data }, context)).rejects.toBe(lost);
    unwire();
    expect((await heartbeat(ports)).queue?.messages).toBe(1);
  });

  it('is noticed after many rounds, too', async () => {
    const { ports, work } = await startJourney(stage);
    await sweep(ports, 'the sweep');
    await work();
    stage.clock.advance(44 * minute);
    expect([await rouse(ports), (await heartbeat(ports)).ok]).toEqual([false, true]);
    stage.clock.advance(2 * minute);
    expect([(await heartbeat(ports)).ok, await rouse(ports)]).toEqual([false, true]);
  });

  it('says that nobody takes messages', async () => {
    const { ports, event, subscriptionId, work } = await startJourney(stage);
    await event(incident(subscriptionId));
    stage.clock.advance(50 * minute);
    expect((await heartbeat(ports)).why).toEqual([expect.stringContaining('reconcileQueue')]);
    await work();
    expect((await heartbeat(ports)).ok).toBe(true);
  });

  it('names the sites that a poisoned message left behind, a run’s or a move’s alike', async () => {
    const journey = await atHome(stage);
    const { ports, site } = journey;
    const message = {
      kind: 'site',
      site,
      generation: 1,
      because: 'a move',
      notBefore: 1,
      arrivedAt: 1,
      continues: 'move-1',
    };
    await bury(JSON.stringify(message), ports);
    expect(await heartbeat(ports)).toMatchObject({
      ok: false,
      why: [expect.stringContaining(site)],
      poison: { sites: [site] },
    });
    expect(journey.notices.at(-1)).toMatchObject({
      kind: 'alarm',
      title: `Site ${site} needs attention: a message was put aside`,
    });
    await sweep(ports, 'the sweep');
    await journey.work();
    expect(await heartbeat(ports)).toMatchObject({ ok: true, poison: { sites: [] } });
  });

  it('says that the sweep wakes nobody, as long as its message to all sites is put aside', async () => {
    const { ports, host } = await startJourney(stage);
    const lists = { list: async () => Promise.reject(new TypeError('no list')) };
    const broken = { value: { ...ports.sites, ...lists }, configurable: true };
    const whole = { value: ports.sites, configurable: true };
    await sweep(ports, 'the sweep');
    Object.defineProperty(ports, 'sites', broken);
    expect(await host()).toHaveLength(5);
    Object.defineProperty(ports, 'sites', whole);
    expect(await heartbeat(ports)).toMatchObject({ ok: false, poison: { sites: ['*'] } });
    expect((await heartbeat(ports)).why.join()).toContain('until a look succeeds: *');

    await sweep(ports, 'the sweep');
    expect(await host()).toEqual([]);
    expect(await heartbeat(ports)).toMatchObject({ ok: true, poison: { sites: [] } });
  });

  it('has people told of a poisoned message although the site cannot be marked', async () => {
    const journey = await startJourney(stage);
    const load = async () => Promise.reject(new Error('no table'));
    const ports = Object.create(journey.ports, { sites: { value: { load } } });
    const message = { kind: 'site', site: journey.site, generation: 1, because: 'x', notBefore: 1, arrivedAt: 1 };
    await expect(bury(message, ports)).rejects.toThrow('no table');
    expect(journey.notices.map(({ id }) => id)).toEqual([expect.stringContaining(`poison ${journey.site}`)]);
  });
});
