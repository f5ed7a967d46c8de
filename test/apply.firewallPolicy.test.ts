import { describe, expect, it } from 'vitest';
import { applyStep } from '../shared/apply/applyStep.ts';
import { foreignInRuleGroup } from '../shared/apply/foreign.ts';
import { readFirewall } from '../shared/apply/readFirewall.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { ipGroupIdOf } from '../shared/plan/ipGroup.ts';
import { observeFirewall } from '../shared/plan/observe.ts';
import type { Plan, StepId } from '../shared/plan/plan.ts';
import { planOn, smallSite, tagsOf } from './planData.ts';
import {
  besideOf,
  collectionJson,
  groupIdOf,
  groupJson,
  ipGroupId,
  ipGroupJson,
  networkRule,
  type PolicyWorld,
  parentId,
  policyId,
  policyResources,
} from './policyData.ts';

const site = smallSite({ firewallRule: { ipGroup: true } });
const tags = tagsOf({ home: ['20.0.0.0/24', '20.0.2.0/24'] });
const firewallId = site.ids.firewall;
const ipGroup = ipGroupIdOf(site, 'asefo-');
const ourGroup = groupIdOf('asefo-rig-07');
const tag = { 'asefo-site': 'rig-07' };

const planFor = (world: PolicyWorld, services: readonly string[] = []): Plan => {
  const resources = policyResources(firewallId, world);
  const raw = resources.get(firewallId);
  if (raw === undefined) throw new Error('no firewall');
  return planOn({ site, tags, services, more: { firewall: observeFirewall(raw, besideOf(resources)) } });
};

const readerOf = (resources: ReadonlyMap<string, JsonObject>, asked: string[] = []) => ({
  get: async (id: string): Promise<JsonObject> => {
    asked.push(id);
    const found = resources.get(id);
    if (found !== undefined) return found;
    throw new AutomationError('ERR_AZURE_NOT_FOUND', `${id} is not there`, { remedy: 'none' });
  },
});

type Put = { readonly id: string; readonly body: JsonObject; readonly ifMatch: string | null };

/** Takes one step of a plan on the world as it is by then. */
const take = async (plan: Plan, id: StepId, world: PolicyWorld) => {
  const puts: Put[] = [];
  const noted: string[] = [];
  const step = plan.steps.find((candidate) => candidate.id === id);
  if (!step) throw new Error(`no step ${id}`);
  const outcome = await applyStep(plan, step, {
    reader: readerOf(policyResources(firewallId, world)),
    writer: {
      put: async (resource, body, ifMatch) => {
        puts.push({ id: resource, body, ifMatch });
        return { status: 'done' };
      },
      poll: async () => ({ status: 'succeeded' }),
    },
    namePrefix: 'asefo-',
    fresh: new Map(),
    beforeWrite: async (hash) => void noted.push(hash),
  });
  expect(noted).toHaveLength(puts.length);
  return { outcome, puts, noted };
};

/** A group of ours as Azure has it after that PUT. */
const held = ({ body }: Put, state = 'Succeeded'): JsonObject => {
  const { priority, ruleCollections } = body['properties'] as { priority: number; ruleCollections: JsonObject[] };
  return groupJson('asefo-rig-07', priority, ruleCollections, { state });
};

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
};

const rulesPut = async (world: PolicyWorld = {}): Promise<{ plan: Plan; put: Put }> => {
  const plan = planFor(world);
  return { plan, put: first((await take(plan, 'firewall', world)).puts) };
};

describe('our rule collection group', () => {
  it('is created with one collection, of one priority with it, and no If-Match', async () => {
    const { put } = await rulesPut({ groups: [groupJson('theirs', 200, [])] });
    expect(put).toEqual({
      id: ourGroup,
      ifMatch: null,
      body: {
        properties: {
          priority: 201,
          ruleCollections: [
            {
              ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
              name: 'asefo-rig-07',
              priority: 201,
              action: { type: 'Allow' },
              rules: [
                {
                  ruleType: 'NetworkRule',
                  name: 'wanted',
                  ipProtocols: ['Any'],
                  sourceAddresses: ['192.168.150.0/24', '172.16.2.0/27'],
                  sourceIpGroups: [],
                  destinationAddresses: [],
                  destinationIpGroups: [ipGroup],
                  destinationFqdns: [],
                  destinationPorts: ['*'],
                },
              ],
            },
          ],
        },
      },
    });
  });

  it('keeps what we do not know and what others put there, and none of what Azure fills in', async () => {
    const theirs = collectionJson('theirs', 900, 'Deny', [networkRule({ name: 'x', planted: 'theirs' })]);
    const ours = {
      ...collectionJson('Asefo-Rig-07', 200, 'Allow', [networkRule({ name: 'WANTED', planted: 'ours' })]),
      planted: 'collection',
    };
    const world = { groups: [groupJson('asefo-rig-07', 200, [theirs, ours])] };
    const { put } = await rulesPut(world);
    expect(put.ifMatch).toBe('"b38e9f34-4d99-4c64-8d1c-b91cd75e950b"');
    expect(Object.keys(put.body).sort()).toEqual(['id', 'properties', 'unknownBesideGroup']);
    const properties = put.body['properties'] as { ruleCollections: JsonObject[] };
    expect(Object.keys(properties).sort()).toEqual(['priority', 'ruleCollections', 'unknownOfGroup']);
    expect(properties.ruleCollections[0]).toEqual(theirs);
    expect(properties.ruleCollections[1]).toMatchObject({
      name: 'asefo-rig-07',
      planted: 'collection',
      rules: [{ name: 'wanted', planted: 'ours', destinationIpGroups: [ipGroup] }],
    });
  });

  it('is not written where it stands, and written again where Azure failed', async () => {
    const { plan, put } = await rulesPut();
    expect(await take(plan, 'firewall', { groups: [held(put)] })).toMatchObject({
      outcome: { status: 'unchanged' },
      puts: [],
    });
    for (const world of [
      { groups: [held(put, 'Failed')] },
      { groups: [held(put)], policyState: 'Failed' },
      { groups: [held(put)], firewallState: 'Failed' },
    ])
      expect((await take(plan, 'firewall', world)).puts).toHaveLength(1);
  });

  it.each<{ what: string; world: PolicyWorld }>([
    { what: 'the policy', world: { policyState: 'Updating' } },
    { what: 'a firewall that has it', world: { firewallState: 'Updating' } },
    { what: 'our IP group', world: { ipGroups: [ipGroupJson(ipGroup, [], tag, 'Updating')] } },
  ])('waits for $what before anything is written', async ({ world }) => {
    const { plan } = await rulesPut();
    await expect(take(plan, 'firewall', world)).rejects.toMatchObject({ code: 'ERR_AZURE_UNSETTLED', retry: 'later' });
  });

  it.each<{ what: string; world: PolicyWorld }>([
    { what: 'somebody took its priority', world: { groups: [groupJson('theirs', 200, [])] } },
    {
      what: 'somebody wrote another rule into it',
      world: { groups: [groupJson('asefo-rig-07', 200, [collectionJson('asefo-rig-07', 200, 'Deny', [])])] },
    },
  ])('is planned again where $what since', async ({ world }) => {
    const { plan } = await rulesPut();
    await expect(take(plan, 'firewall', world)).rejects.toMatchObject({ code: 'ERR_PLAN_OUTDATED', retry: 'now' });
  });

  it('is planned again where the firewall has lost its policy since, and classic rules where it got one', async () => {
    const classic = planOn({ site, tags });
    await expect(take(classic, 'firewall', {})).rejects.toMatchObject({ code: 'ERR_PLAN_OUTDATED' });
    const other = structuredClone((await rulesPut()).plan) as Plan & { firewall: { policy: { id: string } } };
    other.firewall.policy.id = parentId;
    await expect(take(other, 'firewall', {})).rejects.toMatchObject({ code: 'ERR_PLAN_OUTDATED' });
  });

  it('tells foreign collections apart from ours by a hash that only they move', () => {
    const hashOf = (...collections: JsonObject[]) => {
      const resources = policyResources(firewallId, { groups: [groupJson('asefo-rig-07', 200, collections)] });
      return foreignInRuleGroup(
        observeFirewall(resources.get(firewallId) as JsonObject, besideOf(resources)),
        'asefo-rig-07',
      );
    };
    const theirs = collectionJson('theirs', 300, 'Allow', []);
    expect(hashOf(collectionJson('asefo-rig-07', 200, 'Allow', []))).toBe(hashOf());
    expect(hashOf(theirs)).not.toBe(hashOf());
    expect(hashOf({ ...theirs, planted: 1 })).not.toBe(hashOf(theirs));
  });
});

describe('our IP group', () => {
  const home = ['20.0.0.0/24', '20.0.2.0/24'];

  it('is created with our tag, in the region of the site', async () => {
    const { puts } = await take(planFor({}), 'ipGroup', {});
    expect(puts).toEqual([
      {
        id: ipGroup,
        ifMatch: null,
        body: { location: 'usgovvirginia', tags: tag, properties: { ipAddresses: home } },
      },
    ]);
  });

  it('keeps tags and members we do not know, guarded by its own etag', async () => {
    const world = { ipGroups: [ipGroupJson(ipGroup, ['9.9.9.9'], { ...tag, owner: 'Ada' })] };
    const { puts } = await take(planFor(world), 'ipGroup', world);
    expect(first(puts)).toEqual({
      id: ipGroup,
      ifMatch: '"58a7cb5b-aa45-45fe-8c92-e7e9f2d274ae"',
      body: {
        id: ipGroup,
        location: 'usgovvirginia',
        tags: { ...tag, owner: 'Ada' },
        properties: { ipAddresses: home, unknownOfIpGroup: 1 },
      },
    });
  });

  it('is not written where it stands; written again where it Failed; planned again where somebody changed it', async () => {
    const plan = planFor({});
    const world = (addresses: readonly string[], state?: string) => ({
      ipGroups: [ipGroupJson(ipGroup, addresses, tag, state)],
    });
    expect((await take(plan, 'ipGroup', world(home))).outcome.status).toBe('unchanged');
    expect((await take(plan, 'ipGroup', world(home, 'Failed'))).puts).toHaveLength(1);
    await expect(take(plan, 'ipGroup', world(['9.9.9.9']))).rejects.toMatchObject({ code: 'ERR_PLAN_OUTDATED' });
    await expect(take(plan, 'ipGroup', { firewallState: 'Updating' })).rejects.toMatchObject({
      code: 'ERR_AZURE_UNSETTLED',
    });
  });
});

describe('reading a firewall with a policy', () => {
  const denied = ipGroupId('denied');
  const allowed = ipGroupId('allowed');
  const groupsOf = (action: 'Allow' | 'Deny', group: string) => [
    groupJson('theirs', 300, [
      collectionJson('c', 100, action, [networkRule({ name: 'r', destinationIpGroups: [group] })]),
    ]),
  ];

  const read = async (world: PolicyWorld, change: (resources: Map<string, JsonObject>) => void = () => {}) => {
    const resources = policyResources(firewallId, world);
    change(resources);
    const asked: string[] = [];
    const wanted = { id: firewallId, ourCollection: 'asefo-rig-07', ipGroups: [] };
    const seen = await readFirewall(wanted, readerOf(resources, asked));
    return { asked, firewall: observeFirewall(seen.firewall, seen.beside) };
  };

  it('asks for policy, parent and their groups by list, and only for IP groups that decide', async () => {
    const { asked, firewall } = await read({
      groups: [...groupsOf('Deny', denied), ...groupsOf('Allow', allowed)],
      parentGroups: [],
      ipGroups: [ipGroupJson(denied, ['20.0.0.0/24']), ipGroupJson(allowed, ['20.0.0.0/24'])],
    });
    expect(asked).toEqual([firewallId, policyId, `${policyId}/ruleCollectionGroups`, parentId, denied]);
    expect(firewall.policies.map(({ id }) => id)).toEqual([parentId, policyId]);
    expect(firewall.ipGroups.get(denied.toLowerCase())?.addresses).toEqual(['20.0.0.0/24']);
  });

  it('reads a group by itself that the first page of the list does not hold', async () => {
    const groups = [groupJson('one', 100, []), groupJson('two', 200, [])];
    const { asked, firewall } = await read({ groups }, (resources) =>
      resources.set(`${policyId}/ruleCollectionGroups`, { value: groups.slice(0, 1), nextLink: 'https://more' }),
    );
    expect(asked.at(-1)).toBe(groupIdOf('two'));
    expect(firewall.policies[0]?.groups.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('goes on where an IP group is gone or not ours to read', async () => {
    const { firewall } = await read({ groups: groupsOf('Deny', denied) });
    expect(firewall.ipGroups.size).toBe(0);
  });

  it('is not caught in a circle of parents', async () => {
    const { firewall } = await read({ parentGroups: [] }, (resources) =>
      resources.set(parentId, { id: parentId, properties: { basePolicy: { id: policyId } } }),
    );
    expect(firewall.policies.map(({ id }) => id)).toEqual([parentId, policyId]);
  });
});
