import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe('an approval sent again', () => {
  it('before its run changes nothing: it stays the word of who said it first', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    const { waiting } = await journey.state();
    await journey.word({ action: 'apply', digest: waiting?.digest, by: 'Ada' });
    await journey.word({ action: 'apply', digest: waiting?.digest, by: 'Mallory' });
    expect((await journey.state()).approved).toMatchObject({ by: 'Ada' });
    await journey.work();
    expect((await journey.state()).run?.by).toBe('Ada');
  });

  it('after its run has ended approves nothing, and writes nothing', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    const { waiting } = await journey.state();
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ run: null, approved: null });
    journey.mark();
    await expect(journey.word({ action: 'apply', digest: waiting?.digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
    });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).approved).toBe(null);
  });
});
