import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import type { Ports } from '../shared/ports.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { targetOf } from './support/moves.ts';
import { finishAtDevice, plannedMove, quickMoves, stepOf, untilFailed, writesTo } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** Somebody takes our rules off the firewall before anyone reads it again. */
const withoutOurRules = (found: JsonObject): JsonObject => {
  const properties = found['properties'] as JsonObject;
  const collections = (properties['networkRuleCollections'] ?? []) as JsonObject[];
  const others = collections.filter(({ name }) => !String(name).startsWith('asefo'));
  return { ...found, properties: { ...properties, networkRuleCollections: others } };
};

it('rules that somebody takes away again are written five times, and then a person is told', async () => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  const { ids } = await targetOf(journey);
  const { metered } = journey.ports;
  const seen = (id: string, found: JsonObject) =>
    id.toLowerCase() === ids.firewall.toLowerCase() ? withoutOurRules(found) : found;
  const fought: Ports['metered'] = (meter) => {
    const view = metered(meter);
    const find = async (id: string) => {
      const found = await view.resources.find(id);
      return found === null ? null : seen(id, found);
    };
    const get = async (id: string) => seen(id, await view.resources.get(id));
    return { ...view, resources: { ...view.resources, find, get } };
  };
  Object.defineProperty(journey.ports, 'metered', { configurable: true, value: fought });
  journey.mark();
  const { trouble } = await untilFailed(journey, 'rules');
  expect(trouble?.why).toContain('were written 5 times, and are not there');
  expect(trouble?.remedy).toMatch(/Azure Policy.*move retry.*move cancel/);
  expect(writesTo(journey, ids.firewall)).toBe(6);
});

type Table = { properties: { routes: { name: string }[] } };

/** Before the proof reads the table again somebody has taken a route of ours out of it, and put one of their own in. */
const meddledBeforeTheProof = (journey: Journey, routeTable: string): void => {
  let done = false;
  const meddle = async (): Promise<void> => {
    if (done || (await stepOf(journey, 'routes'))?.status !== 'done') return;
    done = true;
    const table = stage.arm.read(routeTable) as unknown as Table;
    const [first, ...others] = table.properties.routes.filter(({ name }) => name.startsWith('asefo'));
    expect(first).toBeDefined();
    const theirs = { name: 'theirs-now', properties: { addressPrefix: '9.9.9.0/24', nextHopType: 'Internet' } };
    const routes = [...table.properties.routes.filter(({ name }) => !name.startsWith('asefo')), ...others, theirs];
    stage.arm.seed(routeTable, { ...table, properties: { ...table.properties, routes } } as never);
  };
  const { metered } = journey.ports;
  const watched: Ports['metered'] = (meter) => {
    const view = metered(meter);
    const get = async (id: string) => {
      if (id.toLowerCase() === routeTable.toLowerCase()) await meddle();
      return view.resources.get(id);
    };
    return { ...view, resources: { ...view.resources, get } };
  };
  Object.defineProperty(journey.ports, 'metered', { configurable: true, value: watched });
};

it('routes that somebody changed before the proof are written again when a person has the move go on', async () => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  const { ids } = await targetOf(journey);
  meddledBeforeTheProof(journey, ids.routeTable);
  const { trouble } = await untilFailed(journey, 'proof');
  expect(trouble?.why).toContain('something not ours changed on the route table since we wrote');
  await journey.word({ action: 'retryMove' });
  await finishAtDevice(stage, journey);
  expect(await journey.state()).toMatchObject({ move: null, residence: { side: 'target' } });
  expect(JSON.stringify(stage.arm.read(ids.routeTable))).toContain('theirs-now');
});
