import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failureAnswer } from '../shared/answers.ts';
import { allowanceTable } from '../shared/azure/allowanceTable.ts';
import { sharedTurns } from '../shared/azure/turns.ts';
import { storageNames } from '../shared/base/settings.ts';
import { overview } from '../shared/overview.ts';
import type { Ports } from '../shared/ports.ts';
import { say, type Word, wordSchema } from '../shared/words.ts';
import { aroundPorts } from './support/aroundPorts.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, ours, plannedMove, quickMoves, untilFailed } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** A planned move that stands still at its gateway. */
const stoppedMove = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  const { ids } = await targetOf(journey);
  stage.arm.plantFault({
    match: { method: 'PUT', resource: ids.gateway },
    times: 3,
    effect: { kind: 'operationFails', code: 'InternalServerError', message: 'no' },
  });
  await untilFailed(journey, 'gateway');
  return journey;
};

/** What another instance of the app does that was told to wait: nobody of this subscription reads for so long. */
const readsRefused = (journey: Journey, waitMs: number): Promise<void> => {
  const options = { allowInsecureConnection: true };
  const table = TableClient.fromConnectionString(stage.connectionString, storageNames.allowances, options);
  const turn = { subscription: journey.subscriptionId, kind: 'reads', network: true, call: 'GET another' } as const;
  return sharedTurns(allowanceTable(table), stage.clock).refused(turn, waitMs);
};

/** Stopped as before, and nothing of it over. */
const expectKept = async (journey: Journey, id: string): Promise<void> => {
  const kept = await moveOf(journey);
  expect(kept).toMatchObject({ id, status: 'failed' });
  expect(kept.trouble?.why).toContain('Ada cancelled it: enough');
  expect((await journey.state()).lastMoves ?? []).toEqual([]);
};

const cancelWhole = async (journey: Journey): Promise<void> => {
  await journey.word({ action: 'cancelMove', reason: 'enough' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(600);
  expect((await journey.state()).lastMoves?.map(({ outcome }) => outcome)).toEqual(['removed', 'cancelled']);
  expect(ours(stage, journey)).toEqual([]);
};

it('keeps a move whose region cannot be read when it is cancelled, until it can', async () => {
  const journey = await stoppedMove();
  const { id } = await moveOf(journey);
  const lift = stage.arm.silence('usgovtexas', 'refused');
  await expect(journey.word({ action: 'cancelMove', reason: 'enough' })).rejects.toThrow(/stopped and kept/);
  await expectKept(journey, id);
  lift();
  await cancelWhole(journey);
  // Whoever built one anew after it was looked at would keep it; a resource group has no entity tag.
  const deleted = journey.exchanges().filter(({ method, url }) => method === 'DELETE' && url.includes('/providers/'));
  expect(deleted.length).toBeGreaterThan(3);
  expect(deleted.map(({ requestHeaders }) => requestHeaders['if-match'] ?? 'none')).not.toContain('none');
});

it('keeps a move that is cancelled while our reads wait for their turn, until it comes', async () => {
  const journey = await stoppedMove();
  const { id } = await moveOf(journey);
  stage.clock.advance(60_000);
  await readsRefused(journey, 600_000);
  const refused = await journey.word({ action: 'cancelMove', reason: 'enough' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'ERR_OUR_TURN',
    retry: 'later',
    message: expect.stringContaining('stopped and kept'),
  });
  // At the door: come again, and when.
  const { status, headers } = failureAnswer(refused);
  expect(status).toBe(503);
  const seconds = Number(headers['retry-after']);
  expect(seconds).toBeGreaterThan(540);
  expect(seconds).toBeLessThanOrEqual(601);
  await expectKept(journey, id);
  expect(ours(stage, journey).length).toBeGreaterThan(3);
  stage.clock.advance(600_000);
  await cancelWhole(journey);
});

it('leaves the standby that was approved before the move that is cancelled', async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await journey.word({ action: 'standby', want: 'up' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(400);
  await sweepOnce(journey);
  const standby = ours(stage, journey);
  expect(standby).toContain((await targetOf(journey)).ids.gateway);
  await journey.word({ action: 'move' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await untilDevice(journey);
  // All of it stood before: there is nothing to ask.
  expect(await journey.word({ action: 'cancelMove' })).toMatchObject({
    said: expect.stringMatching(
      /^cancelled; nothing that could be taken down .*stays: it was not made .* by this move/,
    ),
  });
  await journey.work(400);
  const { move, standby: stands } = await journey.state();
  expect(move).toBeNull();
  expect(stands).toBe(true);
  expect(ours(stage, journey)).toEqual(standby);
});

it('asks nobody to take down what does not stand', async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await journey.word({ action: 'move' });
  const { id } = await moveOf(journey);
  const none = { said: 'nothing that could be taken down stands in US Gov Texas' };
  expect(await journey.word({ action: 'retire' })).toMatchObject(none);
  expect(await journey.word({ action: 'standby', want: 'down' })).toMatchObject(none);
  expect(await moveOf(journey)).toMatchObject({ id, reason: 'planned', status: 'awaitingApproval' });
});

it('shows what a cancelled move made as idle, until somebody lets it go', async () => {
  const journey = await stoppedMove();
  const idle = async () =>
    (await overview(journey.ports)).sites.find(({ id }) => id === journey.site)?.standing?.resources;
  await journey.word({ action: 'cancelMove' });
  expect(await idle()).toContain('1 Azure Firewall');
  await journey.word({ action: 'decline', digest: await askedDigest(journey) });
  expect(await idle()).toContain('1 Azure Firewall');
  await journey.word({ action: 'standby', want: 'down' });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(600);
  expect(await idle()).toBeUndefined();
});

/** Ports of a worker that dies right after its call number `last` that changes something; from then on it does nothing. */
const dyingAfter = (ports: Ports, last: number): Ports => {
  let left = last;
  return aroundPorts(ports, async ({ changes }, work) => {
    if (left === 0) throw new Error('it is dead');
    const result = await work();
    if (changes) left -= 1;
    if (left === 0) throw new Error('it dies');
    return result;
  });
};

it('is cancelled by saying it again where the worker that heard it died, whatever it had done by then', async () => {
  const journey = await stoppedMove();
  const word = { action: 'cancelMove', site: journey.site, by: 'Ada', reason: 'enough' };
  const ends: string[] = [];
  for (let last = 1; (await moveOf(journey)).reason !== 'teardown'; last += 1) {
    const answer = say(wordSchema.parse(word) as Word, 'nobody', dyingAfter(journey.ports, last));
    await expect(answer).rejects.toThrow(/it dies/);
    const { status, trouble } = await moveOf(journey);
    ends.push(`${status}${trouble ? `: ${trouble.why} ${trouble.remedy}` : ''}`);
  }
  expect(ends.length).toBeGreaterThan(2);
  expect(ends.at(-1)).toBe('awaitingApproval');
  for (const end of ends.slice(0, -1))
    expect(end).toMatch(/^failed: Ada cancelled it: enough.* Say "move cancel" again/);
  expect((await journey.state()).lastMoves?.map(({ outcome }) => outcome)).toEqual(['cancelled']);
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(600);
  expect(ours(stage, journey)).toEqual([]);
});
