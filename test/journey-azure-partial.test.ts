import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonInput } from '../simulator/arm/json.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, failOver, firewallOf, prefixesOf, type Raw, steady, tableOf, writesOf } from './support/landing.ts';
import { startPolicyJourney } from './support/policyZone.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

type Told = { name: string; etag?: string; properties: Raw };

/** Azure's next answers about the resource (all of them without a number) are 200 and lack something. */
const tellLess = (id: string, less: (told: Told) => unknown, times: number | 'always' = 1) => {
  const told = structuredClone(stage.arm.read(id)) as unknown as Told;
  const body = less(told) as JsonInput;
  return stage.arm.plantFault({
    match: { method: 'GET', resource: id },
    times,
    effect: { kind: 'answer', status: 200, body },
  });
};

const without = (name: string) => (told: Told) => {
  const { [name]: _, ...properties } = told.properties;
  return { ...told, properties };
};
const withNull = (name: string) => (told: Told) => ({ ...told, properties: { ...told.properties, [name]: null } });
const nameless = (name: string) => (told: Told) => {
  const children = told.properties[name] as readonly Raw[];
  return { ...told, properties: { ...told.properties, [name]: children.map(({ name: _, ...child }) => child) } };
};
const etagless = ({ etag: _, ...told }: Told) => told;

const collection = (name: string, rule: Raw) => ({
  name,
  properties: { priority: 500, action: { type: 'Allow' }, rules: [{ name: 'theirs', ...rule }] },
});

/** A site at home among routes and rules of others. */
const amongOthers = async (): Promise<Journey> => {
  const journey = await atHome(stage, { policy: { drift: 'repair' } });
  const { ids } = journey;
  const table = structuredClone(tableOf(stage, journey));
  const theirs = { name: 'theirs', properties: { addressPrefix: '10.9.0.0/16', nextHopType: 'VnetLocal' } };
  table.properties.routes.push(theirs);
  stage.arm.seed(ids.routeTable, table as never);
  const firewall = structuredClone(firewallOf(stage, journey)) as never as { properties: Record<string, unknown[]> };
  const app = collection('theirApplications', { targetFqdns: ['example.org'], sourceAddresses: ['10.0.0.0/8'] });
  firewall.properties['applicationRuleCollections']?.push(app);
  stage.arm.seed(ids.firewall, firewall as never);
  journey.mark();
  return journey;
};

const ours = /^asefo-/;
const foreignIn = (journey: Journey): unknown => {
  const { routes } = tableOf(stage, journey).properties;
  const { networkRuleCollections, applicationRuleCollections, natRuleCollections } = firewallOf(
    stage,
    journey,
  ).properties;
  const theirs = networkRuleCollections.filter(({ name }) => !ours.test(name));
  return steady([
    routes.filter(({ name }) => !ours.test(name)),
    theirs,
    applicationRuleCollections,
    natRuleCollections,
  ]);
};

/** Takes one of our routes away, so that the table alone has to be written. */
const loseRoute = (journey: Journey): void => {
  const table = structuredClone(tableOf(stage, journey));
  const { routes } = table.properties;
  table.properties.routes = routes.filter((route) => route !== routes.find(({ name }) => ours.test(name)));
  stage.arm.seed(journey.ids.routeTable, table as never);
};

const ifMatches = (journey: Journey) =>
  journey
    .exchanges()
    .filter(({ method }) => method === 'PUT')
    .map(({ requestHeaders }) => requestHeaders['if-match']);

describe('one answer of Azure that is 200 and not whole', () => {
  it.each<[string, (told: Told) => unknown]>([
    ['without its routes', without('routes')],
    ['whose routes are null', withNull('routes')],
    ['whose routes have no names', nameless('routes')],
    ['without properties', ({ properties: _, ...told }) => told],
    ['without its entity tag', etagless],
  ])('costs nobody a route where ours are repaired: a table %s', async (_, less) => {
    const journey = await amongOthers();
    const [foreign, prefixes] = [foreignIn(journey), prefixesOf(stage, journey)];
    loseRoute(journey);
    tellLess(journey.ids.routeTable, less);
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(foreignIn(journey)).toEqual(foreign);
    expect(prefixesOf(stage, journey)).toEqual(prefixes);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: null });
    expect(ifMatches(journey)).toEqual([expect.stringMatching(/^W\/"/)]);
  });

  it.each<[string, (told: Told) => unknown]>([
    ['without its network rules', without('networkRuleCollections')],
    ['whose network rules are null', withNull('networkRuleCollections')],
    ['without its application rules', without('applicationRuleCollections')],
    ['without its entity tag', etagless],
  ])('costs nobody a rule in a failover: a firewall %s', async (_, less) => {
    const journey = await amongOthers();
    const before = foreignIn(journey);
    tellLess(journey.ids.firewall, less);
    await failOver(journey);
    expect(foreignIn(journey)).toEqual(before);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect(ifMatches(journey)).toEqual([expect.stringMatching(/^W\/"/), expect.stringMatching(/^W\/"/)]);
  });

  it.each<[string, (told: Told) => unknown]>([
    ['without its addresses', without('ipConfigurations')],
    ['whose addresses are null', withNull('ipConfigurations')],
  ])('deallocates no firewall whose address the sites file has: a firewall %s', async (_, less) => {
    const journey = await amongOthers();
    const file = JSON.parse((await journey.ports.config.read('sites.json')) ?? '') as { sites: { network: Raw }[] };
    for (const { network } of file.sites) network['firewallPrivateIpAddress'] = '172.16.1.4';
    await journey.ports.config.write('sites.json', JSON.stringify(file));
    const before = steady(firewallOf(stage, journey).properties['ipConfigurations']);
    tellLess(journey.ids.firewall, less);
    await failOver(journey);
    const sent = journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes('/azureFirewalls/'));
    expect(sent.length).toBeGreaterThan(0);
    for (const { requestBody } of sent) expect(JSON.stringify(requestBody)).toContain('AzureFirewallSubnet');
    expect(steady(firewallOf(stage, journey).properties['ipConfigurations'])).toEqual(before);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it('that stays leads to no write, and says which resource and what is missing, until it is whole', async () => {
    const journey = await amongOthers();
    const fault = tellLess(journey.ids.routeTable, without('routes'), 'always');
    await journey.event(incident(journey.subscriptionId));
    await journey.step();
    await journey.step();
    expect(writesOf(journey)).toEqual([]);
    const { attention } = await journey.state();
    expect(attention).toMatchObject({ code: 'ERR_AZURE_UNAVAILABLE' });
    expect(attention?.why).toMatch(/routeTables\/routetable is not whole: properties\.routes is missing/);
    fault.remove();
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it.each<[string, string, (group: Told) => unknown]>([
    ['the list of groups has ours without its collections', 'list', without('ruleCollections')],
    ['the list of groups has ours without its entity tag', 'list', etagless],
    ['the policy does not say what groups it has', 'policy', without('ruleCollectionGroups')],
  ])('costs nobody a collection in our group: %s', async (_, what, less) => {
    const journey = await startPolicyJourney(stage);
    await journey.word({ action: 'resume' });
    await journey.work();
    const { group, policy } = journey.policyIds;
    const held = structuredClone(stage.arm.read(group)) as never as { properties: { ruleCollections: Raw[] } };
    const [our] = held.properties.ruleCollections;
    const theirs = { ...structuredClone(our), name: 'theirs', priority: 300 };
    held.properties.ruleCollections.push(theirs);
    stage.arm.seed(group, held as never);
    journey.mark();
    if (what === 'policy') tellLess(policy, less);
    else {
      const told = { value: [less(structuredClone(stage.arm.read(group)) as unknown as Told)] } as JsonInput;
      const effect = { kind: 'answer', status: 200, body: told } as const;
      stage.arm.plantFault({ match: { method: 'GET', url: `${policy}/ruleCollectionGroups\\?` }, effect });
    }
    await failOver(journey);
    const after = stage.arm.read(group) as never as typeof held;
    expect(after.properties.ruleCollections).toContainEqual(theirs);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect(ifMatches(journey)).toEqual([expect.stringMatching(/^"/), expect.stringMatching(/^W\/"/)]);
  });
});
