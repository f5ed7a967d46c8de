import { describe, expect, it } from 'vitest';
import { objectAt, objectsAt, stringAt } from '../simulator/arm/json.ts';
import {
  applianceRoute,
  call,
  codes,
  GROUP,
  message,
  NETWORK,
  poll,
  startTestArm,
  TABLE,
  table,
} from './support/rawArm.ts';

const state = (body: ReturnType<typeof objectAt> | undefined) =>
  stringAt(objectAt(body, 'properties'), 'provisioningState');

async function withTable(...routes: ReturnType<typeof applianceRoute>[]) {
  const running = await startTestArm();
  running.arm.seed(TABLE, table(...routes));
  return running;
}

describe('a write', () => {
  it('answers 201 for a new table, Updating, with the headers of a long operation, and is done after two seconds', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(GROUP, { location: 'westus2' });
    const accepted = await call(arm, 'PUT', TABLE, { location: 'westus2' });
    expect(accepted).toMatchObject({
      status: 201,
      headers: { 'retry-after': '2', 'azure-asyncnotification': 'Enabled' },
    });
    expect(accepted.headers['etag']).toBeUndefined();
    expect(state(accepted.body)).toBe('Updating');
    expect(accepted.headers['azure-asyncoperation']).toMatch(
      /^https:\/\/localhost:\d+\/subscriptions\/[^/]+\/providers\/Microsoft.Network\/locations\/westus2\/operations\/[^/]+\?api-version=2025-03-01&t=\d+&c=.{2000,}&s=.+&h=.+$/,
    );
    const done = await poll(arm, clock, accepted);
    expect(done.text).toBe('{"status":"Succeeded"}');
    expect(done.headers['retry-after']).toBeUndefined();
    expect(state(arm.read(TABLE))).toBe('Succeeded');
  });

  it('changes the etag when accepted and again when done, and only GET has the ETag header', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const before = stringAt(arm.read(TABLE), 'etag');
    const accepted = await call(arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8')));
    await poll(arm, clock, accepted);
    const after = await call(arm, 'GET', TABLE);
    const etags = [before, stringAt(accepted.body, 'etag'), stringAt(after.body, 'etag')];
    expect(new Set(etags).size).toBe(3);
    expect(after.headers['etag']).toBe(etags[2]);
    expect(etags[2]).toMatch(/^W\/"[0-9a-f-]{36}"$/);
  });

  it('replaces: routes, tags and unknown properties missing in the body are gone', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    const planted = { ...table(applianceRoute('a', '10.0.0.0/8', { planted: 1 })), tags: { owner: 'x' }, planted: [2] };
    arm.seed(TABLE, planted);
    expect((await call(arm, 'GET', TABLE)).body).toMatchObject(planted);
    await poll(arm, clock, await call(arm, 'PUT', TABLE, { ...table(applianceRoute('b', '11.0.0.0/8')), other: true }));
    const after = (await call(arm, 'GET', TABLE)).body;
    expect(objectsAt(objectAt(after, 'properties'), 'routes').map(({ name }) => name)).toEqual(['b']);
    expect(after).toMatchObject({ other: true });
    expect(after).not.toHaveProperty('tags');
    expect(after).not.toHaveProperty('planted');
  });

  it('keeps the guid of a resource, and fills in ids, types and states of the routes', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const guid = objectAt(arm.read(TABLE), 'properties')['resourceGuid'];
    await poll(arm, clock, await call(arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8'))));
    const after = arm.read(TABLE);
    expect(objectAt(after, 'properties')).toMatchObject({ resourceGuid: guid, disableBgpRoutePropagation: false });
    expect(objectsAt(objectAt(after, 'properties'), 'routes')[0]).toMatchObject({
      id: `${TABLE}/routes/a`,
      type: 'Microsoft.Network/routeTables/routes',
      etag: stringAt(after, 'etag'),
      properties: { provisioningState: 'Succeeded', hasBgpOverride: false },
    });
  });

  it('that changes no route is finished when it is answered, without Retry-After', async () => {
    await using running = await withTable(applianceRoute('a', '10.0.0.0/8'));
    const { arm } = running;
    const body = { ...table(applianceRoute('a', '10.0.0.0/8')), tags: { a: 'b' } };
    const accepted = await call(arm, 'PUT', TABLE, body);
    expect(accepted.status).toBe(200);
    expect(accepted.headers['retry-after']).toBeUndefined();
    expect(state(accepted.body)).toBe('Succeeded');
    expect((await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '')).body).toEqual({
      status: 'Succeeded',
    });
    expect(stringAt(arm.read(TABLE), 'etag')).toBe(stringAt(accepted.body, 'etag'));
  });

  it('of tags alone leaves the routes alone', async () => {
    await using running = await withTable(applianceRoute('a', '10.0.0.0/8'));
    const answer = await call(running.arm, 'PATCH', TABLE, { tags: { x: 'y' } });
    expect(answer).toMatchObject({ status: 200, body: { tags: { x: 'y' } } });
    expect(objectsAt(objectAt(running.arm.read(TABLE), 'properties'), 'routes')).toHaveLength(1);
  });

  it('finds ids in any case and keeps the first spelling', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const shouted = TABLE.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions');
    await poll(arm, clock, await call(arm, 'PUT', shouted, table(applianceRoute('a', '10.0.0.0/8'))));
    expect((await call(arm, 'GET', `${TABLE}/ROUTES/A`)).body).toMatchObject({ id: `${TABLE}/routes/a`, name: 'a' });
    expect(arm.ids()).toEqual([GROUP, TABLE]);
  });

  it('on a firewall takes the recorded time and the recorded ladder of Retry-After', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    const firewall = `${NETWORK}/azureFirewalls/fw`;
    arm.seed(firewall, { location: 'westus2' });
    let answer = await call(arm, 'PUT', firewall, { location: 'westus2', properties: { threatIntelMode: 'Deny' } });
    const url = answer.headers['azure-asyncoperation'] ?? '';
    const started = clock.now();
    const ladder: string[] = [];
    while (answer.headers['retry-after'] !== undefined) {
      ladder.push(answer.headers['retry-after']);
      clock.advance(Number(answer.headers['retry-after']) * 1_000);
      answer = await call(arm, 'GET', url);
    }
    expect(ladder).toEqual(['10', '10', '20', '20', '40', '40', '80']);
    expect(clock.now() - started).toBe(220_000);
    expect(answer.body).toEqual({ status: 'Succeeded' });
    expect(arm.requests.every(({ earlyBySeconds }) => earlyBySeconds === undefined)).toBe(true);
  });

  it('is recorded as too early when a poll does not wait', async () => {
    await using running = await withTable();
    const accepted = await call(running.arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8')));
    await call(running.arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
    expect(running.arm.requests.at(-1)).toMatchObject({ label: 'Operations_Poll', earlyBySeconds: 2 });
  });
});

describe('a child route', () => {
  it('has its own PUT, GET and DELETE, carries the etag of its table and changes it', async () => {
    await using running = await withTable(applianceRoute('a', '10.0.0.0/8'));
    const { arm, clock } = running;
    const before = stringAt(arm.read(TABLE), 'etag');
    const accepted = await call(arm, 'PUT', `${TABLE}/routes/b`, applianceRoute('b', '11.0.0.0/8'));
    expect(accepted.status).toBe(201);
    expect(state(accepted.body)).toBe('Updating');
    await poll(arm, clock, accepted);
    const after = stringAt(arm.read(TABLE), 'etag');
    expect(after).not.toBe(before);
    for (const name of ['a', 'b'])
      expect((await call(arm, 'GET', `${TABLE}/routes/${name}`)).headers['etag']).toBe(after);
    const deleted = await call(arm, 'DELETE', `${TABLE}/routes/a`);
    expect(deleted).toMatchObject({ status: 202, text: '' });
    expect(deleted.headers['location']).toContain('/operationResults/');
    await poll(arm, clock, deleted);
    expect(codes(await call(arm, 'GET', `${TABLE}/routes/a`))).toEqual(['NotFound']);
    expect((await call(arm, 'GET', `${TABLE}/routes`)).body['value']).toHaveLength(1);
    expect((await call(arm, 'DELETE', `${TABLE}/routes/a`)).status).toBe(204);
  });

  it('is checked against the whole table', async () => {
    await using running = await withTable(applianceRoute('a', '10.0.0.0/8'));
    const answer = await call(running.arm, 'PUT', `${TABLE}/routes/b`, applianceRoute('b', '10.0.0.0/8'));
    expect(answer.status).toBe(400);
    expect(codes(answer)).toEqual(['RouteConflict']);
    expect(message(answer)).toBe('Route: a conflicts with Route: b. Routes cannot have the same AddressPrefix.');
  });
});

describe('a lock', () => {
  it('refuses a second write to the table with 429, Retry-After 11 and the operation in its details', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const first = await call(arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8')));
    const second = await call(arm, 'DELETE', TABLE);
    expect(second).toMatchObject({ status: 429, headers: { 'retry-after': '11', 'x-ms-failure-cause': 'service' } });
    expect(codes(second)).toEqual(['RetryableError', 'RetryableErrorDueToAnotherOperation']);
    expect(message(second)).toMatch(
      /^Operation PutRouteTableOperation \([0-9a-f-]+\) is updating resource .*\/routeTables\/rt\. The call can be retried in 11 seconds\.$/,
    );
    await poll(arm, clock, first);
    expect((await call(arm, 'DELETE', TABLE)).status).toBe(202);
  });

  it('of a virtual network, and of the policy of a firewall, is a 409 without Retry-After', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    const network = `${NETWORK}/virtualNetworks/vnet`;
    const policy = `${NETWORK}/firewallPolicies/p`;
    const firewall = `${NETWORK}/azureFirewalls/fw`;
    const body = { location: 'westus2', properties: { firewallPolicy: { id: policy } } };
    arm.seed(network, { location: 'westus2', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } });
    arm.seed(policy, { location: 'westus2', properties: { provisioningState: 'Succeeded' } });
    arm.seed(firewall, body);
    arm.occupy(policy, 200);
    arm.occupy(network, 200);
    for (const answer of [
      await call(arm, 'PUT', firewall, body),
      await call(arm, 'PUT', `${network}/subnets/s`, { properties: { addressPrefix: '10.0.0.0/24' } }),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.headers['retry-after']).toBeUndefined();
      expect(codes(answer)).toEqual(['AnotherOperationInProgress']);
      expect(message(answer)).toMatch(/use uri: https:\/\/localhost:\d+\/subscriptions\/.*\/operations\//);
    }
    clock.advance(200_000);
    expect((await call(arm, 'PUT', firewall, body)).status).toBe(200);
  });
});

describe('If-Match', () => {
  it('lets the current etag and * pass and refuses another with 412', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const old = stringAt(arm.read(TABLE), 'etag') ?? '';
    const body = table(applianceRoute('a', '10.0.0.0/8'));
    await poll(arm, clock, await call(arm, 'PUT', TABLE, body, { 'if-match': old }));
    const stale = await call(arm, 'PUT', TABLE, table(), { 'if-match': old });
    expect(stale.status).toBe(412);
    expect(codes(stale)).toEqual(['PreconditionFailed', 'PreconditionFailedEtagMismatch']);
    expect(message(stale)).toContain(`Etag provided in if-match header ${old} does not match etag W/"`);
    expect(objectsAt(objectAt(arm.read(TABLE), 'properties'), 'routes')).toHaveLength(1);
    expect((await call(arm, 'PUT', TABLE, table(), { 'if-match': '*' })).status).toBe(200);
  });

  it('is refused with * where there is nothing', async () => {
    await using running = await withTable();
    const answer = await call(running.arm, 'PUT', `${TABLE}2`, table(), { 'if-match': '*' });
    expect(answer.status).toBe(412);
  });

  it('keeps what was changed since from being deleted', async () => {
    await using running = await withTable();
    const stale = await call(running.arm, 'DELETE', TABLE, undefined, { 'if-match': 'W/"00000000"' });
    expect([stale.status, running.arm.read(TABLE) !== undefined]).toEqual([412, true]);
    const etag = stringAt(running.arm.read(TABLE), 'etag') ?? '';
    expect((await call(running.arm, 'DELETE', TABLE, undefined, { 'if-match': etag })).status).toBe(202);
  });

  it('is a header: quoted where the body of a virtual appliance has it bare', async () => {
    await using running = await startTestArm();
    running.arm.seed(GROUP, { location: 'uksouth' });
    const { arm, clock } = running;
    const group = `${NETWORK}/ipGroups/g`;
    const body = { location: 'uksouth', properties: { ipAddresses: ['10.0.0.0/8'] } };
    await poll(arm, clock, await call(arm, 'PUT', group, body));
    const etag = stringAt(arm.read(group), 'eTag') ?? '';
    expect((await call(arm, 'PUT', group, body, { 'if-match': etag })).status).toBe(412);
    expect((await call(arm, 'PUT', group, body, { 'if-match': `"${etag}"` })).status).toBe(200);
  });
});
