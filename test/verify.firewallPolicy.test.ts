import { describe, expect, it } from 'vitest';
import { foreignInRuleGroup } from '../shared/apply/foreign.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import { ipGroupIdOf } from '../shared/plan/ipGroup.ts';
import { observeFirewall } from '../shared/plan/observe.ts';
import { policyCollectionJson } from '../shared/plan/ruleJson.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { allowedByFirewall } from '../shared/verify/allowed.ts';
import { prove } from '../shared/verify/prove.ts';
import { firewallJson, network, planOn, smallSite, tableJson, tagsOf, toFirewall } from './planData.ts';
import {
  besideOf,
  collectionJson,
  firewallWith,
  groupJson,
  ipGroupId,
  ipGroupJson,
  networkRule,
  type PolicyWorld,
  parentId,
  policyId,
  policyResources,
} from './policyData.ts';

const tags = tagsOf({ home: ['20.0.0.0/24'] });
const sources = ['192.168.150.0/24', '172.16.2.0/27'];
const wanted = ['20.0.0.0/24', '20.0.2.0/24'];
const ourName = 'asefo-rig-07';

const ours = (
  priority = 200,
  rule: Parameters<typeof networkRule>[0] = { name: 'home', destinationAddresses: wanted },
) =>
  groupJson(ourName, priority, [
    collectionJson(ourName, priority, 'Allow', [networkRule({ sourceAddresses: sources, ...rule })]),
  ]);

/** A group of one Deny of a quarter of what is wanted. */
const denial = (
  priority: number,
  rule: Record<string, readonly string[]> = {},
  options: { policy?: string; collection?: number } = {},
) =>
  groupJson(
    `lockdown-${priority}`,
    priority,
    [
      collectionJson('lockdown', options.collection ?? 100, 'Deny', [
        networkRule({ name: 'no', destinationAddresses: ['20.0.2.0/25'], ...rule }),
      ]),
    ],
    options.policy === undefined ? {} : { policy: options.policy },
  );

const denied = ipGroupId('Denied');
const inGroup = { destinationAddresses: [], destinationIpGroups: [denied] };

describe('what a firewall with a policy lets through', () => {
  it.each<{ what: string; world: PolicyWorld; misses: readonly string[]; says: string | null }>([
    { what: 'all of it, by our group alone', world: { groups: [ours()] }, misses: [], says: null },
    {
      what: 'not what a group before ours denies',
      world: { groups: [ours(), denial(150)] },
      misses: ['20.0.2.0/25'],
      says: '"lockdown" (priority 100) in group "lockdown-150" (priority 150) of policy child denies before ours',
    },
    {
      what: 'what a group behind ours denies, however early its collection',
      world: { groups: [denial(300), ours()] },
      misses: [],
      says: null,
    },
    {
      what: 'not what the parent policy denies, however late its group',
      world: { groups: [ours(100)], parentGroups: [denial(65_000, {}, { policy: parentId, collection: 65_000 })] },
      misses: ['20.0.2.0/25'],
      says: 'in group "lockdown-65000" (priority 65000) of policy parent denies before ours',
    },
    {
      what: 'not what an IP group before ours holds',
      world: {
        groups: [ours(), denial(150, inGroup)],
        ipGroups: [ipGroupJson(denied, ['20.0.2.0/26', '20.0.2.64-20.0.2.127'])],
      },
      misses: ['20.0.2.0/25'],
      says: 'denies before ours',
    },
    {
      what: 'nothing for sure where a Deny before ours has an IP group that could not be read',
      world: { groups: [ours(), denial(150, inGroup)] },
      misses: wanted,
      says: `denies the IP group ${denied}, which could not be read`,
    },
    {
      what: 'all of it where the Deny is for others',
      world: { groups: [ours(), denial(150, { sourceAddresses: ['10.0.0.0/8'] })] },
      misses: [],
      says: null,
    },
    {
      what: 'all of it where the Deny is for an IP group of others',
      world: {
        groups: [ours(), denial(150, { sourceAddresses: [], sourceIpGroups: [denied] })],
        ipGroups: [ipGroupJson(denied, ['10.0.0.0/8'])],
      },
      misses: [],
      says: null,
    },
    {
      what: 'not what a Deny for an IP group takes that holds our sources, or that could not be read',
      world: { groups: [ours(), denial(150, { sourceAddresses: [], sourceIpGroups: [denied] })] },
      misses: ['20.0.2.0/25'],
      says: 'denies before ours',
    },
    {
      what: 'all of it whatever application and NAT rules say before',
      world: {
        groups: [
          ours(),
          groupJson('web', 100, [
            collectionJson('web', 100, 'Deny', [{ ruleType: 'ApplicationRule', name: 'all', targetFqdns: ['*'] }]),
            collectionJson('nat', 110, 'DNAT', [
              { ruleType: 'NatRule', name: 'ssh', destinationAddresses: ['20.0.0.4'] },
            ]),
          ]),
        ],
      },
      misses: [],
      says: null,
    },
    {
      what: 'nothing by a group of our name in the parent policy, and nothing by a foreign Allow',
      world: {
        parentGroups: [
          groupJson(
            ourName,
            200,
            [collectionJson(ourName, 200, 'Allow', [networkRule({ name: 'x', destinationAddresses: wanted })])],
            {
              policy: parentId,
            },
          ),
        ],
        groups: [
          groupJson('theirs', 300, [
            collectionJson('theirs', 300, 'Allow', [networkRule({ name: 'x', destinationAddresses: ['*'] })]),
          ]),
        ],
      },
      misses: wanted,
      says: null,
    },
    {
      what: 'nothing from a source that our rule leaves out',
      world: {
        groups: [ours(200, { name: 'home', destinationAddresses: wanted, sourceAddresses: ['192.168.150.0/25'] })],
      },
      misses: wanted,
      says: null,
    },
  ])('is $what', ({ world, misses, says }) => {
    const { allowed, because } = allowedByFirewall(firewallWith(world), ourName, sources, tags);
    expect(RangeSet.fromPrefixes(wanted).subtract(allowed).cidrs()).toEqual(misses);
    expect(because.join('; ')).toContain(says ?? '');
    expect(because.length > 0).toBe(says !== null);
  });

  it('is told with the first reasons where hundreds of collections deny', () => {
    const groups = Array.from({ length: 300 }, (_, index) =>
      groupJson(`deny-${index}`, 100 + index, [
        collectionJson('lockdown', 100, 'Deny', [networkRule({ name: 'no', destinationAddresses: wanted })]),
      ]),
    );
    const { allowed, because } = allowedByFirewall(firewallWith({ groups }), ourName, sources, tags);
    expect(allowed.isEmpty).toBe(true);
    expect(because).toHaveLength(11);
    expect(because.at(-1)).toBe('and 290 more');
  });

  it('does not come from classic rules that are still there beside the policy', () => {
    const resources = policyResources('/firewall', {});
    const classic = {
      name: ourName,
      properties: {
        priority: 200,
        action: { type: 'Allow' },
        rules: [networkRule({ name: 'x', destinationAddresses: wanted })],
      },
    };
    const raw = firewallJson([classic], { firewallPolicy: { id: policyId } });
    const { allowed } = allowedByFirewall(observeFirewall(raw, besideOf(resources)), ourName, sources, tags);
    expect(allowed.isEmpty).toBe(true);
  });

  it('knows the IP groups of classic rules, too', () => {
    const deny = {
      name: 'lockdown',
      properties: {
        priority: 100,
        action: { type: 'Deny' },
        rules: [{ name: 'no', sourceAddresses: ['*'], destinationIpGroups: [denied] }],
      },
    };
    const allow = {
      name: ourName,
      properties: {
        priority: 200,
        action: { type: 'Allow' },
        rules: [{ name: 'x', sourceAddresses: sources, destinationAddresses: wanted }],
      },
    };
    const seen = observeFirewall(
      firewallJson([deny, allow]),
      besideOf(new Map([[denied, ipGroupJson(denied, ['20.0.2.0/24'])]])),
    );
    expect(allowedByFirewall(seen, ourName, sources, tags).allowed.cidrs()).toEqual(['20.0.0.0/24']);
  });
});

describe('the proof of a site whose firewall has a policy', () => {
  const site = smallSite({ firewallRule: { ipGroup: true } });
  const ipGroup = ipGroupIdOf(site, 'asefo-');
  const plan = planOn({ site, tags, more: { firewall: firewallWith({}) } });
  const table = tableJson([{ name: 'asefo-20.0.0.0_24', addressPrefix: '20.0.0.0/24', ...toFirewall }]);
  const collection = policyCollectionJson(plan.firewall.after);

  const asPlanned = {
    groups: [groupJson(ourName, 200, [collection])],
    ipGroups: [ipGroupJson(ipGroup, ['20.0.0.0/24'], { 'asefo-site': 'rig-07' })],
  };

  const proofOf = (world: PolicyWorld) => {
    const resources = policyResources(site.ids.firewall, world);
    const firewall = resources.get(site.ids.firewall) as JsonObject;
    return prove({
      site,
      plan,
      tags,
      routeTable: table,
      firewall,
      beside: besideOf(resources),
      foreignBefore: { firewall: foreignInRuleGroup(firewallWith({}), ourName) },
      addressSpace: network.addressSpace,
      sources,
      namePrefix: 'asefo-',
    });
  };

  it('holds where policy, group and IP group are as planned and settled, and names each', () => {
    const proof = proofOf(asPlanned);
    expect(proof.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(proof.checks[0]?.text).toBe(
      'route table Succeeded, firewall Succeeded, policy Succeeded, rule collection group Succeeded, IP group Succeeded',
    );
  });

  it.each<{ what: string; world: PolicyWorld; fails: readonly string[] }>([
    { what: 'the policy is Updating', world: { ...asPlanned, policyState: 'Updating' }, fails: ['settled'] },
    { what: 'our group is gone', world: { ...asPlanned, groups: [] }, fails: ['firewallAllows'] },
    {
      what: 'our group stands at another priority',
      world: { ...asPlanned, groups: [groupJson(ourName, 300, [collection])] },
      fails: ['firewallAllows'],
    },
    { what: 'our IP group is gone', world: { ...asPlanned, ipGroups: [] }, fails: ['firewallAllows'] },
    {
      what: 'our IP group holds more than was planned',
      world: { ...asPlanned, ipGroups: [ipGroupJson(ipGroup, ['20.0.0.0/16'])] },
      fails: ['firewallAllows'],
    },
    {
      what: 'our IP group holds an IPv6 address, which makes a firewall fail',
      world: { ...asPlanned, ipGroups: [ipGroupJson(ipGroup, ['20.0.0.0/24', '2603::/40'])] },
      fails: ['firewallAllows'],
    },
    {
      what: 'somebody put a collection into our group since we wrote',
      world: {
        ...asPlanned,
        groups: [groupJson(ourName, 200, [collection, collectionJson('theirs', 300, 'Allow', [])])],
      },
      fails: ['foreignUntouched'],
    },
  ])('fails where $what', ({ world, fails }) => {
    expect(
      proofOf(world)
        .checks.filter(({ ok }) => !ok)
        .map(({ id }) => id),
    ).toEqual(fails);
  });
});
