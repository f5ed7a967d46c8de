import { describe, expect, it } from 'vitest';
import { digestOf } from '../shared/base/canonical.ts';
import { ipGroupIdOf, mostInIpGroup } from '../shared/plan/ipGroup.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { policyCollectionJson } from '../shared/plan/ruleJson.ts';
import { planOn, smallSite, tableJson, tagsOf, toFirewall } from './planData.ts';
import {
  collectionJson,
  firewallWith,
  groupIdOf,
  groupJson,
  ipGroupJson,
  networkRule,
  type PolicyWorld,
  parentId,
  policyId,
} from './policyData.ts';

const site = smallSite();
const grouped = smallSite({ firewallRule: { ipGroup: true } });
const tags = tagsOf({ home: ['20.0.0.0/24', '20.0.2.0/24'] });
const ipGroup = ipGroupIdOf(site, 'asefo-');
const ours = { 'asefo-site': 'rig-07' };
const home = ['20.0.0.0/24', '20.0.2.0/24'];
const routesTo = (prefixes: readonly string[]) =>
  tableJson(
    prefixes.map((addressPrefix) => ({
      name: `asefo-${addressPrefix.replace('/', '_')}`,
      addressPrefix,
      ...toFirewall,
    })),
  );

const planned = (world: PolicyWorld, more: Partial<Parameters<typeof planOn>[0]> = {}): Plan =>
  planOn({ site, tags, ...more, more: { firewall: firewallWith(world), ...more.more } });

/** Our group as the plan leaves it. */
const written = ({ firewall: { after } }: Plan, state = 'Succeeded') =>
  groupJson(after.name, after.priority, [policyCollectionJson(after)], { state });

const stepsOf = ({ steps }: Plan): string[] => steps.map(({ id, resource }) => `${id} ${resource.split('/').at(-1)}`);

describe('a firewall with a policy', () => {
  it('gets a rule collection group of ours in the policy, in the same place of the order', () => {
    const plan = planned({ groups: [groupJson('DefaultNetworkRuleCollectionGroup', 300, [])] });
    expect(plan.applyable).toBe(true);
    expect(plan.firewall).toMatchObject({
      changed: true,
      before: null,
      after: { name: 'asefo-rig-07', priority: 200, action: 'Allow' },
      policy: { id: policyId, group: groupIdOf('asefo-rig-07'), priorityBefore: null },
    });
    expect(stepsOf(plan)).toEqual([
      'firewall asefo-rig-07',
      'routeTable routetable',
      'deviceBundle device of rig-07',
      'deviceConfirm device of rig-07',
    ]);
    expect(plan.steps[0]).toMatchObject({ resource: groupIdOf('asefo-rig-07') });
  });

  it('has the rules of a firewall without one', () => {
    expect(planned({}, { services: ['Storage'] }).firewall.after).toEqual(
      planOn({ site, tags, services: ['Storage'] }).firewall.after,
    );
  });

  it('has nothing to write where our group is as planned, whatever the case of its names', () => {
    const first = planned({});
    const again = planned({ groups: [written(first)] }, { table: routesTo(home) });
    expect(again.firewall).toMatchObject({ changed: false, policy: { priorityBefore: 200 } });
    const loud = JSON.parse(JSON.stringify(written(first)).replaceAll('asefo-rig-07', 'ASEFO-Rig-07'));
    expect(planned({ groups: [loud] }).firewall.changed).toBe(false);
  });

  it.each([
    { what: 'a foreign group has its priority', groups: [groupJson('theirs', 200, [])], priority: 201 },
    {
      what: 'a group of another site has the next one, too',
      groups: [groupJson('theirs', 200, []), groupJson('asefo-rig-08', 201, [])],
      priority: 202,
    },
    { what: 'a group of the parent policy has it', groups: [], priority: 200 },
    {
      what: 'a collection that somebody put into our group has it',
      groups: [groupJson('asefo-rig-07', 200, [collectionJson('theirs', 200, 'Allow', [])])],
      priority: 201,
    },
  ])('takes priority $priority where $what', ({ groups, priority }) => {
    const parentGroups = [groupJson('base', 200, [], { policy: parentId })];
    expect(planned({ groups, parentGroups }).firewall.after.priority).toBe(priority);
  });

  it.each<{ what: string; change: PolicyWorld }>([
    { what: 'the policy Failed', change: { policyState: 'Failed' } },
    { what: 'the firewall Failed', change: { firewallState: 'Failed' } },
  ])('writes our group again where $what: the same PUT repairs it', ({ change }) => {
    const first = planned({});
    expect(planned({ ...change, groups: [written(first)] }, { table: routesTo(home) }).firewall.changed).toBe(true);
  });

  it('writes our group again where it Failed itself, or somebody gave it another priority', () => {
    const first = planned({});
    expect(planned({ groups: [written(first, 'Failed')] }).firewall.changed).toBe(true);
    const moved = groupJson('asefo-rig-07', 900, [policyCollectionJson(first.firewall.after)]);
    expect(planned({ groups: [moved] }).firewall).toMatchObject({ changed: true, policy: { priorityBefore: 900 } });
  });

  it('has routes wait while Azure is at work on the policy', () => {
    const first = planned({});
    const busy = planned({ policyState: 'Updating', groups: [written(first)] });
    expect(busy.firewall.changed).toBe(false);
    expect(stepsOf(busy).slice(0, 2)).toEqual(['firewall asefo-rig-07', 'routeTable routetable']);
  });

  it('has another digest than the same rules on a firewall without one', () => {
    expect(planned({}).digest).not.toBe(planOn({ site, tags }).digest);
  });

  it.each([
    { what: 'fits to the last', others: 1_250, blocked: false },
    { what: 'is one too many', others: 1_251, blocked: true },
  ])('is blocked ($blocked) where what the policy may hold $what', ({ others, blocked }) => {
    const destinationAddresses = Array.from({ length: others }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
    const sourceAddresses = Array.from({ length: 8 }, (_, i) => `172.20.${i}.0/24`);
    const theirs = collectionJson('c', 100, 'Allow', [
      networkRule({ name: 'a', sourceAddresses, destinationAddresses }),
    ]);
    // Two sources to 5,000 prefixes are 10,000 pairs.
    const many = Array.from({ length: 5_000 }, (_, i) => `20.${i >> 7}.${(i & 127) * 2}.0/24`);
    const world = { groups: [groupJson('theirs', 300, [theirs])] };
    const roomy = smallSite({ routeBudget: { limit: 10_000 } });
    const plan = planned(world, { site: roomy, tags: tagsOf({ home: many }) });
    expect(plan.blockers.map(({ code }) => code)).toEqual(blocked ? ['FIREWALL_RULES'] : []);
    const inOne = smallSite({ routeBudget: { limit: 10_000 }, firewallRule: { ipGroup: true } });
    expect(planned(world, { site: inOne, tags: tagsOf({ home: many }) }).applyable).toBe(true);
  });

  it('does not mistake a group of our name in the parent policy for ours', () => {
    const first = planned({});
    const base = groupJson('asefo-rig-07', 200, [policyCollectionJson(first.firewall.after)], { policy: parentId });
    expect(planned({ parentGroups: [base] }).firewall).toMatchObject({ before: null, changed: true });
  });

  it('does not count application rules in our group as ours', () => {
    const web = collectionJson('asefo-rig-07', 200, 'Allow', [{ ruleType: 'ApplicationRule', name: 'web' }]);
    expect(planned({ groups: [groupJson('asefo-rig-07', 200, [web])] }).firewall.before?.rules).toEqual([]);
  });
});

describe('classic rules', () => {
  it('digest as their changes, and where those are made', () => {
    const plan = planOn({ site, tags });
    const { add, remove, change } = plan.routeTable;
    const changes = { routes: { add, remove, change }, firewall: plan.firewall.after, device: plan.device.listHash };
    const at = [site.ids.routeTable, site.ids.firewall].map((id) => id.toLowerCase());
    expect(plan.digest).toBe(digestOf({ site: 'rig-07', at, mode: 'home', target: null, changes }));
  });
});

describe('an IP group of the site', () => {
  const inGroup = (addresses: readonly string[], state = 'Succeeded') => ipGroupJson(ipGroup, addresses, ours, state);
  const wanted = (world: PolicyWorld, more: Partial<Parameters<typeof planOn>[0]> = {}) =>
    planned(world, { site: grouped, ...more });
  const all = [...home, '30.0.0.0/24'];

  it('holds the whole wanted set, and is there before the rule that refers to it', () => {
    const plan = wanted({}, { services: ['Storage'] });
    expect(plan.firewall.ipGroup).toMatchObject({ id: ipGroup, before: null, after: all, changed: true });
    expect(plan.firewall.after.rules).toMatchObject([
      { name: 'wanted', destinationAddresses: [], destinationIpGroups: [ipGroup] },
    ]);
    expect(stepsOf(plan).slice(0, 3)).toEqual([
      'ipGroup asefo-rig-07',
      'firewall asefo-rig-07',
      'routeTable routetable',
    ]);
    expect(plan.firewall.destinations).toEqual(all);
  });

  it('is all that is written of the firewall when a service fails over', () => {
    const atHome = wanted({});
    const world = { groups: [written(atHome)], ipGroups: [inGroup(home)] };
    const plan = wanted(world, { services: ['Storage'], table: routesTo(home) });
    expect(plan.firewall).toMatchObject({ changed: false, ipGroup: { before: home, after: all, changed: true } });
    expect(stepsOf(plan).slice(0, 2)).toEqual(['ipGroup asefo-rig-07', 'routeTable routetable']);
  });

  it('loses addresses last, behind the device and the routes', () => {
    const away = wanted({}, { services: ['Storage'] });
    const plan = wanted({ groups: [written(away)], ipGroups: [inGroup(all)] }, { table: routesTo(all) });
    expect(plan.removing).toBe(true);
    expect(stepsOf(plan)).toEqual([
      'deviceBundle device of rig-07',
      'deviceConfirm device of rig-07',
      'routeTable routetable',
      'ipGroup asefo-rig-07',
    ]);
  });

  it('is made before the rule even where all else is taken away', () => {
    const listed = planned({}, { services: ['Storage'] });
    const plan = wanted({ groups: [written(listed)] }, { table: routesTo(all) });
    expect(plan.removing).toBe(true);
    expect(stepsOf(plan).slice(-3)).toEqual(['routeTable routetable', 'ipGroup asefo-rig-07', 'firewall asefo-rig-07']);
  });

  it.each([
    { what: 'as planned, in another order', addresses: [...home].reverse(), state: 'Succeeded', changed: false },
    { what: 'with an address too many', addresses: [...home, '9.9.9.9'], state: 'Succeeded', changed: true },
    { what: 'as planned, but Failed', addresses: home, state: 'Failed', changed: true },
  ])('is written ($changed) where it is $what', ({ addresses, state, changed }) => {
    const plan = wanted({ ipGroups: [inGroup(addresses, state)] });
    expect(plan.firewall.ipGroup?.changed).toBe(changed);
  });

  it('is not confused by Azure giving an address without its /32', () => {
    const one = tagsOf({ home: ['20.0.0.1/32'] });
    const plan = planned({ ipGroups: [inGroup(['20.0.0.1'])] }, { site: grouped, tags: one });
    expect(plan.firewall.ipGroup).toMatchObject({ after: ['20.0.0.1/32'], changed: false });
  });

  it("of that name without our tag is somebody else's: the plan is blocked", () => {
    const plan = wanted({ ipGroups: [ipGroupJson(ipGroup, home, { 'asefo-site': 'rig-08' })] });
    expect(plan.applyable).toBe(false);
    expect(plan.blockers).toMatchObject([{ code: 'IP_GROUP_TAKEN', message: expect.stringContaining(ipGroup) }]);
  });

  it('gives way to a list in the rule where there are more than an IP group holds, and the plan says so', () => {
    const many = Array.from({ length: mostInIpGroup + 1 }, (_, i) => `20.${i >> 7}.${(i & 127) * 2}.0/24`);
    const plan = planned({}, { site: grouped, tags: tagsOf({ home: many }) });
    expect(plan.firewall.ipGroup).toBeUndefined();
    expect(plan.firewall.after.rules[0]?.destinationAddresses).toHaveLength(mostInIpGroup + 1);
    expect(plan.notes).toContainEqual(expect.stringContaining('more than the 5000 an IP group holds'));
  });

  it('stays where the site no longer wants one: the rule lists all itself again, and the plan says so', () => {
    const before = wanted({});
    const plan = planned({ groups: [written(before)], ipGroups: [inGroup(home)] });
    expect(plan.firewall).toMatchObject({ changed: true, after: { rules: [{ destinationIpGroups: [] }] } });
    expect(plan.firewall.ipGroup).toBeUndefined();
    expect(plan.notes).toContainEqual(expect.stringContaining(`no longer refer to the IP group ${ipGroup}`));
  });

  it('is written offline where routes change, and not where nothing does', () => {
    const offline = (table: ReturnType<typeof routesTo>) =>
      planOn({ site: grouped, tags, table, more: { firewall: null } });
    expect(stepsOf(offline(routesTo([]))).slice(0, 2)).toEqual(['ipGroup asefo-rig-07', 'firewall firewall']);
    expect(offline(routesTo(home)).firewall).toMatchObject({ changed: false, ipGroup: { changed: false } });
  });

  it('serves classic rules, too', () => {
    const plan = planOn({ site: grouped, tags });
    expect(plan.firewall.policy).toBeUndefined();
    expect(plan.firewall.after.rules[0]).toMatchObject({ destinationIpGroups: [ipGroup] });
    expect(stepsOf(plan).slice(0, 2)).toEqual(['ipGroup asefo-rig-07', 'firewall firewall']);
  });
});
