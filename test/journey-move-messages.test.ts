import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ports } from '../shared/ports.ts';
import { reconcile } from '../shared/reconcile.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { loadDevice, regionFails, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, notOurs, plannedMove, quickMoves, sweepIsDue } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** PUTs that were taken, by resource: how often each was written since `mark`. */
const written = (journey: Journey): Record<string, number> => {
  const taken = journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300);
  const names = taken.map(({ url }) => new URL(url, 'https://arm').pathname.split('/').slice(-2).join('/'));
  return Object.fromEntries(names.map((name) => [name, names.filter((other) => other === name).length]));
};

/** What an undisturbed move writes: each resource once, the table once more with its routes. */
const eachOnce = (journey: Journey): Record<string, number> => ({
  [`resourceGroups/ase-${journey.site}-usgovtexas`]: 1,
  'publicIPAddresses/firewall-ip': 1,
  'publicIPAddresses/vngw-ip': 1,
  'routeTables/routetable': 2,
  'routeTables/routetableonprem': 1,
  'virtualNetworks/vnet': 1,
  'azureFirewalls/firewall': 1,
  'virtualNetworkGateways/vngw': 1,
});

const started = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  journey.mark();
  return journey;
};

const arrives = async (journey: Journey): Promise<void> => {
  await finishAtDevice(stage, journey);
  const state = await journey.state();
  expect(state.residence).toMatchObject({ side: 'target', because: 'planned' });
  expect(state.move).toBeNull();
  expect(written(journey)).toEqual(eachOnce(journey));
};

describe('a move under way', () => {
  it('writes nothing while it is paused, and goes on where it stood when resumed', async () => {
    const journey = await started();
    for (let messages = 0; messages < 5; messages += 1) await journey.step();
    await journey.word({ action: 'pause', reason: 'change freeze' });
    const before = written(journey);
    const steps = (await moveOf(journey)).steps.filter(({ status }) => status === 'done').length;
    stage.clock.advance(6 * 3_600_000);
    await journey.work();
    await sweepOnce(journey);
    expect(written(journey)).toEqual(before);
    expect((await moveOf(journey)).steps.filter(({ status }) => status === 'done')).toHaveLength(steps);
    await journey.word({ action: 'resume' });
    await arrives(journey);
  });

  it('does nothing twice though every message comes twice, the second one late', async () => {
    const journey = await started();
    for (;;) {
      const { move } = await journey.state();
      if (move?.status !== 'running' || move.steps.some(({ status }) => status === 'waiting')) break;
      const message = await journey.step();
      expect(message, 'the move must be come back to').not.toBeNull();
      if (message !== null) await reconcile(message, journey.ports, true);
    }
    await arrives(journey);
    expect(journey.calls().early).toBe(0);
  });

  it('is taken up again by the sweep where its message was lost', async () => {
    const journey = await started();
    for (let lost = 0; lost < 4; lost += 1) {
      await journey.step();
      await journey.loseMessages();
      expect(await journey.step()).toBeNull();
      stage.clock.advance(30 * 60_000);
      await sweepIsDue(journey);
    }
    await arrives(journey);
  });

  it('that ends under the message of a sweep has nothing more looked at on the side that was left', async () => {
    const journey = await started();
    await untilDevice(journey);
    const { ids } = await targetOf(journey);
    await loadDevice(stage, journey, ids.gateway);
    for (let sweeps = 0; (await journey.state()).residence?.side !== 'target'; sweeps += 1) {
      expect(sweeps).toBeLessThan(20);
      await journey.loseMessages();
      stage.clock.advance(120_000);
      await sweepIsDue(journey);
      // To all, and to the site.
      await journey.step();
      await journey.step();
    }
    const { properties } = stage.arm.read(ids.gateway.replace(/[^/]+\/vngw$/, 'publicIPAddresses/vngw-ip')) as {
      properties: { ipAddress: string };
    };
    const { network, run } = await journey.state();
    expect({ there: network?.gatewayPublicIpAddresses, run }).toEqual({ there: [properties.ipAddress], run: null });
    await journey.work();
    expect((await journey.state()).network?.gatewayPublicIpAddresses).toEqual([properties.ipAddress]);
  });

  it('whose worker died when a step had failed, and before it was stopped, is stopped by the next one', async () => {
    const journey = await started();
    await untilDevice(journey);
    const { ports, site } = journey;
    const { state, token } = await ports.sites.load(site);
    const move = await moveOf(journey);
    const steps = move.steps.map((step) =>
      step.status === 'waiting' ? { ...step, status: 'failed' as const, why: 'no luck', operation: null } : step,
    );
    await ports.sites.save({ ...state, move: { ...move, steps } }, token);
    await journey.loseMessages();
    stage.clock.advance(600_000);
    await sweepIsDue(journey);
    await journey.work();
    const { status, trouble } = await moveOf(journey);
    expect(status).toBe('failed');
    expect(trouble).toMatchObject({ why: 'no luck', remedy: expect.stringContaining('move retry') });
    await journey.word({ action: 'retryMove' });
    await arrives(journey);
  });

  it('is carried on by one of two workers that come at once, and the other does nothing', async () => {
    const journey = await started();
    const strangers = notOurs(stage, journey);
    // As if the lease had run out under the first: only the state's generation keeps the second away.
    const unleased = Object.create(journey.ports, {
      leases: { value: { hold: (_: string, work: () => Promise<void>) => work() } },
    }) as Ports;
    for (let rounds = 0; rounds < 100; rounds += 1) {
      const { move, generation } = await journey.state();
      if (move?.status !== 'running' || move.steps.some(({ status }) => status === 'waiting')) break;
      const now = stage.clock.now();
      const message = {
        kind: 'site',
        site: journey.site,
        because: 'a test',
        generation,
        notBefore: Math.max(now, move.away?.until ?? now),
        arrivedAt: now,
        continues: move.id,
      } as const;
      const workers = await Promise.allSettled([reconcile(message, unleased), reconcile(message, unleased)]);
      const lost = workers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      for (const { reason } of lost) expect(reason).toMatchObject({ code: 'ERR_STATE_CONFLICT' });
    }
    expect((await moveOf(journey)).trouble).toBeNull();
    await journey.loseMessages();
    await sweepIsDue(journey);
    await arrives(journey);
    expect(notOurs(stage, journey)).toEqual(strangers);
  });

  it('leaves nothing of itself to the next one when a person ends it under a worker', async () => {
    const journey = await started();
    const { ids } = await targetOf(journey);
    const put = stage.arm.plantFault({ match: { method: 'PUT', resource: ids.gateway }, effect: { kind: 'hang' } });
    const working = (async () => {
      while (put.strikes === 0 && (await journey.step()) !== null);
    })();
    await expect.poll(() => put.strikes, { timeout: 20_000 }).toBe(1);
    await journey.word({ action: 'cancelMove' });
    put.release();
    await expect(working).rejects.toMatchObject({ code: 'ERR_STATE_CONFLICT' });
    await journey.work();
    const { move, lastMoves } = await journey.state();
    expect(move).toMatchObject({ reason: 'teardown', status: 'awaitingApproval', startedAt: null, trouble: null });
    expect(lastMoves?.[0]?.outcome).toBe('cancelled');
    await journey.word({ action: 'apply', digest: move?.digest });
    await journey.work(400);
    expect((await journey.state()).lastMoves?.[0]?.outcome).toBe('removed');
    expect(stage.arm.ids().filter((id) => id.includes(`ase-${journey.site}-usgovtexas`))).toEqual([]);
  });
});

describe('a move that waits for the device', () => {
  it('reminds people every half hour, and survives a gateway that cannot say who is on it', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const url = 'getVpnClientConnectionHealth';
    const refusal = stage.arm.plantFault({
      match: { method: 'POST', url },
      times: 3,
      effect: { kind: 'answer', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
    });
    await untilDevice(journey);
    const since = stage.clock.now();
    const asked = () => journey.notices.filter(({ title }) => title.includes('put profile and file for US Gov Texas'));
    while (stage.clock.now() - since < 20 * 60_000) await journey.step();
    expect(refusal.strikes).toBe(3);
    expect(asked()).toHaveLength(1);
    const mute = stage.arm.plantFault({
      match: { method: 'POST', url },
      effect: { kind: 'operationFails', code: 'InternalServerError', message: 'An error occurred.' },
    });
    const silent = stage.arm.plantFault({ match: { method: 'POST', url }, effect: { kind: 'operationNeverEnds' } });
    while (stage.clock.now() - since < 100 * 60_000) await journey.step();
    expect(mute.strikes + silent.strikes).toBe(2);
    expect(asked()).toHaveLength(4);
    expect(await moveOf(journey)).toMatchObject({ status: 'running', trouble: null });
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect((await journey.state()).residence).toMatchObject({ side: 'target' });
  });
});

describe('a region that is down', () => {
  it.each(['hanging', 'unavailable', 'refused'] as const)('is asked nothing while it is %s', async (mode) => {
    const journey = await startJourney(stage, { policy: { regionMove: 'auto' } });
    await settledAtHome(journey);
    const lift = stage.arm.silence('usgovvirginia', mode);
    journey.mark();
    await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
    await journey.step();
    await journey.step();
    expect(await moveOf(journey)).toMatchObject({ status: 'running', by: 'policy', reason: 'outage' });
    const { singlyEncryptedSince } = await journey.state();
    expect(singlyEncryptedSince).not.toBeNull();
    await untilDevice(journey);
    await sweepIsDue(journey);
    await journey.step();
    await journey.step();
    expect((await journey.state()).singlyEncryptedSince).toBe(singlyEncryptedSince);
    await finishAtDevice(stage, journey);
    const home = `/resourceGroups/ase-${journey.site}/`.toLowerCase();
    const asked = journey.exchanges().filter(({ url }) => url.toLowerCase().includes(home));
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
    expect(await journey.state()).toMatchObject({ residence: { side: 'target' }, singlyEncryptedSince: null });
    lift();
  });
});
