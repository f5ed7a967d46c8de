import { describe, expect, it } from 'vitest';
import { callBudget, withinBudget } from '../shared/record/callBudget.ts';
import { noCosts } from '../shared/record/progress.ts';
import { newMeter } from '../shared/session.ts';

const over = expect.objectContaining({ code: 'ERR_RUN_BUDGET', retry: 'never' });
const thrown = (work: () => void): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
};

describe('a run of four steps', () => {
  const { writes, asks } = callBudget(4, 0);
  const day = 86_400_000;

  it.each([
    ['may make every write its tries allow', { writes }, null],
    ['may not make more', { writes: writes + 1 }, over],
    ['may be long about reading and polling', { reads: asks - 2_000, polls: 2_000 }, null],
    ['may not read for ever', { reads: asks + 1 }, over],
    ['may not poll for ever', { polls: asks + 1 }, over],
    ['may look on for as long as a person takes', { reads: 3 * 24 * 60, polls: asks, personMs: day }, null],
  ])('%s', (_, costs, expected) => {
    expect(thrown(() => withinBudget('The run', 4, { ...noCosts, ...costs }))).toEqual(expected);
  });

  it('has its budget anew from where a person has it go on', () => {
    const spent = { ...noCosts, writes: writes + 1 };
    expect(thrown(() => withinBudget('The move', 4, spent, spent))).toBeNull();
  });

  it('says what it spent, and where to look', () => {
    expect(thrown(() => withinBudget('The run', 4, { ...noCosts, writes: 999 }))).toMatchObject({
      message: 'The run of 4 steps made 999 writes and 0 reads and polls, more than 520 and 5000.',
      remedy: expect.stringContaining('activity log'),
    });
  });
});

it('a visit that calls Azure again and again is stopped, on whose account it may be', () => {
  const meter = newMeter();
  const call = () => meter.onCall('read', 1, 'x');
  for (let calls = 0; calls < 1_000; calls += 1) call();
  meter.charge('nobody');
  for (let calls = 0; calls < 1_000; calls += 1) call();
  expect(thrown(call)).toEqual(over);
});
