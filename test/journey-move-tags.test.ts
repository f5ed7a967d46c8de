import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { loadDevice, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, plannedMove, quickMoves, stepOf } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

type TagFile = {
  changeNumber: number;
  values: { name: string; properties: { changeNumber: number; addressPrefixes: string[] } }[];
};

const fresh = '20.140.77.64/28';

/** Next week's tags: storage in the target region has grown. */
const grownTags = (): string => {
  const file = JSON.parse(readSyntheticTags()) as TagFile;
  file.changeNumber += 1;
  const grown = ['Storage', 'Storage.USGovTexas', 'AzureCloud', 'AzureCloud.usgovtexas'];
  for (const { name, properties } of file.values)
    if (grown.includes(name)) {
      properties.changeNumber += 1;
      properties.addressPrefixes.push(fresh);
    }
  return JSON.stringify(file);
};

it('a site whose tags change while the device is waited for settles on what they are, and its device gets that file', async () => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  await untilDevice(journey);
  const { ids } = await targetOf(journey);
  const first = (await moveOf(journey)).device?.offered;
  await journey.putTags(grownTags());
  await journey.word({ action: 'confirmDevice', checksum: first?.checksum });
  const isOfferedAnew = async () =>
    (await moveOf(journey)).device?.offered?.checksum !== first?.checksum &&
    (await stepOf(journey, 'confirm'))?.status === 'waiting';
  for (let done = 0; done < 60 && !(await isOfferedAnew()); done += 1) await journey.step();
  expect((await journey.state()).residence?.side ?? 'home').toBe('home');
  expect(await moveOf(journey)).toMatchObject({ status: 'running', trouble: null, device: { confirmed: null } });
  expect(JSON.stringify(stage.arm.read(ids.routeTable))).toContain(fresh);
  const { checksum } = (await moveOf(journey)).device?.offered ?? {};
  const asked = journey.notices.filter(({ kind, text }) => kind === 'needsDevice' && text.includes(checksum ?? '?'));
  expect(asked.map(({ title }) => title)).toEqual([expect.stringContaining('on the device')]);

  await loadDevice(stage, journey, ids.gateway);
  await journey.work(200);
  const { residence, device } = await journey.state();
  expect(residence).toMatchObject({ side: 'target' });
  expect(device.offered?.checksum).not.toBe(first?.checksum);
  expect(device.confirmed?.checksum).toBe(device.offered?.checksum);
  journey.mark();
  await sweepOnce(journey);
  expect(journey.calls().writes).toBe(0);
});
