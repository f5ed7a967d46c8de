import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, loadDevice, regionFails, settledAtHome, sweepOnce, untilDevice } from './support/moves.ts';
import { finishAtDevice, quickMoves, stepOf } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const iso = () => new Date(stage.clock.now()).toISOString();

/** Moved out of its region, which is well again: the way back waits for a person. */
const wayBackAsked = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await regionFails(journey, { at: iso() });
  await journey.work();
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await finishAtDevice(stage, journey);
  await sweepOnce(journey);
  await journey.event(
    incident(journey.subscriptionId, { names: ['VPN Gateway', 'Storage'], status: 'Resolved', at: iso() }),
  );
  await journey.work();
  stage.clock.advance(2 * 3_600_000);
  await sweepOnce(journey);
  return journey;
};

/** Somebody with a profile of home's gateway of long ago dials in. */
const laptopDialsIn = async ({ ports, ids }: Journey): Promise<void> => {
  const asked = { processorArchitecture: 'Amd64', authenticationMethod: 'EAPTLS' };
  const accepted = await ports.resources.act(ids.gateway, 'generatevpnprofile', asked);
  if (accepted.status !== 'running') throw new Error('a profile takes its time');
  stage.clock.advance(60_000);
  const made = await ports.resources.poll(accepted.operationUrl);
  if (made.status !== 'succeeded') throw new Error(JSON.stringify(made));
  const answer = await fetch(String(made.body));
  const content = new Uint8Array(await answer.arrayBuffer());
  stage.arm.loadBundle({ device: 'laptop', gatewayId: ids.gateway, package: content });
  stage.clock.advance(600_000);
};

describe('a client of the gateway that the site moves back to', () => {
  it('is not the device when it was there before, and is when it came with the new file', async () => {
    const journey = await wayBackAsked();
    await laptopDialsIn(journey);
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    const waits = 'who is on the gateway was there before';
    for (let done = 0; done < 20 && !(await stepOf(journey, 'confirm'))?.why?.includes(waits); done += 1)
      await journey.step();
    expect(await stepOf(journey, 'confirm')).toMatchObject({
      status: 'waiting',
      why: expect.stringContaining(waits),
    });
    expect((await journey.state()).residence?.side).toBe('target');
    await loadDevice(stage, journey, journey.ids.gateway);
    await journey.work(200);
    const { residence, device } = await journey.state();
    expect(residence).toMatchObject({ side: 'home', because: 'return' });
    expect(device.confirmed?.by).toMatch(/^the gateway: client 192\.168\.150\.3/);
  });
});
