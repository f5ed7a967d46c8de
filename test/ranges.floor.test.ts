import { describe, expect, it } from 'vitest';
import { noneBelowFloor } from '../shared/ranges/forbidden.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';

describe('the floor on prefix lengths', () => {
  it.each([
    [
      ['20.32.0.0/12', '20.48.0.0/12'],
      ['20.32.0.0/12', '20.48.0.0/12'],
    ],
    [['20.0.0.0/10'], ['20.0.0.0/12', '20.16.0.0/12', '20.32.0.0/12', '20.48.0.0/12']],
    [
      ['20.32.0.0/12', '20.48.0.0/13'],
      ['20.32.0.0/12', '20.48.0.0/13'],
    ],
    [[], []],
  ])('routes %j as %j', (given, expected) => {
    const set = RangeSet.fromPrefixes(given);
    const found = noneBelowFloor(set.prefixes());
    expect(RangeSet.fromPrefixes(found).equals(set)).toBe(true);
    expect(found.map((prefix) => RangeSet.fromPrefixes([prefix]).cidrs()[0])).toEqual(expected);
  });
});
