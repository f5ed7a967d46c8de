import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import { reconcile } from '../shared/reconcile.ts';
import type { Message } from '../shared/record/ports.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, noLeases, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf, writesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** Where no lease holds one of them off, its save does: its message comes again. */
const twoAtOnce = async (message: Message, { ports }: Journey): Promise<void> => {
  const both = await Promise.allSettled([reconcile(message, ports), reconcile(message, ports)]);
  const lost = both.filter((one) => one.status === 'rejected');
  expect(lost.length).toBeLessThan(2);
  for (const { reason } of lost) {
    expect(reason).toMatchObject({ code: 'ERR_STATE_CONFLICT' });
    await reconcile(message, ports, true);
  }
};

type Effect = 'save' | 'send' | 'append' | 'keep' | 'tell' | 'put';
type Death = { readonly effect: Effect; readonly nth: number; readonly when: 'before' | 'after' };

/** A worker that dies at one of its effects: from then on nothing it does has any, until it is started anew. */
const mortal = (journey: Journey, death: Death | null) => {
  const { ports } = journey;
  const seen = new Map<Effect, number>();
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Error('the worker died');
  };
  const around = async <T>(effect: Effect, act: () => Promise<T>): Promise<T> => {
    if (dead) return die();
    const nth = (seen.get(effect) ?? 0) + 1;
    seen.set(effect, nth);
    const hit = death !== null && death.effect === effect && death.nth === nth;
    if (hit && death.when === 'before') return die();
    const result = await act();
    return hit ? die() : result;
  };
  const { sites, messages, archive, notices, metered } = ports;
  Object.defineProperties(ports, {
    sites: {
      value: {
        load: sites.load,
        list: sites.list,
        save: (...of: Parameters<typeof sites.save>) => around('save', () => sites.save(...of)),
      },
    },
    messages: {
      value: { send: (...of: Parameters<typeof messages.send>) => around('send', () => messages.send(...of)) },
    },
    archive: {
      value: {
        read: archive.read,
        list: archive.list,
        keep: (...of: Parameters<typeof archive.keep>) => around('keep', () => archive.keep(...of)),
        append: (...of: Parameters<typeof archive.append>) => around('append', () => archive.append(...of)),
      },
    },
    notices: { value: { tell: (...of: Parameters<typeof notices.tell>) => around('tell', () => notices.tell(...of)) } },
    metered: {
      value: (...of: Parameters<typeof metered>) => {
        const view = metered(...of);
        const { resources } = view;
        const put = (...args: Parameters<typeof resources.put>) => around('put', () => resources.put(...args));
        return { ...view, resources: { ...resources, put } };
      },
    },
  });
  return {
    /** Something said at a door; said again where the door's worker died of it. */
    unless: async (act: () => Promise<unknown>): Promise<number> => {
      try {
        await act();
        return 0;
      } catch (error) {
        if (!dead) throw error;
        dead = false;
        await act();
        return 1;
      }
    },
    /** Works off the queue; a dead worker is started anew and finds its message again. */
    work: async (): Promise<number> => {
      let deaths = 0;
      for (let done = 0; done < 200; done += 1) {
        try {
          if ((await journey.step()) === null) return deaths;
        } catch (error) {
          if (!dead) throw error;
          dead = false;
          deaths += 1;
        }
      }
      throw new Error('the queue is not empty after 200 messages');
    },
  };
};

/** The whole loop with one worker: an incident, its failover, the person's part at the device. */
const failoverWith = async (death: Death | null) => {
  const journey = await startJourney(stage);
  const worker = mortal(journey, death);
  let deaths = await worker.unless(() => journey.event(incident(journey.subscriptionId)));
  deaths += await worker.work();
  deaths += await worker.unless(() => journey.word({ action: 'confirmDevice' }));
  deaths += await worker.work();
  return { journey, deaths };
};

/** What must be the same whenever a worker dies: the end, not the way there. */
const endOf = async (journey: Journey) => {
  const { run, waiting, attention, inPlace, device, singlyEncryptedSince, lastRuns, lookAgain } = await journey.state();
  const accepted = journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300);
  return {
    prefixes: prefixesOf(stage, journey),
    writes: accepted.map(({ label }) => label),
    state: { run, waiting, attention, singlyEncryptedSince, lookAgain },
    // Another site's names are in these two.
    inPlace: { ...inPlace, at: null, digest: null, outcomeHash: null },
    listed: [device.offered?.listHash, device.confirmed?.listHash],
    outcomes: lastRuns.map(({ outcome }) => outcome),
    told: [...new Set(journey.notices.map(({ kind }) => kind))].sort(),
  };
};

/** What was said on the way may differ where two say it. */
const withoutWords = ({ told: _, outcomes: __, ...same }: Awaited<ReturnType<typeof endOf>>) => same;

const points = (effect: Effect, numbers: readonly number[], when: Death['when']): Death[] =>
  numbers.map((nth) => ({ effect, nth, when }));

/** A walk through the run; a point that is never reached would leave the worker alive and fail. */
const deaths: readonly Death[] = [
  ...points('put', [1, 2], 'before'),
  ...points('put', [1, 2], 'after'),
  ...points('save', [1, 6, 11, 16, 18], 'before'),
  ...points('save', [2, 8, 12, 17], 'after'),
  ...points('tell', [1, 2, 3, 4], 'before'),
  ...points('send', [2, 3, 5], 'before'),
  ...points('append', [13], 'after'),
];

describe('a worker that dies', () => {
  let calm: Awaited<ReturnType<typeof endOf>>;
  beforeAll(async () => {
    calm = await endOf((await failoverWith(null)).journey);
  });

  it.each(deaths)('$when $effect number $nth leaves no trace', async (death) => {
    const { journey, deaths: died } = await failoverWith(death);
    expect(died).toBe(1);
    expect(await endOf(journey)).toEqual(calm);
  });

  it.each<Death>([
    { effect: 'put', nth: 1, when: 'after' },
    { effect: 'put', nth: 2, when: 'after' },
    { effect: 'save', nth: 6, when: 'before' },
  ])('on the way back, $when $effect number $nth, leaves no trace either', async (death) => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    await failOver(journey);
    await confirm(journey);
    await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at: '2026-07-20T05:00:00.000Z' }));
    await journey.work();
    await journey.word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
    await journey.work();
    journey.mark();
    const worker = mortal(journey, death);
    await worker.unless(() => journey.word({ action: 'confirmDevice' }));
    expect(await worker.work()).toBe(1);
    expect(prefixesOf(stage, journey)).toEqual(before);
    expect(journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300)).toHaveLength(2);
    expect(await journey.state()).toMatchObject({ run: null, attention: null, inPlace: { mode: 'home' } });
  });

  it('and whose lease outlives it keeps nobody waiting for the sweep', async () => {
    const journey = await startJourney(stage);
    const { leases } = journey.ports;
    const worker = mortal(journey, { effect: 'send', nth: 3, when: 'before' });
    let held = 0;
    const hold: typeof leases.hold = async (name, work) => {
      if (held > 0) {
        held -= 1;
        throw new AutomationError('ERR_LEASED', `Another worker holds ${name}`, { remedy: '', retry: 'later' });
      }
      try {
        return await leases.hold(name, work);
      } catch (error) {
        held = 20; // nobody gives it back
        throw error;
      }
    };
    Object.defineProperty(journey.ports, 'leases', { value: { hold } });
    await journey.event(incident(journey.subscriptionId));
    expect(await worker.work()).toBe(1);
    expect(held).toBe(0);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });

  it('five times at the same message has the site marked and people told, and a sweep goes on', async () => {
    const journey = await startJourney(stage);
    const { sites } = journey.ports;
    let down = true;
    const save = (...of: Parameters<typeof sites.save>) =>
      down && of[0].run !== null ? Promise.reject(new Error('the disk is full')) : sites.save(...of);
    Object.defineProperty(journey.ports, 'sites', { value: { load: sites.load, list: sites.list, save } });
    await journey.event(incident(journey.subscriptionId));
    expect(await journey.host()).toHaveLength(5);
    expect((await journey.state()).attention).toMatchObject({ code: 'POISON' });
    expect(journey.notices.at(-1)).toMatchObject({ kind: 'alarm', site: journey.site });
    expect(writesOf(journey)).toEqual([]);
    down = false;
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(await journey.state()).toMatchObject({ attention: null, inPlace: { mode: 'serviceFailover' } });
  });

  describe('or is not alone', () => {
    const woken = (journey: Journey, continues?: string): Message => {
      const now = stage.clock.now();
      const message = {
        kind: 'site',
        site: journey.site,
        generation: 0,
        because: 'again',
        notBefore: now,
        arrivedAt: now,
      } as const;
      return continues === undefined ? message : { ...message, continues };
    };
    const end = async (journey: Journey) => {
      await confirm(journey);
      return withoutWords(await endOf(journey));
    };

    it('has one result with two workers at one message', async () => {
      const journey = await startJourney(stage);
      await journey.event(incident(journey.subscriptionId));
      const message = woken(journey);
      await twoAtOnce(message, journey);
      await journey.work();
      expect(await end(journey)).toEqual(withoutWords(calm));
      expect(journey.notices.filter(({ kind }) => kind === 'cloudReady')).toHaveLength(1);
    });

    it('has one result even where the lease holds nobody off', async () => {
      const journey = await startJourney(stage);
      Object.defineProperty(journey.ports, 'leases', { value: noLeases });
      await journey.event(incident(journey.subscriptionId));
      const message = woken(journey);
      const both = await Promise.allSettled([reconcile(message, journey.ports), reconcile(message, journey.ports)]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await reconcile(message, journey.ports, true);
      await journey.work();
      expect(await end(journey)).toEqual(withoutWords(calm));
    });

    it('has one result when the message that carries a run on comes four times', async () => {
      const journey = await startJourney(stage);
      await journey.event(incident(journey.subscriptionId));
      while ((await journey.state()).run === null) await journey.step();
      const { run } = await journey.state();
      for (let more = 0; more < 3; more += 1) await journey.ports.messages.send(woken(journey, run?.id));
      expect(await journey.work()).toBeLessThan(20);
      expect(journey.calls().early).toBe(0);
      expect(await end(journey)).toEqual(withoutWords(calm));
    });

    it('has one result when every message is handled twice', async () => {
      const journey = await startJourney(stage);
      await journey.event(incident(journey.subscriptionId));
      let handled = 0;
      for (let message = await journey.step(); message !== null; message = await journey.step()) {
        await reconcile(message, journey.ports);
        handled += 1;
      }
      expect(handled).toBeLessThan(40);
      expect(await end(journey)).toEqual(withoutWords(calm));
    });
  });
});
