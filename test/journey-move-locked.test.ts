import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { targetOf } from './support/moves.ts';
import { finishAtDevice, plannedMove, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

it('a move whose gateway is locked until long after the firewall stands waits for its addresses, and ends well', async () => {
  const journey = await startJourney(stage);
  const { ids } = await targetOf(journey);
  const match = { method: 'PUT', resource: ids.gateway };
  const lock = stage.arm.plantFault({ match, times: 20, effect: { kind: 'lock', retryAfterSeconds: 30 } });
  await plannedMove(journey);
  await finishAtDevice(stage, journey);
  expect(lock.strikes).toBe(20);
  expect(await journey.state()).toMatchObject({ residence: { side: 'target' } });
});
