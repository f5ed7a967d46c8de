import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firewallWrite } from '../shared/apply/firewall.ts';
import { routeTableWrite } from '../shared/apply/routeTable.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import { canonicalJson } from '../shared/base/canonical.ts';
import { observeFirewall, observeRouteTable } from '../shared/plan/observe.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import {
  decisionFor,
  firewallJson,
  network,
  planOn,
  smallSite,
  tableJson,
  tagsOf,
  toFirewall,
  toInternet,
} from './planData.ts';

const home = ['20.0.0.0/24', '20.0.2.0/24'];
const storage = ['30.0.0.0/24', '30.0.2.0/25'];
const tags = tagsOf({ home, storage, managers: ['20.0.0.8/29'] });

/** The world after a plan was carried out. */
const carriedOut = (plan: Plan, table: JsonObject, firewall: JsonObject) => {
  const settle = (body: JsonObject, etag: string): JsonObject => ({
    ...body,
    etag,
    properties: { ...(body['properties'] as JsonObject), provisioningState: 'Succeeded' },
  });
  return {
    table: settle(routeTableWrite(plan, observeRouteTable(table), 'asefo-'), 'W/"3"'),
    firewall: settle(firewallWrite(plan, observeFirewall(firewall)), 'W/"4"'),
  };
};

const atHome = carriedOut(planOn({ tags }), tableJson([]), firewallJson());
const away = carriedOut(planOn({ tags, services: ['Storage'], ...atHome }), atHome.table, atHome.firewall);
const listOf = (plan: Plan) => ({ deviceListHash: plan.device.listHash });

describe('the steps of a plan', () => {
  const homeList = listOf(planOn({ tags }));
  const awayList = listOf(planOn({ tags, services: ['Storage'] }));
  const unsettled = (body: JsonObject, state: string): JsonObject => ({
    ...body,
    properties: { ...(body['properties'] as JsonObject), provisioningState: state },
  });
  it.each<{ what: string; plan: Plan; steps: readonly string[] }>([
    {
      what: 'first: all of it, the device last',
      plan: planOn({ tags }),
      steps: ['firewall works', 'routeTable works', 'deviceBundle works', 'deviceConfirm works'],
    },
    { what: 'nothing to do', plan: planOn({ tags, ...atHome, more: homeList }), steps: [] },
    {
      what: 'failing over: allowed, routed, then listed',
      plan: planOn({ tags, services: ['Storage'], ...atHome, more: homeList }),
      steps: ['firewall degraded', 'routeTable degraded', 'deviceBundle degraded', 'deviceConfirm works'],
    },
    {
      what: 'coming back: the reverse',
      plan: planOn({ tags, ...away, more: awayList }),
      steps: ['deviceBundle works', 'deviceConfirm works', 'routeTable works', 'firewall works'],
    },
    {
      what: 'coming back with the device there already',
      plan: planOn({ tags, ...away, more: homeList }),
      steps: ['routeTable works', 'firewall works'],
    },
    {
      what: 'only the device is behind',
      plan: planOn({ tags, ...atHome, more: { deviceListHash: null } }),
      steps: ['deviceBundle works', 'deviceConfirm works'],
    },
    {
      what: 'a table that Azure left Failed is written again',
      plan: planOn({ tags, ...atHome, table: unsettled(atHome.table, 'Failed'), more: homeList }),
      steps: ['routeTable works'],
    },
    {
      what: 'a firewall that Azure left Failed is written again',
      plan: planOn({ tags, ...atHome, firewall: unsettled(atHome.firewall, 'Failed'), more: homeList }),
      steps: ['firewall works'],
    },
    {
      what: 'our collection is gone, the routes stand',
      plan: planOn({ tags, table: atHome.table, more: homeList }),
      steps: ['firewall works'],
    },
  ])('$what', ({ plan, steps }) => {
    expect(plan.steps.map(({ id, stopHere }) => `${id} ${stopHere}`)).toEqual(steps);
  });
});

describe('the budget of a plan', () => {
  const foreign = [
    { name: 'printer', addressPrefix: '198.51.100.0/24', ...toInternet },
    { name: 'theirs', addressPrefix: '20.0.2.0/24', ...toFirewall },
  ];
  // Two prefixes and a hole: three routes.
  it.each([
    {
      what: 'fits with room to spare',
      budget: { limit: 400 },
      routes: [],
      gives: { needed: 3, foreign: 0, headroom: 397 },
    },
    { what: 'fits to the last route', budget: { limit: 3 }, routes: [], gives: { needed: 3, headroom: 0 } },
    { what: 'is over by one', budget: { limit: 2 }, routes: [], gives: { needed: 3, headroom: -1 } },
    { what: 'keeps a reserve', budget: { limit: 3, reserve: 1 }, routes: [], gives: { reserve: 1, headroom: -1 } },
    {
      what: 'counts foreign routes, one that satisfies a wanted prefix once',
      budget: { limit: 4 },
      routes: foreign,
      gives: { needed: 2, foreign: 2, headroom: 0 },
    },
    {
      what: 'is over because of foreign routes',
      budget: { limit: 3 },
      routes: foreign,
      gives: { needed: 2, headroom: -1 },
    },
  ])('$what', ({ budget, routes, gives }) => {
    const plan = planOn({ tags, site: smallSite({ routeBudget: budget }), table: tableJson(routes) });
    expect(plan.budget).toMatchObject({ limit: budget.limit, ...gives, strategy: gives.headroom < 0 ? null : 'exact' });
    expect(plan.applyable).toBe(gives.headroom >= 0);
    expect(plan.blockers.map(({ code }) => code)).toEqual(gives.headroom < 0 ? ['ROUTE_BUDGET'] : []);
    if (gives.headroom < 0) expect(plan.blockers[0]?.message).toContain(`the limit is ${budget.limit}: 1 too many`);
  });
});

describe('the digest of a plan', () => {
  const foreign = Array.from({ length: 5 }, (_, index) => ({
    name: `theirs-${index}`,
    addressPrefix: `20.${index + 1}.0.0/24`,
    ...toFirewall,
  }));
  const ours = [
    { name: 'asefo-20.9.0.0_24', addressPrefix: '20.9.0.0/24', ...toFirewall },
    { name: 'asefo-20.0.0.0_24', addressPrefix: '20.0.0.0/24', ...toInternet },
  ];
  const fixed = planOn({ tags, services: ['Storage'], table: tableJson([...foreign, ...ours]) });

  it('is the same whatever the order of tags, prefixes, routes and addresses', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(home, { minLength: home.length }),
        fc.shuffledSubarray(storage, { minLength: storage.length }),
        fc.shuffledSubarray([...foreign, ...ours], { minLength: foreign.length + ours.length }),
        (homeOrder, storageOrder, routes) => {
          const shuffled = tagsOf({ home: homeOrder, storage: storageOrder, managers: ['20.0.0.8/29'] });
          const plan = planOn({ tags: shuffled, services: ['Storage'], table: tableJson(routes) });
          expect(plan.digest).toBe(fixed.digest);
          expect(plan.routeTable).toEqual(fixed.routeTable);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each<[string, Parameters<typeof planOn>[0]['more']]>([
    ['reasons and alarms', { decision: { ...decisionFor(['Storage']), reasons: ['quite another'], alarms: ['!'] } }],
    ['since when', { decision: { ...decisionFor(['Storage']), since: '2026-01-01T00:00:00.000Z' } }],
    ['approval', { approval: { why: 'because' } }],
    ['etags and states', { table: observeRouteTable({ ...tableJson([...foreign, ...ours]), etag: 'W/"99"' }) }],
  ])('does not depend on %s', (_what, more) => {
    const plan = planOn({
      tags,
      services: ['Storage'],
      table: tableJson([...foreign, ...ours]),
      ...(more ? { more } : {}),
    });
    expect(plan.digest).toBe(fixed.digest);
  });

  it.each<[string, Plan]>([
    ['other changes', planOn({ tags, services: ['Storage'], table: tableJson([...foreign, ...ours.slice(1)]) })],
    ['another mode', planOn({ tags, table: tableJson([...foreign, ...ours]) })],
    [
      'another hop',
      planOn({
        tags,
        services: ['Storage'],
        table: tableJson([...foreign, ...ours]),
        more: { network: { ...network, firewallPrivateIpAddress: '172.16.1.9' } },
      }),
    ],
    [
      'another list of the device',
      planOn({ tags, services: ['Storage'], table: tableJson([...foreign, ...ours]), more: listOf(fixed) }),
    ],
    [
      'another site',
      planOn({
        tags,
        services: ['Storage'],
        site: smallSite({ id: 'rig-08' }),
        table: tableJson([...foreign, ...ours]),
      }),
    ],
  ])('depends on %s', (_what, plan) => {
    expect(plan.digest).not.toBe(fixed.digest);
  });
});

describe('a plan', () => {
  it('reads back equal, and the same input gives the same bytes', () => {
    const make = () => planOn({ tags, services: ['Storage'], ...atHome });
    const plan = make();
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(JSON.parse(canonicalJson(plan))).toEqual(plan);
    expect(canonicalJson(make())).toBe(canonicalJson(plan));
  });

  it('carried out leaves nothing to do, and what is foreign byte for byte', () => {
    const again = planOn({ tags, services: ['Storage'], ...away });
    expect([again.routeTable.add, again.routeTable.remove, again.routeTable.change]).toEqual([[], [], []]);
    expect(again.firewall.changed).toBe(false);
    const { unknownOfTable, disableBgpRoutePropagation } = away.table['properties'] as JsonObject;
    expect({ unknownOfTable, disableBgpRoutePropagation, tags: away.table['tags'] }).toEqual({
      unknownOfTable: { kept: true },
      disableBgpRoutePropagation: false,
      tags: { owner: 'somebody' },
    });
  });

  it('allows exactly what is wanted, uncut: what is home and what failed over, apart', () => {
    const plan = planOn({ tags, services: ['Storage'] });
    expect(plan.firewall.destinations).toEqual(RangeSet.fromPrefixes([...home, ...storage]).cidrs());
    expect(plan.firewall.after.rules.map(({ name, destinationAddresses }) => [name, destinationAddresses])).toEqual([
      ['home', home],
      ['failover', storage],
    ]);
  });
});
