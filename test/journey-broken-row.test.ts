import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
