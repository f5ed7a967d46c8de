import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageNames } from '../shared/base/settings.ts';
import type { LandingZoneIds } from '../simulator/arm/landingZone.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import type { Raw } from './support/landing.ts';
import { regionFails, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** The region fails, and what can be done there without a move is done. */
const failsAndServicesFailOver = async (journey: Journey): Promise<void> => {
  await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
  journey.mark();
  expect(await journey.host(60)).toEqual([]);
  const { run, attention } = await journey.state();
  expect(attention).toBeNull();
  expect(run?.steps.map(({ id, status }) => `${id} ${status}`)).toContain('deviceConfirm waiting');
  expect(journey.calls().writes).toBe(2);
};

describe('a region that fails where no move can be planned', () => {
  it('has its services failed over, and people told which two resources have one name', async () => {
    const journey = await startJourney(stage);
    const other = `/subscriptions/${journey.subscriptionId}/resourceGroups/shared-ips`;
    const address = `${other}/providers/Microsoft.Network/publicIPAddresses/firewall-ip`;
    stage.arm.seed(other, { location: 'usgovvirginia', properties: {} });
    stage.arm.seed(address, stage.arm.read(journey.ids.gatewayPublicIp) as never);
    change(journey.ids, 'gateway', (properties) => {
      const [first] = properties['ipConfigurations'] as (Raw & { properties: Raw })[];
      return {
        ...properties,
        ipConfigurations: [{ ...first, properties: { ...first?.properties, publicIPAddress: { id: address } } }],
      };
    });
    await settledAtHome(journey);
    expect((await journey.state()).preflight?.side).toBe('target');

    await failsAndServicesFailOver(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    const blocked = journey.notices.filter(({ kind, title }) => kind === 'blocked' && title.includes('cannot be done'));
    expect(blocked.map(({ text }) => text).join()).toContain('would have one name in the resource group');
  });

  it('has its services failed over, and people told, where what is kept of it is broken', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const { snapshots } = await journey.state();
    const records = BlobServiceClient.fromConnectionString(stage.connectionString).getContainerClient(
      storageNames.records,
    );
    const blob = records.getBlockBlobClient(snapshots?.home?.good?.blob ?? '');
    await blob.upload('{}', 2);

    await failsAndServicesFailOver(journey);
    const alarms = journey.notices.filter(({ title }) => title.includes('could not be planned'));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.text).toContain('What can be done without it goes on.');
  });
});

/** Somebody changes a resource of the landing zone. */
const change = (ids: LandingZoneIds, which: keyof LandingZoneIds, by: (properties: Raw) => Raw): void => {
  const id = ids[which] ?? '';
  const found = stage.arm.read(id) as Raw & { properties: Raw };
  stage.arm.seed(id, { ...found, properties: by(structuredClone(found.properties)) } as never);
};

describe('a landing zone that is not as the script makes it', () => {
  it('with two ranges in its VNet moves out, and back', async () => {
    const journey = await startJourney(stage);
    change(journey.ids, 'virtualNetwork', (properties) => ({
      ...properties,
      addressSpace: { addressPrefixes: ['172.16.0.0/16', '10.50.0.0/16'] },
    }));
    await settledAtHome(journey);
    const { digest } = (await journey.word({ action: 'move', to: 'USGov Texas' })) as { digest: string };
    await journey.word({ action: 'apply', digest });
    await finishAtDevice(stage, journey);
    const { ids } = await targetOf(journey);
    expect(stage.arm.read(ids.virtualNetwork)).toMatchObject({
      properties: { addressSpace: { addressPrefixes: ['172.16.0.0/16', '10.50.0.0/16'] } },
    });
    await sweepOnce(journey);

    const back = (await journey.word({ action: 'move', to: 'home' })) as { digest: string };
    await journey.word({ action: 'apply', digest: back.digest });
    await untilDevice(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ residence: { side: 'home' }, attention: null });
  });

  it('has a resource group made for it in a third region, and moves into that', async () => {
    const journey = await startJourney(stage, { site: { move: { resourceGroup: 'rg-dr' } } });
    const group = `/subscriptions/${journey.subscriptionId}/resourceGroups/rg-dr`;
    stage.arm.seed(group, { location: 'usgovarizona', tags: { owner: 'ops' }, properties: {} });
    await settledAtHome(journey);
    const { digest } = (await journey.word({ action: 'move' })) as { digest: string };
    await journey.word({ action: 'apply', digest });
    await finishAtDevice(stage, journey);
    expect(await journey.state()).toMatchObject({ residence: { side: 'target' }, attention: null });
    expect(stage.arm.read(group)).toMatchObject({ location: 'usgovarizona', tags: { owner: 'ops' } });
    expect(stage.arm.read((await targetOf(journey)).ids.gateway)).toMatchObject({ location: 'usgovtexas' });
  });
});
