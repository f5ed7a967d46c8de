import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, sweepOnce, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, plannedMove, quickMoves, stepOf } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

type Network = { properties: { subnets: { name: string; properties: Record<string, unknown> }[] } };

/** The GatewaySubnet at home with this table, or with none. */
const attach = ({ ids }: Journey, table: string | null): void => {
  const network = structuredClone(stage.arm.read(ids.virtualNetwork)) as unknown as Network;
  for (const { name, properties } of network.properties.subnets) {
    if (name !== 'GatewaySubnet') continue;
    delete properties['routeTable'];
    if (table !== null) properties['routeTable'] = { id: table };
  }
  stage.arm.seed(ids.virtualNetwork, network as never);
};

describe('a route table that is not on the GatewaySubnet', () => {
  it('is no proof of a move, whatever its routes; once it is there again, the move goes on', async () => {
    const journey = await startJourney(stage, { site: { move: { retireOld: 'never' } } });
    await plannedMove(journey);
    await finishAtDevice(stage, journey);
    await sweepOnce(journey);
    attach(journey, null);
    await journey.word({ action: 'move' });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    expect(await moveOf(journey)).toMatchObject({ to: 'home', status: 'failed', cloudReadyAt: null });
    expect((await stepOf(journey, 'proof'))?.why).toMatch(/the GatewaySubnet of \S+ has not the route table/);

    attach(journey, journey.ids.routeTable);
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    expect((await moveOf(journey)).cloudReadyAt).not.toBeNull();
  });
});
