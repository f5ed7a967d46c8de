import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandText } from '../shared/record/ask.ts';
import { type Question, questionOf } from '../shared/record/question.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { approve, atHome, comeHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const asked = async (journey: Journey): Promise<Question> => {
  const { waiting } = await journey.state();
  if (waiting === null) throw new Error('no plan waits');
  return questionOf(waiting);
};

/** An incident that was approved by its digest alone, the way back, and the like of it a day later. */
const askedTwice = async () => {
  const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
  await failOver(journey);
  const first = await asked(journey);
  await journey.word({ action: 'apply', digest: first.digest });
  await journey.work();
  await confirm(journey);
  stage.clock.advance(2 * 60 * 60_000);
  await comeHome(journey, new Date(stage.clock.now()).toISOString());
  stage.clock.advance(24 * 60 * 60_000);
  const at = new Date(stage.clock.now()).toISOString();
  await journey.event(incident(journey.subscriptionId, { at, trackingId: 'EFGH-456' }));
  await journey.work();
  journey.mark();
  return { journey, first, second: await asked(journey) };
};

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

  it('to a later question about the same plan is refused, and the remedy names that question', async () => {
    const { journey, first, second } = await askedTwice();
    expect(second.digest).toBe(first.digest);
    expect(second.question).not.toBe(first.question);
    const replayed = journey.word({ action: 'apply', digest: first.digest });
    await expect(replayed).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
      remedy: expect.stringContaining(`--question ${second.question}`),
    });
    await expect(journey.word({ action: 'apply', ...first })).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).inPlace?.mode).toBe('home');
  });

  it('with the question that waits now is a new word, and counts', async () => {
    const { journey } = await askedTwice();
    expect(journey.notices.at(-1)?.text).toContain(
      `Approve it: ${commandText({ action: 'apply', site: journey.site, ...(await asked(journey)) })}`,
    );
    await approve(journey);
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });
});
