import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readSites, sitesJsonSchema } from '../shared/base/site.ts';

const published = readFileSync(new URL('../docs/sites.schema.json', import.meta.url), 'utf8');
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(JSON.parse(published) as object);

const network = {
  vpn: 'p2s',
  virtualNetwork: 'vnet',
  gateway: 'vngw',
  gatewayPublicIpAddresses: ['13.72.5.4'],
  firewall: 'firewall',
  firewallPrivateIpAddress: '172.16.1.4',
  routeTable: 'routetable',
  onPremRouteTable: 'routetableonprem',
  clientAddressPool: '192.168.150.0/24',
};
const least = {
  id: 'rig-07',
  subscriptionId: '0d1c2b3a-0000-4000-8000-00000000c0de',
  resourceGroup: 'ase-rig-07',
  homeRegion: 'usgovvirginia',
  services: ['Storage'],
  network: {
    virtualNetwork: 'vnet',
    gateway: 'vngw',
    firewall: 'firewall',
    routeTable: 'routetable',
    clientAddressPool: '192.168.150.0/24',
  },
};
const full = {
  ...least,
  failoverRegion: 'usgovtexas',
  services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
  globalTags: ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'],
  alwaysRoute: [],
  resources: [],
  network,
  firewallRule: { ports: '*', priority: 200 },
  routeBudget: { limit: 400, reserve: 0, strategies: ['exact'], maxExtraPercent: 1 },
  policy: {
    serviceFailover: 'auto',
    regionMove: 'ask',
    failback: 'ask',
    soak: 'PT1H',
    drift: 'tell',
    tagUpdates: 'auto',
    shadow: false,
  },
};
const file = (site: object, more: object = {}) => ({ cloud: 'AzureGovernment', sites: [site], ...more });
const accepts = (value: unknown): boolean => {
  try {
    return readSites(JSON.stringify(value), 'the test').length > 0;
  } catch {
    return false;
  }
};

describe('the published JSON Schema of a sites file', () => {
  it('is in step with the schema the product reads by; if not: node build.ts --schema', () => {
    expect(JSON.stringify(JSON.parse(published))).toBe(JSON.stringify(sitesJsonSchema()));
  });

  it.each([
    ['everything written out', file(full)],
    ['defaults left out', file(least)],
    ['$schema named', file(full, { $schema: './sites.schema.json' })],
  ])('takes what the product takes: %s', (_, value) => {
    expect([validate(value), accepts(value)]).toEqual([true, true]);
  });

  it.each([
    ['no cloud', { sites: [full] }],
    ['an unknown cloud', file(full, { cloud: 'Mars' })],
    ['an unknown member', file({ ...full, colour: 'red' })],
    ['an unknown member inside', file({ ...full, policy: { ...full.policy, speed: 1 } })],
    ['an id with a space', file({ ...full, id: 'rig 07' })],
    ['no home region', file({ ...full, homeRegion: undefined })],
    ['a soak that is no duration', file({ ...full, policy: { ...full.policy, soak: '1 hour' } })],
    ['a priority Azure refuses', file({ ...full, firewallRule: { ports: '*', priority: 99 } })],
    ['an unknown strategy', file({ ...full, routeBudget: { ...full.routeBudget, strategies: ['hope'] } })],
    ['a limit of half a route', file({ ...full, routeBudget: { ...full.routeBudget, limit: 0.5 } })],
  ])('refuses what the product refuses: %s', (_, given) => {
    const value: unknown = JSON.parse(JSON.stringify(given));
    expect([validate(value), accepts(value)]).toEqual([false, false]);
  });
});
