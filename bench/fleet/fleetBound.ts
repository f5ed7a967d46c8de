import type { FleetOptions, FleetResult } from './fleet.ts';

/** Seconds until the last of `calls` is let in by a bucket of `burst` refilled at `perSecond`. */
const bySubscriptionBucket = (calls: number, burst: number, perSecond: number): number =>
  Math.max(0, (calls - burst) / perSecond);

/** The same for `most` calls in any `seconds`, where the bucket before it lets them in no sooner. */
const byWindow = (calls: number, most: number, seconds: number, burst: number, perSecond: number): number => {
  const windows = Math.floor(Math.max(0, calls - 1) / most);
  return windows * seconds + bySubscriptionBucket(calls - windows * most, burst, perSecond);
};

export type Bound = {
  readonly armWrites: number;
  readonly armReads: number;
  readonly networkWrites: number;
  readonly networkReads: number;
  readonly seconds: number;
};

/**
 * The least time that a subscription's limits leave `single`'s calls made for every site, and the slowest single site
 * after that, and 10 %. Of a write's polls one is counted: the one that hears of its end.
 */
export const boundOf = ({ sites, subscriptions }: FleetOptions, single: FleetResult): Bound => {
  const each = Math.ceil(sites / subscriptions);
  const writes = each * single.tally.writes;
  const reads = each * (single.tally.reads + single.tally.writes);
  const limits = {
    armWrites: bySubscriptionBucket(writes, 200, 10),
    armReads: bySubscriptionBucket(reads, 250, 25),
    networkWrites: byWindow(writes, 1_000, 300, 200, 10),
    networkReads: byWindow(reads, 10_000, 300, 250, 25),
  };
  return { ...limits, seconds: (Math.max(...Object.values(limits)) + single.lastSeconds) * 1.1 };
};
