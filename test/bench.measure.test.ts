import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Limit, measure } from '../bench/measure.ts';

afterEach(() => vi.restoreAllMocks());

/** Contenders that take these milliseconds, round by round, on a clock of their own. */
const measured = (limit: Limit, ours: readonly number[], theirs: readonly number[], later: readonly number[] = []) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const taking = (times: readonly number[]) => {
    let round = 0;
    return () => {
      now += times[round] ?? times.at(-1) ?? 0;
      round += 1;
    };
  };
  const contenders = [
    { name: 'ours', run: taking([...ours, ...later]) },
    { name: 'theirs', run: taking(theirs), isYardstick: true },
  ] as const;
  const row = { name: 'X', title: 'x', contenders, limits: [limit] };
  return measure(row, { rounds: ours.length, warmUp: 0 }).limits[0];
};

describe('a limit by the least times', () => {
  const limit: Limit = { over: 'theirs', atMost: 4.5, by: 'least' };

  it('holds although most rounds of ours were disturbed', () => {
    expect(measured(limit, [400, 40, 900, 700, 800], [10, 10, 10, 10, 10])).toMatchObject({ value: 4, holds: true });
  });

  it('waits for a quiet moment where every round was disturbed', () => {
    expect(measured(limit, [400, 90], Array(12).fill(10), [300, 200, 40])).toMatchObject({ value: 4, holds: true });
  });

  it('is missed by work that grows too fast, however quiet the machine', () => {
    expect(measured(limit, [50, 50, 51], [10, 10, 12])).toMatchObject({ value: 5, holds: false });
  });
});

it('any other limit goes by medians', () => {
  expect(measured({ over: 'theirs', atMost: 4.5 }, [400, 40, 900], [10, 10, 10])).toMatchObject({ holds: false });
});
