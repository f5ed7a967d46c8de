import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { troubles } from '../simulator/arm/troubles.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, sweepOnce, untilDevice } from './support/moves.ts';
import { moveOf, notOurs, quickMoves, stepOf } from './support/moveTrouble.ts';
import { keepSecret } from './support/secrets.ts';
import {
  changeSeeded,
  connectionWrites,
  homeConnection,
  rotateKey,
  targetConnection,
  tunnelSite,
  tunnelWith,
  writtenByOthers,
} from './support/tunnelZone.ts';

const key = keepSecret('the shared key', 'a-shared-key-that-nobody-may-see');
const rotated = keepSecret('the rotated key', 'another-key-that-nobody-may-see');
const step = 'connection vngw-connection';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** A planned move to the other side, approved, until it waits for the device or fails. */
const cross = async (journey: Journey): Promise<void> => {
  const { digest } = (await journey.word({ action: 'move' })) as { digest: string };
  journey.mark();
  await journey.word({ action: 'apply', digest });
  await untilDevice(journey);
};

const arrive = async (journey: Journey): Promise<void> => {
  expect((await moveOf(journey)).trouble).toBeNull();
  await journey.word({ action: 'confirmDevice' });
  await journey.work();
  await sweepOnce(journey);
};

/** The site lives in its target, and home stands as it was left. */
const inTheTarget = async (move: Record<string, unknown> = {}): Promise<Journey> => {
  const journey = await startJourney(stage, tunnelSite(key, move));
  await settledAtHome(journey);
  await cross(journey);
  await arrive(journey);
  expect((await journey.state()).residence?.side).toBe('target');
  return journey;
};

/** It lives at home again, and the target stands as it was left. */
const backHome = async (move: Record<string, unknown> = {}): Promise<Journey> => {
  const journey = await inTheTarget(move);
  await cross(journey);
  await arrive(journey);
  expect((await journey.state()).residence?.side).toBe('home');
  return journey;
};

/** What is kept and told of a site; not compared by a matcher, which would print it. */
const shows = async ({ ports, state, notices }: Journey, secret: string): Promise<boolean> => {
  const blobs = await ports.archive.list('');
  const texts = await Promise.all(blobs.map((name) => ports.archive.read(name)));
  return [...texts, JSON.stringify(await state()), JSON.stringify(notices)].join('\n').includes(secret);
};

// Three crossings each.
describe('a connection that still stands in the target', { timeout: 60_000 }, () => {
  it('gets the key that home was given since, by one write that leaves the tags of others', async () => {
    const journey = await backHome();
    const target = await targetConnection(journey);
    changeSeeded(stage, target, { tags: { costcentre: '42' } }, key);
    await rotateKey(stage, journey, homeConnection(journey), rotated);
    const others = notOurs(stage, journey);
    await cross(journey);
    expect(connectionWrites(journey).map(({ status }) => status)).toEqual([200]);
    expect(await stepOf(journey, step)).toMatchObject({ status: 'done', writes: 1 });
    expect(tunnelWith(stage, journey, target, key)).toBe(false);
    expect(tunnelWith(stage, journey, target, rotated)).toBe(true);
    expect(stage.arm.read(target)?.['tags']).toMatchObject({ costcentre: '42', 'asefo-site': journey.site });
    expect(notOurs(stage, journey)).toEqual(others);
    await arrive(journey);
    expect(await shows(journey, rotated)).toBe(false);
  });

  it('is not written where its key is the same', async () => {
    const journey = await backHome();
    await cross(journey);
    expect(connectionWrites(journey)).toEqual([]);
    expect(await stepOf(journey, step)).toMatchObject({ status: 'unchanged', why: 'it stands as planned' });
    expect(tunnelWith(stage, journey, await targetConnection(journey), key)).toBe(true);
  });

  it('is written over with what it should have been, and keeps the tags of others', async () => {
    const journey = await backHome();
    const target = await targetConnection(journey);
    changeSeeded(stage, target, { tags: { costcentre: '42' } }, key);
    changeSeeded(stage, homeConnection(journey), { routingWeight: 9 }, key);
    await cross(journey);
    expect(stage.arm.read(target)).toMatchObject({ tags: { costcentre: '42' }, properties: { routingWeight: 9 } });
    expect(tunnelWith(stage, journey, target, key)).toBe(true);
  });

  it('gets the key by one write where its own cannot be read, and nobody says how the write went', async () => {
    const journey = await backHome();
    const target = await targetConnection(journey);
    await rotateKey(stage, journey, homeConnection(journey), rotated);
    const effect = {
      kind: 'answer',
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message: 'no' } },
    } as const;
    const planted = [
      { method: 'GET', url: `${target}/sharedkey` },
      { method: 'GET', url: '/operations/' },
    ].map((match) => stage.arm.plantFault({ match, times: 'always', effect }));
    await cross(journey);
    for (const fault of planted) fault.remove();
    expect(connectionWrites(journey)).toHaveLength(1);
    expect(await stepOf(journey, step)).toMatchObject({ status: 'unchanged', writes: 1 });
    expect(tunnelWith(stage, journey, target, rotated)).toBe(true);
  });

  it('holds up no move out of a dead region whose vault does not have the key any more', async () => {
    const address = 'https://rigs.vault.usgovcloudapi.net/secrets/tunnel';
    const played = stage.arm.setSecret('rigs', 'tunnel', key);
    const change = tunnelSite(key, { sharedKey: address });
    const journey = await startJourney(stage, change);
    const { secrets } = journey.ports;
    // The simulation plays every vault on its own host.
    const read = (asked: string) => secrets.read(asked === address ? played : asked);
    Object.defineProperty(journey.ports, 'secrets', { value: { read } });
    await settledAtHome(journey);
    await cross(journey);
    await arrive(journey);
    await cross(journey);
    await arrive(journey);
    stage.arm.setSecret('rigs', 'tunnel', null);
    const lift = stage.arm.silence('usgovvirginia');
    await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
    await journey.step();
    await journey.step();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    lift();
    expect((await moveOf(journey)).trouble).toBeNull();
    expect(await stepOf(journey, step)).toMatchObject({
      status: 'unchanged',
      why: expect.stringContaining('could not be asked'),
    });
    expect(tunnelWith(stage, journey, await targetConnection(journey), key)).toBe(true);
  });
});

describe('a connection at home, which is not ours', { timeout: 60_000 }, () => {
  it('keeps its key where the target has another, and the move says so until somebody has given both one', async () => {
    const journey = await inTheTarget();
    const [home, target] = [homeConnection(journey), await targetConnection(journey)];
    await rotateKey(stage, journey, target, rotated);
    await cross(journey);
    const { status, trouble } = await moveOf(journey);
    expect({ status, step: trouble?.step }).toEqual({ status: 'failed', step });
    expect(trouble?.why).toContain(`${home} has another shared key than ${target}`);
    expect(connectionWrites(journey)).toEqual([]);
    expect(tunnelWith(stage, journey, home, key)).toBe(true);
    await rotateKey(stage, journey, home, rotated);
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    await arrive(journey);
    expect((await journey.state()).residence?.side).toBe('home');
    expect([await shows(journey, key), await shows(journey, rotated)]).toEqual([false, false]);
  });

  it('is not written over where the last write of somebody else to it failed', async () => {
    const journey = await inTheTarget();
    const home = homeConnection(journey);
    const { location, properties } = stage.arm.read(home) as unknown as { location: string; properties: object };
    const { provisioningState: _, ...rest } = properties as { provisioningState?: string };
    stage.arm.plantFault(troubles.createFails(home));
    const body = { location, tags: { owner: 'netops' }, properties: { ...rest, routingWeight: 77 } };
    await writtenByOthers(stage, journey, home, body);
    const before = JSON.stringify(stage.arm.read(home));
    expect(before).toContain('"provisioningState":"Failed"');
    await cross(journey);
    const { status, trouble } = await moveOf(journey);
    expect({ status, step: trouble?.step }).toEqual({ status: 'failed', step });
    expect(trouble?.why).toContain('is in the state Failed; it was there before us and is left as it is');
    expect(connectionWrites(journey)).toEqual([]);
    expect(JSON.stringify(stage.arm.read(home))).toBe(before);
  });
});

describe('a key that Azure repeats where it refuses it', () => {
  const message = `The shared key '${key}' has a character that is not allowed.`;

  it('is left out of all that is told and kept', async () => {
    const journey = await startJourney(stage, tunnelSite(key));
    await settledAtHome(journey);
    const body = { error: { code: 'InvalidSharedKey', message } };
    stage.arm.plantFault({
      match: { method: 'PUT', resource: await targetConnection(journey) },
      effect: { kind: 'answer', status: 400, body },
    });
    await cross(journey);
    const { trouble } = await moveOf(journey);
    expect((trouble?.why ?? '').replaceAll(key, 'THE KEY')).toContain(
      "InvalidSharedKey: The shared key '[left out]' has a character",
    );
    expect(await shows(journey, key)).toBe(false);
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    expect(tunnelWith(stage, journey, await targetConnection(journey), key)).toBe(true);
  });

  it('is left out where the operation ends with it, later', async () => {
    const journey = await startJourney(stage, tunnelSite(key));
    await settledAtHome(journey);
    const trouble = { code: 'InvalidSharedKey', message, times: 'always' } as const;
    const planted = stage.arm.plantFault(troubles.createFails(await targetConnection(journey), trouble));
    await cross(journey);
    const { status, trouble: told } = await moveOf(journey);
    expect(status).toBe('failed');
    expect((told?.why ?? '').replaceAll(key, 'THE KEY')).toBe(
      'Azure ended the operation: InvalidSharedKey (its words are left out: a secret went along)',
    );
    expect(await shows(journey, key)).toBe(false);
    planted.remove();
  });
});
