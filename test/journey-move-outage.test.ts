import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, homeGroup, regionFails, settledAtHome, sweepOnce, targetOf } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const iso = () => new Date(stage.clock.now()).toISOString();

const standbyApproved = async (journey: Journey): Promise<void> => {
  await settledAtHome(journey);
  const { digest } = (await journey.word({ action: 'standby', want: 'up' })) as { digest: string };
  await journey.word({ action: 'apply', digest });
};

/** A gateway of somebody else's has the name by the time ours is to be made. */
const nameTaken = async (journey: Journey): Promise<void> => {
  const { ids } = await targetOf(journey);
  stage.arm.seed(ids.gateway, { location: 'usgovtexas', properties: { provisioningState: 'Succeeded' } } as never);
};

const steps = async (journey: Journey, count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) await journey.step();
};

describe('a region that fails as a whole', () => {
  it('is not hidden by a standby that has failed', async () => {
    const journey = await startJourney(stage);
    await standbyApproved(journey);
    await nameTaken(journey);
    await journey.work(400);
    expect(await moveOf(journey)).toMatchObject({ reason: 'standbyUp', status: 'failed' });
    await regionFails(journey, { at: iso() });
    await journey.work();
    const { move, lastMoves } = await journey.state();
    expect(move).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    expect(lastMoves?.[0]).toMatchObject({ reason: 'standbyUp', outcome: 'expired' });
    expect(lastMoves?.[0]?.why).toContain('it had failed when the region did');
  });

  it('is told while a standby is being built, and asked for once that is over', async () => {
    const journey = await startJourney(stage);
    await standbyApproved(journey);
    await steps(journey, 3);
    await regionFails(journey, { at: iso() });
    const behind = () => journey.notices.filter(({ title }) => title.includes('while a move is under way'));
    for (let done = 0; behind().length === 0 && done < 20; done += 1) await journey.step();
    expect(await moveOf(journey)).toMatchObject({ reason: 'standbyUp', status: 'running' });
    expect(behind()).toMatchObject([
      { kind: 'alarm', text: expect.stringContaining('asked for as soon as it is over') },
    ]);
    expect(journey.notices.filter(({ text }) => text.includes('It waits for a person'))).toEqual([]);
    await journey.work(400);
    expect(behind()).toHaveLength(1);
    const { move, lastMoves } = await journey.state();
    expect(lastMoves?.[0]).toMatchObject({ reason: 'standbyUp', outcome: 'standing' });
    expect(move).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
  });

  it('is asked for at once when the standby under way fails', async () => {
    const journey = await startJourney(stage);
    await standbyApproved(journey);
    await steps(journey, 2);
    await nameTaken(journey);
    await regionFails(journey, { at: iso() });
    await journey.work(400);
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
  });

  it('is what a person asks for, whether its move waits already or not, and home is not asked', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    await steps(journey, 2);
    const asked = await moveOf(journey);
    expect(asked).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    journey.mark();
    const first = await journey.word({ action: 'move' });
    expect(first).toMatchObject({ digest: asked.digest, move: { reason: 'outage' } });
    expect((await moveOf(journey)).id).toBe(asked.id);

    await journey.word({ action: 'decline', digest: asked.digest, reason: 'not yet' });
    const again = await journey.word({ action: 'move', digest: asked.digest });
    expect(again).toMatchObject({ said: `approved ${asked.digest}`, move: { reason: 'outage' } });
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'running', by: 'Ada' });
    expect(journey.exchanges()).toEqual([]);
    lift();
  });

  it('is asked for while a service failover is being written, and that goes on', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'], at: iso() }));
    const busy = async () => {
      const { run } = await journey.state();
      return run?.steps.some(({ status }) => status === 'running') ?? false;
    };
    for (let done = 0; !(await busy()) && done < 20; done += 1) await journey.step();
    const { run } = await journey.state();
    await regionFails(journey, { at: iso(), trackingId: 'WIDE-1' });
    const asked = async () => (await journey.state()).move?.reason === 'outage';
    for (let done = 0; !(await asked()) && (await busy()) && done < 20; done += 1) await journey.step();
    const state = await journey.state();
    expect(state.move).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    expect(state.run).toMatchObject({ id: run?.id, cloudReadyAt: null });
    await journey.work();
    expect((await journey.state()).run).toMatchObject({ cloudReadyAt: expect.any(String) });
  });

  it('leaves traffic singly encrypted since the tunnel fell, also where everything else answers', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const since = async () => (await journey.state()).singlyEncryptedSince;
    expect(await since()).toBeNull();
    const tunnelFell = '2026-07-20T02:40:00.000Z';
    await regionFails(journey, { names: ['VPN Gateway'], at: iso() });
    await journey.work();
    expect(await since()).toBe(tunnelFell);
    stage.clock.advance(3_600_000);
    await sweepOnce(journey);
    expect(await since()).toBe(tunnelFell);
    await regionFails(journey, { names: ['VPN Gateway'], at: iso(), status: 'Resolved' });
    await journey.work();
    expect(await since()).toBeNull();
  });

  it('is not asked anything once the move out of it has failed, until it is well again', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    await steps(journey, 2);
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await nameTaken(journey);
    await journey.work(400);
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'failed' });
    journey.mark();
    stage.clock.advance(3_600_000);
    await sweepOnce(journey);
    expect(journey.exchanges()).toEqual([]);

    lift();
    await regionFails(journey, { at: iso(), status: 'Resolved' });
    await journey.work();
    expect(journey.exchanges().some(({ url }) => url.includes(homeGroup(journey)))).toBe(true);
  });
});
