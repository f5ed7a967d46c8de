import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { type Cover, type Summary, summarize, summarizeWithHoles } from '../shared/ranges/summarize.ts';
import { dataJson, haveData, needsData, randomFrom } from './rangesData.ts';
import { bitCount, blockChoices, fewestBlocks, fromBits } from './rangesOracle.ts';

const setOf = (cidrs: readonly string[]) => RangeSet.fromPrefixes(cidrs);
const texts = (cover: Cover | undefined) => cover?.prefixes.map(({ start, length }) => formatPrefix(start, length));
const curveOf = (summary: Summary) => Array.from({ length: summary.most + 1 }, (_, k) => summary.extraAt(k));

/** What is wrong with a cover that promises at most k routes, or undefined. */
const wrongWith = (cover: Cover, k: number, price: number, wanted: RangeSet, holes: RangeSet, forbidden: RangeSet) => {
  const covered = RangeSet.fromPrefixes(cover.prefixes);
  const holesUnder = holes.intersect(covered);
  if (!covered.covers(wanted.subtract(holes))) return 'an address is lost';
  if (covered.meets(forbidden.subtract(holes))) return 'forbidden space is covered';
  if (!RangeSet.fromPrefixes(cover.holes).equals(holesUnder)) return 'a hole is not kept, or one too many';
  if (cover.prefixes.length + cover.holes.length > k) return 'too many routes';
  if (!cover.extra.equals(covered.subtract(wanted).subtract(holes))) return 'the extra set is not the extra';
  return cover.extra.size === price ? undefined : `it costs ${cover.extra.size}, not ${price}`;
};

describe('a summary', () => {
  const wanted = setOf(['20.0.0.0/25', '20.0.1.0/24', '20.0.4.0/24']);

  it('prices every number of routes and gives the routes for each', () => {
    const summary = summarize(wanted, RangeSet.empty, 3);
    expect(curveOf(summary)).toEqual([Number.POSITIVE_INFINITY, 1_408, 128, 0]);
    expect([1, 2, 3].map((k) => texts(summary.cover(k)))).toEqual([
      ['20.0.0.0/21'],
      ['20.0.0.0/23', '20.0.4.0/24'],
      ['20.0.0.0/25', '20.0.1.0/24', '20.0.4.0/24'],
    ]);
    expect(summary.cover(2)?.extra.cidrs()).toEqual(['20.0.0.128/25']);
    expect([summary.fewest, summary.exact]).toEqual([1, 3]);
  });

  it('finds the fewest routes for a share of extra addresses', () => {
    const summary = summarize(wanted, RangeSet.empty, 10);
    expect([300, 100, 20, 19, 0].map((percent) => summary.smallestFor(percent))).toEqual([1, 2, 2, 3, 3]);
    expect(summary.percentAt(2)).toBe(20);
  });

  it('is exact with more routes than are needed', () => {
    const summary = summarize(wanted, RangeSet.empty, 400);
    expect([summary.extraAt(400), summary.cover(400)?.prefixes.length]).toEqual([0, 3]);
  });

  it('says how many routes are the fewest possible around forbidden space', () => {
    const summary = summarize(wanted, setOf(['20.0.2.0/24']), 3);
    expect([summary.fewest, summary.extraAt(1), summary.cover(1)]).toEqual([2, Number.POSITIVE_INFINITY, undefined]);
    expect(summarize(wanted, setOf(['20.0.2.0/24']), 1).fewest).toBeUndefined();
  });

  it('says which wanted addresses are forbidden, where nothing is possible', () => {
    const summary = summarize(wanted, setOf(['20.0.4.128/25', '30.0.0.0/8']), 3);
    expect(summary.conflict.cidrs()).toEqual(['20.0.4.128/25']);
    expect([summary.fewest, summary.exact, summary.cover(3)]).toEqual([undefined, undefined, undefined]);
  });

  it('of nothing is nothing, for nothing', () => {
    const summary = summarize(RangeSet.empty, setOf(['0.0.0.0/0']), 5);
    expect([summary.fewest, summary.exact, summary.extraAt(0), summary.percentAt(5)]).toEqual([0, 0, 0, 0]);
    expect(summary.cover(0)).toEqual({ prefixes: [], holes: [], extra: RangeSet.empty });
    expect(summary.smallestFor(1)).toBe(0);
  });

  it('with no routes at all is impossible, and is not asked for', () => {
    expect(summarize(wanted, RangeSet.empty, 1).cover(0)).toBeUndefined();
    expect(summarize(wanted, RangeSet.empty, 1).extraAt(-1)).toBe(Number.POSITIVE_INFINITY);
    for (const most of [0, -1, 1.5, Number.NaN]) expect(() => summarize(wanted, RangeSet.empty, most)).toThrow();
    expect(() => summarize(wanted, RangeSet.empty, 2).extraAt(3)).toThrow('3 routes were not looked at, 2 at most');
    expect(() => summarize(wanted, RangeSet.empty, 2).extraAt(Number.NaN)).toThrow(RangeError);
  });

  it('reaches both ends of the address space', () => {
    const ends = setOf(['0.0.0.0/32', '255.255.255.255/32']);
    expect(curveOf(summarize(ends, RangeSet.empty, 2))).toEqual([Number.POSITIVE_INFINITY, 2 ** 32 - 2, 0]);
    expect(texts(summarize(ends, RangeSet.empty, 1).cover(1))).toEqual(['0.0.0.0/0']);
    expect(texts(summarize(setOf(['0.0.0.0/0']), RangeSet.empty, 1).cover(1))).toEqual(['0.0.0.0/0']);
  });

  it('has no prefix shorter than the shortest allowed', () => {
    const far = setOf(['20.0.0.0/24', '20.16.0.0/24']);
    expect(summarize(far, RangeSet.empty, 2, 12).fewest).toBe(2);
    expect(summarize(far, RangeSet.empty, 2, 11).fewest).toBe(1);
    expect(summarize(setOf(['20.0.0.0/8']), RangeSet.empty, 2, 12).conflict.cidrs()).toEqual(['20.0.0.0/8']);
  });

  it('chooses fewer routes, then fewer to the left, where all cost the same', () => {
    const pairs = setOf(['20.0.0.0/32', '20.0.0.2/32', '20.0.1.0/32', '20.0.1.2/32']);
    const covers = [3, 4].map((k) => texts(summarize(pairs, RangeSet.empty, 4).cover(k)));
    expect(covers[0]).toEqual(['20.0.0.0/30', '20.0.1.0/32', '20.0.1.2/32']);
    const halves = setOf(['20.0.0.0/25', '20.0.0.192/26', '20.0.0.128/26']);
    expect(summarize(halves, RangeSet.empty, 400).cover(400)?.prefixes).toHaveLength(1);
  });

  it('of a tag of 100,000 scattered addresses takes seconds, not minutes, and little memory', () => {
    const random = randomFrom(7);
    const scattered = RangeSet.fromIntervals(
      Array.from({ length: 100_000 }, () => Math.floor(random() * 2 ** 32)).map((at) => [at, at] as const),
    );
    const started = performance.now();
    const summary = summarize(scattered, RangeSet.empty, 400);
    expect(summary.cover(400)?.prefixes).toHaveLength(400);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(process.memoryUsage().rss).toBeLessThan(512 * 1024 * 1024);
  });
});

describe('a summary with holes', () => {
  const wanted = setOf(['20.0.0.0/24', '20.0.1.0/25', '20.0.4.0/24']);
  const make = (holes: string[], most: number, forbidden: string[] = []) =>
    summarizeWithHoles({ wanted, holes: setOf(holes), forbidden: setOf(forbidden), most });

  it('pays a route for a hole under a route, and not for its addresses', () => {
    const summary = make(['20.0.1.128/26'], 5);
    const never = Number.POSITIVE_INFINITY;
    expect(curveOf(summary)).toEqual([never, never, 2_048 - 640 - 64, 0, 0, 0]);
    expect(texts(summary.cover(3))).toEqual(['20.0.0.0/24', '20.0.1.0/25', '20.0.4.0/24']);
    expect(summary.cover(2)?.holes.map(({ start, length }) => formatPrefix(start, length))).toEqual(['20.0.1.128/26']);
  });

  it('takes the prefixes around a hole where that is cheaper', () => {
    const summary = make(['20.0.4.128/25'], 5);
    expect([summary.exact, texts(summary.cover(3)), summary.cover(3)?.holes]).toEqual([
      3,
      ['20.0.0.0/24', '20.0.1.0/25', '20.0.4.0/25'],
      [],
    ]);
  });

  it('keeps the whole prefix and its hole where that is no dearer', () => {
    const summary = make(['20.0.4.64/26'], 5);
    expect(texts(summary.cover(4))).toEqual(['20.0.0.0/24', '20.0.1.0/25', '20.0.4.0/24']);
    expect(summary.exact).toBe(4);
  });

  it('needs no route for a wanted prefix that is nothing but hole', () => {
    const summary = make(['20.0.4.0/23'], 5);
    expect(texts(summary.cover(2))).toEqual(['20.0.0.0/24', '20.0.1.0/25']);
  });

  it('may lead around a forbidden address that is a hole, and around no other', () => {
    expect(make(['20.0.4.9/32'], 9, ['20.0.4.9/32']).exact).toBe(4);
    expect(make([], 9, ['20.0.4.9/32']).conflict.cidrs()).toEqual(['20.0.4.9/32']);
  });
});

/** Which addresses of a small universe are what, as bits. */
type Kinds = { wanted: number; holes: number; forbidden: number };

describe('no choice of prefixes is better', () => {
  const size = 8;
  const choices = blockChoices(size);
  const fewest = fewestBlocks(choices, size);

  /** The price of every number of routes by trying every choice of disjoint prefixes of the universe. */
  const bruteForce = ({ wanted, holes, forbidden }: Kinds, most: number, all = choices, blocks = fewest): number[] => {
    const prices = new Array<number>(most + 1).fill(Number.POSITIVE_INFINITY);
    const needed = wanted & ~holes;
    const refused = forbidden & ~holes;
    for (const choice of all) {
      if ((choice.bits & needed) !== needed || (choice.bits & refused) !== 0) continue;
      const routes = choice.blocks + (blocks[choice.bits & holes] ?? 0);
      const extra = bitCount(choice.bits & ~needed & ~holes);
      if (routes <= most && extra < (prices[routes] ?? 0)) prices[routes] = extra;
    }
    for (let k = 1; k <= most; k += 1) prices[k] = Math.min(prices[k] ?? 0, prices[k - 1] ?? 0);
    return prices;
  };

  const check = (kinds: Kinds, base: number, count: number, expected: readonly number[]): void => {
    const [wanted, holes, forbidden] = [kinds.wanted, kinds.holes, kinds.forbidden].map((bits) =>
      fromBits(bits, base, count),
    );
    if (!wanted || !holes || !forbidden) throw new Error('three sets were made');
    const summary = summarizeWithHoles({ wanted, holes, forbidden, most: expected.length - 1 });
    expected.forEach((price, k) => {
      const cover = summary.cover(k);
      const where = `base ${base}, k ${k}, ${JSON.stringify(kinds)}`;
      if (summary.extraAt(k) !== price) throw new Error(`${summary.extraAt(k)} extra, not ${price}: ${where}`);
      if ((cover === undefined) !== (price === Number.POSITIVE_INFINITY)) throw new Error(`cover and price: ${where}`);
      const wrong = cover && wrongWith(cover, k, price, wanted, holes, forbidden);
      if (wrong) throw new Error(`${wrong}: ${where}`);
      const routes = cover ? cover.prefixes.length + cover.holes.length : expected.indexOf(price);
      if (routes !== expected.indexOf(price)) throw new Error(`${routes} routes where fewer cost the same: ${where}`);
    });
    const first = (most: number) => expected.findIndex((price) => price <= most);
    const found = [summary.fewest ?? -1, summary.exact ?? -1];
    if (found[0] !== first(1_000) || found[1] !== first(0)) throw new Error(`fewest, exact: ${JSON.stringify(kinds)}`);
  };

  it('of 8 addresses, each wanted, forbidden, a hole or no one’s: all 65,536 cases', () => {
    for (let code = 0; code < 65_536; code += 1) {
      const low = code & 0xff;
      const high = code >> 8;
      const kinds = { wanted: low & ~high, holes: high & ~low, forbidden: low & high };
      check(kinds, 2 ** 32 - size, size, bruteForce(kinds, 8));
    }
  });

  it('of 8 addresses whose holes and forbidden ones are wanted, too', () => {
    const random = randomFrom(3);
    const draw = () => Math.floor(random() * 256);
    for (let i = 0; i < 4_000; i += 1) {
      const kinds = { wanted: draw(), holes: draw() & draw(), forbidden: draw() & draw() & draw() };
      check(kinds, i % 2 === 0 ? 0 : 0x7ffffff8, size, bruteForce(kinds, 8));
    }
  });

  it('of 16 addresses, drawn', () => {
    const all = blockChoices(16);
    const blocks = fewestBlocks(all, 16);
    const random = randomFrom(4);
    const draw = () => Math.floor(random() * 65_536);
    for (let i = 0; i < 40; i += 1) {
      const holes = i % 3 === 0 ? 0 : draw() & draw() & draw();
      const kinds = { wanted: draw() & (i % 2 === 0 ? draw() : 0xffff), holes, forbidden: draw() & draw() & draw() };
      kinds.forbidden &= ~kinds.wanted;
      check(kinds, 2 ** 31 - 16, 16, bruteForce(kinds, 16, all, blocks));
    }
  });
});

describe('laws of summaries', () => {
  const block = fc.tuple(fc.nat(0xffff), fc.integer({ min: 20, max: 32 })).map(([low, length]) => ({
    start: 0x14000000 + Math.floor(low / prefixSize(length)) * prefixSize(length),
    length,
  }));
  const sets = fc.array(block, { maxLength: 24 }).map((list) => RangeSet.fromPrefixes(list));

  it('nothing is lost, nothing forbidden covered, no hole forgotten, and more routes never cost more', () => {
    fc.assert(
      fc.property(sets, sets, sets, fc.integer({ min: 1, max: 40 }), (wanted, holes, banned, most) => {
        const forbidden = banned.subtract(wanted);
        const summary = summarizeWithHoles({ wanted, holes, forbidden, most });
        const curve = curveOf(summary);
        curve.forEach((price, k) => {
          expect(price).toBeLessThanOrEqual(curve[k - 1] ?? Number.POSITIVE_INFINITY);
          const cover = summary.cover(k);
          expect(cover && wrongWith(cover, k, price, wanted, holes, forbidden)).toBeUndefined();
        });
      }),
      { numRuns: 150 },
    );
  });

  it('the same input gives the same routes, and a larger table to choose from does not change them', () => {
    fc.assert(
      fc.property(sets, sets, (wanted, banned) => {
        const forbidden = banned.subtract(wanted);
        const n = Math.max(1, wanted.prefixes().length);
        for (const k of [1, Math.ceil(n / 2), n]) {
          const one = summarize(wanted, forbidden, k).cover(k);
          const again = summarize(RangeSet.fromPrefixes(wanted.prefixes().reverse()), forbidden, n + 7).cover(k);
          expect(texts(again)).toEqual(texts(one));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the exact list costs nothing, and nothing shorter does', () => {
    fc.assert(
      fc.property(sets, (wanted) => {
        const n = wanted.prefixes().length;
        expect(summarize(wanted, RangeSet.empty, n + 1).exact).toBe(n);
      }),
      { numRuns: 150 },
    );
  });
});

describe.skipIf(!haveData)(`the lossy vectors${needsData}`, () => {
  it('cost what Python’s brute force found, for every budget', () => {
    type Row = {
      id: string;
      input: string[];
      forbidden: string[];
      budgets: number[];
      minExtraAddresses: (number | null)[];
    };
    const rows = dataJson<Row[]>('cidr-vectors/lossy.json');
    let budgets = 0;
    for (const { id, input, forbidden, budgets: asked, minExtraAddresses } of rows) {
      const summary = summarize(setOf(input), setOf(forbidden), Math.max(...asked));
      const prices = asked.map((k) => summary.extraAt(k)).map((price) => (Number.isFinite(price) ? price : null));
      expect(prices, id).toEqual(minExtraAddresses);
      for (const k of asked) {
        const cover = summary.cover(k);
        const price = summary.extraAt(k);
        const wrong = cover && wrongWith(cover, k, price, setOf(input), RangeSet.empty, setOf(forbidden));
        expect(wrong, `${id} at ${k}`).toBeUndefined();
      }
      budgets += asked.length;
    }
    expect(rows.length).toBeGreaterThan(30);
    expect(budgets).toBeGreaterThan(300);
  });

  it.each([
    'china-east2-north2',
    'gov-virginia-texas',
    'public-20190722-eastus-westus',
    'public-20230626-uksouth-ukwest',
    'public-20250728-westeurope-northeurope',
    'public-20251013-eastus2-centralus',
  ])('real-%s costs what Python’s programme found', (id) => {
    type Lossy = { budget: number; noForbidden: number | null; forbidGatewayManager: number | null };
    type Real = { merge: string[]; subtract: string[]; subtractInput: string[]; lossy: Lossy[] };
    const { merge, subtract, subtractInput, lossy } = dataJson<Real>(`cidr-vectors/real-${id}.json`);
    const most = Math.max(...lossy.map(({ budget }) => budget));
    const free = summarize(setOf(merge), RangeSet.empty, most);
    const around = summarize(setOf(subtract), setOf(subtractInput), most);
    const orNull = (price: number) => (Number.isFinite(price) ? price : null);
    expect(lossy.length).toBeGreaterThan(0);
    for (const { budget, noForbidden, forbidGatewayManager } of lossy) {
      expect([orNull(free.extraAt(budget)), orNull(around.extraAt(budget))]).toEqual([
        noForbidden,
        forbidGatewayManager,
      ]);
    }
  });
});
