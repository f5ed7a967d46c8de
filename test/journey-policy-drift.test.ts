import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { approve, atHome, childNamed, firewallOf, type RawChild, steady, tableOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

type Change = (journey: Journey) => void;

const ours = (children: readonly RawChild[]): RawChild[] => children.filter(({ name }) => name.startsWith('asefo-'));

/** Somebody else's finished write of the table's routes. */
const rewriteRoutes =
  (change: (routes: RawChild[]) => RawChild[]): Change =>
  (journey) => {
    const table = tableOf(stage, journey);
    const routes = change(table.properties.routes);
    stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes } } as never);
  };

const rewriteCollections =
  (change: (collections: RawChild[]) => RawChild[]): Change =>
  (journey) => {
    const firewall = firewallOf(stage, journey);
    const networkRuleCollections = change(firewall.properties.networkRuleCollections);
    stage.arm.seed(journey.ids.firewall, {
      ...firewall,
      properties: { ...firewall.properties, networkRuleCollections },
    } as never);
  };

/** One route of ours, whose address no other test touches. */
const victim = (routes: readonly RawChild[]): RawChild => {
  const [first] = ours(routes);
  if (first === undefined) throw new Error('there is no route of ours');
  return first;
};

const drifts: readonly { readonly what: string; readonly change: Change }[] = [
  {
    what: 'a route of ours leads elsewhere',
    change: rewriteRoutes((routes) =>
      routes.map((route) =>
        route === victim(routes)
          ? { ...route, properties: { addressPrefix: route.properties['addressPrefix'], nextHopType: 'Internet' } }
          : route,
      ),
    ),
  },
  {
    what: 'a route of ours is deleted',
    change: rewriteRoutes((routes) => routes.filter((route) => route !== victim(routes))),
  },
  {
    what: 'a route of ours is renamed',
    change: rewriteRoutes((routes) =>
      routes.map((route) => (route === victim(routes) ? { ...route, name: 'asefo-renamed' } : route)),
    ),
  },
  {
    what: 'a rule of ours is deleted',
    change: rewriteCollections((collections) =>
      collections.map((collection) =>
        collection.name.startsWith('asefo-')
          ? { ...collection, properties: { ...collection.properties, rules: [] } }
          : collection,
      ),
    ),
  },
  {
    what: 'our collection is deleted',
    change: rewriteCollections((collections) => collections.filter(({ name }) => !name.startsWith('asefo-'))),
  },
];

const world = (journey: Journey): unknown => {
  const { networkRuleCollections } = firewallOf(stage, journey).properties;
  const byName = (a: RawChild, b: RawChild) => (a.name < b.name ? -1 : 1);
  return steady([tableOf(stage, journey).properties.routes.toSorted(byName), networkRuleCollections.toSorted(byName)]);
};

const swept = async (journey: Journey): Promise<void> => {
  journey.mark();
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

describe('drift', () => {
  it('is told, waits, and is repaired by approving the digest, where policy says tell', async () => {
    const journey = await atHome(stage);
    const before = world(journey);
    for (const { what, change } of drifts) {
      const told = journey.notices.length;
      change(journey);
      const drifted = world(journey);
      await swept(journey);
      await swept(journey);
      const { waiting } = await journey.state();
      expect(waiting?.why, what).toBe('Somebody changed what is ours, and policy.drift is tell.');
      expect(world(journey), what).toEqual(drifted);
      const kinds = journey.notices.slice(told).map(({ kind, digest }) => `${kind} ${digest}`);
      expect(kinds, what).toEqual([`drift ${waiting?.digest}`, `needsApproval ${waiting?.digest}`]);
      await approve(journey);
      await journey.work();
      expect(world(journey), what).toEqual(before);
      expect(await journey.state(), what).toMatchObject({ run: null, waiting: null, attention: null });
    }
  });

  it('is repaired at once and told where policy says repair', async () => {
    const journey = await atHome(stage, { policy: { drift: 'repair' } });
    const before = world(journey);
    for (const { what, change } of drifts) {
      const told = journey.notices.length;
      change(journey);
      await swept(journey);
      expect(world(journey), what).toEqual(before);
      expect(await journey.state(), what).toMatchObject({ run: null, waiting: null, attention: null });
      const kinds = journey.notices.slice(told).map(({ kind }) => kind);
      expect(kinds, what).toEqual(['drift', 'started', 'cloudReady', 'protected']);
    }
  });

  it('is not what other people do to what is theirs', async () => {
    const journey = await atHome(stage);
    rewriteRoutes((routes) => [
      ...routes,
      { name: 'printer', properties: { addressPrefix: '203.0.113.0/24', nextHopType: 'None' } },
    ])(journey);
    rewriteCollections((collections) =>
      collections.map((collection) =>
        collection.name === 'operations'
          ? { ...collection, properties: { ...collection.properties, priority: 310 } }
          : collection,
      ),
    )(journey);
    const theirs = world(journey);
    await swept(journey);
    expect(journey.calls()).toMatchObject({ writes: 0 });
    expect(await journey.state()).toMatchObject({ run: null, waiting: null, attention: null });
    expect(world(journey)).toEqual(theirs);
  });

  it('of one and the same route is repaired before and after the service tags changed', async () => {
    const journey = await atHome(stage, { policy: { drift: 'repair' } });
    const lose = rewriteRoutes((routes) => routes.filter((route) => route !== victim(routes)));
    lose(journey);
    await swept(journey);
    expect((await journey.state()).lastRuns[0]?.outcome).toBe('protected');
    const tags = JSON.parse(readSyntheticTags());
    childNamed(tags.values as RawChild[], 'AzureCloud.usgovvirginia').properties['addressPrefixes'] = [
      ...tags.values.find((tag: RawChild) => tag.name === 'AzureCloud.usgovvirginia').properties.addressPrefixes,
      '40.90.0.0/24',
    ];
    await journey.putTags(JSON.stringify({ ...tags, changeNumber: tags.changeNumber + 1 }));
    await swept(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const before = world(journey);
    lose(journey);
    await swept(journey);
    expect(world(journey)).toEqual(before);
    expect((await journey.state()).lastRuns[0]).toMatchObject({ outcome: 'protected' });
  });
});
