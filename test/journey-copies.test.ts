import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../shared/record/ports.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const look = (journey: Journey): Extract<Message, { kind: 'site' }> => {
  const arrivedAt = stage.clock.now();
  return { kind: 'site', site: journey.site, generation: 1, because: 'a test', notBefore: arrivedAt, arrivedAt };
};

const sendCopies = async (journey: Journey, message: Message, copies: number): Promise<void> => {
  for (let copy = 0; copy < copies; copy += 1) await journey.ports.messages.send(message);
};

describe('copies of one message', () => {
  it('have the site looked at again by one message while Azure does not answer, however many there are', async () => {
    const journey = await atHome(stage);
    const silence = stage.arm.plantFault({
      match: { url: journey.site },
      times: 'always',
      effect: { kind: 'unavailable' },
    });
    await sendCopies(journey, look(journey), 12);
    for (let handled = 0; handled < 12; handled += 1) await journey.step();
    const left = await journey.ports.messages.backlog?.();
    silence.remove();
    await journey.work();
    expect(left?.messages).toBe(1);
    expect(await journey.state()).toMatchObject({ attention: null, run: null });
  });

  it('ask Azure nothing once a later look has worked', async () => {
    const journey = await atHome(stage);
    const message = look(journey);
    stage.clock.advance(2 * 60_000);
    await sendCopies(journey, look(journey), 1);
    await journey.work();
    journey.mark();
    await sendCopies(journey, message, 5);
    await journey.work();
    expect(journey.calls()).toMatchObject({ reads: 0, writes: 0 });
  });

  it('of what came after that look are looked at', async () => {
    const journey = await atHome(stage);
    await sendCopies(journey, look(journey), 1);
    await journey.work();
    stage.clock.advance(2 * 60_000);
    journey.mark();
    await sendCopies(journey, look(journey), 1);
    await journey.work();
    expect(journey.calls().reads).toBeGreaterThan(0);
  });
});
