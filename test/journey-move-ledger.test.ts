import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerBlob } from '../shared/record/progress.ts';
import type { SiteState } from '../shared/record/state.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { failOver } from './support/landing.ts';
import { settledAtHome, untilDevice } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** How the ledger of a run or a move ends; nothing while it is open. */
const endsIn = async ({ ports, site }: Journey, id: string): Promise<string[]> =>
  ((await ports.archive.read(ledgerBlob(site, id))) ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => String((JSON.parse(line) as { event: string }).event))
    .filter((event) => /^(run|move) (protected|superseded)$/.test(event));

/** A planned move waits for its device, and a run of the side that it leaves for a file of its own. */
const atDevice = async () => {
  const journey = await startJourney(stage);
  await settledAtHome(journey);
  await failOver(journey);
  const { digest } = (await journey.word({ action: 'move' })) as { digest: string };
  await journey.word({ action: 'apply', digest });
  await untilDevice(journey);
  const [{ run }, { id: move }] = [await journey.state(), await moveOf(journey)];
  return { journey, run: String(run?.id), move };
};

/** Something happens, once, just as the worker saves a state that is `gone`. */
const asItSaves = ({ ports }: Journey, gone: (state: SiteState) => boolean, happens: () => Promise<unknown>): void => {
  const { sites } = ports;
  let happened = false;
  const save: typeof sites.save = async (state, token) => {
    if (!happened && gone(state)) {
      happened = true;
      await happens();
    }
    return sites.save(state, token);
  };
  Object.defineProperty(ports, 'sites', { value: { load: sites.load, list: sites.list, save } });
};

/** Another worker comes in. */
const overtake = async ({ ports, site }: Journey): Promise<void> => {
  const { state, token } = await ports.sites.load(site);
  await ports.sites.save({ ...state, generation: state.generation + 1 }, token);
};

/** The worker dies as it is about to write this into a ledger. */
const diesBefore = ({ ports }: Journey, event: string): void => {
  const { archive } = ports;
  let died = false;
  const append: typeof archive.append = async (name, line) => {
    if (died || !line.includes(`"${event}"`)) return archive.append(name, line);
    died = true;
    throw new Error('the worker died');
  };
  Object.defineProperty(ports, 'archive', { value: { ...archive, append } });
};

/** The device has profile and file; what the workers threw on the way to the end of the move. */
const finish = async (journey: Journey): Promise<readonly unknown[]> => {
  await journey.word({ action: 'confirmDevice' });
  return journey.host(400);
};

const ways = [
  { of: 'the run that the move abandons', ledger: 'run', end: 'run superseded', gone: (state) => state.run === null },
  { of: 'the move', ledger: 'move', end: 'move protected', gone: (state) => !state.move },
] as const satisfies readonly { gone: (state: SiteState) => boolean; [name: string]: unknown }[];

describe.each(ways)('the ledger of $of', ({ ledger, end, gone }) => {
  it('is not ended by a worker that another overtakes', async () => {
    const { journey, ...ids } = await atDevice();
    let ended: string[] | undefined;
    asItSaves(journey, gone, async () => {
      await overtake(journey);
      ended = await endsIn(journey, ids[ledger]);
    });
    expect(await finish(journey)).toMatchObject([{ code: 'ERR_STATE_CONFLICT' }]);
    expect(ended).toEqual([]);
    expect(await endsIn(journey, ids[ledger])).toEqual([end]);
  });

  it('is ended by whoever comes next where the worker died before it could', async () => {
    const { journey, ...ids } = await atDevice();
    diesBefore(journey, end);
    expect(await finish(journey)).toHaveLength(1);
    expect(await endsIn(journey, ids[ledger])).toEqual([end]);
    expect(await journey.state()).not.toHaveProperty('closing');
    expect((await journey.state()).residence).toMatchObject({ side: 'target' });
  });
});

describe('a move that a person cancels in its very last moment', () => {
  it('is over where the site has settled there: they are told, and it has one end', async () => {
    const { journey, move } = await atDevice();
    let answer: unknown;
    asItSaves(
      journey,
      (state) => !state.move,
      async () => {
        answer = await journey.word({ action: 'cancelMove' }).catch((error: unknown) => error);
      },
    );
    await finish(journey);
    expect(answer).toMatchObject({
      code: 'ERR_NOTHING_WAITS',
      message: expect.stringContaining('lives in US Gov Texas'),
    });
    const { lastMoves, residence } = await journey.state();
    expect(residence).toMatchObject({ side: 'target' });
    expect(lastMoves?.filter(({ id }) => id === move)).toMatchObject([{ outcome: 'protected' }]);
    expect(await endsIn(journey, move)).toEqual(['move protected']);
  });

  it('stays cancelled, and the site at home, where it has not', async () => {
    const { journey, move } = await atDevice();
    asItSaves(
      journey,
      ({ residence }) => residence?.side === 'target',
      () => journey.word({ action: 'cancelMove' }),
    );
    await finish(journey);
    const { lastMoves, residence, move: asked } = await journey.state();
    expect(residence?.side ?? 'home').toBe('home');
    expect(lastMoves?.filter(({ id }) => id === move)).toMatchObject([{ outcome: 'cancelled' }]);
    expect(asked).toMatchObject({ reason: 'teardown', from: 'target', status: 'awaitingApproval' });
    expect(await endsIn(journey, move)).toEqual([]);
  });
});
