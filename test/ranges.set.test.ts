import { containsCidr, excludeCidr, mergeCidr } from 'cidr-tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrefix, parsePrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { dataJson, haveData, needsData, randomFrom } from './rangesData.ts';

const setOf = (cidrs: readonly string[]) => RangeSet.fromPrefixes(cidrs);

/** The set of 16 addresses from `base` on whose bits are set in `bits`. */
const fromBits = (bits: number, base: number): RangeSet =>
  RangeSet.fromIntervals(
    Array.from({ length: 16 }, (_, i) => i)
      .filter((i) => (bits >> i) & 1)
      .map((i) => [base + i, base + i] as const),
  );

const toBits = (set: RangeSet, base: number): number => {
  let bits = 0;
  for (let i = 0; i < 16; i += 1) if (set.has(base + i)) bits |= 1 << i;
  return bits;
};

describe('a range set', () => {
  it('knows the ends of the address space', () => {
    const all = setOf(['0.0.0.0/0']);
    expect(all.size).toBe(2 ** 32);
    expect([all.has(0), all.has(2 ** 32 - 1)]).toEqual([true, true]);
    expect(all.subtract(setOf(['255.255.255.255/32'])).size).toBe(2 ** 32 - 1);
    expect(
      all
        .subtract(setOf(['0.0.0.0/32', '255.255.255.255/32']))
        .union(setOf(['0.0.0.0/32']))
        .has(0),
    ).toBe(true);
    expect(all.cidrs()).toEqual(['0.0.0.0/0']);
  });

  it('is one object when empty, covered by anything and meeting nothing', () => {
    const empty = setOf(['10.0.0.0/8']).subtract(setOf(['0.0.0.0/0']));
    expect(empty).toBe(RangeSet.empty);
    expect([empty.isEmpty, empty.size, empty.cidrs(), [...empty.intervals()]]).toEqual([true, 0, [], []]);
    expect(empty.covers(empty)).toBe(true);
    expect(setOf(['0.0.0.0/0']).meets(empty)).toBe(false);
  });

  it('folds what overlaps and what touches', () => {
    const set = setOf(['10.0.1.0/24', '10.0.0.0/24', '10.0.0.128/25', '10.0.3.0/24']);
    expect([...set.intervals()]).toEqual([
      { first: 0x0a000000, last: 0x0a0001ff },
      { first: 0x0a000300, last: 0x0a0003ff },
    ]);
  });

  it('refuses a text that is not a prefix', () => {
    expect(() => setOf(['10.0.0.0/8', '10.0.0.1/8'])).toThrow('"10.0.0.1/8" has host bits set.');
  });
});

/** A universe at each place where 32-bit arithmetic goes wrong. */
const bases = [0, 2 ** 31 - 8, 2 ** 32 - 16, 0x0a000000];

describe('every set of 16 addresses', () => {
  it.each(bases)('from %d on has a minimal prefix list that is exactly itself', (base) => {
    // A block of 1, 2, 4, 8 or 16 addresses inside a trie node is either whole or split: the fewest, by recursion.
    const fewest = (bits: number, at: number, size: number): number => {
      const mask = (2 ** size - 1) * 2 ** at;
      const inside = bits & mask;
      if (inside === 0) return 0;
      if (inside === mask && (base + at) % size === 0) return 1;
      return fewest(bits, at, size / 2) + fewest(bits, at + size / 2, size / 2);
    };
    for (let bits = 0; bits < 65_536; bits += 1) {
      const set = fromBits(bits, base);
      const prefixes = set.prefixes();
      if (toBits(RangeSet.fromPrefixes(prefixes), base) !== bits) throw new Error(`wrong set for bits ${bits}`);
      // Blocks are aligned to the base in all universes but the one astride 2 ** 31, where 16 cannot be one block.
      const least = base % 16 === 0 ? fewest(bits, 0, 16) : fewest(bits, 0, 8) + fewest(bits, 8, 8);
      if (prefixes.length !== least) throw new Error(`${prefixes.length} prefixes for bits ${bits}, ${least} suffice`);
    }
  });

  it.each(bases)('from %d on combines with 20 others as bitmaps do', (base) => {
    const random = randomFrom(base);
    const others = [0, 0xffff, 0x5555, 0xaaaa, 1, 0x8000, ...Array.from({ length: 14 }, () => random() * 65_536)];
    for (const other of others.map(Math.floor)) {
      const b = fromBits(other, base);
      for (let bits = 0; bits < 65_536; bits += 11) {
        const a = fromBits(bits, base);
        const right =
          toBits(a.union(b), base) === (bits | other) &&
          toBits(a.intersect(b), base) === (bits & other) &&
          toBits(a.subtract(b), base) === (bits & ~other) &&
          a.covers(b) === ((bits & other) === other) &&
          a.meets(b) === ((bits & other) !== 0) &&
          a.equals(b) === (bits === other) &&
          a.union(b).equals(fromBits(bits | other, base));
        if (!right) throw new Error(`base ${base}, a ${bits.toString(2)}, b ${other.toString(2)}`);
      }
    }
  });
});

describe('clipping', () => {
  it('is what intersecting with the interval is, for every interval and many sets', () => {
    for (let bits = 0; bits < 65_536; bits += 37) {
      const set = fromBits(bits, 1_000);
      for (let first = 998; first < 1_018; first += 1) {
        for (let last = first; last < 1_018; last += 1) {
          const clipped = set.clip(first, last);
          if (!clipped.equals(set.intersect(RangeSet.fromIntervals([[first, last]])))) {
            expect.fail(`bits ${bits.toString(2)}, ${first}-${last}: ${clipped.cidrs().join(' ')}`);
          }
        }
      }
    }
    const all = setOf(['0.0.0.0/0']);
    expect(all.clip(0, 2 ** 32 - 1).equals(all)).toBe(true);
    expect(all.clip(2 ** 32 - 1, 2 ** 32 - 1).cidrs()).toEqual(['255.255.255.255/32']);
  });
});

describe('random steps', () => {
  it('agree with a bitmap of 512 addresses', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = randomFrom(seed);
      const base = 0xac10_0000 - 256;
      const bitmap = new Uint8Array(512);
      let set = RangeSet.empty;
      const steps: string[] = [];
      for (let step = 0; step < 60; step += 1) {
        const length = 24 + Math.floor(random() * 9);
        const start = base + Math.floor((random() * 512) / prefixSize(length)) * prefixSize(length);
        const other = RangeSet.fromPrefixes([{ start, length }]);
        const kind = random() < 0.55 ? 'union' : 'subtract';
        steps.push(`${kind} ${formatPrefix(start, length)}`);
        set = set[kind](other);
        bitmap.fill(kind === 'union' ? 1 : 0, start - base, start - base + prefixSize(length));
        const wrong = bitmap.findIndex((bit, i) => set.has(base + i) !== (bit === 1));
        const size = bitmap.reduce((sum, bit) => sum + bit, 0);
        if (wrong >= 0 || set.size !== size) throw new Error(`seed ${seed}, address ${wrong}: ${steps.join('; ')}`);
      }
    }
  });
});

const prefix = fc
  .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 8, max: 32 }))
  .map(([address, length]) => formatPrefix(Math.floor(address / prefixSize(length)) * prefixSize(length), length));
/** Half of them crowded into a /24, where they nest and touch. */
const crowded = fc
  .tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
  .map(([low, length]) => formatPrefix(0x0a141e00 + Math.floor(low / prefixSize(length)) * prefixSize(length), length));
const cidrs = fc.oneof(fc.array(prefix, { maxLength: 40 }), fc.array(crowded, { maxLength: 40 }));
const sets = cidrs.map(setOf);

describe('laws', () => {
  const law = (holds: (a: RangeSet, b: RangeSet, c: RangeSet) => boolean) =>
    fc.assert(fc.property(sets, sets, sets, holds), { numRuns: 300 });

  it('union commutes and associates', () => {
    law(
      (a, b, c) =>
        a.union(b).equals(b.union(a)) &&
        a
          .union(b)
          .union(c)
          .equals(a.union(b.union(c))),
    );
  });

  it('intersection commutes and distributes over union', () => {
    law((a, b, c) => a.intersect(b.union(c)).equals(b.intersect(a).union(a.intersect(c))));
  });

  it('a minus b never meets b, and with what they share is a again', () => {
    law((a, b) => !a.subtract(b).meets(b) && a.subtract(b).union(a.intersect(b)).equals(a));
  });

  it('sizes add up', () => {
    law((a, b) => a.union(b).size + a.intersect(b).size === a.size + b.size);
  });

  it('covers and meets are what subtract and intersect say', () => {
    law((a, b) => a.covers(b) === b.subtract(a).isEmpty && a.meets(b) === !a.intersect(b).isEmpty);
  });

  it('the union of many is the union one by one', () => {
    law((a, b, c) => RangeSet.unionOf([a, b, c]).equals(a.union(b).union(c)));
  });

  it('merging is idempotent, in any order, and no two prefixes could be one', () => {
    law((a, b) => {
      const merged = a.union(b);
      const list = merged.prefixes();
      const siblings = list.some((one, i) => {
        const next = list[i + 1];
        const pair = prefixSize(one.length) * 2;
        return next?.length === one.length && one.start % pair === 0 && next.start === one.start + pair / 2;
      });
      return !siblings && RangeSet.fromPrefixes([...list].reverse()).equals(merged);
    });
  });
});

describe('cidr-tools, as a second opinion', () => {
  const same = (ours: RangeSet, theirs: string[]) => expect(ours.cidrs()).toEqual(theirs);

  it('merges and excludes alike', () => {
    fc.assert(
      fc.property(cidrs, cidrs, (a, b) => {
        same(setOf(a), mergeCidr(a));
        same(setOf(a).subtract(setOf(b)), excludeCidr(a, b));
      }),
      { numRuns: 300 },
    );
  });

  it('finds the same addresses inside', () => {
    fc.assert(
      fc.property(cidrs, prefix, (a, b) => {
        expect(setOf(a).covers(setOf([b]))).toBe(a.length > 0 && containsCidr(mergeCidr(a), b));
      }),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(!haveData)(`the vectors${needsData}`, () => {
  type Binary = { id: string; a: string[]; b: string[]; expected: string[] };
  const read = <T>(name: string): T[] => (haveData ? dataJson<T[]>(`cidr-vectors/${name}.json`) : []);

  it('merge as Python merges', () => {
    const rows = read<{ id: string; input: string[]; expected: string[] }>('merge');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, input, expected } of rows) expect(setOf(input).cidrs(), id).toEqual(expected);
  });

  it('subtract as Python subtracts', () => {
    const rows = read<Binary>('subtract');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, a, b, expected } of rows) expect(setOf(a).subtract(setOf(b)).cidrs(), id).toEqual(expected);
  });

  it('intersect as Python intersects', () => {
    const rows = read<Binary>('intersect');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, a, b, expected } of rows) expect(setOf(a).intersect(setOf(b)).cidrs(), id).toEqual(expected);
  });

  it('cover the addresses Python finds covered', () => {
    const rows = read<{ id: string; cidrs: string[]; addresses: string[]; expected: boolean[] }>('covers');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, cidrs: list, addresses, expected } of rows) {
      const set = setOf(list);
      const found = addresses.map((text) => set.has(parsePrefix(`${text}/32`).start));
      expect(found, id).toEqual(expected);
    }
  });

  it.each([
    'china-east2-north2',
    'gov-virginia-texas',
    'public-20190722-eastus-westus',
    'public-20230626-uksouth-ukwest',
    'public-20250728-westeurope-northeurope',
    'public-20251013-eastus2-centralus',
  ])('real-%s merges and loses its gateways exactly', (id) => {
    type Real = { input: string[]; merge: string[]; subtractInput: string[]; subtract: string[] };
    const { input, merge, subtractInput, subtract } = dataJson<Real>(`cidr-vectors/real-${id}.json`);
    expect(setOf(input).cidrs()).toEqual(merge);
    expect(setOf(input).subtract(setOf(subtractInput)).cidrs()).toEqual(subtract);
  });
});
