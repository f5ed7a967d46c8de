import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropMove } from '../shared/proposeMove.ts';
import { newMeter, openSession } from '../shared/session.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { settledAtHome } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const standbyAsked = async (journey: Journey): Promise<string> => {
  await settledAtHome(journey);
  return ((await journey.word({ action: 'standby', want: 'up' })) as { digest: string }).digest;
};

it('leaves a move that another person approves while a new one is being planned', async () => {
  const journey = await startJourney(stage);
  const digest = await standbyAsked(journey);
  const { archive } = journey.ports;
  let begun: Promise<unknown> | null = null;
  // The new plan is about to be written down when Bob approves what waits.
  Object.defineProperty(journey.ports, 'archive', {
    value: Object.assign(Object.create(archive), {
      keep: async (blob: string, text: string) => {
        begun ??= journey.word({ action: 'apply', digest, by: 'Bob' });
        await begun;
        return archive.keep(blob, text);
      },
    }),
  });
  await expect(journey.word({ action: 'move', by: 'Ada' })).rejects.toMatchObject({ code: 'ERR_NOTHING_WAITS' });
  expect(await moveOf(journey)).toMatchObject({ reason: 'standbyUp', status: 'running', by: 'Bob', digest });
});

it('leaves a move that is approved while a worker is about to drop it', async () => {
  const journey = await startJourney(stage);
  const digest = await standbyAsked(journey);
  const session = await openSession(journey.ports.sites, journey.site, newMeter());
  await journey.word({ action: 'apply', digest, by: 'Bob' });
  expect(await dropMove({ session, ports: journey.ports }, 'expired', 'nobody approved it in time')).toBe(false);
  expect(await moveOf(journey)).toMatchObject({ status: 'running', by: 'Bob' });
});
