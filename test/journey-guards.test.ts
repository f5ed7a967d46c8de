import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from './support/journey.ts';
import { atHome, failOver, prefixesOf } from './support/landing.ts';
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
