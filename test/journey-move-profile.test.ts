import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, plannedMove, quickMoves, stepOf } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const linkOf = async (journey: Journey): Promise<string> => {
  const text = await journey.ports.archive.read((await moveOf(journey)).profileBlob ?? '');
  return (JSON.parse(text ?? '{}') as { url: string }).url;
};

/** A move that waits for its device. */
const waiting = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await plannedMove(journey);
  await untilDevice(journey);
  return journey;
};

/** Works while this much of the app's time goes by. */
const during = async (journey: Journey, minutes: number): Promise<void> => {
  const end = stage.clock.now() + minutes * 60_000;
  while (stage.clock.now() < end && (await journey.step()) !== null);
};

describe('the VPN profile of a move that waits for its device', () => {
  it('is made anew in time: its address is good for an hour, and people take longer', async () => {
    const journey = await waiting();
    const first = await linkOf(journey);
    await during(journey, 95);
    expect((await fetch(first)).status).not.toBe(200);
    expect((await fetch(await linkOf(journey))).status).toBe(200);
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence?.side).toBe('target');
  });

  it('stays the one made before where Azure does not make another, and nothing else stops', async () => {
    const journey = await waiting();
    const first = await linkOf(journey);
    const fault = stage.arm.plantFault({
      match: { method: 'POST', url: 'generatevpnprofile' },
      times: 'always',
      effect: { kind: 'serverError' },
    });
    await during(journey, 40);
    expect(await linkOf(journey)).toBe(first);
    expect(await stepOf(journey, 'profile')).toMatchObject({
      status: 'done',
      why: expect.stringContaining('the one made before is kept'),
    });
    expect(await moveOf(journey)).toMatchObject({ status: 'running', trouble: null });
    fault.remove();
  });
});
