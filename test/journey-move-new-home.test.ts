import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type SiteChange, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, sweepOnce, texasIs, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, plannedMove, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;

/** A person has moved the site to its target, which is its home from then on. */
const movedOnPurpose = async (change: SiteChange = {}): Promise<Journey> => {
  const journey = await startJourney(stage, change);
  await plannedMove(journey);
  await finishAtDevice(stage, journey);
  await sweepOnce(journey);
  expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'planned' });
  return journey;
};

describe('where a planned move has led', () => {
  it('is what an outage leads back to, although the sites file calls the other side home', async () => {
    const journey = await movedOnPurpose({ site: { move: { retireOld: 'never' } } });
    await texasIs(stage, journey, 'Active');
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', to: 'home' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect((await journey.state()).residence).toMatchObject({ side: 'home', because: 'outage' });
    await texasIs(stage, journey, 'Resolved');
    expect((await journey.state()).move).toBeNull();
    stage.clock.advance(2 * hour);
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval', to: 'target' });
    expect((await moveOf(journey)).why).toEqual([expect.stringContaining('US Gov Texas is well again')]);
  });

  it('has a standby on the side that was left, asked for once nothing stands there', async () => {
    const journey = await movedOnPurpose({ site: { move: { standby: 'warm' } } });
    expect((await journey.state()).move).toBeNull();
    await journey.word({ action: 'retire' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'standbyUp', status: 'awaitingApproval', to: 'home' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    expect(await journey.state()).toMatchObject({ move: null, standby: true, residence: { side: 'target' } });
    expect(stage.arm.read(journey.ids.gateway)).toBeDefined();
    stage.clock.advance(2 * hour);
    await sweepOnce(journey);
    const { move, snapshots } = await journey.state();
    expect(move).toBeNull();
    expect(snapshots?.home?.good).not.toBeNull();
    expect(journey.notices.filter(({ title }) => title.includes('lacks something'))).toEqual([]);
  });
});
