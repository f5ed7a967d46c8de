/** A bucket of `burst` calls, refilled at `perSecond`. */
export type BucketLimit = { readonly burst: number; readonly perSecond: number };
/** At most `calls` within any `seconds`. */
export type WindowLimit = { readonly calls: number; readonly seconds: number };

/** What a call is taken from: a bucket of ARM's, and for writes to Microsoft.Network a window besides. */
export type CallClass = 'reads' | 'writes' | 'deletes';

/**
 * ARM's buckets of one subscription and Microsoft.Network's window of writes (Azure Resource Manager, "Request limits
 * and throttling"), each a little less than Azure gives: clocks differ, and others use the subscription as well. Its
 * 10,000 reads per 5 minutes are never reached: ARM lets 7,750 in.
 */
export const limitsOf: Readonly<Record<CallClass, BucketLimit>> = {
  reads: { burst: 235, perSecond: 24.5 },
  writes: { burst: 190, perSecond: 9.8 },
  deletes: { burst: 190, perSecond: 9.8 },
};
export const networkWrites: WindowLimit = { calls: 990, seconds: 300 };

/** So wide are the cells in which calls of a window are counted; one cell more than the window is looked back over. */
const cellMs = 5_000;

/**
 * What one subscription's calls have used up, calls that are still to come included. `emptyAt`: when each bucket would
 * be full again, plus the calls taken from it. `cells`: writes to Microsoft.Network by when they are made.
 */
export type Allowance = {
  readonly fullAt: Readonly<Partial<Record<CallClass, number>>>;
  readonly cells: readonly (readonly [cell: number, calls: number])[];
  /** Until when Azure refused the last time; turns promised for before then are void. */
  readonly refusedUntil?: Readonly<Partial<Record<CallClass, number>>>;
};

export const unused: Allowance = { fullAt: {}, cells: [] };

/** The last moment (ms) that an allowance speaks of. */
export const lastMoment = ({ fullAt, cells, refusedUntil = {} }: Allowance): number =>
  Math.max(0, ...Object.values(fullAt), ...Object.values(refusedUntil), (cells.at(-1)?.[0] ?? 0) * cellMs);

const bucketSlot = (fullAt: number, from: number, { burst, perSecond }: BucketLimit): number =>
  Math.max(from, fullAt - ((burst - 1) * 1_000) / perSecond);

/** The first moment from `from` on at which one more call keeps within the window; calls are never promised out of order. */
const windowSlot = (cells: Allowance['cells'], from: number): number => {
  const back = networkWrites.seconds * 1_000 + cellMs;
  const last = cells.at(-1)?.[0] ?? 0;
  let at = Math.max(from, last * cellMs);
  for (;;) {
    const since = at - back;
    const counted = cells.filter(([cell]) => cell * cellMs > since);
    const calls = counted.reduce((sum, [, some]) => sum + some, 0);
    const oldest = counted[0]?.[0];
    if (calls < networkWrites.calls || oldest === undefined) return at;
    at = oldest * cellMs + back;
  }
};

const changed = (cells: Allowance['cells'], at: number, by: 1 | -1): Allowance['cells'] => {
  const cell = Math.floor(at / cellMs);
  const calls = new Map(cells);
  calls.set(cell, (calls.get(cell) ?? 0) + by);
  return [...calls].filter(([, some]) => some > 0).sort(([a], [b]) => a - b);
};

/** Takes one call: when it may be made (ms, `now` at the earliest), first come first served, and what is left. */
export const takeOne = (
  allowance: Allowance,
  kind: CallClass,
  network: boolean,
  now: number,
): { readonly at: number; readonly left: Allowance } => {
  const limit = limitsOf[kind];
  const counts = network && kind !== 'reads';
  const kept = allowance.cells.filter(([cell]) => cell * cellMs > now - networkWrites.seconds * 1_000 - 2 * cellMs);
  const full = allowance.fullAt[kind] ?? 0;
  const at = Math.ceil(bucketSlot(full, counts ? windowSlot(kept, now) : now, limit));
  return {
    at,
    left: {
      ...allowance,
      fullAt: { ...allowance.fullAt, [kind]: Math.max(full, at) + 1_000 / limit.perSecond },
      cells: counts ? changed(kept, at, 1) : kept,
    },
  };
};

/** The first moment from `from` on at which the calls before it leave room; what is promised for later asks again itself. */
const roomFrom = (cells: Allowance['cells'], from: number): number => {
  const back = networkWrites.seconds * 1_000 + cellMs;
  let at = from;
  for (;;) {
    const counted = cells.filter(([cell]) => cell * cellMs > at - back && cell * cellMs <= at);
    const calls = counted.reduce((sum, [, some]) => sum + some, 0);
    const oldest = counted[0]?.[0];
    if (calls < networkWrites.calls || oldest === undefined) return at;
    at = oldest * cellMs + back;
  }
};

/**
 * Takes the call that was promised for `promisedAt`: when it may be made, and what is left. Many come late, and a
 * window is counted by when calls are made: a thousand that were each half a minute late are not over when they were promised to be.
 * One whose time Azure has refused since goes behind all that were promised: those after it may come all at once otherwise.
 */
export const takePromised = (
  allowance: Allowance,
  kind: CallClass,
  network: boolean,
  promisedAt: number,
  now: number,
): { readonly at: number; readonly left: Allowance } => {
  const from = Math.max(promisedAt, now);
  const counts = network && kind !== 'reads';
  const others = counts ? changed(allowance.cells, promisedAt, -1) : allowance.cells;
  if (promisedAt < (allowance.refusedUntil?.[kind] ?? 0))
    return takeOne({ ...allowance, cells: others }, kind, network, now);
  if (!counts) return { at: from, left: allowance };
  const at = roomFrom(others, from);
  return { at, left: { ...allowance, cells: changed(others, at, 1) } };
};

/** Azure said no all the same, until `until`: somebody else uses the subscription, so that nothing is left till then. */
export const usedUpUntil = (allowance: Allowance, kind: CallClass, until: number): Allowance => {
  const { burst, perSecond } = limitsOf[kind];
  const full = until + ((burst - 1) * 1_000) / perSecond;
  return {
    ...allowance,
    fullAt: { ...allowance.fullAt, [kind]: Math.max(allowance.fullAt[kind] ?? 0, full) },
    refusedUntil: { ...allowance.refusedUntil, [kind]: Math.max(allowance.refusedUntil?.[kind] ?? 0, until) },
  };
};
