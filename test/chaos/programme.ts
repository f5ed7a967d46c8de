import { Random } from '../../simulator/tags/random.ts';
import type { EpisodeOptions } from './episode.ts';

/** Mostly a handful of sites, which is where most is found in a minute; now and then a crowd. */
const sizeOf = (index: number, random: Random): number => {
  if (index % 24 === 23) return 150 + random.below(100);
  if (index % 6 === 5) return 40 + random.below(30);
  return 6 + random.below(12);
};

/** A move is two hours of polls: one site in five moves, and few in a crowd. */
const movingOf = (sites: number): number => Math.min(4, Math.max(1, Math.round(sites / 5)));

/** The episode of that number: what it is played with is drawn from the seed. */
export const episodeOf = (seed: number, index: number): EpisodeOptions => {
  // Neighbouring seeds would draw much the same at first.
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  for (let skip = 0; skip < 8; skip += 1) random.next();
  const sites = sizeOf(index, random);
  return {
    seed: random.below(2 ** 31),
    sites,
    moving: movingOf(sites),
    subscriptions: Math.max(1, Math.round(sites / 8)),
    instances: 1 + random.below(3),
    hours: 3 + random.below(4),
    leases: random.below(2) === 0,
    skewMs: random.pick([0, 5_000, 30_000, 120_000]),
  };
};
