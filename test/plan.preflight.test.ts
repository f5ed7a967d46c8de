import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { preflightChecks } from '../shared/plan/move/preflightChecks.ts';
import type { PreflightFacts } from '../shared/plan/move/preflightFacts.ts';
import { secretSources } from '../shared/plan/snapshotSecrets.ts';
import { moveInput, p2sSite } from './support/moveData.ts';
import { changed, newGroup, snapshotOf } from './support/zoneData.ts';

const input = moveInput();
const plan = makeMovePlan({ ...input, reason: 'outage' });

const types = ['publicIPAddresses', 'virtualNetworks', 'routeTables', 'azureFirewalls', 'virtualNetworkGateways'];
const usage = (value: string, limit: number, currentValue = 0) => ({ name: { value }, limit, currentValue });

/** Everything as a move needs it. */
const facts: PreflightFacts = {
  site: input.site,
  to: 'target',
  plan,
  kept: { at: '2026-07-20T02:00:00.000Z', lost: [], trouble: null },
  usages: { value: [usage('PublicIPAddresses', 10), usage('VirtualNetworks', 5), usage('AzureFirewalls', 2)] },
  regions: { value: [{ name: 'uksouth' }, { name: 'ukwest' }] },
  resourceTypes: { value: types.map((resourceType) => ({ resourceType, locations: ['UK South', 'UK West'] })) },
  permissions: { value: [{ actions: ['*'], notActions: [] }] },
  standing: { value: new Map() },
  secrets: new Map(),
  appRegion: 'westeurope',
  now: Date.parse('2026-07-20T03:00:00Z'),
};

const failing = (change: Partial<PreflightFacts>): string[] =>
  preflightChecks({ ...facts, ...change })
    .filter(({ ok }) => !ok)
    .map(({ id }) => id);
const textOf = (id: string, change: Partial<PreflightFacts> = {}): string =>
  preflightChecks({ ...facts, ...change }).find((check) => check.id === id)?.text ?? '';
const standing = (entries: readonly (readonly [string, JsonObject])[]) => ({
  value: new Map(entries.map(([id, body]) => [id.toLowerCase(), body])),
});
const target = (name: string): string => plan.steps.find(({ id }) => id === name)?.resource ?? '';

describe('a preflight', () => {
  it('passes where everything is as a move needs it, and always makes the same checks', () => {
    expect(preflightChecks(facts).map(({ id, ok }) => `${id} ${ok}`)).toEqual([
      'snapshot true',
      'restricted true',
      'sku true',
      'zones true',
      'quota true',
      'names true',
      'permissions true',
      'overlap true',
      'references true',
      'budget true',
      'secrets true',
      'placement true',
    ]);
  });

  it('has a remedy for whatever fails, and none for what does not', () => {
    const bad = preflightChecks({ ...facts, appRegion: 'ukwest', regions: { value: [] } });
    for (const { ok, remedy } of bad) expect(remedy !== '').toBe(!ok);
  });

  it.each<[string, string, Partial<PreflightFacts>]>([
    ['a snapshot of the day before yesterday', 'snapshot', { kept: { ...facts.kept, at: '2026-07-18T02:00:00.000Z' } }],
    [
      'no snapshot',
      'snapshot',
      { plan: makeMovePlan({ ...input, snapshot: null }), kept: { ...facts.kept, at: null } },
    ],
    [
      'a GatewaySubnet without the route table',
      'snapshot',
      {
        plan: makeMovePlan({
          ...input,
          snapshot: changed(snapshotOf(), 'virtualNetwork', (old) => ({
            ...old,
            subnets: (old['subnets'] as readonly JsonObject[]).map((subnet) => {
              const { routeTable: _, ...properties } = subnet['properties'] as JsonObject;
              return subnet['name'] === 'GatewaySubnet' ? { ...subnet, properties } : subnet;
            }),
          })),
        }),
      },
    ],
    ['a region that the subscription does not see', 'restricted', { regions: { value: [{ name: 'uksouth' }] } }],
    [
      'a kind of resource that is not offered there',
      'sku',
      { resourceTypes: { value: [{ resourceType: 'azureFirewalls', locations: ['UK South'] }] } },
    ],
    ['no room for two public addresses', 'quota', { usages: { value: [usage('PublicIPAddresses', 10, 9)] } }],
    [
      'a firewall of the site that still stands where move.targetRegion was before',
      'names',
      {
        standing: standing([
          [target('firewall'), { location: 'norwayeast', tags: { 'asefo-site': 'rig-07' }, properties: {} }],
        ]),
      },
    ],
    [
      "a stranger's gateway at the planned name",
      'names',
      { standing: standing([[target('gateway'), { location: 'ukwest', properties: {} }]]) },
    ],
    [
      'a resource group that is kept in the very region that would fail',
      'names',
      { standing: standing([[newGroup, { location: 'uksouth', tags: { 'asefo-site': input.site.id } }]]) },
    ],
    ['a role that reads only', 'permissions', { permissions: { value: [{ actions: ['*/read'], notActions: [] }] } }],
    [
      'a role that leaves gateways out',
      'permissions',
      { permissions: { value: [{ actions: ['*'], notActions: ['Microsoft.Network/virtualNetworkGateways/*'] }] } },
    ],
    [
      'ranges that overlap',
      'overlap',
      {
        plan: makeMovePlan({
          ...input,
          site: { ...input.site, move: { ...input.site.move, clientAddressPool: '172.16.3.0/24' } },
        }),
      },
    ],
    [
      'a table that is too small',
      'budget',
      { plan: makeMovePlan({ ...input, site: p2sSite({}, { routeBudget: { limit: 1 } }) }) },
    ],
    [
      'a secret that nobody but a person has',
      'secrets',
      { plan: { ...plan, secrets: [{ what: 'RADIUS server secret', resource: '/g', source: secretSources.byHand }] } },
    ],
    [
      'a Key Vault secret that cannot be read',
      'secrets',
      {
        plan: { ...plan, secrets: [{ what: 'shared key', resource: '/c', source: 'https://v.example.net/secrets/k' }] },
        secrets: new Map([['https://v.example.net/secrets/k', 'it is not there']]),
      },
    ],
    ['an app in the target region', 'placement', { appRegion: 'UK West' }],
  ])('fails for %s', (_, id, change) => expect(failing(change)).toEqual([id]));

  it('believes that a restricted region is open where the subscription has something there', () => {
    const site = p2sSite({ targetRegion: 'francesouth' });
    const regions = { value: [{ name: 'francesouth' }] };
    const resourceTypes = { value: [] };
    expect(failing({ site, regions, resourceTypes })).toEqual(['restricted']);
    const told = preflightChecks({ ...facts, site, regions, resourceTypes }).find(({ id }) => id === 'restricted');
    expect(told?.remedy).toContain('an empty virtual network there shows that');
    const usages = { value: [usage('VirtualNetworks', 5, 1)] };
    expect(failing({ site, regions, resourceTypes, usages })).toEqual([]);
  });

  it('asks for no quota for what stands there already', () => {
    const usages = { value: [usage('VirtualNetworks', 1, 1)] };
    const ours = { location: 'ukwest', tags: { 'asefo-site': input.site.id }, properties: {} };
    expect(failing({ usages })).toEqual(['quota']);
    expect(failing({ usages, standing: standing([[target('virtualNetwork'), ours]]) })).toEqual([]);
  });

  it('wants the zones that the site asks for', () => {
    const site = p2sSite({ zones: ['1', '2'] });
    const offered = (zones: string[]) => ({
      value: types.map((resourceType) => ({
        resourceType,
        locations: ['UK West'],
        zoneMappings: [{ location: 'UK West', zones }],
      })),
    });
    expect(failing({ site, resourceTypes: offered(['1', '2', '3']) })).toEqual([]);
    expect(failing({ site, resourceTypes: offered([]) })).toEqual(['zones']);
    expect(textOf('zones', { site })).toMatch(/^Not known/);
  });

  it.each([
    ['usages', 'quota'],
    ['regions', 'restricted'],
    ['resourceTypes', 'sku'],
    ['permissions', 'permissions'],
    ['standing', 'names'],
  ])('says that it does not know where Azure would not tell its %s, and does not call that a failure', (fact, id) => {
    const change = { [fact]: { why: 'Azure forbids it' } } as Partial<PreflightFacts>;
    expect(failing(change)).toEqual([]);
    expect(textOf(id, change)).toMatch(/^Not known: .*Azure forbids it/);
  });
});
