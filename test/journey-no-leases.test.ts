import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ports } from '../shared/ports.ts';
import { reconcile } from '../shared/reconcile.ts';
import { readMessage } from '../shared/record/message.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, noLeases, type Stage, startJourney, startStage } from './support/journey.ts';
import { prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const withoutLeases = (ports: Ports): Ports => Object.create(ports, { leases: { value: noLeases } });

/** Two workers at every message, and nothing that holds one of them off; what the loser leaves comes again to one alone. */
const twoAtOnce = async (text: string, redelivered: boolean, ports: Ports): Promise<void> => {
  const workers = redelivered ? 1 : 2;
  const twins = await Promise.allSettled(
    Array.from({ length: workers }, () => reconcile(readMessage(text), withoutLeases(ports), redelivered)),
  );
  const [thrown] = twins.filter((twin) => twin.status === 'rejected');
  if (thrown !== undefined) throw thrown.reason;
};

describe('with leases off and two workers at every message', () => {
  it('a failover and the way back write each resource once, and end as they should', async () => {
    const journey = await startJourney(stage, { handle: twoAtOnce });
    const { ids, subscriptionId } = journey;
    const putsOf = (id: string) =>
      journey.exchanges().filter(({ method, status, url }) => method === 'PUT' && status < 300 && url.includes(id))
        .length;
    await journey.word({ action: 'resume' });
    await journey.host();
    await journey.word({ action: 'confirmDevice' });
    await journey.host();
    const atHome = prefixesOf(stage, journey);
    journey.mark();

    await journey.event(incident(subscriptionId));
    const lost = await journey.host();
    expect(lost.length).toBeGreaterThan(0);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect([putsOf(ids.routeTable), putsOf(ids.firewall)]).toEqual([1, 1]);
    await journey.word({ action: 'confirmDevice' });
    await journey.host();

    await journey.event(incident(subscriptionId, { status: 'Resolved', at: '2026-07-20T05:00:00.000Z' }));
    await journey.host();
    await journey.word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
    await journey.host();
    await journey.word({ action: 'confirmDevice' });
    await journey.host();
    await sweep(journey.ports, 'the sweep');
    await journey.host();
    expect(await journey.state()).toMatchObject({ run: null, attention: null, inPlace: { mode: 'home' } });
    expect(prefixesOf(stage, journey)).toEqual(atHome);
    expect([putsOf(ids.routeTable), putsOf(ids.firewall)]).toEqual([2, 2]);
  });
});
