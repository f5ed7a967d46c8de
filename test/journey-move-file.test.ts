import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { sweepOnce } from './support/moves.ts';
import { finishAtDevice, plannedMove, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const moved = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  await finishAtDevice(stage, journey);
  return journey;
};

const edit = async ({ ports }: Journey, change: (site: Record<string, unknown>) => Record<string, unknown>) => {
  const file = JSON.parse((await ports.config.read('sites.json')) ?? '');
  await ports.config.write('sites.json', JSON.stringify({ ...file, sites: file.sites.map(change) }));
};

const nextHour = async (journey: Journey) => {
  stage.clock.advance(3_600_000);
  await sweepOnce(journey);
};

it('takes the place where a site lives for its home once the sites file says so', async () => {
  const journey = await moved();
  const { resourceGroup } = (await journey.state()).residence ?? {};
  await edit(journey, (site) => ({
    ...site,
    homeRegion: 'usgovtexas',
    failoverRegion: 'usgovvirginia',
    resourceGroup,
    move: { targetRegion: 'usgovvirginia', resourceGroup: site['resourceGroup'] },
  }));
  journey.mark();
  await nextHour(journey);
  await nextHour(journey);
  const { residence, attention, move, snapshots } = await journey.state();
  expect(attention).toBeNull();
  expect(move ?? null).toBeNull();
  expect(residence).toMatchObject({ side: 'home', because: 'configured', region: 'usgovtexas', resourceGroup });
  expect(snapshots?.home?.good).not.toBeNull();
  expect(journey.calls().writes).toBe(0);
});

it('touches nothing while the sites file names another place than where the site lives', async () => {
  const journey = await moved();
  await sweepOnce(journey);
  const before = await journey.ports.config.read('sites.json');
  await edit(journey, (site) => ({ ...site, move: { targetRegion: 'usgovarizona' } }));
  journey.mark();
  const told = journey.notices.length;
  await nextHour(journey);
  await nextHour(journey);
  const { attention } = await journey.state();
  expect(attention).toMatchObject({ code: 'ERR_SITES_FILE' });
  expect(attention?.why).toMatch(/lives in usgovtexas .*Put the sites file back/s);
  expect(journey.notices.slice(told).map(({ title }) => title)).toEqual([
    `Site ${journey.site} could not be looked at`,
  ]);
  expect(journey.calls().writes).toBe(0);
  await expect(journey.word({ action: 'retire' })).rejects.toMatchObject({ code: 'ERR_SITES_FILE' });

  await journey.ports.config.write('sites.json', before ?? '');
  await nextHour(journey);
  expect((await journey.state()).attention).toBeNull();
});
