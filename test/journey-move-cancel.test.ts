import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, ours, plannedMove, quickMoves, untilFailed } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

it('keeps a move whose region cannot be read when it is cancelled, until it can', async () => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  const { ids } = await targetOf(journey);
  stage.arm.plantFault({
    match: { method: 'PUT', resource: ids.gateway },
    times: 3,
    effect: { kind: 'operationFails', code: 'InternalServerError', message: 'no' },
  });
  await untilFailed(journey, 'gateway');
  const { id } = await moveOf(journey);
  const lift = stage.arm.silence('usgovtexas', 'refused');
  await expect(journey.word({ action: 'cancelMove', reason: 'enough' })).rejects.toThrow(/stopped and kept/);
  const kept = await moveOf(journey);
  expect(kept).toMatchObject({ id, status: 'failed' });
  expect(kept.trouble?.why).toContain('Ada cancelled it: enough');
  expect((await journey.state()).lastMoves ?? []).toEqual([]);
  lift();
  await journey.word({ action: 'cancelMove', reason: 'enough' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(600);
  expect((await journey.state()).lastMoves?.map(({ outcome }) => outcome)).toEqual(['removed', 'cancelled']);
  expect(ours(stage, journey)).toEqual([]);
  // Whoever built one anew after it was looked at would keep it; a resource group has no entity tag.
  const deleted = journey.exchanges().filter(({ method, url }) => method === 'DELETE' && url.includes('/providers/'));
  expect(deleted.length).toBeGreaterThan(3);
  expect(deleted.map(({ requestHeaders }) => requestHeaders['if-match'] ?? 'none')).not.toContain('none');
});

it('leaves the standby that was approved before the move that is cancelled', async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await journey.word({ action: 'standby', want: 'up' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(400);
  await sweepOnce(journey);
  const standby = ours(stage, journey);
  expect(standby).toContain((await targetOf(journey)).ids.gateway);
  await journey.word({ action: 'move' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await untilDevice(journey);
  await journey.word({ action: 'cancelMove' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(400);
  const { move, standby: stands } = await journey.state();
  expect(move).toBeNull();
  expect(stands).toBe(true);
  expect(ours(stage, journey)).toEqual(standby);
});
