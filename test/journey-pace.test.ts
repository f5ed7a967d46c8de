import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../shared/reconcile.ts';
import { readMessage } from '../shared/record/message.ts';
import { aroundPorts } from './support/aroundPorts.ts';
import { type Journey, type SiteChange, type Stage, startStage } from './support/journey.ts';
import { atHome, failOver } from './support/landing.ts';
import { finishAtDevice, plannedMove, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** The app's own time: until a worker takes a message, and for each call to storage. */
const pickUpMs = 300;
const storageMs = 20;

const slowHost: SiteChange = {
  handle: (text, redelivered, ports) => {
    stage.clock.advance(pickUpMs);
    const slow = aroundPorts(ports, (call, work) => {
      if (call.to !== 'arm') stage.clock.advance(storageMs);
      return work();
    });
    return reconcile(readMessage(text), slow, redelivered);
  },
};

/** Polls by Retry-After (s), and the longest time (ms) that one of them was behind it. */
const pace = (journey: Journey): ReadonlyMap<number, number> => {
  const behind = new Map<number, number>();
  for (const { retryAfterSeconds: due, waitedSeconds: waited } of journey.exchanges()) {
    if (due === undefined || waited === undefined) continue;
    expect(waited).toBeGreaterThanOrEqual(due);
    behind.set(due, Math.max(behind.get(due) ?? 0, Math.round((waited - due) * 1_000)));
  }
  return behind;
};

const late = (polls: ReadonlyMap<number, number>): readonly unknown[] =>
  [...polls].filter(([due, behindMs]) => behindMs > due * 100);

describe('a worker that takes its time is never early, nor late by more than a tenth of Retry-After', () => {
  it('in a run', async () => {
    const journey = await atHome(stage, slowHost);
    await failOver(journey);
    const polls = pace(journey);
    expect([...polls.keys()].sort((a, b) => a - b)).toEqual([2, 10, 20]);
    expect(late(polls)).toEqual([]);
  });

  it('in a move, whose first polls come after a second', async () => {
    const journey = await atHome(stage, slowHost);
    await plannedMove(journey);
    await finishAtDevice(stage, journey);
    expect(await journey.state()).toMatchObject({ residence: { side: 'target' }, attention: null });
    const polls = pace(journey);
    expect([...polls.keys()]).toEqual(expect.arrayContaining([1, 2, 3, 10, 20]));
    expect(late(polls)).toEqual([]);
  });
});
