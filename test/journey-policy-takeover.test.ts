import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { landingZoneIds } from '../simulator/arm/landingZone.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, childNamed, comeHome, confirm, failOver, firewallOf, steady, tableOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const published = (...names: readonly string[]): string[] => {
  const file = JSON.parse(readSyntheticTags()) as {
    values: { name: string; properties: { addressPrefixes: string[] } }[];
  };
  return names
    .flatMap((name) => childNamed(file.values as never[], name) as { properties: { addressPrefixes: string[] } })
    .flatMap(({ properties }) => properties.addressPrefixes)
    .filter((prefix) => !prefix.includes(':'));
};

const stale = ['40.80.1.0/24', '40.80.2.0/24', '40.80.3.0/24', '40.80.4.0/24', '40.80.5.0/24', '40.80.6.0/24'];
const vendorScript = {
  prefixes: published('AzureCloud.usgovvirginia', 'AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'),
  stale,
};

const foreignOf = (journey: Journey) => {
  const firewall = firewallOf(stage, journey).properties;
  return steady({
    routes: tableOf(stage, journey).properties.routes.filter(({ name }) => !name.startsWith('asefo-')),
    network: firewall.networkRuleCollections.filter(({ name }) => !name.startsWith('asefo-')),
    application: firewall['applicationRuleCollections'],
    nat: firewall['natRuleCollections'],
  });
};

describe("a table that the vendor's script made", () => {
  it.each([
    { where: 'its collections at another priority than ours', priority: 100 },
    { where: 'its collections at our priority', priority: 200 },
  ])('is told as it is, written only after it is adopted, and loses nothing: $where', async ({ priority }) => {
    const journey = await startJourney(stage, {
      policy: { shadow: true },
      zone: { vendorScript: { ...vendorScript, priority } },
      routeBudget: { limit: 1_000 },
    });
    const before = foreignOf(journey);
    const held = before.routes.length;
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    const { lastPlan, waiting } = await journey.state();
    expect(journey.calls().writes).toBe(0);
    expect(lastPlan).toMatchObject({
      applyable: true,
      blockers: [],
      headroom: 1_000 - held - Number(lastPlan?.routes),
    });
    const notes = lastPlan?.notes ?? [];
    const satisfied = Number(/^(\d+) foreign routes already lead wanted prefixes/m.exec(notes.join('\n'))?.[1]);
    expect(satisfied).toBeGreaterThan(100);
    expect(satisfied).toBeLessThanOrEqual(held - 8);
    const outside = notes.find((note) => note.includes('outside the wanted set'));
    expect(outside).toMatch(/^8 foreign routes lead to the firewall/);
    for (const prefix of [...stale, '204.79.197.219/32', '13.107.7.190/32']) expect(outside).toContain(`(${prefix})`);

    await journey.word({ action: 'adopt', digest: waiting?.digest });
    await journey.work();
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home', foreignRoutes: held }, attention: null });
    expect(foreignOf(journey)).toEqual(before);
    const collections = firewallOf(stage, journey).properties.networkRuleCollections;
    expect(new Set(collections.map(({ properties }) => properties['priority'])).size).toBe(collections.length);

    await failOver(journey);
    await confirm(journey);
    await comeHome(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, run: null, attention: null });
    expect(foreignOf(journey)).toEqual(before);
  });

  it('counts against the budget, and blocks in figures where both do not fit', async () => {
    // Two single addresses are the script's own.
    const filled = new Set([...vendorScript.prefixes, ...stale]).size + 2;
    const journey = await startJourney(stage, {
      policy: { shadow: true },
      zone: { vendorScript },
      routeBudget: { limit: filled },
    });
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    const { lastPlan } = await journey.state();
    expect(lastPlan?.blockers.map(({ code }) => code)).toEqual(['ROUTE_BUDGET']);
    expect(lastPlan?.blockers[0]?.message).toContain(`beside ${filled} foreign routes, the limit is ${filled}`);
    await journey.word({ action: 'adopt' });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    // The alarm is the preflight's: a move would not help, since its own table does not fit either.
    expect(journey.notices.map(({ kind }) => kind)).toEqual(['blocked', 'alarm']);
  });
});

describe('two sites on one firewall', () => {
  it('fail over at once, each with its own collection, and neither takes the other for a stranger', async () => {
    const journey = await startJourney(stage);
    const other = `${journey.site}-b`;
    const file = JSON.parse(String(await journey.ports.config.read('sites.json')));
    const [site] = file.sites;
    const routeTable = 'routetable-b';
    const zone = {
      subscriptionId: journey.subscriptionId,
      resourceGroup: site.resourceGroup,
      location: 'usgovvirginia',
    };
    const tableId = landingZoneIds({ ...zone, gatewayPublicIpAddress: '192.0.2.1', routeTable }).routeTable;
    stage.arm.seed(tableId, { location: 'usgovvirginia', properties: { routes: [] } });
    file.sites.push({
      ...site,
      id: other,
      network: { ...site.network, routeTable, clientAddressPool: '192.168.151.0/24' },
    });
    await journey.ports.config.write('sites.json', JSON.stringify(file));

    await journey.event(incident(journey.subscriptionId));
    await journey.work(400);
    const states = [await journey.state(), (await journey.ports.sites.load(other)).state];
    for (const state of states) {
      expect(state).toMatchObject({ attention: null, inPlace: { mode: 'serviceFailover' } });
      expect(state.lastRuns.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    }
    const collections = firewallOf(stage, journey).properties.networkRuleCollections;
    const ours = collections
      .filter(({ name }) => name.startsWith('asefo-'))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(ours.map(({ name }) => name)).toEqual([`asefo-${journey.site}`, `asefo-${other}`]);
    expect(new Set(collections.map(({ properties }) => properties['priority'])).size).toBe(collections.length);
    const sources = ours.map(({ properties }) => (properties['rules'] as { sourceAddresses: string[] }[])[0]);
    expect(sources[0]?.sourceAddresses).toContain('192.168.150.0/24');
    expect(sources[1]?.sourceAddresses).toContain('192.168.151.0/24');
    journey.mark();
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(journey.calls().writes).toBe(0);
  });
});

describe('a site-to-site site with narrow ports', () => {
  it('allows what lies behind the device, on the ports of its services', async () => {
    const journey = await atHome(stage, {
      site: {
        network: {
          vpn: 's2s',
          virtualNetwork: 'vnet',
          gateway: 'vngw',
          firewall: 'firewall',
          routeTable: 'routetable',
          onPremAddressPrefixes: ['10.20.0.0/16', '10.21.4.0/22'],
        },
        firewallRule: { ports: 'services', priority: 450 },
      },
    });
    const ours = childNamed(firewallOf(stage, journey).properties.networkRuleCollections, `asefo-${journey.site}`);
    expect(ours.properties).toMatchObject({
      priority: 450,
      rules: [
        {
          name: 'home',
          protocols: ['TCP', 'UDP'],
          sourceAddresses: ['10.20.0.0/16', '10.21.4.0/22', '172.16.2.0/27'],
          destinationPorts: ['53', '80', '123', '443', '445', '5671', '5672', '9093', '9350-9354'],
        },
      ],
    });
    await failOver(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });
});
