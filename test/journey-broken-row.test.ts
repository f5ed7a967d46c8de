import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowanceTable } from '../shared/azure/allowanceTable.ts';
import { sharedTurns } from '../shared/azure/turns.ts';
import { storageNames } from '../shared/base/settings.ts';
import { heartbeat } from '../shared/heartbeat.ts';
import { overview } from '../shared/overview.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** A second site, first in the file, whose state in storage is what somebody else wrote there. */
const besideBroken = async (v0: string): Promise<Journey> => {
  const journey = await atHome(stage);
  const file = JSON.parse((await journey.ports.config.read('sites.json')) ?? '') as {
    sites: Record<string, unknown>[];
  };
  const [own] = file.sites;
  const network = { ...(own?.['network'] as object), routeTable: 'routetable-b', firewall: 'firewall-b' };
  await journey.ports.config.write(
    'sites.json',
    JSON.stringify({ ...file, sites: [{ ...own, id: 'broken', network }, own] }),
  );
  const options = { allowInsecureConnection: true };
  const table = TableClient.fromConnectionString(stage.connectionString, storageNames.sites, options);
  await table.upsertEntity({ partitionKey: 'site', rowKey: 'broken', chunks: 1, v0 }, 'Replace');
  return journey;
};

/** A row that is cut off, in another table than that of the sites. */
const breakRow = async (name: string, partitionKey: string, rowKey: string): Promise<void> => {
  const options = { allowInsecureConnection: true };
  const table = TableClient.fromConnectionString(stage.connectionString, name, options);
  await table.createTable();
  await table.upsertEntity({ partitionKey, rowKey, chunks: 1, v0: '{"state":"op' }, 'Replace');
};

const cutOff = '{"site":"broken","gene';

describe('a site whose state is not what was written there', () => {
  it('keeps no other site from a failover, nor from the sweep, and is told by its name', async () => {
    const journey = await besideBroken(cutOff);
    const before = prefixesOf(stage, journey).length;
    await journey.event(incident(journey.subscriptionId));
    await journey.host();
    expect(prefixesOf(stage, journey).length).toBeGreaterThan(before);
    journey.mark();
    await sweep(journey.ports, 'the sweep');
    await journey.host();
    expect(journey.calls().reads).toBeGreaterThan(4);
    expect(journey.notices.map(({ title }) => title)).toContain('Site broken needs attention: a message was put aside');
  });

  it.each([
    ['cut off', cutOff],
    ['none', 'null'],
    ['of another', '{"site":7}'],
  ])('is seen on the page and by the heartbeat, which show the others as they are: %s', async (_, v0) => {
    const journey = await besideBroken(v0);
    const { sites } = await overview(journey.ports);
    expect(sites.map(({ id }) => id).sort()).toEqual(['broken', journey.site].sort());
    expect(JSON.stringify(sites.find(({ id }) => id === 'broken'))).toContain('cannot be read');
    expect(await heartbeat(journey.ports)).toMatchObject({ ok: false, poison: { sites: ['broken'] } });
  });
});

describe('what was heard of an incident and cannot be read any more', () => {
  it('keeps no site of the subscription from a failover, and is heard anew', async () => {
    const journey = await atHome(stage);
    const { subscriptionId } = journey;
    await breakRow(storageNames.facts, subscriptionId, 'OLD-1:Sql:usgovvirginia');
    await breakRow(storageNames.facts, subscriptionId, 'ABCD-123:Storage:usgovvirginia');
    await journey.event(incident(subscriptionId, { names: ['Storage'] }));
    expect(await journey.host()).toEqual([]);
    expect((await journey.state()).inPlace).toMatchObject({ services: ['Storage'] });
  });
});

it('a subscription whose allowance cannot be read is counted anew, not left without one', async () => {
  const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
  await breakRow(storageNames.allowances, subscription, 'allowance');
  const table = TableClient.fromConnectionString(stage.connectionString, storageNames.allowances, {
    allowInsecureConnection: true,
  });
  const store = allowanceTable(table);
  await sharedTurns(store, stage.clock).take({ subscription, kind: 'writes', network: true, call: 'PUT x' });
  expect((await store.load(subscription)).allowance.cells).toHaveLength(1);
});

it('a memory of what sweeps saw that is none is made anew', async () => {
  const journey = await atHome(stage);
  const round = async (): Promise<readonly unknown[]> => {
    stage.clock.advance(5 * 60_000);
    await sweep(journey.ports, 'the sweep');
    return journey.host();
  };
  for (let more = 0; more < 3; more += 1) await round();
  await journey.ports.config.write('last-good/sweep.json', 'null');
  expect(await round()).toEqual([]);
  expect(JSON.parse((await journey.ports.config.read('last-good/sweep.json')) ?? '')).toHaveProperty(journey.site);
});
