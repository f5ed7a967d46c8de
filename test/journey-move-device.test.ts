import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { loadDevice, settledAtHome, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, plannedMove, quickMoves, stepOf, sweepIsDue } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const servicesFail = (journey: Journey): Promise<void> =>
  journey.event(incident(journey.subscriptionId, { at: new Date(stage.clock.now()).toISOString() }));

const steps = async (journey: Journey, many: number): Promise<void> => {
  for (let done = 0; done < many; done += 1) await journey.step();
};

/** What is told at the end of a move. */
const ending = ({ notices }: Journey): string | undefined => notices.find(({ kind }) => kind === 'protected')?.text;

describe("a person's word on the device", () => {
  const moved = async (unseen: boolean): Promise<Journey> => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    await untilDevice(journey);
    if (!unseen) {
      await loadDevice(stage, journey, (await targetOf(journey)).ids.gateway);
      stage.clock.advance(180_000);
    }
    await journey.word({ action: 'confirmDevice' });
    await journey.work(400);
    expect((await journey.state()).residence?.side).toBe('target');
    return journey;
  };

  it('counts although the gateway has seen no client, and that is told and shown', async () => {
    const journey = await moved(true);
    const { device } = await journey.state();
    expect(device.confirmed).toMatchObject({ by: 'Ada', gateway: 'the gateway has seen no client yet' });
    expect(journey.notices.map(({ title }) => title)).toContain(
      `Site ${journey.site}: Ada confirmed the device, and the gateway has seen no client yet`,
    );
    const status = renderStatusText(await overview(journey.ports)).replace(/\s+/g, ' ');
    expect(status).toMatch(/Device protected: Ada confirmed [^;]*; the gateway has seen no client yet/);
    expect(status).toMatch(/Last move .* protected: .*; confirmed by Ada; the gateway has seen no client yet/);
    expect(ending(journey)).toContain('The device was confirmed by Ada; the gateway has seen no client yet (');
  });

  it('is written down with the client that the gateway has seen', async () => {
    const journey = await moved(false);
    const { device } = await journey.state();
    expect(device.confirmed).toMatchObject({ by: 'Ada', gateway: expect.stringMatching(/has seen client 192\./) });
    expect(journey.notices.map(({ title }) => title).join()).not.toContain('confirmed the device, and');
    expect(ending(journey)).toMatch(/^The device was confirmed by Ada; the gateway has seen client 192\.\S+ \(/);
  });
});

describe('the device of a site that is moved on purpose', () => {
  it('is offered the file of the new region, whatever is looked at or fails over at home meanwhile', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    await plannedMove(journey);
    await untilDevice(journey);
    const offered = (await moveOf(journey)).device?.offered;
    expect(offered?.instruction.join()).toContain('usgovtexas');
    // To be copied: nothing stands behind a command.
    expect(offered?.instruction[0]).toMatch(/: npm run cli -- device-file --site \S+ --profile$/);
    const atHome = (await journey.state()).device;
    await sweepIsDue(journey);
    await steps(journey, 4);
    expect((await journey.state()).device).toEqual(atHome);
    await servicesFail(journey);
    await steps(journey, 40);
    // What fails over at home wants another file there: a word on that one is no word on the new region's.
    const { device, run } = await journey.state();
    expect(run?.cloudReadyAt).not.toBeNull();
    expect(device.offered?.checksum).not.toBe(offered?.checksum);
    expect((await moveOf(journey)).device?.offered).toEqual(offered);
    await expect(journey.word({ action: 'confirmDevice', checksum: 'sha256:0123456789' })).rejects.toMatchObject({
      message: expect.stringContaining(`is ${offered?.checksum}, not`),
    });
    await journey.word({ action: 'confirmDevice', checksum: device.offered?.checksum });
    await steps(journey, 6);
    expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'serviceFailover' } });
    expect((await stepOf(journey, 'confirm'))?.status).toBe('waiting');
    await journey.word({ action: 'confirmDevice', checksum: offered?.checksum });
    await journey.work(400);
    const moved = await journey.state();
    expect(moved.residence).toMatchObject({ side: 'target' });
    expect(moved.device).toMatchObject({ offered: { checksum: offered?.checksum }, confirmed: { by: 'Ada' } });
  });

  it('is known as it was at home when the move is turned back', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const { device } = await journey.state();
    await plannedMove(journey);
    await untilDevice(journey);
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    const turned = await journey.state();
    expect(turned).toMatchObject({ device, run: null });
    journey.mark();
    await sweepIsDue(journey);
    await journey.work();
    expect(journey.calls().writes).toBe(0);
  });
});
