import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../simulator/arm/json.ts';
import { objectAt, objectsAt, stringAt } from '../simulator/arm/json.ts';
import type { Arm } from '../simulator/arm/server.ts';
import type { RawAnswer } from './support/rawArm.ts';
import { call, codes, GROUP, message, NETWORK, poll, startTestArm } from './support/rawArm.ts';
import { done, firewall, seedGround, ZONE } from './support/targetZone.ts';

const POLICY = `${NETWORK}/firewallPolicies/policy`;
const RULES = `${POLICY}/ruleCollectionGroups/asefo`;
const IPS = `${NETWORK}/ipGroups/storage`;
const location = 'usgovtexas';

const rule = (given: JsonObject = {}): JsonObject => ({
  ruleType: 'NetworkRule',
  name: 'storage',
  ipProtocols: ['Any'],
  sourceAddresses: ['192.168.160.0/24'],
  destinationAddresses: ['13.72.0.0/18'],
  destinationPorts: ['*'],
  ...given,
});

const collection = (name: string, priority: number, ...rules: JsonObject[]): JsonObject => ({
  ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
  name,
  priority,
  action: { type: 'Allow' },
  rules,
});

const rules = (priority: number, ...ruleCollections: JsonObject[]): JsonObject => ({
  properties: { priority, ruleCollections },
});

const ips = (...ipAddresses: string[]): JsonObject => ({ location, properties: { ipAddresses } });
const state = (arm: Arm, id: string) => objectAt(arm.read(id), 'properties')['provisioningState'];

/** A policy; with `attached`, a firewall that uses it. */
async function withPolicy(attached: boolean) {
  const running = await startTestArm();
  seedGround(running.arm);
  running.arm.seed(POLICY, { location, properties: {} });
  if (attached) running.arm.seed(ZONE.firewall, firewall({ firewallPolicy: { id: POLICY } }));
  return running;
}

const refusal = (answer: RawAnswer) => [answer.status, answer.headers['retry-after'], ...codes(answer)];

describe('a firewall policy', () => {
  it('speaks the dialect of virtual appliances', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(GROUP, { location });
    const accepted = await call(arm, 'PUT', POLICY, { location, properties: { threatIntelMode: 'Alert' } });
    expect(accepted.status).toBe(201);
    expect(accepted.text).toContain('{\r\n  "');
    expect(accepted.body).toMatchObject({ type: 'Microsoft.Network/FirewallPolicies' });
    expect(accepted.headers['azure-asyncoperation']).toContain('/nfvOperations/');
    expect(accepted.headers['azure-asyncnotification']).toBeUndefined();
    clock.advance(3_000);
    const polled = await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
    expect([polled.body, polled.headers['retry-after']]).toEqual([{ status: 'InProgress' }, '10']);
    expect((await poll(arm, clock, accepted)).body).toEqual({ status: 'Succeeded' });
    const shown = await call(arm, 'GET', POLICY);
    const etag = stringAt(shown.body, 'etag') ?? '';
    expect(etag).toMatch(/^[0-9a-f-]{36}$/);
    expect(shown.headers['etag']).toBe(`"${etag}"`);
  });

  it('says who uses it and stays as long as somebody does', async () => {
    await using running = await withPolicy(true);
    const { arm, clock } = running;
    arm.seed(RULES, rules(200));
    expect((await call(arm, 'GET', POLICY)).body).toMatchObject({
      properties: { firewalls: [{ id: ZONE.firewall }], ruleCollectionGroups: [{ id: RULES }] },
    });
    expect(codes(await call(arm, 'DELETE', POLICY))).toEqual(['FirewallPolicyInUseCannotBeDeleted']);
    await done(arm, clock, 'DELETE', ZONE.firewall);
    await done(arm, clock, 'DELETE', POLICY);
    expect(arm.read(RULES)).toBeUndefined();
  });

  it('and rules of its own exclude each other on a firewall', async () => {
    await using running = await withPolicy(false);
    const own = { name: 'c', properties: { priority: 200, action: { type: 'Allow' }, rules: [] } };
    const both = firewall({ firewallPolicy: { id: POLICY }, networkRuleCollections: [own] });
    expect(codes(await call(running.arm, 'PUT', ZONE.firewall, both))).toEqual([
      'AzureFirewallPolicyAndRuleCollectionsConflict',
    ]);
  });
});

describe('a rule collection group', () => {
  it('is there in seconds without a firewall, has the location of its policy and every array of its rules', async () => {
    await using running = await withPolicy(false);
    const { arm, clock } = running;
    const accepted = await call(arm, 'PUT', RULES, rules(200, collection('c', 100, rule())));
    expect([accepted.status, accepted.body['location']]).toEqual([201, location]);
    clock.advance(4_000);
    const shown = (await call(arm, 'GET', RULES)).body;
    const [first] = objectsAt(objectAt(shown, 'properties'), 'ruleCollections');
    expect(objectsAt(first, 'rules')[0]).toEqual({
      ...rule(),
      sourceIpGroups: [],
      destinationIpGroups: [],
      destinationFqdns: [],
    });
    expect(objectAt(shown, 'properties')['size']).toMatch(/^0\.00\d+ MB$/);
    const listed = await call(arm, 'GET', `${POLICY}/ruleCollectionGroups`);
    expect(objectsAt(listed.body, 'value').map(({ name }) => name)).toEqual(['asefo']);
  });

  it('keeps the firewall Updating for minutes, and nothing else is written meanwhile', async () => {
    await using running = await withPolicy(true);
    const { arm, clock } = running;
    await call(arm, 'PUT', RULES, rules(200));
    expect(state(arm, ZONE.firewall)).toBe('Updating');
    const busy = [409, undefined, 'AnotherOperationInProgress'];
    expect(refusal(await call(arm, 'PUT', RULES, rules(200)))).toEqual(busy);
    expect(refusal(await call(arm, 'PUT', `${POLICY}/ruleCollectionGroups/b`, rules(300)))).toEqual(busy);
    expect(refusal(await call(arm, 'PUT', POLICY, { location, properties: {} }))).toEqual(busy);
    const attached = firewall({ firewallPolicy: { id: POLICY } });
    expect(refusal(await call(arm, 'PUT', ZONE.firewall, attached))).toEqual(busy);
    clock.advance(249_000);
    expect(state(arm, ZONE.firewall)).toBe('Updating');
    clock.advance(1_000);
    expect([state(arm, ZONE.firewall), state(arm, RULES)]).toEqual(['Succeeded', 'Succeeded']);
    expect((await call(arm, 'PUT', `${POLICY}/ruleCollectionGroups/b`, rules(300))).status).toBe(201);
  });

  it('waits for a firewall that is being changed', async () => {
    await using running = await withPolicy(true);
    running.arm.occupy(ZONE.firewall, 60);
    expect(codes(await call(running.arm, 'PUT', RULES, rules(200)))).toEqual(['AnotherOperationInProgress']);
  });

  it('needs its policy, and shows itself once more when it is deleted', async () => {
    await using running = await withPolicy(false);
    const { arm, clock } = running;
    const orphan = await call(arm, 'PUT', `${NETWORK}/firewallPolicies/none/ruleCollectionGroups/a`, rules(200));
    expect(refusal(orphan)).toEqual([404, undefined, 'ParentResourceNotFound']);
    await done(arm, clock, 'PUT', RULES, rules(200));
    const deleted = await call(arm, 'DELETE', RULES);
    expect(deleted).toMatchObject({
      status: 202,
      body: { name: 'asefo', properties: { provisioningState: 'Succeeded' } },
    });
    expect(deleted.headers['location']).toContain('/nfvOperationResults/');
    clock.advance(4_000);
    expect((await call(arm, 'GET', RULES)).status).toBe(404);
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['a priority out of range', rules(99), 'FirewallPolicyRuleCollectionInvalidPriority'],
    ['the priority of another group', rules(500), 'FirewallPolicyRuleCollectionGroupPriorityConflict'],
    [
      'one collection twice',
      rules(200, collection('c', 100), collection('C', 200)),
      'FirewallPolicyRuleCollectionConflict',
    ],
    [
      'more than 20,000 pairs of source and destination',
      rules(200, collection('c', 100, rule({ sourceAddresses: many(101), destinationAddresses: many(200) }))),
      'FirewallPolicyLimitReached',
    ],
    [
      'an IP group that is not there',
      rules(200, collection('c', 100, rule({ destinationIpGroups: [IPS] }))),
      'InvalidResourceReference',
    ],
  ];

  it.each(refusals)('is refused with %s', async (_title, body, code) => {
    await using running = await withPolicy(false);
    const { arm } = running;
    arm.seed(`${POLICY}/ruleCollectionGroups/other`, rules(500));
    expect(refusal(await call(arm, 'PUT', RULES, body))).toEqual([400, undefined, code]);
  });

  it('counts an IP group as one, however large it is', async () => {
    await using running = await withPolicy(false);
    const { arm } = running;
    arm.seed(IPS, ips(...many(5_000)));
    const wide = rule({ sourceAddresses: many(101), destinationAddresses: [], destinationIpGroups: [IPS] });
    expect((await call(arm, 'PUT', RULES, rules(200, collection('c', 100, wide)))).status).toBe(201);
  });

  it('with an IPv6 address is accepted and makes the firewall fail', async () => {
    await using running = await withPolicy(true);
    const { arm, clock } = running;
    const v6 = rule({ destinationAddresses: ['2001:db8::/32'] });
    const accepted = await done(arm, clock, 'PUT', RULES, rules(200, collection('c', 100, v6)));
    const ended = await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
    expect(ended.body).toMatchObject({ status: 'Failed', error: { code: 'FirewallPolicyUpdateFailed' } });
    expect([state(arm, ZONE.firewall), state(arm, RULES)]).toEqual(['Failed', 'Failed']);
  });
});

describe('an IP group', () => {
  /** Two groups that one firewall uses, one in a classic rule and one more. */
  async function withGroups() {
    const running = await startTestArm();
    const { arm } = running;
    seedGround(arm);
    arm.seed(IPS, ips('13.72.0.0/18'));
    arm.seed(`${IPS}2`, ips('13.73.0.0/18'));
    const classic = { name: 'r', protocols: ['Any'], destinationIpGroups: [IPS, `${IPS}2`] };
    const own = { name: 'c', properties: { priority: 200, action: { type: 'Allow' }, rules: [classic] } };
    arm.seed(ZONE.firewall, firewall({ networkRuleCollections: [own] }));
    return running;
  }

  it('has an eTag, says who uses it, and takes minutes when somebody does', async () => {
    await using running = await withGroups();
    const { arm, clock } = running;
    const accepted = await call(arm, 'PUT', IPS, ips('13.72.0.0/18', '13.74.0.4', '13.74.1.0-13.74.1.9'));
    expect(accepted).toMatchObject({ status: 200, body: { type: 'Microsoft.Network/IpGroups' } });
    expect(accepted.body).toHaveProperty('eTag');
    expect(accepted.body).not.toHaveProperty('etag');
    expect(accepted.body).toMatchObject({ properties: { firewalls: [{ id: ZONE.firewall }] } });
    expect(state(arm, ZONE.firewall)).toBe('Updating');
    clock.advance(187_000);
    expect([state(arm, ZONE.firewall), state(arm, IPS)]).toEqual(['Succeeded', 'Succeeded']);
    expect(codes(await call(arm, 'DELETE', IPS))).toEqual(['IpGroupInUseCannotBeDeleted']);
  });

  it('changed beside another one of the same firewall fails and takes the firewall along, until it is written again', async () => {
    await using running = await withGroups();
    const { arm, clock } = running;
    await call(arm, 'PUT', IPS, ips('13.72.0.0/18'));
    clock.advance(5_000);
    const second = await done(arm, clock, 'PUT', `${IPS}2`, ips('13.73.0.0/19'));
    expect(second.status).toBe(200);
    const ended = await call(arm, 'GET', second.headers['azure-asyncoperation'] ?? '');
    expect(ended.body).toMatchObject({ status: 'Failed', error: { code: 'IpGroupsUpdateFailed' } });
    expect(message(ended)).toBe('Put on IpGroups storage2 Failed with 1 faulted referenced firewalls');
    expect([state(arm, IPS), state(arm, `${IPS}2`), state(arm, ZONE.firewall)]).toEqual([
      'Succeeded',
      'Failed',
      'Failed',
    ]);
    await done(arm, clock, 'PUT', `${IPS}2`, ips('13.73.0.0/19'));
    expect([state(arm, `${IPS}2`), state(arm, ZONE.firewall)]).toEqual(['Succeeded', 'Succeeded']);
  });

  it('of a policy is used by the firewalls of the policy', async () => {
    await using running = await withPolicy(true);
    const { arm } = running;
    arm.seed(IPS, ips('13.72.0.0/18'));
    arm.seed(RULES, rules(200, collection('c', 100, rule({ destinationIpGroups: [IPS] }))));
    expect((await call(arm, 'GET', IPS)).body).toMatchObject({
      properties: { firewalls: [{ id: ZONE.firewall }], firewallPolicies: [{ id: POLICY }] },
    });
  });

  it.each([
    [
      '5,001 addresses',
      Array.from({ length: 5_001 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`),
      'IpGroupAddressCountLimitReached',
    ],
    ['an IPv6 address', ['2001:db8::/32'], 'IpGroupInvalidAddress'],
  ])('is refused with %s', async (_title, addresses, code) => {
    await using running = await withGroups();
    const before = running.arm.read(IPS);
    expect(refusal(await call(running.arm, 'PUT', IPS, ips(...addresses)))).toEqual([400, undefined, code]);
    expect(running.arm.read(IPS)).toEqual(before);
  });
});
