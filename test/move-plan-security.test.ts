import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { mergedBody } from '../shared/plan/move/mergedBody.ts';
import { writable } from '../shared/plan/move/writable.ts';
import { moveInput, p2sSite, propertiesOf, stepOf } from './support/moveData.ts';
import { changed, idIn, newGroup, oldGroup, snapshotOf } from './support/zoneData.ts';

const group = idIn(newGroup, 'networkSecurityGroups/nsg');

describe('a network security group', () => {
  const site = p2sSite({ addressSpace: '10.9.0.0/16', clientAddressPool: '192.168.151.0/24' });
  const plan = makeMovePlan(moveInput({ site }));

  it('is built before the network, whose subnet has it', () => {
    expect(stepOf(plan, 'virtualNetwork').after).toContain('networkSecurityGroup nsg');
    expect(JSON.stringify(stepOf(plan, 'virtualNetwork').body)).toContain(`"networkSecurityGroup":{"id":"${group}"}`);
    expect(plan.notes.join()).not.toContain('networkSecurityGroup');
  });

  it('has its rules by the addresses of the new side, and nothing that Azure fills in', () => {
    const properties = propertiesOf(stepOf(plan, 'networkSecurityGroup nsg'));
    expect(properties).not.toHaveProperty('defaultSecurityRules');
    expect(properties).not.toHaveProperty('subnets');
    expect(properties['securityRules']).toEqual([
      expect.objectContaining({
        name: 'clients',
        properties: expect.objectContaining({
          sourceAddressPrefix: '192.168.151.0/24',
          destinationAddressPrefixes: ['10.9.0.0/24'],
        }),
      }),
    ]);
  });

  it('blocks the move where nobody could read it: its subnet would be open', () => {
    const { resources, ...snapshot } = snapshotOf();
    const without = resources.filter(({ role }) => role !== 'networkSecurityGroup');
    expect(makeMovePlan(moveInput({ snapshot: { ...snapshot, resources: without } })).blockers).toEqual([
      expect.objectContaining({
        code: 'MOVE_REFERENCE',
        message: expect.stringContaining('subnets/default/networkSecurityGroup'),
      }),
    ]);
  });

  it('blocks the move where a rule of it is about application security groups, which stay behind', () => {
    const asg = { id: idIn(oldGroup, 'applicationSecurityGroups/servers') };
    const snapshot = changed(snapshotOf(), 'networkSecurityGroup', (old) => ({
      ...old,
      securityRules: (old['securityRules'] as readonly JsonObject[]).map((rule) => ({
        ...rule,
        properties: { ...(rule['properties'] as JsonObject), sourceApplicationSecurityGroups: [asg] },
      })),
    }));
    expect(makeMovePlan(moveInput({ snapshot })).blockers).toEqual([
      expect.objectContaining({ code: 'MOVE_REFERENCE', message: expect.stringContaining('servers') }),
    ]);
  });
});

describe('a group of rules that nobody could read', () => {
  it('blocks the move: the policy would look whole without it', () => {
    const snapshot = snapshotOf({ firewall: 'policy' });
    const operations = snapshot.resources.find(({ id }) => id.endsWith('/ruleCollectionGroups/operations'));
    const unread = [{ id: operations?.id ?? '', role: 'ruleCollectionGroup' as const, why: 'HTTP 403' }];
    const resources = snapshot.resources.filter((one) => one !== operations);
    expect(makeMovePlan(moveInput({ snapshot: { ...snapshot, resources, unread } })).blockers).toEqual([
      expect.objectContaining({
        code: 'MOVE_SNAPSHOT',
        message: expect.stringContaining('operations could not be read'),
      }),
    ]);
  });
});

describe('the identity of a firewall policy', () => {
  it('goes along by its id alone, also where the policy there is written again', () => {
    const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/tls';
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [id]: { principalId: 'p', clientId: 'c' } } };
    const plain = snapshotOf({ firewall: 'policy' });
    const resources = plain.resources.map((one) =>
      one.role === 'firewallPolicy' ? { ...one, body: { ...one.body, identity } } : one,
    );
    const { body = {} } = stepOf(
      makeMovePlan(moveInput({ snapshot: { ...plain, resources } })),
      'firewallPolicy policy',
    );
    const wanted = { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } };
    expect(body['identity']).toEqual(wanted);
    const over = mergedBody(writable('firewallPolicy', { ...body, identity }), body, {
      retired: new Set(),
      isOurs: () => false,
    });
    expect(over['identity']).toEqual(wanted);
  });
});
