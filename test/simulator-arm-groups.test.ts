import { describe, expect, it } from 'vitest';
import { objectAt, objectsAt } from '../simulator/arm/json.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import { call, codes, GROUP, message, NETWORK, SUBSCRIPTION, startTestArm, TABLE, table } from './support/rawArm.ts';

const OTHER = `/subscriptions/${SUBSCRIPTION}/resourceGroups/other`;

describe('a resource group', () => {
  it('is made, found, listed and read with its location', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    const { arm } = running;
    expect((await call(arm, 'HEAD', GROUP)).status).toBe(404);
    const made = await call(arm, 'PUT', GROUP, { location: 'ukwest', tags: { site: 'rig-07' } });
    expect([made.status, made.body]).toMatchObject([201, { name: 'rg', location: 'ukwest', tags: { site: 'rig-07' } }]);
    expect((await call(arm, 'HEAD', GROUP)).status).toBe(204);
    expect((await call(arm, 'PUT', GROUP, { location: 'UK West' })).status).toBe(200);
    expect((await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}/resourceGroups`)).body['value']).toHaveLength(1);
  });

  it('stays in its region', async () => {
    await using running = await startTestArm();
    running.arm.seed(GROUP, { location: 'uksouth' });
    const moved = await call(running.arm, 'PUT', GROUP, { location: 'ukwest' });
    expect([moved.status, ...codes(moved)]).toEqual([409, 'InvalidResourceGroupLocation']);
    expect(running.arm.read(GROUP)).toMatchObject({ location: 'uksouth' });
  });

  it('lists what is in it, of whatever type', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    arm.seed(TABLE, table());
    arm.seed(`${OTHER}/providers/Microsoft.Network/routeTables/rt`, table());
    arm.seed(`${GROUP}/providers/Microsoft.Storage/storageAccounts/logs`, { location: 'usgovvirginia' });
    const listed = objectsAt((await call(arm, 'GET', `${GROUP}/resources`)).body, 'value');
    expect(listed.map(({ type }) => type)).toEqual([
      'Microsoft.Network/routeTables',
      'Microsoft.Storage/storageAccounts',
    ]);
    expect(listed[0]).not.toHaveProperty('properties');
    expect(objectsAt((await call(arm, 'GET', `/subscriptions/${SUBSCRIPTION}/resources`)).body, 'value')).toHaveLength(
      3,
    );
  });

  it('is needed by everything in it', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    const answer = await call(running.arm, 'PUT', TABLE, table());
    expect([answer.status, ...codes(answer)]).toEqual([404, 'ResourceGroupNotFound']);
  });

  it('takes everything in it along, after as long as its slowest resource needs, and lets nothing in meanwhile', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    seedLandingZone(arm, {
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'rg',
      location: 'usgovvirginia',
      gatewayPublicIpAddress: '13.72.5.4',
    });
    const accepted = await call(arm, 'DELETE', GROUP);
    expect(accepted).toMatchObject({ status: 202, headers: { 'retry-after': '15' } });
    const location = accepted.headers['location'] ?? '';
    expect(codes(await call(arm, 'PUT', TABLE, table()))).toEqual(['ResourceGroupBeingDeleted']);
    clock.advance(484_000);
    expect(await call(arm, 'GET', location)).toMatchObject({ status: 202, headers: { 'retry-after': '15' } });
    clock.advance(15_000);
    expect((await call(arm, 'GET', location)).status).toBe(200);
    expect(arm.ids()).toEqual([]);
  });

  it('is kept when something outside still uses a resource in it', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(TABLE, table());
    const subnet = { name: 's', properties: { addressPrefix: '10.0.0.0/24', routeTable: { id: TABLE } } };
    arm.seed(`${OTHER}/providers/Microsoft.Network/virtualNetworks/net`, {
      location: 'usgovvirginia',
      properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets: [subnet] },
    });
    const accepted = await call(arm, 'DELETE', GROUP);
    clock.advance(60_000);
    const ended = await call(arm, 'GET', accepted.headers['location'] ?? '');
    expect([ended.status, ...codes(ended)]).toEqual([409, 'ResourceGroupDeletionBlocked']);
    expect(message(ended)).toContain(TABLE);
    expect(objectAt(arm.read(GROUP), 'properties')).toEqual({ provisioningState: 'Succeeded' });
    expect(arm.ids()).toContain(`${NETWORK}/routeTables/rt`);
  });
});
