import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { incident, type Journey, type SiteChange, type Stage, startJourney, startStage } from './support/journey.ts';
import {
  askedDigest,
  loadDevice,
  regionFails,
  settledAtHome,
  sweepOnce,
  targetOf,
  untilDevice,
} from './support/moves.ts';
import { finishAtDevice, moveOf, ours, quickMoves, sweepIsDue } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;
const foreignRoute = {
  name: 'to-head-office',
  properties: { addressPrefix: '10.77.0.0/16', nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' },
};

const iso = () => new Date(stage.clock.now()).toISOString();

const failsNow = (journey: Journey) => regionFails(journey, { at: iso() });

/** Service Health says that the incident is over. */
const recovers = (journey: Journey): Promise<void> =>
  journey.event(incident(journey.subscriptionId, { names: ['VPN Gateway', 'Storage'], status: 'Resolved', at: iso() }));

/** The move out of the failed region is asked for. */
const asked = async (change: SiteChange = {}): Promise<Journey> => {
  const journey = await startJourney(stage, change);
  await settledAtHome(journey);
  await failsNow(journey);
  await journey.work();
  return journey;
};

/** The site has moved out of its failed region; that region answers again, but nobody has said that it is well. */
const movedAway = async (change: SiteChange = {}): Promise<Journey> => {
  const journey = await startJourney(stage, { zone: { routes: [foreignRoute] }, ...change });
  await settledAtHome(journey);
  const lift = stage.arm.silence('usgovvirginia');
  await failsNow(journey);
  await journey.step();
  await journey.step();
  const { move } = await journey.state();
  if (move?.status === 'awaitingApproval') await journey.word({ action: 'apply', digest: move.digest });
  await finishAtDevice(stage, journey);
  lift();
  await sweepOnce(journey);
  expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'outage' });
  return journey;
};

/** Past the soak time after all is said to be well. */
const soaked = async (journey: Journey): Promise<void> => {
  await recovers(journey);
  await journey.work();
  stage.clock.advance(2 * hour);
  await sweepOnce(journey);
};

const bodies = (ids: readonly string[]) => ids.map((id) => [id, JSON.stringify(stage.arm.read(id))]);

describe('the way back to a region that is well again', () => {
  it('is asked for after the soak time, and takes what still stands there', async () => {
    const journey = await movedAway();
    const home = Object.values(journey.ids).filter((id) => id !== journey.ids.routeTable);
    const before = bodies(home);
    await recovers(journey);
    await journey.work();
    await sweepOnce(journey);
    expect((await journey.state()).move ?? null).toBeNull();
    stage.clock.advance(2 * hour);
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval', to: 'home' });
    expect(journey.notices.at(-1)).toMatchObject({ kind: 'needsApproval' });
    journey.mark();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    const created = journey.exchanges().filter(({ method, status }) => method === 'PUT' && status === 201);
    expect(created.map(({ url }) => url)).toEqual([]);
    await loadDevice(stage, journey, journey.ids.gateway);
    await journey.work();
    const state = await journey.state();
    expect(state.residence).toMatchObject({ side: 'home', because: 'return', by: 'Ada' });
    expect(state.lastMoves?.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual([
      'return protected',
      'outage protected',
    ]);
    expect(state.device.confirmed?.by).toMatch(/^the gateway/);
    expect(bodies(home)).toEqual(before);
    const table = stage.arm.read(journey.ids.routeTable) as { properties: { routes: { name: string }[] } };
    expect(table.properties.routes.find(({ name }) => name === 'to-head-office')).toMatchObject(foreignRoute);
    journey.mark();
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({
      move: { reason: 'teardown', from: 'target', status: 'awaitingApproval' },
      attention: null,
      residence: { side: 'home' },
    });
  });

  it('begins by itself where the site says so', async () => {
    const journey = await movedAway({ policy: { regionFailback: 'auto' } });
    await recovers(journey);
    await journey.work();
    stage.clock.advance(2 * hour);
    await sweepIsDue(journey);
    await journey.step();
    await journey.step();
    await untilDevice(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'running', by: 'policy' });
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const { residence, lastMoves } = await journey.state();
    expect(residence).toMatchObject({ side: 'home', by: 'policy' });
    expect(lastMoves?.[0]).toMatchObject({ reason: 'return', outcome: 'protected', by: 'policy' });
  });

  it('is not asked for while the region is still said to be unwell', async () => {
    const journey = await movedAway();
    for (let quarter = 0; quarter < 4; quarter += 1) {
      stage.clock.advance(6 * hour);
      await failsNow(journey);
      await sweepOnce(journey);
      expect((await journey.state()).move ?? null).toBeNull();
    }
  });

  it('is left standing where a person asks for it before, and taken back by nobody', async () => {
    const journey = await movedAway();
    await recovers(journey);
    await journey.word({ action: 'move' });
    await journey.work();
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval', askedBy: 'Ada' });
  });

  it('is not asked for again once it was declined, also when the old side is gone, until something new is heard of it', async () => {
    const journey = await movedAway();
    await soaked(journey);
    await journey.word({ action: 'decline', digest: await askedDigest(journey), reason: 'until spring' });
    await journey.work();
    const told = () => journey.notices.filter(({ title }) => /waits for approval: Move back|it stays in/.test(title));
    expect(told().at(-1)).toMatchObject({
      title: `Site ${journey.site}: it stays in US Gov Texas`,
      text: expect.stringMatching(/^Ada declined it: until spring\. .*: npm run cli -- move start --site rig-\w+$/),
    });
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'teardown', from: 'home' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    const before = told().length;
    for (let day = 0; day < 3; day += 1) {
      stage.clock.advance(25 * hour);
      await sweepOnce(journey);
      expect((await journey.state()).move ?? null).toBeNull();
    }
    expect(told()).toHaveLength(before);
    expect(renderStatusText(await overview(journey.ports))).toContain('lives in US Gov Texas');
    await failsNow(journey);
    await journey.work();
    await soaked(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval' });
  });

  it('is planned for whoever asks in person, whatever was declined before', async () => {
    const journey = await movedAway();
    await soaked(journey);
    await journey.word({ action: 'decline', digest: await askedDigest(journey) });
    await journey.word({ action: 'move', by: 'Bob' });
    await journey.work();
    await sweepOnce(journey);
    expect(await moveOf(journey)).toMatchObject({ reason: 'return', status: 'awaitingApproval', askedBy: 'Bob' });
  });

  it('is taken back when the region fails anew before anybody has answered', async () => {
    const journey = await movedAway();
    await soaked(journey);
    expect((await moveOf(journey)).reason).toBe('return');
    await failsNow(journey);
    await journey.work();
    expect((await journey.state()).move).toBeNull();
    expect((await journey.state()).lastMoves?.[0]).toMatchObject({ reason: 'return', outcome: 'expired' });
  });
});

type Table = { readonly properties: { readonly routes: { readonly name: string }[] } };

describe('a second move to the same region', () => {
  it('carries the routes of others as they are now, not as the first move left them', async () => {
    const journey = await movedAway();
    await soaked(journey);
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    await loadDevice(stage, journey, journey.ids.gateway);
    await journey.work();
    const { routeTable } = journey.ids;
    const home = stage.arm.read(routeTable) as unknown as Table;
    const changed = { ...foreignRoute, properties: { ...foreignRoute.properties, addressPrefix: '10.99.0.0/16' } };
    const routes = home.properties.routes.map((route) => (route.name === changed.name ? changed : route));
    stage.arm.seed(routeTable, { ...home, properties: { ...home.properties, routes } } as never);
    stage.clock.advance(2 * hour);
    await settledAtHome(journey);
    await failsNow(journey);
    await journey.work();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    const there = stage.arm.read((await targetOf(journey)).ids.routeTable) as unknown as Table;
    expect(there.properties.routes.filter(({ name }) => name === changed.name)).toEqual([
      expect.objectContaining({ properties: expect.objectContaining({ addressPrefix: '10.99.0.0/16' }) }),
    ]);
    expect((await moveOf(journey)).steps.find(({ id }) => id === 'proof')).toMatchObject({ status: 'done' });
  });
});

describe('a move that policy begins', () => {
  it('is not begun again when a person has turned it back', async () => {
    const journey = await startJourney(stage, { policy: { regionMove: 'auto' } });
    await settledAtHome(journey);
    await failsNow(journey);
    for (let messages = 0; messages < 4; messages += 1) await journey.step();
    expect(await moveOf(journey)).toMatchObject({ reason: 'outage', status: 'running', by: 'policy' });
    await journey.word({ action: 'cancelMove', reason: 'we sit it out' });
    await journey.work();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    await sweepOnce(journey);
    const { move, lastMoves } = await journey.state();
    expect(lastMoves?.map(({ outcome }) => outcome)).toEqual(['removed', 'cancelled']);
    expect(move).toBeNull();
    expect(ours(stage, journey)).toEqual([]);
  });
});

describe('a move that nobody has approved', () => {
  it('is taken back when the outage ends first', async () => {
    const journey = await asked();
    const digest = await askedDigest(journey);
    await recovers(journey);
    await journey.work();
    const state = await journey.state();
    expect(state.move).toBeNull();
    expect(state.lastMoves?.[0]).toMatchObject({ outcome: 'expired', why: 'it is no longer called for' });
    await expect(journey.word({ action: 'apply', digest })).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_DIGEST_MISMATCH|ERR_NOTHING_WAITS/),
    });
    expect(ours(stage, journey)).toEqual([]);
  });

  it('is approved only by the digest that is shown', async () => {
    const journey = await asked();
    await expect(journey.word({ action: 'apply', digest: `sha256:${'1'.repeat(64)}` })).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_DIGEST_MISMATCH|ERR_NOTHING_WAITS/),
    });
    await journey.work();
    expect(await moveOf(journey)).toMatchObject({ status: 'awaitingApproval', startedAt: null });
    expect(ours(stage, journey)).toEqual([]);
  });

  it('cannot be approved a day later, but is asked for anew', async () => {
    const journey = await asked();
    const first = await moveOf(journey);
    stage.clock.advance(23 * hour);
    await failsNow(journey);
    await journey.work();
    expect((await moveOf(journey)).id).toBe(first.id);
    stage.clock.advance(2 * hour);
    await expect(journey.word({ action: 'apply', digest: first.digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
    });
    await sweepOnce(journey);
    const state = await journey.state();
    expect(state.lastMoves?.[0]).toMatchObject({ id: first.id, outcome: 'expired', why: 'nobody approved it in time' });
    expect(state.move).toMatchObject({ status: 'awaitingApproval', reason: 'outage' });
    expect(state.move?.id).not.toBe(first.id);
  });

  it('is shown at a site in shadow, and refused to whoever approves it', async () => {
    const journey = await asked({ policy: { shadow: true } });
    const { digest } = await moveOf(journey);
    await expect(journey.word({ action: 'apply', digest })).rejects.toMatchObject({
      code: 'ERR_NOTHING_WAITS',
      remedy: expect.stringMatching(/: npm run cli -- adopt --site rig-\w+ --digest sha256:[0-9a-f]{64}$/),
    });
    const planned = (await journey.word({ action: 'decline', digest })) as { said: string };
    expect(planned.said).toContain('declined');
    const { digest: own } = (await journey.word({ action: 'move' })) as { digest: string };
    await expect(journey.word({ action: 'move', digest: own })).rejects.toMatchObject({ code: 'ERR_NOTHING_WAITS' });
    await journey.work();
    expect(ours(stage, journey)).toEqual([]);
    expect((await moveOf(journey)).startedAt).toBeNull();
  });
});
