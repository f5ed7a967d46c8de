import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** A sweep and all it leads to; how often the site itself was read, and how often its subscription was listed. */
const swept = async (journey: Journey) => {
  stage.clock.advance(5 * 60_000);
  journey.mark();
  await sweep(journey.ports, 'the sweep');
  await journey.work();
  const gets = journey.exchanges().filter(({ method, url }) => method === 'GET' && /Microsoft\.Network\//.test(url));
  const own = gets.filter(({ url }) => /resourceGroups\//.test(url)).length;
  return { own, lists: gets.filter(({ url }) => !/resourceGroups\/|locations\//.test(url)).length };
};

describe('a sweep', () => {
  it('visits no site that is as it was proven, and reads by subscription', async () => {
    const journey = await atHome(stage);
    await swept(journey);
    await swept(journey);
    expect(await swept(journey)).toEqual({ own: 0, lists: 4 });
    expect((await swept(journey)).own).toBe(0);
  });

  it('visits no site that only waits for its device, until the table changes or a person speaks', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    expect(await swept(journey)).toEqual({ own: 0, lists: 4 });
    const table = stage.arm.read(journey.ids.routeTable);
    stage.arm.seed(journey.ids.routeTable, { ...table, tags: { owner: 'somebody' } } as never);
    expect((await swept(journey)).own).toBeGreaterThan(0);
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });

  it('visits a site whose device is confirmed although nobody told of it', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const { messages } = journey.ports;
    Object.defineProperty(journey.ports, 'messages', {
      value: { ...messages, send: async () => {} },
      configurable: true,
    });
    await journey.word({ action: 'confirmDevice' });
    Object.defineProperty(journey.ports, 'messages', { value: messages, configurable: true });
    await swept(journey);
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });

  it('visits a site whose table somebody changed', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const table = stage.arm.read(journey.ids.routeTable) as { properties: { routes: unknown[] } };
    stage.arm.seed(journey.ids.routeTable, {
      ...table,
      properties: { ...table.properties, routes: table.properties.routes.slice(1) },
    } as never);
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });

  it('visits every site again when the hour is over, for its snapshot', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    expect((await swept(journey)).own).toBe(0);
    stage.clock.advance(50 * 60_000);
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });

  it('visits a site of which one list cannot be had', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const { list } = journey.ports.lists;
    Object.defineProperty(journey.ports, 'lists', {
      value: {
        list: async (id: string) => {
          if (id.endsWith('azureFirewalls')) return [];
          return list(id);
        },
      },
    });
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });
});
