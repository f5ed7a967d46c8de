import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, sweepOnce, untilDevice } from './support/moves.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

it("takes a person's word on the device at once, not when the gateway is asked next", async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  const lift = stage.arm.silence('usgovvirginia', 'refused');
  await regionFails(journey);
  await journey.step();
  await journey.step();
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await untilDevice(journey);
  // What would ask the gateway five minutes on is out of the way.
  await journey.loseMessages();
  const said = stage.clock.now();
  await journey.word({ action: 'confirmDevice' });
  await journey.work();
  const { residence, move, device } = await journey.state();
  expect(move).toBeNull();
  expect(residence).toMatchObject({ side: 'target', by: 'Ada' });
  expect(device.confirmed?.by).toBe('Ada');
  expect(Date.parse(residence?.since ?? '') - said).toBeLessThan(60_000);
  lift();
});

it('does not ask again for a move that was declined, until a day has passed', async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await regionFails(journey);
  await journey.step();
  await journey.step();
  const digest = await askedDigest(journey);
  await journey.word({ action: 'decline', digest, reason: 'we wait' });
  await sweepOnce(journey);
  const { move, lastMoves } = await journey.state();
  expect(move).toBeNull();
  expect(lastMoves?.[0]).toMatchObject({ outcome: 'declined', digest, why: 'Ada declined it: we wait' });
  stage.clock.advance(25 * 3_600_000);
  await sweepOnce(journey);
  expect(await askedDigest(journey)).toBe(digest);
});

it('begins an approved move at once, though a look at the dead region still waits for an answer', async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  const lift = stage.arm.silence('usgovvirginia', 'hanging');
  await regionFails(journey);
  await journey.step();
  const looking = journey.step();
  await expect.poll(async () => (await journey.state()).move?.status, { timeout: 10_000 }).toBe('awaitingApproval');
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await looking;
  await journey.step();
  const { move, attention } = await journey.state();
  expect(move?.startedAt).not.toBeNull();
  expect(attention).toBeNull();
  lift();
}, 20_000);
