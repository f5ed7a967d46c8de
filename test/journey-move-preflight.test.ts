import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { regionFails, settledAtHome } from './support/moves.ts';
import { moveOf, quickMoves, sweepIsDue } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;
const iso = () => new Date(stage.clock.now()).toISOString();

const gateways = (limit: number) => stage.arm.setUsage('usgovtexas', 'VirtualNetworkGateways', { limit });

/** The target has no room for a gateway, and the last preflight found that. */
const withoutQuota = async (): Promise<Journey> => {
  const journey = await startJourney(stage);
  gateways(0);
  await settledAtHome(journey);
  expect((await journey.state()).preflight?.checks.find(({ id }) => id === 'quota')).toMatchObject({ ok: false });
  return journey;
};

const asked = ({ notices }: Journey) =>
  notices.flatMap(({ kind, text }) => (kind === 'blocked' || kind === 'needsApproval' ? [{ kind, text }] : []));

const steps = async (journey: Journey, count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) await journey.step();
};

describe('a check that failed', () => {
  it('is made again before a move is asked for out of a dead region', async () => {
    const journey = await withoutQuota();
    gateways(1_000);
    stage.clock.advance(hour);
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    await steps(journey, 2);
    expect(asked(journey)).toMatchObject([{ kind: 'needsApproval' }]);
    await journey.word({ action: 'apply', digest: (await moveOf(journey)).digest });
    expect((await moveOf(journey)).status).toBe('running');
    lift();
  });

  it('is made again while a blocked move waits and its region is dead', async () => {
    const journey = await withoutQuota();
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    await steps(journey, 2);
    expect(asked(journey)).toMatchObject([{ kind: 'blocked', text: expect.stringContaining('MOVE_PREFLIGHT') }]);
    gateways(1_000);
    stage.clock.advance(6 * 60_000);
    await sweepIsDue(journey);
    await steps(journey, 3);
    expect(asked(journey)).toHaveLength(2);
    await journey.word({ action: 'apply', digest: (await moveOf(journey)).digest });
    lift();
  });

  it('opens the way at once when a person has it made again', async () => {
    const journey = await withoutQuota();
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    await steps(journey, 2);
    await journey.loseMessages();
    gateways(1_000);
    await journey.word({ action: 'preflight' });
    await steps(journey, 1);
    await journey.word({ action: 'apply', digest: (await moveOf(journey)).digest });
    expect((await moveOf(journey)).status).toBe('running');
    lift();
  });
});

describe('the checks of every few hours', () => {
  it('are made while home is dead', async () => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const before = (await journey.state()).preflight?.at ?? '';
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    await regionFails(journey, { at: iso() });
    stage.clock.advance(7 * hour);
    await steps(journey, 2);
    const { preflight } = await journey.state();
    expect(Date.parse(preflight?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(before) + 7 * hour);
    lift();
  });
});
