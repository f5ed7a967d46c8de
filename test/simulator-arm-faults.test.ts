import { describe, expect, it } from 'vitest';
import { objectAt, objectsAt, stringAt } from '../simulator/arm/json.ts';
import type { Arm, ArmOptions } from '../simulator/arm/server.ts';
import { applianceRoute, call, codes, NETWORK, poll, startTestArm, TABLE, table } from './support/rawArm.ts';

const BODY = table(applianceRoute('a', '10.0.0.0/8'));

async function withTable(options: Omit<ArmOptions, 'clock'> = {}) {
  const running = await startTestArm(options);
  running.arm.seed(TABLE, table());
  return running;
}

const routesOf = (arm: Arm) => objectsAt(objectAt(arm.read(TABLE), 'properties'), 'routes').map(({ name }) => name);
const stateOf = (arm: Arm) => stringAt(objectAt(arm.read(TABLE), 'properties'), 'provisioningState');

describe('a planted fault', () => {
  it.each([
    [{ kind: 'throttle', retryAfterSeconds: 7 } as const, 429, 'SubscriptionRequestsThrottled', '7'],
    [{ kind: 'lock', retryAfterSeconds: 12 } as const, 429, 'RetryableError', '12'],
    [{ kind: 'conflict' } as const, 409, 'AnotherOperationInProgress', undefined],
    [{ kind: 'etagMismatch' } as const, 412, 'PreconditionFailed', undefined],
    [{ kind: 'serverError' } as const, 500, 'InternalServerError', undefined],
    [
      { kind: 'answer', status: 418, body: { error: { code: 'Teapot', message: '' } } } as const,
      418,
      'Teapot',
      undefined,
    ],
  ])('answers in place of the provider, once: %o', async (effect, status, code, retryAfter) => {
    await using running = await withTable();
    const { arm } = running;
    const planted = arm.plantFault({ match: { method: 'PUT', resource: TABLE }, effect });
    const answer = await call(arm, 'PUT', TABLE, BODY);
    expect([answer.status, codes(answer)[0], answer.headers['retry-after']]).toEqual([status, code, retryAfter]);
    expect(routesOf(arm)).toEqual([]);
    expect(arm.requests[0]?.fault).toBe(effect.kind);
    expect((await call(arm, 'PUT', TABLE, BODY)).status).toBe(200);
    expect(planted.strikes).toBe(1);
  });

  it('can be a 503 with a page of HTML, on the polls only', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    arm.plantFault({ match: { label: 'Operations_Poll' }, effect: { kind: 'unavailable' } });
    const accepted = await call(arm, 'PUT', TABLE, BODY);
    const page = await poll(arm, clock, accepted);
    expect(page).toMatchObject({ status: 503, headers: { 'content-type': 'text/html' } });
    expect(page.text).toMatch(/^<!DOCTYPE html/);
    expect((await poll(arm, clock, accepted)).body).toEqual({ status: 'Succeeded' });
  });

  it('strikes from the nth match on, as often as it says', async () => {
    await using running = await withTable();
    const { arm } = running;
    arm.plantFault({ match: { url: '/routetables/rt\\?' }, nth: 2, times: 2, effect: { kind: 'serverError' } });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await call(arm, 'GET', TABLE)).status);
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    const always = arm.plantFault({ match: {}, times: 'always', effect: { kind: 'serverError' } });
    for (let index = 0; index < 3; index += 1) expect((await call(arm, 'GET', TABLE)).status).toBe(500);
    always.remove();
    expect((await call(arm, 'GET', TABLE)).status).toBe(200);
  });

  it('lets an operation end Failed, and the same write again repairs it', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    const error = { code: 'Broken', message: 'It broke.' };
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'operationFails', ...error } });
    const failed = await poll(arm, clock, await call(arm, 'PUT', TABLE, BODY));
    expect(failed).toMatchObject({ status: 200, body: { status: 'Failed', error: { ...error, details: [] } } });
    expect(stateOf(arm)).toBe('Failed');
    const again = await call(arm, 'PUT', TABLE, BODY);
    expect(again.headers['retry-after']).toBe('2');
    await poll(arm, clock, again);
    expect(stateOf(arm)).toBe('Succeeded');
  });

  it('lets an operation never end', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'operationNeverEnds' } });
    const accepted = await call(arm, 'PUT', TABLE, BODY);
    clock.advance(30 * 86_400_000);
    expect((await poll(arm, clock, accepted)).body).toEqual({ status: 'InProgress' });
    expect((await call(arm, 'PUT', TABLE, BODY)).status).toBe(429);
  });

  it('lets an operation take another time', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'operationTakes', seconds: 60 } });
    const accepted = await call(arm, 'PUT', TABLE, BODY);
    clock.advance(59_000);
    expect(stateOf(arm)).toBe('Updating');
    clock.advance(1_000);
    expect((await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '')).body).toEqual({
      status: 'Succeeded',
    });
  });

  it('leaves a resource Updating after its operation succeeded', async () => {
    await using running = await withTable();
    const { arm, clock } = running;
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'staysUpdating', seconds: 30 } });
    expect((await poll(arm, clock, await call(arm, 'PUT', TABLE, BODY))).body).toEqual({ status: 'Succeeded' });
    expect(stateOf(arm)).toBe('Updating');
    clock.advance(30_000);
    expect(stateOf(arm)).toBe('Succeeded');
  });

  it.each([
    [false, []],
    [true, ['a']],
  ])('cuts the connection, applied: %s', async (applied, routes) => {
    await using running = await withTable();
    const { arm } = running;
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'connectionReset', applied } });
    await expect(call(arm, 'PUT', TABLE, BODY)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(routesOf(arm)).toEqual(routes);
    expect(arm.requests).toMatchObject([{ status: 0, fault: 'connectionReset' }]);
  });

  it('holds an answer back until it is released', async () => {
    await using running = await withTable();
    const { arm } = running;
    const planted = arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'hang' } });
    let answered = false;
    const write = call(arm, 'PUT', TABLE, BODY).finally(() => {
      answered = true;
    });
    while (arm.requests.length === 0) await call(arm, 'GET', `${TABLE}/routes`);
    expect(answered).toBe(false);
    expect(routesOf(arm)).toEqual(['a']);
    planted.release();
    expect((await write).status).toBe(200);
  });

  it('delivers a request twice, and the second meets the lock of the first', async () => {
    await using running = await withTable();
    running.arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'duplicate' } });
    const answer = await call(running.arm, 'PUT', TABLE, BODY);
    expect(codes(answer)).toEqual(['RetryableError', 'RetryableErrorDueToAnotherOperation']);
    expect(routesOf(running.arm)).toEqual(['a']);
  });
});

describe('a firewall', () => {
  const firewall = `${NETWORK}/azureFirewalls/fw`;
  const collection = (name: string, priority: number, destination: string) => ({
    name,
    properties: {
      priority,
      action: { type: 'Allow' },
      rules: [
        {
          name: 'r',
          protocols: ['Any'],
          sourceAddresses: ['*'],
          destinationAddresses: [destination],
          destinationPorts: ['*'],
        },
      ],
    },
  });
  const body = (...networkRuleCollections: ReturnType<typeof collection>[]) => ({
    location: 'usgovvirginia',
    properties: { networkRuleCollections },
  });

  it('accepts an IPv6 address in a rule and then fails', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(firewall, body());
    const accepted = await call(arm, 'PUT', firewall, body(collection('c', 100, '2001:db8::/32')));
    expect(accepted.status).toBe(200);
    clock.advance(215_000);
    expect(objectAt(arm.read(firewall), 'properties')).toMatchObject({ provisioningState: 'Failed' });
  });

  it.each([
    ['two collections with one priority', body(collection('a', 100, '10.0.0.0/8'), collection('b', 100, '11.0.0.0/8'))],
    ['a priority under 100', body(collection('a', 99, '10.0.0.0/8'))],
    ['two collections with one name', body(collection('a', 100, '10.0.0.0/8'), collection('A', 101, '11.0.0.0/8'))],
  ])('refuses %s', async (_title, wrong) => {
    await using running = await startTestArm();
    running.arm.seed(firewall, body());
    expect((await call(running.arm, 'PUT', firewall, wrong)).status).toBe(400);
  });

  it('refuses collections beside a policy', async () => {
    await using running = await startTestArm();
    running.arm.seed(firewall, body());
    const wrong = body(collection('a', 100, '10.0.0.0/8'));
    const policy = { id: `${NETWORK}/firewallPolicies/p` };
    const answer = await call(running.arm, 'PUT', firewall, {
      ...wrong,
      properties: { ...wrong.properties, firewallPolicy: policy },
    });
    expect(codes(answer)).toEqual(['AzureFirewallPolicyAndRuleCollectionsConflict']);
  });
});
