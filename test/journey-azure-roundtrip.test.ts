import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SPECIFICATIONS, validateExchanges } from './support/conformance.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import {
  atHome,
  childNamed,
  comeHome,
  confirm,
  failOver,
  firewallOf,
  type Raw,
  type RawChild,
  steady,
  tableOf,
} from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const foreignRoute = {
  name: 'to-hq',
  properties: {
    addressPrefix: '198.18.7.0/24',
    nextHopType: 'VirtualAppliance',
    nextHopIpAddress: '10.0.0.9',
    planted: 'route',
  },
  plantedBeside: { deep: [1, { two: null }] },
};

const foreignCollection = {
  name: 'operations',
  plantedBeside: 'collection',
  properties: {
    priority: 300,
    action: { type: 'Allow', planted: 'action' },
    planted: ['collection'],
    rules: [
      {
        name: 'ntp',
        description: 'the time',
        protocols: ['UDP'],
        sourceAddresses: ['192.168.150.0/24'],
        destinationAddresses: ['192.0.2.123'],
        destinationPorts: ['123'],
        planted: { foreign: 'rule' },
      },
    ],
  },
};

const applicationCollection = {
  name: 'urls',
  properties: {
    priority: 400,
    action: { type: 'Allow' },
    planted: 'application',
    rules: [
      {
        name: 'web',
        protocols: [{ protocolType: 'Https', port: 443 }],
        sourceAddresses: ['*'],
        targetFqdns: ['*.example.com'],
        planted: 1,
      },
    ],
  },
};

const natCollection = {
  name: 'nat',
  properties: {
    priority: 500,
    action: { type: 'Dnat' },
    rules: [
      {
        name: 'ssh',
        protocols: ['TCP'],
        sourceAddresses: ['192.0.2.7'],
        destinationAddresses: ['52.127.10.20'],
        destinationPorts: ['2222'],
        translatedAddress: '172.16.0.5',
        translatedPort: '22',
        planted: 'nat rule',
      },
    ],
  },
};

/** A property no client of 2026 knows, wherever ARM has a place for one, and every member we have no use for. */
const plantEverywhere = (journey: Journey): void => {
  const { arm } = stage;
  const table = tableOf(stage, journey);
  const firewall = firewallOf(stage, journey);
  const [ours] = table.properties.routes;
  const ourCollection = childNamed(firewall.properties.networkRuleCollections, `asefo-${journey.site}`);
  const home = childNamed(ourCollection.properties['rules'] as ({ name: string } & Raw)[], 'home');
  if (ours === undefined) throw new Error('no route of ours');
  Object.assign(ours, { plantedBeside: 'our route' });
  Object.assign(ours.properties, { planted: { our: 'route' } });
  Object.assign(ourCollection, { plantedBeside: 'our collection' });
  Object.assign(ourCollection.properties, { planted: 'our collection' });
  Object.assign(home, { description: 'a word somebody wrote', planted: { our: ['rule'] } });
  arm.seed(journey.ids.routeTable, {
    ...table,
    tags: { owner: 'Ada', 'cost center': '7' },
    plantedBeside: { table: true },
    properties: {
      ...table.properties,
      disableBgpRoutePropagation: false,
      disablePeeringRoute: 'All',
      planted: 'table',
      routes: [...table.properties.routes, foreignRoute],
    },
  } as never);
  arm.seed(journey.ids.firewall, {
    ...firewall,
    tags: { owner: 'Grace' },
    zones: ['1', '2', '3'],
    plantedBeside: 'firewall',
    properties: {
      ...firewall.properties,
      sku: { name: 'AZFW_VNet', tier: 'Premium' },
      threatIntelMode: 'Deny',
      additionalProperties: { 'Network.DNS.EnableProxy': 'true' },
      autoscaleConfiguration: { minCapacity: 2, maxCapacity: 9 },
      // As ARM answers it for a firewall with forced tunnelling: what it fills in included.
      managementIpConfiguration: {
        name: 'management',
        id: `${journey.ids.firewall}/azureFirewallIpConfigurations/management`,
        type: 'Microsoft.Network/azureFirewalls/azureFirewallIpConfigurations',
        etag: 'W/"1"',
        properties: {
          provisioningState: 'Succeeded',
          privateIPAddress: '172.16.3.4',
          publicIPAddress: { id: journey.ids.firewallPublicIp },
          subnet: { id: `${journey.ids.virtualNetwork}/subnets/AzureFirewallSubnet` },
        },
      },
      planted: { firewall: 'property' },
      networkRuleCollections: [
        foreignCollection,
        ...firewall.properties.networkRuleCollections.filter(({ name }) => name !== 'operations'),
      ],
      applicationRuleCollections: [applicationCollection],
      natRuleCollections: [natCollection],
    },
  } as never);
};

/** The simulator keeps this object as it was sent; Azure fills these two in again. */
const withoutFilled = (firewall: Raw): Raw => {
  const properties = firewall['properties'] as Raw;
  const {
    type: _,
    properties: inner,
    ...management
  } = properties['managementIpConfiguration'] as { type?: string; properties: Raw };
  const { privateIPAddress: __, ...kept } = inner;
  return { ...firewall, properties: { ...properties, managementIpConfiguration: { ...management, properties: kept } } };
};

const oursAside = (children: readonly RawChild[]): RawChild[] =>
  children.filter(({ name }) => !name.startsWith('asefo-'));

/** All of a table and a firewall that is not ours, to be compared as text. */
const foreignIn = (journey: Journey): string => {
  const table = steady(tableOf(stage, journey));
  const firewall = withoutFilled(steady(firewallOf(stage, journey))) as ReturnType<typeof firewallOf>;
  return JSON.stringify(
    [
      { ...table, properties: { ...table.properties, routes: oursAside(table.properties.routes) } },
      {
        ...firewall,
        properties: {
          ...firewall.properties,
          networkRuleCollections: oursAside(firewall.properties.networkRuleCollections),
        },
      },
    ],
    null,
    1,
  );
};

const byName = (children: readonly RawChild[]): RawChild[] => [...children].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Ours by name: ARM gives routes no order. */
const worldOf = (journey: Journey) => {
  const table = steady(tableOf(stage, journey));
  return {
    table: { ...table, properties: { ...table.properties, routes: byName(table.properties.routes) } },
    firewall: withoutFilled(steady(firewallOf(stage, journey))),
  };
};

describe('what we do not know survives failover and the way back', () => {
  it('keeps every planted property of table, routes, firewall, collections and rules, byte for byte', async () => {
    const journey = await atHome(stage);
    plantEverywhere(journey);
    const foreignBefore = foreignIn(journey);
    const before = worldOf(journey);
    expect(foreignBefore).toContain('plantedBeside');

    await failOver(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
    expect(foreignIn(journey)).toBe(foreignBefore);
    const collection = childNamed(
      firewallOf(stage, journey).properties.networkRuleCollections,
      `asefo-${journey.site}`,
    );
    expect(collection).toMatchObject({ plantedBeside: 'our collection', properties: { planted: 'our collection' } });
    const rules = collection.properties['rules'] as ({ name: string } & Raw)[];
    expect(rules.map(({ name }) => name)).toEqual(['home', 'failover']);
    expect(childNamed(rules, 'home')).toMatchObject({
      description: 'a word somebody wrote',
      planted: { our: ['rule'] },
    });

    await confirm(journey);
    await comeHome(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, run: null, attention: null });
    expect(foreignIn(journey)).toBe(foreignBefore);
    expect(worldOf(journey)).toEqual(before);
    expect(journey.calls()).toMatchObject({ writes: 4, early: 0 });
  });
});

describe('what goes over the wire', () => {
  it('is two guarded writes each way, at most eight reads, no early poll, from a cold start', async () => {
    const journey = await startJourney(stage);
    await failOver(journey);
    const cold = journey.calls();
    expect(cold).toMatchObject({ writes: 2, early: 0 });
    expect(cold.reads).toBeLessThanOrEqual(8);
    expect(cold.polls).toBeGreaterThan(2);
    await confirm(journey);
    expect((await journey.state()).lastRuns[0]).toMatchObject({
      outcome: 'protected',
      costs: { writes: 2, reads: cold.reads },
    });
    const guarded = journey.exchanges().filter(({ method }) => method === 'PUT');

    journey.mark();
    await comeHome(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, run: null });
    const back = journey.calls();
    expect(back).toMatchObject({ writes: 2, early: 0 });
    expect(back.reads).toBeLessThanOrEqual(8);

    const all = [...guarded, ...journey.exchanges().filter(({ method }) => method === 'PUT')];
    expect(all.map(({ requestHeaders }) => requestHeaders['if-match'] ?? 'none')).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/^W\/"/)),
    );
  });

  it.skipIf(NO_SPECIFICATIONS !== undefined)(
    `conforms to the published specifications, all the journeys above${NO_SPECIFICATIONS ? ` (${NO_SPECIFICATIONS})` : ''}`,
    async () => {
      const found = await validateExchanges(stage.arm.requests, {
        allow: [/OBJECT_ADDITIONAL_PROPERTIES .*: planted/],
      });
      expect(found.errors).toEqual([]);
      expect(found.checked).toBeGreaterThan(40);
    },
  );
});
