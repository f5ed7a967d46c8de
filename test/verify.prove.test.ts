import { describe, expect, it } from 'vitest';
import { firewallWrite } from '../shared/apply/firewall.ts';
import { foreignInFirewall, foreignInRouteTable } from '../shared/apply/foreign.ts';
import { routeTableWrite } from '../shared/apply/routeTable.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import { observeFirewall, observeRouteTable } from '../shared/plan/observe.ts';
import { prove } from '../shared/verify/prove.ts';
import { firewallJson, network, planOn, smallSite, tableJson, tagsOf, toFirewall, toInternet } from './planData.ts';

type Route = { name: string; properties: Record<string, unknown> };
type Rule = Record<string, unknown> & { name: string };
type Collection = { name: string; properties: { priority: number; action: { type: string }; rules: Rule[] } };
type World = {
  table: { properties: { provisioningState: string; routes: Route[] } };
  firewall: {
    properties: { provisioningState: string; networkRuleCollections: Collection[]; ipConfigurations: Route[] };
  };
};

const site = smallSite();
const tags = tagsOf({ home: ['20.0.0.0/24', '20.0.2.0/24'], managers: ['20.0.0.8/29'] });
const theirs = { name: 'theirs', addressPrefix: '198.51.100.0/24', ...toInternet };
const operations = {
  name: 'operations',
  properties: {
    priority: 300,
    action: { type: 'Allow' },
    rules: [{ name: 'ntp', destinationAddresses: ['192.0.2.1'] }],
  },
};
const tableBefore = tableJson([theirs]);
const firewallBefore = firewallJson([operations]);
const plan = planOn({ site, tags, services: ['Storage'], table: tableBefore, firewall: firewallBefore });
const sources = ['192.168.150.0/24', '172.16.2.0/27'];

/** The world as the plan leaves it, changed by somebody before it is read again. */
const proofAfter = (change: (world: World) => void) => {
  const body = (written: JsonObject): JsonObject => ({
    ...written,
    properties: { ...(written['properties'] as JsonObject), provisioningState: 'Succeeded' },
  });
  const world = structuredClone({
    table: body(routeTableWrite(plan, observeRouteTable(tableBefore), 'asefo-')),
    firewall: body(firewallWrite(plan, observeFirewall(firewallBefore))),
  }) as unknown as World;
  // ARM gives the firewall its address; a PUT does not carry it.
  for (const configuration of world.firewall.properties.ipConfigurations)
    configuration.properties['privateIPAddress'] = '172.16.1.4';
  change(world);
  return prove({
    site,
    plan,
    tags,
    routeTable: world.table as unknown as JsonObject,
    firewall: world.firewall as unknown as JsonObject,
    foreignBefore: {
      routeTable: foreignInRouteTable(tableBefore, 'asefo-'),
      firewall: foreignInFirewall(firewallBefore, 'asefo-'),
    },
    addressSpace: network.addressSpace,
    sources,
    namePrefix: 'asefo-',
  });
};

const route = (world: World, prefix: string): Route => {
  const found = world.table.properties.routes.find(({ properties }) => properties['addressPrefix'] === prefix);
  if (!found) throw new Error(`no route ${prefix}`);
  return found;
};
const ours = (world: World): Collection => {
  const found = world.firewall.properties.networkRuleCollections.find(({ name }) => name.startsWith('asefo-'));
  if (!found) throw new Error('no collection of ours');
  return found;
};
const deny = (priority: number, rule: Partial<Rule>): Collection => ({
  name: 'lockdown',
  properties: {
    priority,
    action: { type: 'Deny' },
    rules: [
      { name: 'no', sourceAddresses: ['*'], destinationAddresses: ['20.0.2.0/30'], destinationPorts: ['*'], ...rule },
    ],
  },
});
const addCollection = (world: World, collection: Collection) =>
  void world.firewall.properties.networkRuleCollections.push(collection);

describe('the proof', () => {
  it('holds for the world as the plan leaves it, with figures', () => {
    const proof = proofAfter(() => {});
    expect(proof.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(proof).toMatchObject({ ok: true, settled: true });
    expect(proof.checks.map(({ text }) => text)).toContain('all 760 wanted addresses go to the firewall 172.16.1.4');
  });

  it('holds with another collection of ours beside it: another site shares the firewall', () => {
    const proof = proofAfter((world) => {
      const { properties } = structuredClone(ours(world));
      addCollection(world, { name: 'asefo-rig-08', properties: { ...properties, priority: 201 } });
    });
    expect(proof.ok).toBe(true);
  });

  it.each<{ what: string; change: (world: World) => void; fails: readonly string[]; says: string }>([
    {
      what: 'a wanted prefix is not routed',
      change: (world) =>
        void world.table.properties.routes.splice(
          world.table.properties.routes.indexOf(route(world, '20.0.2.0/24')),
          1,
        ),
      fails: ['wantedRouted'],
      says: '256 wanted addresses do not go to the firewall: 20.0.2.0/24',
    },
    {
      what: 'a wanted prefix leads to another appliance',
      change: (world) => void Object.assign(route(world, '30.0.0.0/24').properties, { nextHopIpAddress: '172.16.1.5' }),
      fails: ['wantedRouted'],
      says: '30.0.0.0/24',
    },
    {
      what: 'gateway management goes to the firewall',
      change: (world) => void Object.assign(route(world, '20.0.0.8/29').properties, toFirewall),
      fails: ['holesKept'],
      says: '8 addresses of gateway management go to the firewall: 20.0.0.8/29',
    },
    {
      what: 'a route of ours covers the VNet',
      change: (world) =>
        void world.table.properties.routes.push({
          name: 'asefo-x',
          properties: { addressPrefix: '172.16.0.0/24', ...toFirewall },
        }),
      fails: ['nothingForbidden'],
      says: 'forbidden ranges are covered',
    },
    {
      what: 'a more specific foreign route takes wanted addresses away',
      change: (world) =>
        void world.table.properties.routes.push({
          name: 'new',
          properties: { addressPrefix: '30.0.0.128/25', ...toInternet },
        }),
      fails: ['wantedRouted', 'foreignUntouched'],
      says: '30.0.0.128/25',
    },
    {
      what: 'a foreign route is gone',
      change: (world) => void world.table.properties.routes.shift(),
      fails: ['foreignUntouched'],
      says: 'changed on the route table',
    },
    {
      what: 'a property of a foreign route changed',
      change: (world) => void Object.assign(route(world, '198.51.100.0/24').properties, { unknownOfRoute: 'changed' }),
      fails: ['foreignUntouched'],
      says: 'changed on the route table',
    },
    {
      what: 'a foreign rule changed',
      change: (world) =>
        void Object.assign(world.firewall.properties.networkRuleCollections[0] ?? {}, { name: 'operations-2' }),
      fails: ['foreignUntouched'],
      says: 'changed on the firewall',
    },
    {
      what: 'the firewall lacks a wanted prefix',
      change: (world) =>
        void (ours(world).properties.rules[0] as Rule & { destinationAddresses: string[] }).destinationAddresses.pop(),
      fails: ['firewallAllows'],
      says: 'the firewall does not allow 256 wanted addresses: 20.0.2.0/24',
    },
    {
      what: 'our rule was narrowed to one port',
      change: (world) => void Object.assign(ours(world).properties.rules[0] ?? {}, { destinationPorts: ['22'] }),
      fails: ['firewallAllows'],
      says: 'our rules on the firewall are not as planned',
    },
    {
      what: 'our rule is for other sources only',
      change: (world) => void Object.assign(ours(world).properties.rules[1] ?? {}, { sourceAddresses: ['10.0.0.0/8'] }),
      fails: ['firewallAllows'],
      says: '30.0.0.0/24',
    },
    {
      what: 'our rule covers a part of the sources only',
      change: (world) =>
        void Object.assign(ours(world).properties.rules[1] ?? {}, {
          sourceAddresses: ['192.168.150.0/25', '172.16.2.0/27'],
        }),
      fails: ['firewallAllows'],
      says: '30.0.0.0/24',
    },
    {
      what: 'a foreign Deny stands before ours',
      change: (world) => addCollection(world, deny(150, {})),
      fails: ['firewallAllows', 'foreignUntouched'],
      says: '"lockdown" (priority 150) denies before ours',
    },
    {
      what: 'our collection is a Deny',
      change: (world) => void Object.assign(ours(world).properties.action, { type: 'Deny' }),
      fails: ['firewallAllows'],
      says: 'the firewall does not allow',
    },
    {
      what: 'IPv6 in a rule of ours',
      change: (world) =>
        void (ours(world).properties.rules[0] as Rule & { destinationAddresses: string[] }).destinationAddresses.push(
          '2603::/40',
        ),
      fails: ['firewallAllows'],
      says: '',
    },
    {
      what: 'the firewall has another address',
      change: (world) =>
        void Object.assign(world.firewall.properties.ipConfigurations[0]?.properties ?? {}, {
          privateIPAddress: '172.16.1.9',
        }),
      fails: ['nextHopIsTheFirewall'],
      says: '172.16.1.9',
    },
    {
      what: 'the table is still updating',
      change: (world) => void Object.assign(world.table.properties, { provisioningState: 'Updating' }),
      fails: ['settled'],
      says: 'route table Updating',
    },
    {
      what: 'the firewall ended Failed',
      change: (world) => void Object.assign(world.firewall.properties, { provisioningState: 'Failed' }),
      fails: ['settled'],
      says: 'firewall Failed',
    },
  ])('fails where $what', ({ change, fails, says }) => {
    const proof = proofAfter(change);
    const failed = proof.checks.filter(({ ok }) => !ok);
    expect(failed.map(({ id }) => id)).toEqual(fails);
    expect(proof.ok).toBe(false);
    expect(failed.map(({ text }) => text).join('\n')).toContain(says);
  });

  it.each<{ what: string; collection: Collection }>([
    { what: 'behind ours', collection: deny(400, {}) },
    {
      what: 'before ours, of other destinations',
      collection: deny(150, { destinationAddresses: ['198.51.100.0/24'] }),
    },
    { what: 'before ours, of other sources', collection: deny(150, { sourceAddresses: ['10.0.0.0/8'] }) },
  ])('is not shaken by a foreign Deny $what', ({ collection }) => {
    const proof = proofAfter((world) => addCollection(world, collection));
    expect(proof.checks.find(({ id }) => id === 'firewallAllows')?.ok).toBe(true);
  });
});
