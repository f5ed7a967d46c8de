import { describe, expect, it } from 'vitest';
import { objectAt } from '../simulator/arm/json.ts';
import { countWrites, unpunctualPolls } from '../simulator/arm/tally.ts';
import { troubles } from '../simulator/arm/troubles.ts';
import { applianceRoute, call, poll, startTestArm, TABLE, table } from './support/rawArm.ts';
import { done, gateway, seedGround, ZONE } from './support/targetZone.ts';

async function ground() {
  const running = await startTestArm();
  seedGround(running.arm);
  return running;
}

describe('the tally', () => {
  it('counts the writes of each resource, and what became of them', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(TABLE, table());
    const accepted = await call(arm, 'PUT', TABLE, table(applianceRoute('a', '10.0.0.0/8')));
    await call(arm, 'PUT', TABLE.toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/'), table());
    await poll(arm, clock, accepted);
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'connectionReset', applied: true } });
    await expect(call(arm, 'PUT', TABLE, table())).rejects.toThrow();
    await call(arm, 'GET', TABLE);
    expect(countWrites(arm.requests)).toEqual([
      { id: TABLE.toLowerCase(), method: 'PUT', accepted: 1, refused: 1, unanswered: 1 },
    ]);
  });

  it('finds polls that come too early or far too late', async () => {
    await using running = await startTestArm();
    const { arm, clock } = running;
    arm.seed(TABLE, table());
    arm.plantFault({ match: { method: 'PUT' }, effect: { kind: 'operationTakes', seconds: 60 } });
    const accepted = await call(arm, 'PUT', TABLE, { ...table(), tags: { a: 'b' } });
    const ask = () => call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
    clock.advance(2_000);
    expect((await ask()).headers['retry-after']).toBe('10');
    expect(unpunctualPolls(arm.requests)).toEqual({ early: [], late: [] });
    clock.advance(9_000);
    await ask();
    clock.advance(23_000);
    await ask();
    const { early, late } = unpunctualPolls(arm.requests);
    expect(early.map(({ earlyBySeconds }) => earlyBySeconds)).toEqual([1]);
    expect(late.map(({ retryAfterSeconds, waitedSeconds }) => [retryAfterSeconds, waitedSeconds])).toEqual([[20, 23]]);
  });
});

describe('a trouble', () => {
  const state = (body: Parameters<typeof objectAt>[0]) => objectAt(body, 'properties')['provisioningState'];

  it('lets the creation of one resource fail at the end, once', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    const planted = arm.plantFault(troubles.createFails(ZONE.gateway));
    const accepted = await done(arm, clock, 'PUT', ZONE.gateway, gateway());
    const ended = await call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
    expect(ended.body).toMatchObject({ status: 'Failed', error: { code: 'VmssGatewayDeploymentFailed' } });
    expect([planted.strikes, state(arm.read(ZONE.gateway))]).toEqual([1, 'Failed']);
    await done(arm, clock, 'PUT', ZONE.gateway, gateway());
    expect(state(arm.read(ZONE.gateway))).toBe('Succeeded');
  });

  it('lets a creation never end', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    arm.plantFault(troubles.createNeverEnds(ZONE.gateway));
    const accepted = await call(arm, 'PUT', ZONE.gateway, gateway());
    clock.advance(100 * 3_600_000);
    expect((await poll(arm, clock, accepted)).body).toEqual({ status: 'InProgress' });
    expect(state(arm.read(ZONE.gateway))).toBe('Updating');
  });

  it('lets a deletion fail the first time', async () => {
    await using running = await ground();
    const { arm, clock } = running;
    arm.seed(ZONE.gateway, gateway());
    arm.plantFault(troubles.deleteFails(ZONE.gateway));
    await done(arm, clock, 'DELETE', ZONE.gateway);
    expect(state(arm.read(ZONE.gateway))).toBe('Failed');
    await done(arm, clock, 'DELETE', ZONE.gateway);
    expect(arm.read(ZONE.gateway)).toBeUndefined();
  });
});
