import { describe, expect, it } from 'vitest';
import { doorNames, fuzzDoor } from '../bench/fuzz/fuzz.ts';

/** Another one each time; what fails prints it, and `npm run bench -- fuzz DOOR --seed N` plays it again. */
const seed = Math.floor(Math.random() * 1_000_000_000);

describe('generated inputs', () => {
  it.each(doorNames)(
    'at the door %s crash nothing, hang nothing, write nothing, and are answered by name',
    async (door) => {
      const { inputs } = await fuzzDoor(door, { count: 1_000, seed });
      expect(inputs).toBe(1_000);
    },
  );

  // By a seed that is known: one draw in fifty has hardly any that the manual door takes.
  it.each(doorNames)('at the door %s are neither all of them refused, nor is nothing', async (door) => {
    const { answers } = await fuzzDoor(door, { count: 1_000, seed: 7 });
    const taken = Object.entries(answers).filter(([code]) => /^(HTTP 20\d|HTTP 303|taken|read)$/.test(code));
    const sum = taken.reduce((total, [, times]) => total + times, 0);
    expect(sum).toBeGreaterThan(10);
    expect(sum).toBeLessThan(990);
  });

  it('reach the door of the page’s form with what waits there, with what does not, and with what is no form of ours', async () => {
    const { answers } = await fuzzDoor('form', { count: 1_000, seed: 7 });
    expect(Object.keys(answers)).toEqual(
      expect.arrayContaining([
        'HTTP 303',
        'HTTP 400 ERR_USAGE',
        'HTTP 403 ERR_CALLER_REFUSED',
        'HTTP 405 ERR_USAGE',
        'HTTP 409 ERR_NOTHING_WAITS',
        'HTTP 413 ERR_USAGE',
        'HTTP 415 ERR_USAGE',
      ]),
    );
  });

  it('are the same for the same seed', async () => {
    const first = await fuzzDoor('webhook', { count: 100, seed });
    const second = await fuzzDoor('webhook', { count: 100, seed });
    expect(second.answers).toEqual(first.answers);
  });
});
