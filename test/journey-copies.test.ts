import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import type { Ports } from '../shared/ports.ts';
import { reconcile } from '../shared/reconcile.ts';
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

  it.each([
    ['that carries a run on', { continues: 'a run' }, [0.5, 1, 2, 4, 8, 16, 30, 30]],
    ['that is about a look', {}, [5, 10, 20, 30, 30, 30, 30, 30]],
  ])('come back ever more seldom to a site that stays busy: one %s', async (_, more, seconds) => {
    const journey = await atHome(stage);
    const { messages } = journey.ports;
    const waits: number[] = [];
    const send: typeof messages.send = async (message) => {
      if (message.kind === 'site') waits.push((message.notBefore - stage.clock.now()) / 1_000);
      await messages.send(message);
    };
    const hold = () => Promise.reject(new AutomationError('ERR_LEASED', 'Another worker holds it', { remedy: '' }));
    await sendCopies(journey, { ...look(journey), ...more }, 1);
    Object.defineProperty(journey.ports, 'messages', { configurable: true, value: { ...messages, send } });
    Object.defineProperty(journey.ports, 'leases', { configurable: true, value: { hold } });
    for (let handled = 0; handled < seconds.length; handled += 1) await journey.step();
    await journey.loseMessages();
    expect(waits).toEqual(seconds);
  });
});

describe('a message that is handed out two days before its time', () => {
  it('goes back into the queue until then: nobody sleeps over it, and the site is left alone', async () => {
    const journey = await atHome(stage);
    const slept: number[] = [];
    const sent: Message[] = [];
    const clock = {
      ...stage.clock,
      speed: 1,
      sleepUntil: async (until: number) => void slept.push(until - stage.clock.now()),
    };
    const ports: Ports = Object.create(journey.ports, {
      clock: { value: clock },
      messages: { value: { send: async (message: Message) => void sent.push(message) } },
    });
    const early = { ...look(journey), notBefore: stage.clock.now() + 2 * 86_400_000 };
    await reconcile(early, ports, true);
    expect(sent).toEqual([{ ...early, revives: true }]);
    expect(slept).toEqual([]);
    expect(journey.calls()).toMatchObject({ reads: 0, writes: 0 });
    stage.clock.advance(2 * 86_400_000 - 1_500);
    await reconcile(early, ports, true);
    expect(slept).toEqual([1_500]);
  });
});
