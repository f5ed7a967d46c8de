import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SPECIFICATIONS, validateExchanges } from './support/conformance.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { comeHome, confirm, failOver, firewallOf, putsOf, steady, writesOf } from './support/landing.ts';
import {
  attach,
  group,
  inOurIpGroup,
  ourRules,
  type PolicyJourney,
  type PolicyWorld,
  rule,
  startPolicyJourney,
} from './support/policyZone.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    durations: { ruleCollectionGroups: { create: 25, update: 25 }, ipGroups: { create: 25, update: 25 } },
  });
});
afterAll(() => stage.close());

const grouped = { site: { firewallRule: { ipGroup: true } } };

const atHome = async (...given: Parameters<typeof startPolicyJourney>): Promise<PolicyJourney> => {
  const journey = await startPolicyJourney(...given);
  await journey.word({ action: 'resume' });
  await journey.work();
  await confirm(journey);
  expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: null });
  journey.mark();
  return journey;
};

const written = (journey: Journey): string[] => writesOf(journey).map((text) => text.split('/').slice(-2).join('/'));

describe('a site whose firewall has a policy', () => {
  it('is failed over and brought home in its own group; other groups stay to the byte', async () => {
    const theirs: PolicyWorld = {
      groups: { theirs: group(200, 'Allow', [rule({ name: 'ntp', destinationAddresses: ['192.0.2.123'] })]) },
      parentGroups: { base: group(100, 'Allow', [rule({ name: 'dns', destinationAddresses: ['192.0.2.53'] })]) },
    };
    const journey = await atHome(stage, theirs);
    const { policyIds } = journey;
    const foreign = () =>
      JSON.stringify(
        steady([
          stage.arm.read(`${policyIds.policy}/ruleCollectionGroups/theirs`),
          stage.arm.read(`${policyIds.parent}/ruleCollectionGroups/base`),
        ]),
      );
    const [before, home] = [foreign(), steady(stage.arm.read(policyIds.group))];
    expect(stage.arm.read(policyIds.group)).toMatchObject({ properties: { priority: 201 } });

    await failOver(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' } });
    expect(ourRules(stage, journey).map(({ name }) => name)).toEqual(['home', 'failover']);
    expect(written(journey)).toEqual([`ruleCollectionGroups/asefo-${journey.site}`, 'routeTables/routetable']);
    await confirm(journey);
    journey.mark();
    await comeHome(journey);
    expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: null });
    expect(written(journey)).toEqual(['routeTables/routetable', `ruleCollectionGroups/asefo-${journey.site}`]);
    expect(foreign()).toBe(before);
    expect(steady(stage.arm.read(policyIds.group))).toEqual(home);
    expect(journey.calls().early).toBe(0);
  });

  it('takes few reads: a policy costs two more each time', async () => {
    const journey = await startPolicyJourney(stage);
    await failOver(journey);
    const { reads, writes } = journey.calls();
    expect(writes).toBe(2);
    expect(reads).toBeLessThanOrEqual(14);
    const puts = putsOf(journey, journey.policyIds.group);
    expect(puts.map(({ requestHeaders }) => requestHeaders['if-match'])).toEqual([undefined]);
    journey.mark();
    await confirm(journey);
    await comeHome(journey);
    const [back] = putsOf(journey, journey.policyIds.group);
    expect(back?.requestHeaders['if-match']).toMatch(/^"[0-9a-f-]{36}"$/);
  });

  it('keeps members we do not know, and a collection that somebody put into our group', async () => {
    const journey = await atHome(stage);
    const { policyIds } = journey;
    const held = structuredClone(stage.arm.read(policyIds.group)) as never as {
      properties: { ruleCollections: { name: string; rules: Record<string, unknown>[] }[] };
    };
    const [ours] = held.properties.ruleCollections;
    Object.assign(ours?.rules[0] ?? {}, { description: 'a word somebody wrote', planted: { rule: 1 } });
    Object.assign(ours ?? {}, { planted: 'collection' });
    const theirs = { ...structuredClone(ours), name: 'theirs', priority: 300 };
    Object.assign(held.properties, { planted: 'group', ruleCollections: [theirs, ours] });
    stage.arm.seed(policyIds.group, held as never);

    await failOver(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    const after = stage.arm.read(policyIds.group) as never as typeof held & { properties: { planted: string } };
    expect(after.properties.planted).toBe('group');
    expect(after.properties.ruleCollections[0]).toEqual(theirs);
    expect(after.properties.ruleCollections[1]).toMatchObject({
      planted: 'collection',
      rules: [{ name: 'home', description: 'a word somebody wrote', planted: { rule: 1 } }, { name: 'failover' }],
    });
  });

  const denial = (priority: number) => group(priority, 'Deny', [rule({ destinationAddresses: ['*'] })]);

  it.each<{ where: string; world: PolicyWorld; says: string }>([
    {
      where: 'a parent policy, whatever its priority',
      world: { parentGroups: { base: denial(60_000) } },
      says: 'of policy base denies before ours',
    },
    {
      where: 'a group before ours',
      world: { groups: { early: denial(150) } },
      says: 'in group "early" (priority 150) of policy policy denies before ours',
    },
  ])('is not proven where a Deny stands in $where, and says which', async ({ world, says }) => {
    const journey = await startPolicyJourney(stage, world);
    await journey.word({ action: 'resume' });
    await journey.work();
    const { inPlace, attention } = await journey.state();
    expect(inPlace).toBeNull();
    expect(attention?.why).toContain(says);
  });

  it('is proven where the Deny stands behind ours', async () => {
    await atHome(stage, { groups: { late: denial(300) } });
  });

  it('follows a firewall that is given a policy', async () => {
    const journey = await startPolicyJourney(stage);
    const other = journey.policyIds.of('firewallPolicies/other');
    await journey.word({ action: 'resume' });
    await journey.work();
    await confirm(journey);
    stage.arm.seed(other, { location: 'usgovvirginia', properties: {} });
    attach(stage, journey, other);
    await failOver(journey);
    const state = await journey.state();
    expect(state).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect(stage.arm.read(`${other}/ruleCollectionGroups/asefo-${journey.site}`)).toBeDefined();
  });
});

describe('two sites whose firewalls have one policy', () => {
  it('have a group each, of priorities of their own, written one after the other', async () => {
    const first = await startPolicyJourney(stage);
    const sitesOf = async ({ ports }: Journey) =>
      JSON.parse((await ports.config.read('sites.json')) ?? '') as { sites: readonly object[] };
    const { sites } = await sitesOf(first);
    const second = await startPolicyJourney(stage);
    attach(stage, second, first.policyIds.policy);
    const both = await sitesOf(second);
    await second.ports.config.write('sites.json', JSON.stringify({ ...both, sites: [...sites, ...both.sites] }));
    await first.word({ action: 'resume' });
    await second.word({ action: 'resume' });
    await second.work();
    for (const journey of [first, second])
      expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    const groups = [first, second].map(({ site }) =>
      stage.arm.read(`${first.policyIds.policy}/ruleCollectionGroups/asefo-${site}`),
    ) as { properties: { priority: number } }[];
    expect(groups.map(({ properties }) => properties.priority).sort()).toEqual([200, 201]);
    const accepted = second
      .exchanges()
      .filter(({ method, url, status }) => method === 'PUT' && url.includes('/ruleCollectionGroups/') && status < 300);
    expect(accepted).toHaveLength(2);
  });
});

describe('a site with an IP group', () => {
  it('fails over by writing the group and the routes, and comes home in the reverse order', async () => {
    const journey = await atHome(stage, {}, grouped);
    const home = inOurIpGroup(stage, journey) ?? [];
    expect(ourRules(stage, journey)).toMatchObject([
      { name: 'wanted', destinationAddresses: [], destinationIpGroups: [journey.policyIds.ipGroup] },
    ]);
    expect(stage.arm.read(journey.policyIds.ipGroup)).toMatchObject({ tags: { 'asefo-site': journey.site } });

    await failOver(journey);
    expect(written(journey)).toEqual([`ipGroups/asefo-${journey.site}`, 'routeTables/routetable']);
    expect(inOurIpGroup(stage, journey)?.length).toBeGreaterThan(home.length);
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    journey.mark();
    await comeHome(journey);
    expect(written(journey)).toEqual(['routeTables/routetable', `ipGroups/asefo-${journey.site}`]);
    expect(inOurIpGroup(stage, journey)).toEqual(home);
    expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: null });
    expect(journey.calls().early).toBe(0);
  });

  it('has its group repaired when somebody emptied it, as drift that people are told of', async () => {
    const journey = await atHome(stage, {}, { ...grouped, policy: { drift: 'repair' } });
    const home = inOurIpGroup(stage, journey);
    const held = stage.arm.read(journey.policyIds.ipGroup) as never as { properties: object };
    stage.arm.seed(journey.policyIds.ipGroup, {
      ...held,
      properties: { ...held.properties, ipAddresses: ['192.0.2.1'] },
    } as never);
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(inOurIpGroup(stage, journey)).toEqual(home);
    expect(journey.notices.map(({ kind }) => kind)).toContain('drift');
  });

  it("is blocked where a stranger's group has its name, which stays as it is", async () => {
    const journey = await startPolicyJourney(stage, {}, grouped);
    stage.arm.seed(journey.policyIds.ipGroup, {
      location: 'usgovvirginia',
      properties: { ipAddresses: ['192.0.2.1'] },
    });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({
      run: null,
      lastPlan: { applyable: false, blockers: [{ code: 'IP_GROUP_TAKEN' }] },
    });
    expect(inOurIpGroup(stage, journey)).toEqual(['192.0.2.1']);
  });
});

describe('a site with classic rules and an IP group', () => {
  it('refers to the group in its collection, and fails over by writing the group', async () => {
    const journey = await startJourney(stage, grouped);
    await journey.word({ action: 'resume' });
    await journey.work();
    await confirm(journey);
    const ours = firewallOf(stage, journey).properties.networkRuleCollections.find(({ name }) => name !== 'operations');
    expect(ours?.properties['rules']).toMatchObject([
      { destinationAddresses: [], destinationIpGroups: [expect.stringMatching(/\/ipGroups\/asefo-/)] },
    ]);
    journey.mark();
    await failOver(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect(written(journey)).toEqual([`ipGroups/asefo-${journey.site}`, 'routeTables/routetable']);
  });
});

describe('when Azure fails half way', () => {
  const paths = ['ipGroups/asefo-', 'ruleCollectionGroups/asefo-'];

  it.each(paths.flatMap((path) => [true, false].map((applied) => ({ path, applied }))))(
    'ends the same where the connection breaks at $path (taken: $applied)',
    async ({ path, applied }) => {
      const journey = await startPolicyJourney(stage, {}, grouped);
      const planted = stage.arm.plantFault({
        match: { method: 'PUT', url: `/${path}` },
        effect: { kind: 'connectionReset', applied },
      });
      await journey.word({ action: 'resume' });
      await journey.work();
      planted.remove();
      expect(planted.strikes).toBe(1);
      expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
      const puts = journey.exchanges().filter(({ method }) => method === 'PUT');
      expect(puts.filter(({ status }) => status !== 0)).toHaveLength(applied ? 2 : 3);
    },
  );

  it.each([
    { what: 'a policy write', path: 'ruleCollectionGroups', code: 'FirewallPolicyUpdateFailed', change: {} },
    { what: 'an IP group write', path: 'ipGroups', code: 'IpGroupsUpdateFailed', change: grouped },
  ])('$what is repaired by the same PUT', async ({ path, code, change }) => {
    const journey = await startPolicyJourney(stage, {}, change);
    const planted = stage.arm.plantFault({
      match: { method: 'PUT', url: `/${path}/asefo-${journey.site}\\?` },
      effect: { kind: 'operationFails', code, message: 'Put on the policy Failed with 1 faulted referenced firewalls' },
    });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    const puts = journey
      .exchanges()
      .filter(({ method, url }) => method === 'PUT' && url.includes(`/${path}/asefo-${journey.site}`));
    expect(puts).toHaveLength(2);
    const [first, second] = puts.map(({ requestBody }) => (requestBody as { properties: object }).properties);
    expect(second).toEqual(first);
    planted.remove();
  });

  it('a lock that Azure tells of as the end of a write is waited out, however often', async () => {
    const journey = await startPolicyJourney(stage);
    stage.arm.plantFault({
      match: { method: 'PUT', url: `/ruleCollectionGroups/asefo-${journey.site}\\?` },
      times: 5,
      effect: {
        kind: 'operationFails',
        code: 'AnotherOperationInProgress',
        message: 'Another operation is in progress.',
      },
    });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    const at = putsOf(journey, journey.policyIds.group).map((put) => put.at);
    expect(at).toHaveLength(6);
    expect(at.slice(1).every((time, index) => time - (at[index] ?? 0) >= 11_000)).toBe(true);
  });

  it('is not worn out by refusals while another operation is on the policy', async () => {
    const journey = await startPolicyJourney(stage);
    stage.arm.plantFault({
      match: { method: 'PUT', url: `/ruleCollectionGroups/asefo-${journey.site}\\?` },
      times: 8,
      effect: { kind: 'conflict' },
    });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
  });

  it('looks at the resource itself where Azure does not let us ask how a write goes', async () => {
    const journey = await startPolicyJourney(stage, {}, grouped);
    const planted = stage.arm.plantFault({
      match: { url: '/(nfvOperations|operations)/' },
      times: 'always',
      effect: { kind: 'answer', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
    });
    await journey.word({ action: 'resume' });
    await journey.work();
    planted.remove();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    expect(written(journey)).toEqual([
      `ipGroups/asefo-${journey.site}`,
      `ruleCollectionGroups/asefo-${journey.site}`,
      'routeTables/routetable',
    ]);
  });

  it('waits while somebody else changes the policy, and writes once', async () => {
    const journey = await startPolicyJourney(stage);
    stage.arm.occupy(journey.policyIds.policy, 200);
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    expect(putsOf(journey, journey.policyIds.group)).toHaveLength(1);
  });
});

it.skipIf(NO_SPECIFICATIONS !== undefined)(
  `all the journeys above conform to the published specifications${NO_SPECIFICATIONS ? ` (${NO_SPECIFICATIONS})` : ''}`,
  async () => {
    const found = await validateExchanges(stage.arm.requests, {
      allow: [/OBJECT_ADDITIONAL_PROPERTIES .*: planted/],
    });
    expect(found.errors).toEqual([]);
    expect(found.checked).toBeGreaterThan(100);
  },
);
