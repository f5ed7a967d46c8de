import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import type { Ports } from '../shared/ports.ts';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { targetOf } from './support/moves.ts';
import { plannedMove, quickMoves, untilFailed, writesTo } from './support/moveTrouble.ts';

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
