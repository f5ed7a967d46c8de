import { describe, expect, it } from 'vitest';
import { isInTurn } from '../shared/base/inTurn.ts';

const minute = 60_000;
const round = { everyMs: 60 * minute, leastMs: 40 * minute };
const start = Date.parse('2026-03-01T06:00:00Z');
const ids = Array.from({ length: 1_000 }, (_, index) => `rig-${index}`);

/** Sweeps every fifteen minutes for two days; at each, how many of a thousand are taken, and who waited longest (ms). */
const swept = () => {
  const last = new Map<string, number>();
  const taken: number[] = [];
  let longest = 0;
  for (let now = start; now < start + 48 * 60 * minute; now += 15 * minute) {
    const due = ids.filter((id) => isInTurn(id, last.get(id) ?? null, round, now));
    for (const id of due) {
      longest = Math.max(longest, now - (last.get(id) ?? now));
      last.set(id, now);
    }
    taken.push(due.length);
  }
  return { taken, longest };
};

describe('what is done for each of a thousand sites every hour', () => {
  it('is done for all when it was never done, then spreads over the sweeps of the hour', () => {
    const { taken } = swept();
    expect(taken[0]).toBe(1_000);
    const later = taken.slice(24);
    expect(Math.max(...later)).toBeLessThan(350);
    expect(Math.min(...later)).toBeGreaterThan(150);
  });

  it('comes to each within an hour and the time between two sweeps', () => {
    expect(swept().longest).toBeLessThanOrEqual(75 * minute);
  });

  it('is not done again at once, whenever its moment is', () => {
    expect(ids.filter((id) => isInTurn(id, start, round, start + 39 * minute))).toEqual([]);
    expect(ids.filter((id) => !isInTurn(id, start, round, start + 60 * minute))).toEqual([]);
  });
});
