import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, firewallOf, prefixesOf, tableOf } from './support/landing.ts';
import { tagsVersion } from './support/tagVersions.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const [steady, leaving] = ['40.90.0.0/24', '40.91.0.0/24'];

const dropRules = (journey: Journey): void => {
  const firewall = firewallOf(stage, journey);
  const foreign = firewall.properties.networkRuleCollections.filter(({ name }) => !name.startsWith('asefo-'));
  const properties = { ...firewall.properties, networkRuleCollections: foreign };
  stage.arm.seed(journey.ids.firewall, { ...firewall, properties } as never);
};

const dropRoute = (journey: Journey, prefix: string): void => {
  const table = tableOf(stage, journey);
  const routes = table.properties.routes.filter(({ properties }) => properties['addressPrefix'] !== prefix);
  stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes } } as never);
};

/** Two files in a row lack a prefix that the device lists. */
const tagsLose = async (journey: Journey): Promise<void> => {
  stage.clock.advance(60_000);
  await journey.putTags(tagsVersion(1, [steady]));
  await journey.putTags(tagsVersion(2, [steady]));
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

const allowed = (journey: Journey): string[] =>
  firewallOf(stage, journey)
    .properties.networkRuleCollections.filter(({ name }) => name.startsWith('asefo-'))
    .flatMap(({ properties }) => (properties['rules'] as { destinationAddresses: string[] }[]) ?? [])
    .flatMap(({ destinationAddresses }) => destinationAddresses);

describe('somebody takes our rules away while service tags lose a prefix that the device lists', () => {
  it.each([
    ['and a route of ours, too', true],
    ['and nothing else', false],
  ])(
    '%s: what is wanted passes again, and the prefix stays routed until the device has its file',
    async (_, routeToo) => {
      const journey = await atHome(stage, { tags: tagsVersion(0, [steady, leaving]) });
      dropRules(journey);
      if (routeToo) dropRoute(journey, steady);
      await tagsLose(journey);
      expect(prefixesOf(stage, journey)).toEqual(expect.arrayContaining([steady, leaving]));
      expect(allowed(journey)).toContain(steady);
      await confirm(journey);
      expect(prefixesOf(stage, journey)).toContain(steady);
      expect(prefixesOf(stage, journey)).not.toContain(leaving);
      expect(await journey.state()).toMatchObject({ run: null, attention: null, inPlace: { retains: false } });
    },
  );
});
