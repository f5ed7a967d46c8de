import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { sweepOnce, texasIs } from './support/moves.ts';
import { finishAtDevice, moveOf, plannedMove, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;

/** The site has been moved on purpose, and a sweep has been since. */
const asked = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  await finishAtDevice(stage, journey);
  expect((await journey.state()).move).toBeNull();
  await sweepOnce(journey);
  expect(await moveOf(journey)).toMatchObject({ reason: 'teardown', from: 'home', status: 'awaitingApproval' });
  return journey;
};

const told = ({ notices }: Journey) => notices.filter(({ title }) => title.includes('Take down what stands in'));

describe('the side that a site has left', () => {
  it('is taken down by an approval of its own, which every other question comes before', async () => {
    const journey = await asked();
    const { digest } = await moveOf(journey);
    const status = renderStatusText(await overview(journey.ports));
    expect(status).toContain('Take down what stands in usgovvirginia');
    expect(status).toContain(digest.slice('sha256:'.length, 'sha256:'.length + 12));
    expect(told(journey)).toMatchObject([
      { kind: 'needsApproval', digest, text: expect.stringMatching(/\d+ resources deleted\./) },
    ]);

    await texasIs(stage, journey, 'Active');
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    await texasIs(stage, journey, 'Resolved');
    stage.clock.advance(2 * hour);
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'teardown', digest });
    expect(told(journey)).toHaveLength(1);

    await journey.word({ action: 'apply', digest });
    await journey.work(400);
    expect(stage.arm.read(journey.ids.gateway)).toBeUndefined();
    await sweepOnce(journey);
    expect(await journey.state()).toMatchObject({ move: null, residence: { side: 'target' }, attention: null });
  });

  it('is asked about aloud by the next sweep, where the worker died before it could tell', async () => {
    const journey = await asked();
    const { digest } = await moveOf(journey);
    const { ports, site } = journey;
    const { state, token } = await ports.sites.load(site);
    await ports.sites.save({ ...state, told: state.told.filter((key) => key !== `retire ${digest}`) }, token);
    await sweepOnce(journey);
    await sweepOnce(journey);
    expect(told(journey)).toHaveLength(2);
  });

  it('stays where a person says no, and nobody is asked again', async () => {
    const journey = await asked();
    await journey.word({ action: 'decline', digest: (await moveOf(journey)).digest, reason: 'until spring' });
    for (let day = 0; day < 2; day += 1) {
      stage.clock.advance(24 * hour);
      await sweepOnce(journey);
      expect((await journey.state()).move).toBeNull();
    }
    const stays = journey.notices.filter(({ title }) => title.endsWith('what stands in US Gov Virginia stays'));
    expect(stays.map(({ text }) => text)).toEqual([expect.stringContaining('Ada declined it: until spring')]);
    expect(told(journey)).toHaveLength(1);
  });
});
