import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import { hear } from '../shared/hear.ts';
import { overview } from '../shared/overview.ts';
import { sweep } from '../shared/sweep.ts';
import { type AlertParts, commonAlert, healthEvent, operationEvent } from './eventsData.ts';
import { accountIn } from './support/incidentStory.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf } from './support/landing.ts';

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
const owning = async (resource: (subscriptionId: string) => string): Promise<Journey> => {
  const journey = await atHome(stage);
  const file = JSON.parse(String(await journey.ports.config.read('sites.json')));
  file.sites[0].resources = [resource(journey.subscriptionId)];
  await journey.ports.config.write('sites.json', JSON.stringify(file));
  return journey;
};
const failover = (resource: string, at = '2026-07-20T03:00:00Z') =>
  operationEvent({ operation: 'Microsoft.Storage/storageAccounts/failover/action', resource, at });
const shown = async (journey: Journey): Promise<string[]> =>
  (await overview(journey.ports)).sites[0]?.facts.map(({ kind, service, why }) => `${kind} ${service}: ${why}`) ?? [];

describe('what is heard and changes nothing', () => {
  const cases: readonly { what: string; parts: AlertParts; shows: string; region?: string }[] = [
    { what: 'a test alert', parts: { properties: { IsSynthetic: 'True' } }, shows: 'it is a test alert (IsSynthetic)' },
    {
      what: 'an informational incident',
      parts: { incidentType: 'Informational' },
      shows: 'its type is Informational, not Incident',
    },
    {
      what: 'an incident of level Informational',
      parts: { level: 4 },
      shows: 'its level is Informational: availability is not affected',
    },
    {
      what: 'planned maintenance',
      parts: { incidentType: 'Maintenance' },
      shows: 'its type is Maintenance, not Incident',
    },
    {
      what: 'an incident without a region',
      parts: { services: [['Storage', 'Global']] },
      shows: 'its region is Global, which no failover helps',
    },
  ];

  it('is recorded and shown with the reason, and wakes nobody', async () => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    for (const [index, { what, parts, shows }] of cases.entries()) {
      const told = { at: '2026-07-20T02:59:00Z', trackingId: `AS-${index}`, ...parts };
      await journey.event(commonAlert({ subscriptionId: journey.subscriptionId, ...told }));
      expect(await journey.work(), what).toBe(0);
      expect(
        (await shown(journey)).filter((line) => line.startsWith('aside')),
        what,
      ).toContainEqual(expect.stringContaining(`Storage: ${shows}`));
    }
    await swept(journey);
    expect((await journey.state()).lastPlan?.reasons.join('\n')).toContain('Heard, not acted on: Storage');
    expect(prefixesOf(stage, journey)).toEqual(before);
    expect(journey.calls().writes).toBe(0);
  });

  it('of another subscription looks at no site at all', async () => {
    const journey = await atHome(stage);
    await journey.event(incident('0d1c2b3a-0000-4000-8000-00000000c0de'));
    await journey.work();
    expect(journey.calls()).toMatchObject({ writes: 0, reads: 0 });
    expect(await shown(journey)).toEqual([]);
  });

  it('of a service that nobody knows is shown, while the known one of the same event acts', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId, { names: ['Quantum Toaster', 'Storage'] }));
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
    expect(await shown(journey)).toContainEqual('aside Quantum Toaster: no table knows the name of the service');
  });
});

describe('an event dated later than now', () => {
  const inMinutes = (minutes: number) => new Date(stage.clock.now() + minutes * 60_000).toISOString();

  it('is left aside with a word: the outage that it says is over fails over all the same', async () => {
    const journey = await atHome(stage);
    const over = incident(journey.subscriptionId, { status: 'Resolved', at: '2099-01-01T00:00:00Z' });
    expect(await hear(readServiceHealth(over), 'an alert', journey.ports)).toEqual({
      accepted: 0,
      recordedOnly: 0,
      ignored: [
        {
          what: 'event ABCD-123',
          reason: 'its time, 2099-01-01T00:00:00.000Z, has not come yet; the sweep will find the incident if it is one',
        },
      ],
    });
    expect(await journey.ports.facts.list([journey.subscriptionId])).toEqual([]);
    await journey.event(incident(journey.subscriptionId, { at: inMinutes(-5) }));
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });

  it('keeps no outage from the sweep, and is not taken from the sweep either', async () => {
    const journey = await atHome(stage);
    const told = (at: string, status: string) =>
      healthEvent({ trackingId: 'ABCD-123', at, status, services: [['Storage', 'USGov Virginia']] });
    const over = incident(journey.subscriptionId, { status: 'Resolved', at: inMinutes(11) });
    await hear(readServiceHealth(over), 'an alert', journey.ports);
    stage.arm.setHealthEvents(journey.subscriptionId, [
      told(inMinutes(-5), 'Active'),
      told('2099-01-01T00:00:00Z', 'Resolved'),
    ]);
    await swept(journey);
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });

  it('by a few minutes counts: clocks differ', async () => {
    const journey = await atHome(stage);
    const early = incident(journey.subscriptionId, { at: inMinutes(9) });
    await hear(readServiceHealth(early), 'an alert', journey.ports);
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });
});

describe('a failover that somebody runs on a resource', () => {
  it('of the site fails its service over; a second one changes nothing and never closes it', async () => {
    const journey = await owning(accountIn);
    await journey.event(failover(accountIn(journey.subscriptionId)));
    await journey.work();
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'serviceFailover', services: ['Storage'] });
    await confirm(journey);
    const over = prefixesOf(stage, journey);
    journey.mark();
    await journey.event(failover(accountIn(journey.subscriptionId), '2026-07-20T05:00:00Z'));
    await journey.event(failover(accountIn(journey.subscriptionId), '2026-07-20T05:00:00Z'));
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({ waiting: null, run: null, inPlace: { services: ['Storage'] } });
    expect(prefixesOf(stage, journey)).toEqual(over);
  });

  it('stays home once a person said so, also when that word has ended; a later failover counts again', async () => {
    const journey = await owning(accountIn);
    const ran = (hours: number) => new Date(stage.clock.now() + hours * hour).toISOString();
    await journey.event(failover(accountIn(journey.subscriptionId), ran(0)));
    await journey.work();
    await confirm(journey);
    stage.clock.advance(hour);
    await journey.word({ action: 'declare', kind: 'home', services: ['Storage'] });
    await journey.work();
    stage.clock.advance(hour);
    await confirm(journey);
    expect((await journey.state()).inPlace?.services).toEqual([]);
    stage.clock.advance(25 * hour);
    await swept(journey);
    expect((await journey.state()).inPlace?.services).toEqual([]);
    await journey.event(failover(accountIn(journey.subscriptionId), ran(0)));
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });

  it('of another site, or of none, is shown and acts on nothing', async () => {
    const journey = await owning(accountIn);
    await journey.event(failover(accountIn(journey.subscriptionId).replace('logs', 'other')));
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual([]);
    expect(await shown(journey)).toContainEqual("aside Storage: the resource is not one of the site's");
    expect(journey.calls().writes).toBe(0);
  });

  it("of the site's in another subscription counts as well", async () => {
    const account = accountIn('0d1c2b3a-0000-4000-8000-0000000000aa');
    const journey = await owning(() => account);
    await journey.event(failover(account));
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });
});

describe('facts unheard of for 48 hours', () => {
  it('take nothing away, and a person is told once', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    await confirm(journey);
    const over = prefixesOf(stage, journey);
    journey.mark();
    stage.clock.advance(48 * hour);
    await swept(journey);
    await swept(journey);
    expect(prefixesOf(stage, journey)).toEqual(over);
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({ run: null, waiting: null });
    const told = journey.notices.filter(({ text }) => text.includes('nothing has been heard for 48 hours'));
    expect(told.map(({ text }) => text.split(' ')[0]).sort()).toEqual([
      'AzureKeyVault',
      'EventHub',
      'ServiceBus',
      'Storage',
    ]);
    const [view] = (await overview(journey.ports)).sites;
    expect(view?.waits[0]?.text).toContain('nothing has been heard for long');
  });

  it('add nothing either: a failover that waited for a word is not asked for any more', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    expect((await journey.state()).waiting).not.toBe(null);
    stage.clock.advance(48 * hour);
    await swept(journey);
    expect(await journey.state()).toMatchObject({ run: null, waiting: null, inPlace: { mode: 'home' } });
    expect(journey.calls().writes).toBe(0);
    // Heard again, it counts again.
    await journey.event(incident(journey.subscriptionId, { at: '2026-07-22T05:00:00.000Z' }));
    await journey.work();
    expect((await journey.state()).waiting?.why).toContain("policy serviceFailover is 'ask'");
  });
});
