import type { Random } from '../../simulator/tags/random.ts';

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join('');

/** A GUID that is the same for the same seed. */
export const newGuid = (random: Random): string =>
  [hex(random, 8), hex(random, 4), `4${hex(random, 3)}`, `a${hex(random, 3)}`, hex(random, 12)].join('-');
