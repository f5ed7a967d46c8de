import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { settledAtHome } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const iso = () => new Date(stage.clock.now()).toISOString();

const target = async (journey: Journey, status: 'Active' | 'Resolved'): Promise<void> => {
  stage.clock.advance(60_000);
  const failing = { names: ['VPN Gateway'], region: 'USGov Texas', trackingId: 'THERE-1', status, at: iso() };
  await journey.event(incident(journey.subscriptionId, failing));
  await journey.work();
};

describe('a failover that does not fit', () => {
  it('asks for no move into a target that fails as a whole, and for one once that is well', async () => {
    const journey = await startJourney(stage, { routeBudget: { limit: 160 } });
    await settledAtHome(journey);
    await target(journey, 'Active');
    await journey.event(incident(journey.subscriptionId, { at: iso() }));
    await journey.work();
    const blocked = await journey.state();
    expect(blocked.move ?? null).toBeNull();
    expect(blocked.lastPlan?.blockers.map(({ code }) => code)).toContain('ROUTE_BUDGET');

    await target(journey, 'Resolved');
    expect(await moveOf(journey)).toMatchObject({ reason: 'budget', status: 'awaitingApproval' });

    await target(journey, 'Active');
    const { move, lastMoves } = await journey.state();
    expect(move).toBeNull();
    expect(lastMoves?.[0]).toMatchObject({ reason: 'budget', outcome: 'expired' });
    expect(lastMoves?.[0]?.why).toContain('US Gov Texas fails as a whole');
  });
});
