import { describe, expect, it } from 'vitest';
import { objectAt, objectsAt } from '../simulator/arm/json.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import {
  applianceRoute,
  call,
  codes,
  GROUP,
  message,
  NETWORK,
  SUBSCRIPTION,
  startTestArm,
  TABLE,
  table,
} from './support/rawArm.ts';

const LOCATIONS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/usgovvirginia`;
const EVENTS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ResourceHealth/events`;

function healthEvent(name: string, service: string, region: string, lastUpdateTime: string) {
  const impact = [{ impactedService: service, impactedRegions: [{ impactedRegion: region, status: 'Active' }] }];
  const properties = { eventType: 'ServiceIssue', status: 'Active', impact, lastUpdateTime };
  return { id: `/providers/Microsoft.ResourceHealth/events/${name}`, name, properties };
}

describe('lists', () => {
  it('are paged with an absolute nextLink', async () => {
    await using running = await startTestArm({ limits: { itemsPerPage: 2 } });
    const { arm } = running;
    arm.seed(TABLE, table(...[1, 2, 3, 4, 5].map((index) => applianceRoute(`r${index}`, `10.${index}.0.0/16`))));
    const names: unknown[] = [];
    let path: string | undefined = `${TABLE}/routes`;
    while (path !== undefined) {
      const answer = await call(arm, 'GET', path);
      names.push(...objectsAt(answer.body, 'value').map(({ name }) => name));
      path = answer.body['nextLink'] as string | undefined;
      if (path !== undefined) expect(path.startsWith(`${arm.endpoint}/subscriptions/`)).toBe(true);
    }
    expect(names).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
    expect(arm.requests).toHaveLength(3);
  });

  it('of a group and of a subscription hold what is in them', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    arm.seed(TABLE, table());
    arm.seed(TABLE.replace('/rg/', '/other/'), table());
    const tables = `/providers/Microsoft.Network/routeTables`;
    expect((await call(arm, 'GET', `${GROUP}${tables}`)).body['value']).toHaveLength(1);
    expect((await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}${tables}`)).body['value']).toHaveLength(2);
    expect((await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}/resourceGroups`)).body['value']).toHaveLength(2);
    arm.remove(GROUP);
    expect(codes(await call(arm, 'GET', `${GROUP}${tables}`))).toEqual(['ResourceGroupNotFound']);
  });

  it('of usages know the limit on routes', async () => {
    await using running = await startTestArm({ limits: { routesPerTable: 600 } });
    const { arm } = running;
    arm.seed(TABLE, table());
    const limit = async () =>
      objectsAt((await call(arm, 'GET', `${LOCATIONS}/usages`)).body, 'value').find(
        (item) => objectAt(item, 'name')['value'] === 'RoutesPerRouteTable',
      )?.['limit'];
    expect(await limit()).toBe(600);
    arm.setUsages('USGovVirginia', [{ name: { value: 'RoutesPerRouteTable' }, limit: 100 }]);
    expect(await limit()).toBe(100);
  });

  it('of locations name the paired region', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    const { arm } = running;
    const list = async () => (await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}/locations`)).body['value'];
    expect(await list()).toContainEqual(
      expect.objectContaining({
        name: 'usgovvirginia',
        metadata: expect.objectContaining({ pairedRegion: [expect.objectContaining({ name: 'usgovtexas' })] }),
      }),
    );
    arm.setLocations(SUBSCRIPTION, [{ name: 'moon' }]);
    expect(await list()).toEqual([{ name: 'moon' }]);
  });

  it('of service tags come in the form of the API: numbers as strings, no flags', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    running.arm.setServiceTags({
      changeNumber: 402,
      cloud: 'AzureGovernment',
      values: [
        {
          name: 'Storage',
          id: 'Storage',
          properties: {
            changeNumber: 8,
            region: '',
            regionId: 0,
            platform: 'Azure',
            systemService: 'AzureStorage',
            addressPrefixes: ['20.140.0.0/16'],
            networkFeatures: ['UDR'],
          },
        },
      ],
    });
    expect((await call(running.arm, 'GET', `${LOCATIONS}/serviceTags`)).body).toMatchObject({
      changeNumber: '402',
      cloud: 'AzureGovernment',
      values: [
        {
          name: 'Storage',
          properties: {
            changeNumber: '8',
            region: '',
            systemService: 'AzureStorage',
            addressPrefixes: ['20.140.0.0/16'],
          },
        },
      ],
    });
  });
});

describe('the health events of a subscription', () => {
  const events = [
    healthEvent('A', 'Storage', 'USGov Virginia', '2026-07-19T00:00:00Z'),
    healthEvent('B', 'Key Vault', 'USGov Texas', '2026-07-18T00:00:00Z'),
    healthEvent('C', 'Storage', 'USGov Texas', '2026-07-10T00:00:00Z'),
  ];
  it.each([
    ['', ['A', 'B', 'C']],
    ['&queryStartTime=7/15/2026', ['A', 'B']],
    ["&$filter=service eq 'Storage'", ['A', 'C']],
    ["&$filter=service eq 'Key Vault' or region eq 'USGov Virginia'", ['A', 'B']],
    ["&$filter=properties/eventType eq 'ServiceIssue' and service eq 'Storage' and region eq 'USGov Texas'", ['C']],
    ["&$filter=eventType eq 'PlannedMaintenance'", []],
  ])('are kept by %s', async (query, names) => {
    await using running = await startTestArm();
    running.arm.setHealthEvents(SUBSCRIPTION, events);
    const answer = await call(running.arm, 'GET', encodeURI(`${EVENTS}?api-version=2022-10-01${query}`));
    expect(objectsAt(answer.body, 'value').map(({ name }) => name)).toEqual(names);
  });

  it('are paged', async () => {
    await using running = await startTestArm({ limits: { itemsPerPage: 1 } });
    running.arm.setHealthEvents(SUBSCRIPTION, events);
    const first = await call(running.arm, 'GET', `${EVENTS}?api-version=2022-10-01`);
    const second = await call(running.arm, 'GET', String(first.body['nextLink']));
    expect(objectsAt(second.body, 'value').map(({ name }) => name)).toEqual(['B']);
  });
});

describe('a throttle', () => {
  it('of ARM lets a burst pass, then refuses, then lets pass as fast as it refills', async () => {
    await using running = await startTestArm({ limits: { writes: { burst: 2, perSecond: 0.5 } } });
    const { arm, clock } = running;
    arm.seed(TABLE, table());
    const patch = () => call(arm, 'PATCH', TABLE, { tags: {} });
    expect((await patch()).headers['x-ms-ratelimit-remaining-subscription-writes']).toBe('1');
    expect((await patch()).headers['x-ms-ratelimit-remaining-subscription-global-writes']).toBe('11998');
    const refused = await patch();
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect(codes(refused)).toEqual(['SubscriptionRequestsThrottled']);
    expect((await call(arm, 'GET', TABLE)).status).toBe(200);
    clock.advance(2_000);
    expect((await patch()).status).toBe(200);
  });

  it('of the network provider counts calls of five minutes and speaks its own dialect', async () => {
    await using running = await startTestArm({ limits: { networkReads: { calls: 2, seconds: 300 } } });
    const { arm, clock } = running;
    arm.seed(TABLE, table());
    await call(arm, 'GET', TABLE);
    clock.advance(100_000);
    await call(arm, 'GET', TABLE);
    const refused = await call(arm, 'GET', TABLE);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '200' } });
    expect(codes(refused)).toEqual(['RetryableError', 'RetryableErrorDueToTooManyCalls']);
    expect((await call(arm, 'GET', GROUP)).status).toBe(200);
    clock.advance(200_000);
    expect((await call(arm, 'GET', TABLE)).status).toBe(200);
  });

  it('of the service tags list asks for minutes', async () => {
    await using running = await startTestArm({
      limits: { serviceTags: { calls: 1, seconds: 300 } },
      subscriptions: [SUBSCRIPTION],
    });
    await call(running.arm, 'GET', `${LOCATIONS}/serviceTags`);
    const refused = await call(running.arm, 'GET', `${LOCATIONS}/serviceTags`);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '305' } });
    expect(codes(refused)[1]).toBe('RetryableErrorDueToTooManyCallsToThisOperation');
    expect(message(refused)).toContain('can be retried in 305 seconds');
  });
});

describe('a seeded landing zone', () => {
  const ZONE = {
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg',
    location: 'usgovvirginia',
    gatewayPublicIpAddress: '13.72.5.4',
  };

  it('is complete, settled and tied together', async () => {
    await using running = await startTestArm();
    const ids = seedLandingZone(running.arm, ZONE);
    for (const id of Object.values(ids))
      expect(objectAt(running.arm.read(id), 'properties')['provisioningState']).toBe('Succeeded');
    const subnets = objectsAt(objectAt(running.arm.read(ids.virtualNetwork), 'properties'), 'subnets');
    expect(subnets.map(({ name }) => name)).toEqual(['default', 'GatewaySubnet', 'AzureFirewallSubnet']);
    expect(running.arm.read(ids.routeTable)).toMatchObject({
      properties: { routes: [], subnets: [{ id: `${ids.virtualNetwork}/subnets/GatewaySubnet` }] },
    });
    expect(codes(await call(running.arm, 'DELETE', ids.gatewayPublicIp))).toEqual(['PublicIPAddressCannotBeDeleted']);
    const emptied = { location: ZONE.location, properties: { subnets: [] } };
    expect(codes(await call(running.arm, 'PUT', ids.virtualNetwork, emptied))).toEqual(['InUseSubnetCannotBeDeleted']);
  });

  it('can look as the vendor script left it: one route and one rule per prefix, old ones too', async () => {
    await using running = await startTestArm();
    const vendorScript = { prefixes: ['13.72.0.0/18', '2001:db8::/32', '13.73.0.0/18'], stale: ['20.140.0.0/24'] };
    const ids = seedLandingZone(running.arm, { ...ZONE, vendorScript });
    const routes = objectsAt(objectAt(running.arm.read(ids.routeTable), 'properties'), 'routes');
    expect(
      routes.map(({ name, properties }) => [
        name,
        objectAt({ properties: properties ?? null }, 'properties')['addressPrefix'],
      ]),
    ).toEqual([
      ['route_1', '20.140.0.0/24'],
      ['route_2', '13.72.0.0/18'],
      ['route_3', '13.73.0.0/18'],
      ['route_4', '204.79.197.219/32'],
      ['route_5', '13.107.7.190/32'],
    ]);
    const firewall = objectAt(running.arm.read(ids.firewall), 'properties');
    expect(objectsAt(firewall, 'networkRuleCollections').map(({ name }) => name)).toEqual([
      'operations',
      'networkRules',
    ]);
    expect(objectsAt(firewall, 'applicationRuleCollections')).toHaveLength(1);
    expect((await call(running.arm, 'GET', `${NETWORK}/routeTables/routetable/routes/route_5`)).status).toBe(200);
  });
});
