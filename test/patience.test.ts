import { describe, expect, it } from 'vitest';
import { entryFor, isFarOff, newPatience } from '../shared/patience.ts';
import { jumpClock } from './support/journey.ts';

const at = (speed: number) => ({ ...jumpClock('2026-11-28T03:00:00Z'), speed });
const now = Date.parse('2026-11-28T03:00:00Z');

describe('who has something to do at a moment', () => {
  it.each([
    { speed: 1, early: 750 },
    { speed: 2, early: 1_500 },
    { speed: 20, early: 3_000 },
    { speed: Number.POSITIVE_INFINITY, early: 3_000 },
  ])('comes $early ms before it on a clock $speed times as fast as the wall', ({ speed, early }) => {
    expect(entryFor(now, { speed })).toBe(now - early);
  });
});

describe('a message before its time', () => {
  it.each([
    { speed: 1, ms: 60_000, far: false },
    { speed: 1, ms: 60_001, far: true },
    { speed: 60, ms: 60 * 60_000, far: false },
    { speed: 60, ms: 61 * 60_000, far: true },
    { speed: Number.POSITIVE_INFINITY, ms: 9 * 86_400_000, far: false },
  ])('by $ms ms on a clock $speed times as fast as the wall is too early to be waited for: $far', (row) => {
    expect(isFarOff(now + row.ms, at(row.speed))).toBe(row.far);
  });
});

describe('the patience of a visit', () => {
  it('lasts until what is due already, however often', async () => {
    const patience = newPatience(at(1));
    for (let more = 0; more < 1_000; more += 1) await patience.until(now - 5_000);
    expect(patience.lasts(now)).toBe(true);
  });

  it('is a second and a half of the wall in all', async () => {
    const clock = at(1);
    const patience = newPatience(clock);
    expect([patience.lasts(now + 1_500), patience.lasts(now + 1_501)]).toEqual([true, false]);
    await patience.until(now + 1_200);
    expect(clock.now()).toBe(now + 1_200);
    expect([patience.lasts(clock.now() + 300), patience.lasts(clock.now() + 301)]).toEqual([true, false]);
  });

  it('is never more than three seconds at once, however fast the clock runs', () => {
    const patience = newPatience(at(200));
    expect([patience.lasts(now + 3_000), patience.lasts(now + 3_001)]).toEqual([true, false]);
  });
});
