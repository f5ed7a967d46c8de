import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, ours, plannedMove, quickMoves, sweepIsDue } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;
const iso = () => new Date(stage.clock.now()).toISOString();
const fourServices = (journey: Journey, status = 'Active'): Promise<void> =>
  journey.event(incident(journey.subscriptionId, { status, at: iso() }));

/** Home takes 148 routes, four services more 170, the target's own table 148. */
const tight = { routeBudget: { limit: 160 } };

describe('while a move out of a failing region waits for a person', () => {
  it('what can be failed over is failed over, as long as home answers', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await regionFails(journey, { at: iso() });
    await journey.work();
    const state = await journey.state();
    expect(state.move).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    expect(state.run).toMatchObject({ cloudReadyAt: expect.any(String) });
    const routes = JSON.stringify(stage.arm.read(journey.ids.routeTable));
    expect(state.lastPlan?.services).toEqual(['Storage']);
    expect(routes).toContain('asefo-');
    // Then the person approves; the run at home is over with the move, and says why.
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await finishAtDevice(stage, journey);
    const moved = await journey.state();
    expect(moved).toMatchObject({ residence: { side: 'target', because: 'outage' }, run: null, waiting: null });
    expect(moved.lastRuns[0]).toMatchObject({ outcome: 'superseded', why: 'the site has moved' });
    await sweepOnce(journey);
    expect((await journey.state()).attention).toBeNull();
  });

  it('and while a planned move is under way, too', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    for (let messages = 0; messages < 5; messages += 1) await journey.step();
    await fourServices(journey);
    await untilDevice(journey);
    expect((await journey.state()).lastPlan?.services).toHaveLength(4);
    expect((await moveOf(journey)).trouble).toBeNull();
    await finishAtDevice(stage, journey);
    const { residence, run, inPlace } = await journey.state();
    expect({ side: residence?.side, run }).toEqual({ side: 'target', run: null });
    // Where the site lives now, the services are well: nothing is failed over.
    expect(inPlace?.services).toEqual([]);
  });
});

describe('a service failover that does not fit', () => {
  it('asks for the move instead, with what would make it unnecessary', async () => {
    const journey = await startJourney(stage, tight);
    await settledAtHome(journey);
    await fourServices(journey);
    await journey.work();
    const move = await moveOf(journey);
    expect(move).toMatchObject({ reason: 'budget', status: 'awaitingApproval', to: 'target' });
    const [notice] = journey.notices.filter(({ digest }) => digest === move.digest);
    expect(notice).toMatchObject({ kind: 'needsApproval' });
    expect(notice?.text).toMatch(/unnecessary:\nA limit of 1\d\d routes or more \(it is 160\)/);
    expect(ours(stage, journey)).toEqual([]);
    await sweepOnce(journey);
    expect((await moveOf(journey)).id).toBe(move.id);

    await journey.word({ action: 'apply', digest: move.digest });
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'budget' });
    // The way back is a question of its own, once the region is well.
    await sweepOnce(journey);
    expect((await journey.state()).move).toBeNull();
    await fourServices(journey, 'Resolved');
    await journey.work();
    stage.clock.advance(2 * 3_600_000);
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval' });
  });

  it('no longer asks once it fits after all', async () => {
    const journey = await startJourney(stage, tight);
    await settledAtHome(journey);
    await fourServices(journey);
    await journey.work();
    expect((await moveOf(journey)).reason).toBe('budget');
    const text = (await journey.ports.config.read('sites.json')) ?? '';
    await journey.ports.config.write('sites.json', text.replace('"limit":160', '"limit":200'));
    await sweepOnce(journey);
    const state = await journey.state();
    expect(state.move).toBeNull();
    expect(state.lastMoves?.[0]).toMatchObject({ reason: 'budget', outcome: 'expired' });
    expect(state.lastPlan).toMatchObject({ applyable: true, routes: 170 });
  });

  it('begins the move by itself where the site says so', async () => {
    const journey = await startJourney(stage, { ...tight, policy: { regionMove: 'auto' } });
    await settledAtHome(journey);
    await fourServices(journey);
    for (let messages = 0; messages < 3; messages += 1) await journey.step();
    expect(await moveOf(journey)).toMatchObject({ reason: 'budget', status: 'running', by: 'policy' });
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'budget', by: 'policy' });
  });
});

describe('a standby', () => {
  it('is built beside the living site, and makes the move a matter of minutes', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const { digest } = (await journey.word({ action: 'standby', want: 'up' })) as { digest: string };
    await journey.word({ action: 'apply', digest });
    await journey.work(400);
    expect((await journey.state()).lastMoves?.[0]).toMatchObject({ reason: 'standbyUp', outcome: 'standing' });
    expect((await journey.state()).residence?.side ?? 'home').toBe('home');
    await sweepOnce(journey);
    const { ids } = await targetOf(journey);
    const stands = JSON.stringify([ids.gateway, ids.firewall, ids.virtualNetwork].map((id) => stage.arm.read(id)));

    journey.mark();
    const lift = stage.arm.silence('usgovvirginia');
    await regionFails(journey, { at: iso() });
    await journey.step();
    await journey.step();
    const began = stage.clock.now();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    expect(stage.clock.now() - began).toBeLessThan(5 * 60_000);
    const put = journey.exchanges().filter(({ method }) => method === 'PUT');
    expect(put.map(({ url }) => /[^/]+\/[^/]+(?=\?)/.exec(url)?.[0])).toEqual(['routeTables/routetable']);
    expect(JSON.stringify([ids.gateway, ids.firewall, ids.virtualNetwork].map((id) => stage.arm.read(id)))).toBe(
      stands,
    );
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence?.side).toBe('target');
    lift();
  });

  it('is taken down without a trace', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const up = (await journey.word({ action: 'standby', want: 'up' })) as { digest: string };
    await journey.word({ action: 'apply', digest: up.digest });
    await journey.work(400);
    expect(ours(stage, journey)).not.toEqual([]);
    const down = (await journey.word({ action: 'standby', want: 'down' })) as { digest: string };
    await journey.work();
    expect(ours(stage, journey)).not.toEqual([]);
    await journey.word({ action: 'apply', digest: down.digest });
    await journey.work(400);
    expect(ours(stage, journey)).toEqual([]);
    await sweepIsDue(journey);
    await journey.work();
    expect(await journey.state()).toMatchObject({ move: null, attention: null });
  });

  it('that the sites file wants is asked for once, and then kept in step with what others do at home', async () => {
    const journey = await startJourney(stage, { site: { move: { standby: 'warm' } } });
    await settledAtHome(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'standbyUp', status: 'awaitingApproval' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    const { ids } = await targetOf(journey);
    journey.mark();
    for (let sweeps = 0; sweeps < 3; sweeps += 1) {
      stage.clock.advance(hour);
      await sweepOnce(journey);
    }
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).move).toBeNull();

    const home = stage.arm.read(journey.ids.firewall) as { properties: { networkRuleCollections: object[] } };
    const theirs = {
      name: 'head-office',
      properties: {
        priority: 310,
        action: { type: 'Allow' },
        rules: [
          {
            name: 'all',
            protocols: ['TCP'],
            sourceAddresses: ['192.168.150.0/24'],
            destinationAddresses: ['10.77.0.0/16'],
            destinationPorts: ['443'],
          },
        ],
      },
    };
    const { networkRuleCollections } = home.properties;
    stage.arm.seed(journey.ids.firewall, {
      ...home,
      properties: { ...home.properties, networkRuleCollections: [...networkRuleCollections, theirs] },
    } as never);
    const before = JSON.stringify(stage.arm.read(journey.ids.firewall));
    stage.clock.advance(hour);
    await sweepOnce(journey);
    expect(JSON.stringify(stage.arm.read(ids.firewall))).toContain('head-office');
    expect((await journey.state()).lastMoves?.[0]).toMatchObject({ outcome: 'standing', by: 'policy' });
    const written = journey.exchanges().filter(({ method }) => method === 'PUT');
    expect(written.map(({ url }) => /[^/]+\/[^/]+(?=\?)/.exec(url)?.[0])).toEqual(['azureFirewalls/firewall']);
    expect(JSON.stringify(stage.arm.read(journey.ids.firewall))).toBe(before);
    journey.mark();
    stage.clock.advance(hour);
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);

    // Others work in both regions: what they add to the standby stays, what they take away at home goes there, too.
    const standby = stage.arm.read(ids.firewall) as typeof home;
    const local = { ...theirs, name: 'only-there', properties: { ...theirs.properties, priority: 320 } };
    const both = [...standby.properties.networkRuleCollections, local];
    stage.arm.seed(ids.firewall, {
      ...standby,
      properties: { ...standby.properties, networkRuleCollections: both },
    } as never);
    stage.arm.seed(journey.ids.firewall, home as never);
    for (let sweeps = 0; sweeps < 3; sweeps += 1) {
      stage.clock.advance(hour);
      await sweepOnce(journey);
    }
    const after = JSON.stringify(stage.arm.read(ids.firewall));
    expect(after).not.toContain('head-office');
    expect(after).toContain('only-there');
    journey.mark();
    stage.clock.advance(hour);
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);
  });

  it('that is only asked for does not stand before a region that fails', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await journey.word({ action: 'standby', want: 'up' });
    await regionFails(journey, { at: iso() });
    await journey.work();
    const { move, lastMoves } = await journey.state();
    expect(move).toMatchObject({ reason: 'outage', status: 'awaitingApproval' });
    expect(lastMoves?.[0]).toMatchObject({ reason: 'standbyUp', outcome: 'expired' });
  });
});
