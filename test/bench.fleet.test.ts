import { describe, expect, it } from 'vitest';
import { fleetClock } from '../bench/fleet/fleetClock.ts';
import { proofTimes } from '../bench/fleet/fleetTimes.ts';

const recorded = () => {
  const seen: string[] = [];
  const clock = fleetClock(0, async (now) => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`others ${now}`);
  });
  const sleeper = async (until: number) => {
    await clock.sleepUntil(until);
    seen.push(`woke ${clock.now()}`);
  };
  return { clock, seen, sleeper };
};

describe('the time of a fleet', () => {
  it('jumps to the next thing due, and others are there before anybody wakes', async () => {
    const { seen, sleeper } = recorded();
    await Promise.all([sleeper(200), sleeper(100)]);
    expect(seen).toEqual(['others 100', 'woke 100', 'others 200', 'woke 200']);
  });

  it('stands still while something takes real time', async () => {
    const { clock, seen, sleeper } = recorded();
    clock.outside(1);
    const woken = sleeper(100);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
    clock.outside(-1);
    await woken;
    expect(clock.now()).toBe(100);
  });
});

describe('the times of a fleet', () => {
  const proven = (site: string, at: string | null) => ({ site, run: { cloudReadyAt: at } }) as never;

  it('tell the longest wait of a site since its own first message', async () => {
    const { clock } = recorded();
    const times = proofTimes(clock);
    times.asked('a');
    await clock.pause(10_000);
    times.asked('b');
    times.asked('a');
    times.saved(proven('b', null));
    await clock.pause(20_000);
    times.saved(proven('b', 'now'));
    times.saved(proven('a', 'now'));
    expect(times.all()).toEqual({ ready: 2, lastSeconds: 30, medianSeconds: 30, longestSeconds: 30 });
  });

  it('tell of no longest wait while a site is not proven', () => {
    const times = proofTimes(recorded().clock);
    times.asked('a');
    expect(times.all()).toMatchObject({ ready: 0, longestSeconds: Number.NaN });
  });
});
