import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import {
  finishAtDevice,
  moveOf,
  notOurs,
  ours,
  plannedMove,
  quickMoves,
  stepOf,
  untilFailed,
  writesTo,
} from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const internal = { code: 'InternalServerError', message: 'An error occurred.' };

describe('the creation of a gateway', () => {
  it('that ends Failed once is repeated, and the move ends as if nothing had been', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    const { ids } = await targetOf(journey);
    stage.arm.plantFault({
      match: { method: 'PUT', resource: ids.gateway },
      effect: { kind: 'operationFails', ...internal },
    });
    journey.mark();
    await finishAtDevice(stage, journey);
    const state = await journey.state();
    expect(state.residence).toMatchObject({ side: 'target', because: 'planned' });
    expect(state.lastMoves?.[0]?.outcome).toBe('protected');
    expect(writesTo(journey, ids.gateway)).toBe(2);
    expect(notOurs(stage, journey)).toEqual(before);
  });

  it('that fails three times is told with a remedy, and goes on where it failed when a person says so', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    const { ids } = await targetOf(journey);
    stage.arm.plantFault({
      match: { method: 'PUT', resource: ids.gateway },
      times: 3,
      effect: { kind: 'operationFails', ...internal },
    });
    journey.mark();
    const { trouble, steps } = await untilFailed(journey, 'gateway');
    expect(trouble?.why).toContain('InternalServerError');
    expect(trouble?.remedy).toMatch(/move retry.*move cancel/);
    expect(journey.notices.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    expect(steps.find(({ id }) => id === 'gateway')?.status).toBe('failed');
    expect((await journey.state()).residence?.side ?? 'home').toBe('home');
    expect(writesTo(journey, ids.gateway)).toBe(3);
    // It stands still: no sweep takes it up again.
    await sweepOnce(journey);
    expect(writesTo(journey, ids.gateway)).toBe(3);

    await journey.word({ action: 'retryMove' });
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'planned' });
    expect(writesTo(journey, ids.gateway)).toBe(4);
    expect(writesTo(journey, ids.firewall)).toBe(1);
    expect(notOurs(stage, journey)).toEqual(before);
  });

  it('that never ends is left to a person after its deadline, who may wait on', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const { ids } = await targetOf(journey);
    const fault = stage.arm.plantFault({
      match: { method: 'PUT', resource: ids.gateway },
      effect: { kind: 'operationNeverEnds' },
    });
    journey.mark();
    const began = stage.clock.now();
    const { trouble } = await untilFailed(journey, 'gateway');
    const minutes = (stage.clock.now() - began) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(120);
    expect(minutes).toBeLessThan(130);
    expect(trouble?.remedy).toMatch(/move retry.*waiting.*move cancel/);
    await journey.word({ action: 'retryMove' });
    for (let polls = 0; polls < 3; polls += 1) await journey.step();
    expect(await stepOf(journey, 'gateway')).toMatchObject({ status: 'running' });
    expect(writesTo(journey, ids.gateway)).toBe(1);
    await journey.word({ action: 'cancelMove', reason: 'it hangs' });
    expect((await journey.state()).lastMoves?.[0]).toMatchObject({
      outcome: 'cancelled',
      why: 'Ada cancelled it: it hangs',
    });
    expect(await moveOf(journey)).toMatchObject({ reason: 'teardown', status: 'awaitingApproval' });
    fault.remove();
  });
});

describe('a move that is cancelled half-way', () => {
  it('takes away only what is its own, and leaves the group to the stranger in it', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const { ids } = await targetOf(journey);
    stage.arm.plantFault({
      match: { method: 'PUT', resource: ids.gateway },
      times: 3,
      effect: { kind: 'operationFails', ...internal },
    });
    await untilFailed(journey, 'gateway');
    const stranger = `${ids.resourceGroup}/providers/Microsoft.Network/publicIPAddresses/somebodys`;
    stage.arm.seed(stranger, {
      location: 'usgovtexas',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    const before = notOurs(stage, journey);
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    expect(ours(stage, journey)).not.toEqual([]);
    journey.mark();
    stage.arm.plantFault({
      match: { method: 'DELETE', resource: ids.firewall },
      effect: { kind: 'operationFails', ...internal },
    });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(600);
    const state = await journey.state();
    expect(state.move, JSON.stringify(state.move?.trouble)).toBeNull();
    expect(state.lastMoves?.map(({ outcome }) => outcome)).toEqual(['removed', 'cancelled']);
    expect(writesTo(journey, ids.firewall, 'DELETE')).toBe(2);
    expect(ours(stage, journey)).toEqual([ids.resourceGroup]);
    expect(notOurs(stage, journey)).toEqual(before);
    expect(state.residence?.side ?? 'home').toBe('home');
  });

  it('is taken down although Azure goes on calling in use what its gateway had, for a while', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const { ids } = await targetOf(journey);
    await untilDevice(journey);
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    const refusing = (resource: string, code: string) =>
      stage.arm.plantFault({
        match: { method: 'DELETE', resource },
        times: 3,
        effect: { kind: 'answer', status: 400, body: { error: { code, message: 'It is still allocated.' } } },
      });
    const address = ours(stage, journey).find((id) => /publicIPAddresses/i.test(id)) ?? '';
    const planted = [
      refusing(ids.virtualNetwork, 'InUseSubnetCannotBeDeleted'),
      refusing(address, 'PublicIPAddressCannotBeDeleted'),
    ];
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(600);
    expect(planted.map(({ strikes }) => strikes)).toEqual([3, 3]);
    const { move, lastMoves } = await journey.state();
    expect(move, JSON.stringify(move?.trouble)).toBeNull();
    expect(lastMoves?.[0]?.outcome).toBe('removed');
    expect(ours(stage, journey)).toEqual([]);
  });

  it('goes with its group where nobody else has put anything there', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    await untilDevice(journey);
    expect((await moveOf(journey)).cloudReadyAt).not.toBeNull();
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(600);
    expect((await journey.state()).lastMoves?.[0]?.outcome).toBe('removed');
    expect(ours(stage, journey)).toEqual([]);
    expect(notOurs(stage, journey)).toEqual(before);
    journey.mark();
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).attention).toBeNull();
  });
});

describe('a move to a region that makes trouble', () => {
  it('waits for a firewall that is locked for 200 seconds', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const { ids } = await targetOf(journey);
    stage.arm.plantFault({
      match: { method: 'PUT', resource: ids.firewall },
      times: 5,
      effect: { kind: 'lock', retryAfterSeconds: 40 },
    });
    journey.mark();
    const began = stage.clock.now();
    await finishAtDevice(stage, journey);
    expect(stage.clock.now() - began).toBeGreaterThan(200_000);
    expect((await journey.state()).residence?.side).toBe('target');
    expect(journey.exchanges().filter(({ method, status }) => method === 'PUT' && status >= 400)).toHaveLength(5);
    expect(journey.notices.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });

  it('rides out a target that answers nothing for a quarter of an hour', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    for (let messages = 0; messages < 4; messages += 1) await journey.step();
    const lift = stage.arm.silence('usgovtexas', 'unavailable');
    const until = stage.clock.now() + 15 * 60_000;
    while (stage.clock.now() < until) expect(await journey.step(), 'a message must come').not.toBeNull();
    expect((await moveOf(journey)).status).toBe('running');
    lift();
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence?.side).toBe('target');
    expect(notOurs(stage, journey)).toEqual(before);
  });

  it('is told of a missing quota before it is needed, and is not asked for', async () => {
    const journey = await startJourney(stage);
    stage.arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit: 0 });
    await settledAtHome(journey);
    const { preflight } = await journey.state();
    expect(preflight?.checks.find(({ id }) => id === 'quota')).toMatchObject({ ok: false });
    expect(journey.notices.map(({ title }) => title).join('\n')).toMatch(/could not move to/);
    const answer = (await journey.word({ action: 'move' })) as { digest: string; move: { applyable: boolean } };
    expect(answer.move.applyable).toBe(false);
    await expect(journey.word({ action: 'apply', digest: answer.digest })).rejects.toMatchObject({
      code: 'ERR_PLAN_BLOCKED',
    });
    await journey.work();
    expect((await moveOf(journey)).status).toBe('awaitingApproval');
    // With room, the same steps under the same digest can be taken.
    stage.arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit: 1_000 });
    await journey.word({ action: 'preflight' });
    expect(await journey.word({ action: 'move', digest: answer.digest })).toMatchObject({ digest: answer.digest });
    expect((await moveOf(journey)).status).toBe('running');
  });

  it('that has lost its quota since fails with a remedy, and goes on when there is room again', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const before = notOurs(stage, journey);
    stage.arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit: 0 });
    const { trouble } = await untilFailed(journey, 'gateway');
    expect(trouble?.why).toContain('CountLimitReached');
    expect(trouble?.remedy).toMatch(/move retry/);
    stage.arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit: 1_000 });
    await journey.word({ action: 'retryMove' });
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence?.side).toBe('target');
    expect(notOurs(stage, journey)).toEqual(before);
  });

  it('never touches a stranger that took a name meanwhile', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const { ids } = await targetOf(journey);
    // The network comes after the tables.
    const table = { method: 'PUT', resource: ids.routeTable };
    stage.arm.plantFault({ match: table, effect: { kind: 'operationTakes', seconds: 60 } });
    while ((await stepOf(journey, 'resourceGroup'))?.status !== 'done') await journey.step();
    stage.arm.seed(ids.virtualNetwork, {
      location: 'usgovtexas',
      properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
    });
    const before = notOurs(stage, journey);
    const { trouble } = await untilFailed(journey, 'virtualNetwork');
    expect(trouble?.why).toContain('is not ours');
    expect(trouble?.remedy).toMatch(/move\.resourceGroup.*move retry.*move cancel/);
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(600);
    expect((await journey.state()).move).toBeNull();
    expect(notOurs(stage, journey)).toEqual(before);
    // The group stays with the stranger in it, and is all that stays.
    expect(ours(stage, journey)).toEqual([ids.resourceGroup]);
  });
});
