import type { HttpRequest } from '@azure/functions';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, scene } from '../bench/fuzz/world.ts';
import { eventGridWebhook } from '../functions/eventGridWebhook.ts';
import { serviceHealthWebhook } from '../functions/serviceHealthWebhook.ts';
import { readEventGrid } from '../shared/events/eventGrid.ts';
import { hear } from '../shared/hear.ts';
import type { Ports } from '../shared/ports.ts';
import type { Fact } from '../shared/scope/fact.ts';
import { unwire, wireTo } from '../shared/wire.ts';
import { commonAlert, operationEvent } from './eventsData.ts';
import { accountIn } from './support/incidentStory.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome } from './support/landing.ts';
import { memoryFacts } from './support/memoryStores.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());
afterEach(() => unwire());

const failover = (subscriptionId: string) =>
  operationEvent({
    operation: 'Microsoft.Storage/storageAccounts/failover/action',
    resource: accountIn(subscriptionId),
    at: '2026-07-20T02:59:00Z',
  });

/** A site at home whose storage account's failover counts. */
const withAccount = async (): Promise<Journey> => {
  const journey = await atHome(stage);
  const file = JSON.parse(String(await journey.ports.config.read('sites.json')));
  file.sites[0].resources = [accountIn(journey.subscriptionId)];
  await journey.ports.config.write('sites.json', JSON.stringify(file));
  return journey;
};

const post = (body: string): HttpRequest =>
  new Request('http://localhost/api/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  }) as unknown as HttpRequest;

describe('more than the app can carry', () => {
  it('as a subscription is left aside, and the real event beside it acts', async () => {
    const journey = await withAccount();
    const events = [failover('s'.repeat(101)), failover(journey.subscriptionId)];
    expect(await hear(readEventGrid(events), 'an Event Grid event', journey.ports)).toMatchObject({
      accepted: 1,
      ignored: [{ reason: 'its subscription is none that Azure has' }],
    });
    expect(await journey.host()).toEqual([]);
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });

  it('as subscriptions of one message has every site looked at, and the real one among them acts', async () => {
    const journey = await withAccount();
    const strangers = Array.from({ length: 1_500 }, (_, n) => failover(`strange-${n}`.padEnd(36, '0')));
    const { facts } = journey.ports;
    const remember = (told: readonly Fact[]) =>
      facts.remember(told.filter(({ subscriptionId }) => subscriptionId === journey.subscriptionId));
    // What is remembered of strangers is another matter, and takes the emulator its time.
    const ports: Ports = Object.create(journey.ports, { facts: { value: { remember } } });
    const events = readEventGrid([...strangers, failover(journey.subscriptionId)]);
    expect(await hear(events, 'Event Grid events', ports)).toMatchObject({ accepted: 1_501 });
    expect(await journey.host()).toEqual([]);
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });

  it('as regions of one alert leaves a thousand facts, those of real regions first, and the answer says so', async () => {
    const world = makeWorld();
    const facts = memoryFacts();
    wireTo({ ...world.ports, facts });
    const regions = Array.from({ length: 5_000 }, (_, n) => `r${n}`);
    const { home, subscriptionId } = scene;
    const at = '2026-07-20T02:59:00Z';
    const alert = commonAlert({ subscriptionId, at, services: [['Storage', ...regions, home.displayName]] });
    expect(await serviceHealthWebhook(post(JSON.stringify(alert)))).toMatchObject({
      status: 202,
      jsonBody: { accepted: 1, ignored: [{ reason: 'it has 4001 impacted regions beyond the 1000 that are kept' }] },
    });
    // And one of the incident as a whole.
    expect(facts.all()).toHaveLength(1_001);
    expect(facts.all().filter(({ region }) => region === home.name)).toHaveLength(1);
  });

  it('as strangers among events is answered and logged in a few lines, which say how many there are', async () => {
    wireTo(makeWorld().ports);
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const body = `[{"eventType":"x"}${',0'.repeat(500_000)}]`;
    const { status, jsonBody } = await eventGridWebhook(post(body), { log, warn: log } as never);
    expect(status).toBe(200);
    expect(JSON.stringify(jsonBody).length).toBeLessThan(5_000);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('ignored 499981 more: not told one by one; the first ones are above');
  });
});
