import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { sideOf } from '../shared/base/side.ts';
import type { Site } from '../shared/base/site.ts';
import { ready } from '../shared/plan/move/graph.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { makeTeardownPlan } from '../shared/plan/move/makeTeardownPlan.ts';
import type { MovePlan, MoveStep } from '../shared/plan/move/movePlan.ts';
import { standingOf } from '../shared/plan/move/standing.ts';
import type { Snapshot } from '../shared/plan/snapshot.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { readSnapshot, type SnapshotReader } from '../shared/readSnapshot.ts';
import type { JsonObject as Mutable } from '../simulator/arm/json.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import { moveTags, p2sSite } from './support/moveData.ts';
import { call, startTestArm } from './support/rawArm.ts';
import { idIn, newGroup, oldGroup } from './support/zoneData.ts';

type Running = Awaited<ReturnType<typeof startTestArm>>;
let running: Running;
beforeEach(async () => {
  running = await startTestArm();
});
afterEach(() => running.arm.close());

const reader: SnapshotReader = {
  find: async (id) => {
    const { status, body } = await call(running.arm, 'GET', id);
    return status === 200 ? (body as JsonObject) : null;
  },
  list: async (id) => {
    const { body } = await call(running.arm, 'GET', id);
    return (body['value'] ?? []) as readonly JsonObject[];
  },
};

const [, , subscriptionId = '', , resourceGroup = ''] = oldGroup.split('/');

/** A landing zone in UK South, seeded by the simulator's own idea of one. */
const seeded = (): void => {
  const hop = { nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' };
  seedLandingZone(running.arm, {
    subscriptionId,
    resourceGroup,
    location: 'uksouth',
    gatewayPublicIpAddress: '20.10.2.77',
    routes: [{ name: 'update-server', properties: { addressPrefix: '198.18.7.0/24', ...hop } }],
  });
};

const settled = async (accepted: Awaited<ReturnType<typeof call>>): Promise<string> => {
  let url = accepted.headers['azure-asyncoperation'] ?? accepted.headers['location'];
  if (url === undefined) return 'Succeeded';
  for (let polls = 0; polls < 200; polls += 1) {
    running.clock.advance(120_000);
    const answer = await call(running.arm, 'GET', url);
    if (answer.status === 200 && answer.body['status'] !== 'InProgress') return answer.text;
    url = answer.headers['location'] ?? url;
  }
  return 'never ended';
};

const taken = async (id: string, body: Mutable): Promise<void> => {
  const answer = await call(running.arm, 'PUT', id, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  expect(await settled(answer)).toMatch(/Succeeded/);
};

/** The same, with a policy and an IP group for the firewall's rules. */
const seededWithPolicy = async (): Promise<void> => {
  seeded();
  const location = 'uksouth';
  const [policy, group] = [idIn(oldGroup, 'firewallPolicies/policy'), idIn(oldGroup, 'ipGroups/clients')];
  await taken(group, { location, properties: { ipAddresses: ['192.168.150.0/24'] } });
  await taken(policy, { location, properties: { threatIntelMode: 'Alert' } });
  const rule = {
    ruleType: 'NetworkRule',
    name: 'ntp',
    ipProtocols: ['UDP'],
    sourceIpGroups: [group],
    destinationAddresses: ['192.0.2.123'],
    destinationPorts: ['123'],
  };
  const collection = {
    ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
    name: 'allowed',
    priority: 100,
    action: { type: 'Allow' },
    rules: [rule],
  };
  await taken(`${policy}/ruleCollectionGroups/operations`, {
    properties: { priority: 300, ruleCollections: [collection] },
  });
  const firewall = idIn(oldGroup, 'azureFirewalls/firewall');
  const old = running.arm.read(firewall) as Mutable;
  const properties = { ...(old['properties'] as Mutable), networkRuleCollections: [], firewallPolicy: { id: policy } };
  running.arm.seed(firewall, { location, properties });
};

const planFor = async (site: Site): Promise<{ plan: MovePlan; snapshot: Snapshot }> => {
  const snapshot = await readSnapshot(site, 'home', reader, running.clock.now());
  const plan = makeMovePlan({
    site,
    from: 'home',
    to: 'target',
    reason: 'outage',
    why: [],
    snapshot,
    desired: desiredSets({ site: sideOf(site, 'target'), services: [], tags: moveTags }),
    tags: moveTags,
    namePrefix: 'asefo-',
  });
  return { plan, snapshot };
};

/** Takes the steps of a plan that Azure alone decides about, in the order of the graph. */
const carryOut = async (plan: MovePlan): Promise<void> => {
  const done = new Set(
    plan.steps.filter(({ kind }) => !['put', 'sharedKey', 'delete'].includes(kind)).map(({ id }) => id),
  );
  const hop = '172.16.1.4';
  for (;;) {
    const [step] = ready(plan.steps, done, new Set());
    if (step === undefined) break;
    const body = step.body && (JSON.parse(JSON.stringify(step.body).replaceAll('{newFirewall}', hop)) as Mutable);
    const answer = await call(running.arm, step.kind === 'delete' ? 'DELETE' : 'PUT', step.resource, body);
    expect({ step: step.id, status: answer.status, text: answer.status < 300 ? '' : answer.text }).toMatchObject({
      status: expect.toBeOneOf([200, 201, 202, 204]),
    });
    expect(await settled(answer)).toMatch(/Succeeded|^$/);
    done.add(step.id);
  }
  expect(plan.steps.filter(({ id }) => !done.has(id))).toEqual([]);
};

const standingNow = async (step: MoveStep, site: Site) => {
  const body =
    step.body && (JSON.parse(JSON.stringify(step.body).replaceAll('{newFirewall}', '172.16.1.4')) as JsonObject);
  return `${step.id}: ${standingOf(await reader.find(step.resource), { ...step, ...(body ? { body } : {}) }, site.id)}`;
};

describe('what a move writes, as simulated Azure takes it', () => {
  const ranges = { addressSpace: '10.9.0.0/16', clientAddressPool: '192.168.151.0/24' };
  it.each([
    ['with the ranges of home', p2sSite(), seeded],
    ['with ranges of its own', p2sSite(ranges), seeded],
    ['with a firewall policy', p2sSite(), seededWithPolicy],
  ])('is created in the order of the graph, and found as planned ever after: %s', async (_, site, seed) => {
    await seed();
    const { plan } = await planFor(site);
    expect(plan.blockers).toEqual([]);
    await carryOut(plan);
    const puts = plan.steps.filter(({ kind }) => kind === 'put');
    for (const step of puts) expect(await standingNow(step, site)).toBe(`${step.id}: ours-as-planned`);

    const { resources } = await readSnapshot(sideOf(site, 'target'), 'target', reader, running.clock.now());
    const contents = resources.filter(({ role }) => role !== 'resourceGroup').map(({ id }) => id);
    const down = makeTeardownPlan({
      site,
      side: 'target',
      livesOn: 'home',
      purpose: 'cancel',
      why: [],
      resources,
      contents,
      namePrefix: 'asefo-',
    });
    expect(down.steps.at(-1)?.resource).toBe(newGroup);
    await carryOut(down);
    for (const { resource } of down.steps) expect(await reader.find(resource)).toBeNull();
    expect(await reader.find(idIn(oldGroup, 'virtualNetworks/vnet'))).not.toBeNull();
  });
});
