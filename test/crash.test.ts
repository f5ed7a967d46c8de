import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './crash/compare.ts';
import type { End } from './crash/end.ts';
import { blowsOf } from './crash/points.ts';
import { watchSite } from './crash/watch.ts';
import { type Stage, startStage } from './support/journey.ts';
import { atHome, tableOf } from './support/landing.ts';

const calm: End = {
  resources: { '/table': '{"routes":[]}' },
  state: { run: null },
  told: { 'started <site>': 1 },
  ledger: { 'step firewall done': 1 },
  writes: { 'PUT /table': 1 },
  made: { '/vnet': 1 },
  backAndForth: [],
  early: 0,
};
const one = { deaths: 1, swift: false };

describe('the end of a run that was killed', () => {
  it('is that of the calm one, where something was told twice', () => {
    expect(differences(calm, { ...calm, told: { 'started <site>': 2 } }, one)).toEqual([]);
  });

  it.each<[string, Partial<End>]>([
    ['a resource is another', { resources: { '/table': '{"routes":[1]}' } }],
    ['a resource is too many', { resources: { ...calm.resources, '/other': '{}' } }],
    ['the state is another', { state: { run: ['firewall running'] } }],
    ['people were never told', { told: {} }],
    ['people were told what does not hold', { told: { ...calm.told, 'failed <site>': 1 } }],
    ['the ledger lacks a line', { ledger: {} }],
    ['the ledger has a line twice', { ledger: { 'step firewall done': 2 } }],
    ['something was written again', { writes: { 'PUT /table': 2 } }],
    ['something was made twice', { made: { '/vnet': 2 } }],
    ['something was written back and forth', { backAndForth: ['/table'] }],
    ['Azure was asked early more than once', { early: 2 }],
  ])('is another where %s', (_, found) => {
    expect(differences(calm, { ...calm, ...found }, one)).toHaveLength(1);
  });
});

describe('where the app is killed', () => {
  it('is after every call, of the polls of one operation after the first, the middle and the last', () => {
    const poll = (operation: number) => `arm poll operation ${operation}`;
    const calls = [
      'arm put /table',
      poll(1),
      poll(1),
      'table save x',
      poll(1),
      poll(1),
      poll(1),
      poll(2),
      'people tell x',
    ];
    const at = (how: string) => blowsOf(calls, 'all').flatMap((blow) => (blow.how === how ? [blow.at] : []));
    expect(at('die')).toEqual([0, 1, 3, 4, 6, 7, 8]);
    expect(at('lose')).toEqual([0, 3]);
    expect(blowsOf(calls, 'arm').map((blow) => blow.at)).toEqual([0, 0, 1, 4, 6, 7]);
  });
});

describe('what is watched in between', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.close());

  it('is that no route leads astray, is one too many, or is missed by the device', async () => {
    const theirs = { name: 'theirs', properties: { addressPrefix: '8.8.8.8/32', nextHopType: 'Internet' } };
    const journey = await atHome(stage, { zone: { routes: [theirs] } });
    const watch = await watchSite(stage, journey, 400);
    await watch.learn(await journey.state());
    expect(watch.look()).toEqual([]);
    const table = tableOf(stage, journey);
    const { routes } = table.properties;
    const put = (changed: unknown[]) =>
      stage.arm.seed(journey.ids.routeTable, {
        ...table,
        properties: { ...table.properties, routes: changed },
      } as never);
    const firewall = { nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' };
    put([...routes, { name: 'asefo-x', properties: { addressPrefix: '168.63.129.16/32', ...firewall } }]);
    expect(watch.look()).toEqual([
      expect.stringContaining('forbidden 168.63.129.16/32'),
      expect.stringContaining('holes 168.63.129.16/32'),
    ]);
    put(routes.filter(({ name }) => name !== routes.find((route) => route.name.startsWith('asefo-'))?.name));
    expect(watch.look()).toEqual([expect.stringContaining('that the device lists lost their route')]);
    put(routes.filter(({ name }) => name !== 'theirs'));
    expect(watch.look()).toEqual(['home: routes that are not ours changed']);
    put(routes);
    expect(watch.look()).toEqual([]);
    expect((await watchSite(stage, journey, routes.length - 1)).look()).toEqual([expect.stringContaining('limit')]);
  });
});
