import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf, putsOf } from './support/landing.ts';
import { prefixesIn, tagsWith } from './support/tagsWith.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe('caps on change', () => {
  it('service tags that grow fivefold wait for a person, whose word on the very digest holds once', async () => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    const wide = ['52.0.0.0/12', '52.32.0.0/12'];
    await journey.putTags(tagsWith((file) => void prefixesIn(file, 'AzureCloud.usgovvirginia').push(...wide)));
    await journey.word({ action: 'resume' });
    await journey.work();

    const { waiting, run } = await journey.state();
    expect({ run, writes: journey.calls().writes, prefixes: prefixesOf(stage, journey) }).toEqual({
      run: null,
      writes: 0,
      prefixes: before,
    });
    expect(waiting?.why).toMatch(
      /^More than policy may change by itself: this plan adds .*policy\.caps\.addedPercent is 400\./,
    );
    expect(journey.notices.filter(({ digest }) => digest === waiting?.digest).map(({ kind }) => kind)).toEqual([
      'needsApproval',
    ]);

    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    expect(prefixesOf(stage, journey)).toEqual([...before, ...wide].sort());
    await expect(journey.word({ action: 'apply', digest: waiting?.digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
    });
  });

  it('a failover that is capped says so beside what else is asked', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask', caps: { addedPercent: 1 } } });
    await failOver(journey);
    const { waiting } = await journey.state();
    expect(waiting?.why).toContain("policy serviceFailover is 'ask'. More than policy may change by itself");
    expect(journey.calls().writes).toBe(0);
  });
});

describe('an incident that opens and closes', () => {
  const minute = 60_000;
  const tell = async (journey: Journey, status: string, minutes: number): Promise<void> => {
    stage.clock.advance(minutes * minute);
    const at = new Date(stage.clock.now()).toISOString();
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'], status, at }));
  };
  const tablePuts = (journey: Journey): number => putsOf(journey, journey.ids.routeTable).length;

  it('ten times an hour moves routes once, and what a person took away is not added again at once', async () => {
    const journey = await atHome(stage);
    const home = prefixesOf(stage, journey);
    for (let times = 0; times < 10; times += 1) {
      await tell(journey, 'Active', 3);
      await journey.work();
      if (times === 0) await confirm(journey);
      await tell(journey, 'Resolved', 3);
      await journey.work();
    }
    expect([tablePuts(journey), (await journey.state()).inPlace?.services]).toEqual([1, ['Storage']]);

    await journey.word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
    await journey.work();
    await confirm(journey);
    const left = stage.clock.now();
    expect([tablePuts(journey), prefixesOf(stage, journey)]).toEqual([2, home]);

    await tell(journey, 'Active', 3);
    await journey.step();
    await journey.step();
    const { waiting, singlyEncryptedSince } = await journey.state();
    expect(waiting?.why).toContain('Storage left US Gov Texas less than PT1H ago');
    expect([tablePuts(journey), singlyEncryptedSince === null]).toEqual([2, false]);

    await journey.work();
    expect([tablePuts(journey), (await journey.state()).inPlace?.services]).toEqual([3, ['Storage']]);
    expect(stage.clock.now() - left).toBeGreaterThan(55 * minute);
    expect(stage.clock.now() - left).toBeLessThan(70 * minute);
  });
});
