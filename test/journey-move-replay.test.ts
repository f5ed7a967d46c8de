import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { commandText } from '../shared/record/ask.ts';
import { type Question, questionOfMove } from '../shared/record/question.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { regionFails, settledAtHome, sweepOnce } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const asked = async (journey: Journey): Promise<Question> => questionOfMove(await moveOf(journey));

/** The move out of a region that fails is asked for, answered, and asked for again, to the letter, a day later. */
const askedTwice = async (answer: (journey: Journey, first: Question) => Promise<unknown>) => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
  await journey.work();
  const first = await asked(journey);
  await answer(journey, first);
  await journey.work();
  expect((await journey.state()).move ?? null).toBeNull();
  stage.clock.advance(25 * 3_600_000);
  await sweepOnce(journey);
  const second = await asked(journey);
  expect(second.digest).toBe(first.digest);
  expect(second.question).not.toBe(first.question);
  return { journey, first, second };
};

const declined = () => askedTwice((journey, { digest }) => journey.word({ action: 'decline', digest }));

/** Approved, and cancelled before it had begun. */
const approved = () =>
  askedTwice(async (journey, { digest }) => {
    await journey.word({ action: 'apply', digest });
    await journey.word({ action: 'cancelMove' });
  });

const otherQuestion = { code: 'ERR_DIGEST_MISMATCH' };

describe('a no to a move', () => {
  it('that is sent again declines no later question, and the remedy is the command that would', async () => {
    const { journey, first, second } = await declined();
    const command = commandText({ action: 'decline', site: journey.site, ...second });
    await expect(journey.word({ action: 'decline', digest: first.digest })).rejects.toMatchObject({
      ...otherQuestion,
      remedy: expect.stringContaining(command),
    });
    await expect(journey.word({ action: 'decline', ...first })).rejects.toMatchObject(otherQuestion);
    expect(await asked(journey)).toEqual(second);
    await journey.word({ action: 'decline', ...second });
    expect((await journey.state()).move).toBeNull();
  });

  it('leaves the first yes to its plan free, which needs no question', async () => {
    const { journey, second } = await declined();
    await journey.word({ action: 'apply', digest: second.digest });
    expect((await moveOf(journey)).status).toBe('running');
  });
});

describe('a yes to a move that is sent again', () => {
  it.each([
    ['as an approval', 'apply'],
    ['as the word that asks for the move and approves it', 'move'],
  ])('%s begins no later one', async (_, action) => {
    const { journey, first, second } = await approved();
    await expect(journey.word({ action, digest: first.digest })).rejects.toMatchObject(otherQuestion);
    await expect(journey.word({ action, ...first })).rejects.toMatchObject(otherQuestion);
    expect([await asked(journey), (await moveOf(journey)).status]).toEqual([second, 'awaitingApproval']);
    await journey.word({ action, ...second });
    expect(await moveOf(journey)).toMatchObject({ status: 'running', by: 'Ada' });
    expect(await asked(journey)).toEqual(second);
  });

  it('asks for nothing where its plan does not wait: a standby that was approved and cancelled', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const { digest } = (await journey.word({ action: 'standby', want: 'up' })) as Question;
    await journey.word({ action: 'standby', want: 'up', digest });
    expect((await moveOf(journey)).status).toBe('running');
    await journey.word({ action: 'cancelMove' });
    await expect(journey.word({ action: 'standby', want: 'up', digest })).rejects.toMatchObject(otherQuestion);
    expect((await journey.state()).move).toBeNull();
  });
});

it('is answered by the commands that notice and status show, each on a line of its own', async () => {
  const { journey, second } = await declined();
  const commands = (['apply', 'decline'] as const).map((action) =>
    commandText({ action, site: journey.site, ...second }),
  );
  const notice =
    journey.notices
      .filter(({ kind }) => kind === 'needsApproval')
      .at(-1)
      ?.text.split('\n') ?? [];
  const status = renderStatusText(await overview(journey.ports)).split('\n');
  for (const command of commands)
    for (const lines of [notice, status]) expect(lines.filter((line) => line.endsWith(command))).toHaveLength(1);
});
