import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import {
  askedDigest,
  homeGroup,
  loadDevice,
  regionFails,
  settledAtHome,
  targetOf,
  untilDevice,
} from './support/moves.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe('a region that fails', () => {
  it('is left by a move that a person approves, built from the snapshot alone', async () => {
    const journey = await startJourney(stage, { policy: { shadow: false } });
    await settledAtHome(journey);
    expect((await journey.state()).snapshots?.home?.good).not.toBeNull();
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey);
    await journey.step();
    await journey.step();
    const digest = await askedDigest(journey);
    await journey.word({ action: 'apply', digest });
    journey.mark();
    await untilDevice(journey);
    const { move } = await journey.state();
    expect(move?.trouble).toBeNull();
    expect(journey.exchanges().filter(({ url }) => url.includes(`/resourceGroups/${homeGroup(journey)}/`))).toEqual([]);
    const there = await targetOf(journey);
    await loadDevice(stage, journey, there.ids.gateway);
    await journey.work();
    const state = await journey.state();
    expect(state.residence).toMatchObject({ side: 'target', because: 'outage', by: 'Ada' });
    expect(state.move).toBeNull();
    expect(state.lastMoves?.[0]).toMatchObject({ outcome: 'protected', digest });
    expect(state.device.confirmed?.by).toMatch(/^the gateway: client 192\.168\.150\./);
    expect(journey.calls().early).toBe(0);
    const written = journey.exchanges().filter(({ method }) => method === 'PUT');
    const twice = written.map(({ url }) => url).filter((url, at, all) => all.indexOf(url) !== at);
    expect(twice.map((url) => /routeTables\/\w+/.exec(url)?.[0])).toEqual(['routeTables/routetable']);
    lift();
  });
});
