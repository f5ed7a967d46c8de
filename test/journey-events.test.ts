import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fact } from '../shared/scope/fact.ts';
import { sweep } from '../shared/sweep.ts';
import { healthEvent } from './eventsData.ts';
import { accountIn, incidentStory } from './support/incidentStory.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, failOver, prefixesOf, tableOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** The table's forwarding, without ids that differ between two landing zones. */
const routes = (journey: Journey): string[] =>
  tableOf(stage, journey)
    .properties.routes.map(
      ({ name, properties }) => `${name} ${properties['addressPrefix']} ${properties['nextHopType']}`,
    )
    .sort();

const factsOf = async (journey: Journey): Promise<unknown> => {
  const facts = await journey.ports.facts.list([journey.subscriptionId]);
  const plain = facts.map(({ heardAt: _, ...fact }: Fact) => fact);
  return JSON.parse(JSON.stringify(plain).replaceAll(journey.subscriptionId, 'the subscription'));
};

/** A person does everything that is asked: approves, puts the file, approves. */
const obey = async (journey: Journey): Promise<void> => {
  await journey.work();
  for (let asked = 0; asked < 8; asked += 1) {
    const { waiting, run } = await journey.state();
    if (run !== null) await journey.word({ action: 'confirmDevice' });
    else if (waiting !== null) await journey.word({ action: 'apply', digest: waiting.digest });
    else return;
    stage.clock.advance(1_000);
    await journey.work();
  }
  throw new Error('a person is asked for ever');
};

const withAccount = async (): Promise<Journey> => {
  const journey = await atHome(stage);
  const file = JSON.parse(String(await journey.ports.config.read('sites.json')));
  file.sites[0].resources = [accountIn(journey.subscriptionId)];
  await journey.ports.config.write('sites.json', JSON.stringify(file));
  return journey;
};

describe('all events of one incident', () => {
  it('end in the same facts and the same table, in any order, each one to three times', async () => {
    const ends: { facts: unknown; routes: string[]; services: readonly string[] | undefined }[] = [];
    const count = incidentStory('x').length;
    const delivery = fc
      .shuffledSubarray(
        Array.from({ length: count * 3 }, (_, index) => index % count),
        { minLength: count },
      )
      .map((some) => [
        ...some,
        ...Array.from({ length: count }, (_, index) => index).filter((index) => !some.includes(index)),
      ]);
    await fc.assert(
      fc.asyncProperty(delivery, fc.infiniteStream(fc.nat(4)), async (order, dice) => {
        const journey = await withAccount();
        const story = incidentStory(journey.subscriptionId);
        for (const index of order) {
          await journey.event(story[index]);
          // Sometimes the queue is quicker than the next event.
          if (dice.next().value === 0) await journey.work();
        }
        await obey(journey);
        const { inPlace } = await journey.state();
        ends.push({ facts: await factsOf(journey), routes: routes(journey), services: inPlace?.services });
        expect(ends.at(-1)).toEqual(ends[0]);
      }),
      { numRuns: 3, endOnFailure: true },
    );
    // The account was failed over and nobody said that it is back.
    expect(ends[0]?.services).toEqual(['Storage']);
  }, 60_000);
});

describe('an event that never came', () => {
  it('is found by the sweep and ends in the same table', async () => {
    const delivered = await atHome(stage);
    await failOver(delivered);

    const journey = await atHome(stage);
    const names = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'];
    const told = healthEvent({
      trackingId: 'ABCD-123',
      at: '2026-07-20T02:55:00Z',
      since: '2026-07-20T02:40:00Z',
      services: names.map((name) => [name, 'USGov Virginia'] as const),
    });
    stage.arm.setHealthEvents(journey.subscriptionId, [told]);
    journey.mark();
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(routes(journey)).toEqual(routes(delivered));
    expect(journey.calls()).toMatchObject({ writes: 2, early: 0 });
    expect((await journey.state()).singlyEncryptedSince).toBe('2026-07-20T02:40:00.000Z');

    // The event that comes late after all changes nothing.
    journey.mark();
    await journey.event(incident(journey.subscriptionId));
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect(routes(journey)).toEqual(routes(delivered));
  });

  it('does not cost a write, nor a read of the site itself, where there is none', async () => {
    const journey = await atHome(stage);
    // The first one takes a snapshot, too, and a preflight; the second one looks whether all stays as it was.
    for (const because of ['the first sweep', 'the second sweep']) {
      await sweep(journey.ports, because);
      await journey.work();
      stage.clock.advance(60_000);
    }
    const before = routes(journey);
    journey.mark();
    const { lastLook: _, generation: __, network: ___, lastPlan: ____, ...state } = await journey.state();
    stage.clock.advance(900_000);
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    // The list of events; the subscription's tables, firewalls, networks and addresses.
    expect(journey.calls()).toEqual({ writes: 0, reads: 5, polls: 0, early: 0 });
    expect(routes(journey)).toEqual(before);
    expect(await journey.state()).toMatchObject(state);
    expect((await journey.state()).lastLook?.because).toBe('the second sweep');
  });

  it('is not missed because Azure refuses the list: the rest of the sweep goes on', async () => {
    const journey = await atHome(stage);
    const lift = stage.arm.plantFault({
      match: { url: 'Microsoft.ResourceHealth/events' },
      times: 'always',
      effect: { kind: 'serverError' },
    });
    const table = tableOf(stage, journey);
    const kept = table.properties.routes.slice(1);
    stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes: kept } } as never);
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    lift.remove();
    expect((await journey.state()).waiting?.why).toContain('Somebody changed what is ours');
  });
});

describe('a message that was lost', () => {
  it('of a run under way: the sweep takes the run up where it stands, no poll early', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    for (let messages = 0; messages < 3; messages += 1) await journey.step();
    const { run } = await journey.state();
    expect(run?.steps[0]).toMatchObject({ id: 'firewall', status: 'running' });
    await journey.loseMessages();
    expect(await journey.work()).toBe(0);

    await sweep(journey.ports, 'the sweep');
    await journey.work();
    const done = await journey.state();
    expect(done.run).toMatchObject({ id: run?.id });
    expect(done.inPlace?.mode).toBe('serviceFailover');
    expect(journey.calls()).toMatchObject({ writes: 2, early: 0 });
  });

  it('between the event and the first look: the fact is there, and the sweep acts on it', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    await journey.loseMessages();
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
    expect(prefixesOf(stage, journey).length).toBeGreaterThan(0);
  });
});
