import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Allowance,
  type CallClass,
  takeOne,
  takePromised,
  unused,
  usedUpUntil,
} from '../shared/base/allowance.ts';
import { waitBefore } from '../shared/base/retry.ts';
import { DEFAULT_LIMITS } from '../simulator/arm/settings.ts';
import { Throttles } from '../simulator/arm/throttle.ts';

const taken = (calls: number, kind: CallClass, now: number, from: Allowance = unused) => {
  const at: number[] = [];
  let left = from;
  for (let call = 0; call < calls; call += 1) {
    const one = takeOne(left, kind, true, now);
    at.push(one.at);
    left = one.left;
  }
  return { at, left };
};

describe('an allowance', () => {
  it('lets a burst through at once and the rest one after the other', () => {
    const { at } = taken(300, 'reads', 1_000_000);
    expect(at.filter((slot) => slot <= 1_000_001)).toHaveLength(235);
    expect((at.at(-1) ?? 0) - 1_000_000).toBeCloseTo((65 / 24.5) * 1_000, -2);
  });

  it('promises in the order of asking: nobody who comes later goes first', () => {
    const { at } = taken(2_500, 'writes', 0);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('keeps two thousand writes within six and a half minutes', () => {
    expect(taken(1_980, 'writes', 0).at.at(-1)).toBeLessThan(390_000);
  });

  it('is full again when nobody asked for a while', () => {
    const { left } = taken(500, 'reads', 0);
    expect(takeOne(left, 'reads', true, 3_600_000).at).toBe(3_600_000);
  });

  it('stays small however long it is used', () => {
    let left = unused;
    for (let now = 0; now < 3_600_000; now += 1_000) left = takeOne(left, 'writes', true, now).left;
    expect(JSON.stringify(left).length).toBeLessThan(2_000);
  });

  it('lets nobody ask before Azure permits where Azure refused all the same', () => {
    expect(takeOne(usedUpUntil(unused, 'reads', 37_000), 'reads', true, 1_000).at).toBe(37_000);
    expect(takeOne(usedUpUntil(unused, 'reads', 37_000), 'writes', true, 1_000).at).toBe(1_000);
  });

  it('never asks more than Azure allows, whenever calls come', () => {
    const calls = fc.array(
      fc.record({
        kind: fc.constantFrom<CallClass>('reads', 'writes', 'deletes'),
        many: fc.integer({ min: 1, max: 400 }),
        pauseMs: fc.integer({ min: 0, max: 120_000 }),
      }),
      { maxLength: 12 },
    );
    const methods = { reads: 'GET', writes: 'PUT', deletes: 'DELETE' } as const;
    fc.assert(
      fc.property(calls, (asked) => {
        const made: { at: number; kind: CallClass }[] = [];
        let left = unused;
        let now = 0;
        for (const { kind, many, pauseMs } of asked) {
          now += pauseMs;
          const some = taken(many, kind, now, left);
          left = some.left;
          made.push(...some.at.map((at) => ({ at, kind })));
        }
        const azure = new Throttles(DEFAULT_LIMITS);
        const refused = made
          .sort((a, b) => a.at - b.at)
          .filter(({ at, kind }) => {
            const door = azure.frontDoor('s', methods[kind], 'x', at);
            return 'refused' in door || azure.network('s', methods[kind], at) !== undefined;
          });
        expect(refused).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

/** Promised writes that come late by what `lateMs` says, and are promised anew where there is no room: when they are made. */
const madeLate = (writes: number, lateMs: (write: number) => number): number[] => {
  const { at: promised, left: asked } = taken(writes, 'writes', 0);
  let left = asked;
  const made: number[] = [];
  const coming = promised.map((at, write) => ({ promisedAt: at, now: at + lateMs(write) }));
  for (let write = 0; coming.length > 0; write += 1) {
    coming.sort((a, b) => b.now - a.now);
    const next = coming.pop();
    if (next === undefined) break;
    const one = takePromised(left, 'writes', true, next.promisedAt, next.now);
    left = one.left;
    if (one.at <= next.now + 3_000) made.push(one.at);
    else coming.push({ promisedAt: one.at, now: one.at + lateMs(write) });
  }
  return made.sort((a, b) => a - b);
};

describe('a promised write that comes late', () => {
  const refusedOf = (made: readonly number[]) => {
    const azure = new Throttles(DEFAULT_LIMITS);
    return made.filter((at) => azure.network('s', 'PUT', at) !== undefined);
  };

  it('counts when it is made, so that Azure never refuses those after it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 55_000 }), { minLength: 1, maxLength: 50 }), (late) => {
        expect(refusedOf(madeLate(2_500, (write) => late[write % late.length] ?? 0))).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('holds those after it up by no more than it was late', () => {
    const punctual = madeLate(1_980, () => 0).at(-1) ?? 0;
    expect(madeLate(1_980, () => 30_000).at(-1)).toBeLessThanOrEqual(punctual + 2 * 30_000);
  });
});

describe('writes that were promised before Azure refused', () => {
  type Refusal = { readonly writes: number; readonly refusedMs: number; readonly untilMs: number };

  /** Promised at 0; those that come after the refusal, the first time as late as `late` says where it concerns them. */
  const madeAfter = ({ writes, refusedMs, untilMs }: Refusal, late: readonly number[] = [0]) => {
    const { at: promised, left: asked } = taken(writes, 'writes', 0);
    let left = usedUpUntil(asked, 'writes', untilMs);
    const coming = promised
      .map((at, write) => ({ promisedAt: at, now: at + (at < untilMs ? (late[write % late.length] ?? 0) : 0) }))
      .filter(({ now }) => now > refusedMs);
    const made: number[] = [];
    while (coming.length > 0) {
      coming.sort((a, b) => b.now - a.now);
      const next = coming.pop();
      if (next === undefined) break;
      const one = takePromised(left, 'writes', true, next.promisedAt, next.now);
      left = one.left;
      if (one.at <= next.now + 3_000) made.push(one.at);
      else coming.push({ promisedAt: one.at, now: one.at });
    }
    return { made: made.sort((a, b) => a - b), left };
  };

  /** What Azure refuses of them, whose bucket has one call in it at `untilMs`. */
  const refusedOf = (made: readonly number[], untilMs: number): number[] => {
    const azure = new Throttles(DEFAULT_LIMITS);
    const door = (at: number) => 'refused' in azure.frontDoor('s', 'PUT', 'x', at);
    for (let call = 1; call < DEFAULT_LIMITS.writes.burst; call += 1) door(untilMs);
    return made.filter((at) => at < untilMs || door(at) || azure.network('s', 'PUT', at) !== undefined);
  };

  it('are not made before it permits, and then no faster than it lets in', () => {
    const refusals = fc.record({
      writes: fc.integer({ min: 200, max: 900 }),
      refusedMs: fc.integer({ min: 0, max: 60_000 }),
      waitMs: fc.integer({ min: 1_000, max: 300_000 }),
      late: fc.array(fc.integer({ min: 0, max: 55_000 }), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(refusals, ({ waitMs, late, ...refusal }) => {
        const untilMs = refusal.refusedMs + waitMs;
        expect(refusedOf(madeAfter({ ...refusal, untilMs }, late).made, untilMs)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('begin the moment it permits, and whoever asks then comes behind them', () => {
    const { made, left } = madeAfter({ writes: 400, refusedMs: 2_000, untilMs: 302_000 });
    expect(made[0]).toBe(302_000);
    expect(takeOne(left, 'writes', true, 302_000).at).toBeGreaterThanOrEqual(made.at(-1) ?? 0);
  });

  it('keep their turn where it comes after the time that Azure names', () => {
    const { at: promised, left } = taken(400, 'writes', 0);
    const last = promised.at(-1) ?? 0;
    expect(takePromised(usedUpUntil(left, 'writes', 5_000), 'writes', true, last, last).at).toBe(last);
  });

  it('are let pass by an allowance that was stored when refusals were not remembered', () => {
    const stored: Allowance = { fullAt: { writes: 40_000 }, cells: [[1, 1]] };
    expect(takePromised(stored, 'writes', true, 5_000, 6_000).at).toBe(6_000);
  });
});

describe('waiting before the same is tried again', () => {
  const later = { code: 'ERR_AZURE_THROTTLED', retry: 'later', retryAfterMs: 30_000 } as const;

  it('is nobody’s business where only a person can help', () => {
    expect(waitBefore({ ...later, retry: 'never' }, 0, 0)).toBeNull();
  });

  it('is never shorter than Azure asked, nor much longer', () => {
    expect(waitBefore(later, 0, 0)).toBe(30_000);
    expect(waitBefore(later, 0, 1)).toBe(36_000);
  });

  it('grows with every try in vain, up to a minute', () => {
    const { retryAfterMs: _, ...unasked } = later;
    expect([0, 1, 5, 11, 50].map((tries) => waitBefore({ ...unasked, retryAfterMs: undefined }, tries, 0))).toEqual([
      15_000, 15_000, 30_000, 60_000, 60_000,
    ]);
  });

  it('ends after a quarter of an hour, whatever Azure asks', () => {
    expect(waitBefore({ ...later, retryAfterMs: 86_400_000 }, 0, 0)).toBe(900_000);
  });

  it('keeps a promised turn to the moment', () => {
    expect(waitBefore({ code: 'ERR_OUR_TURN', retry: 'later', retryAfterMs: 1_234 }, 9, 1)).toBe(1_234);
  });
});
