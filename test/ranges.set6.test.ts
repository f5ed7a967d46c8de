import { mergeCidr } from 'cidr-tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrefix6, parsePrefix6 } from '../shared/ranges/prefix6.ts';
import { RangeSet6 } from '../shared/ranges/rangeSet6.ts';
import { dataJson, haveData, needsData } from './rangesData.ts';

const setOf = (cidrs: readonly string[]) => RangeSet6.fromPrefixes(cidrs);

describe('an IPv6 prefix', () => {
  it.each([
    ['::/0', '::/0'],
    ['0:0:0:0:0:0:0:1/128', '::1/128'],
    ['2603:1000:0:0:0:0:0:0/40', '2603:1000::/40'],
    ['2001:0:0:1:0:0:0:1/128', '2001:0:0:1::1/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['1:0:0:2:0:0:3:4/128', '1::2:0:0:3:4/128'],
    ['::ffff:10.0.0.0/104', '::ffff:a00:0/104'],
    ['1:2:3:4:5:6:0:0/96', '1:2:3:4:5:6::/96'],
  ])('%s is written %s', (text, written) => {
    expect(formatPrefix6(parsePrefix6(text))).toBe(written);
    expect(parsePrefix6(written)).toEqual(parsePrefix6(text));
  });
});

describe('an IPv6 set', () => {
  it('knows the ends of the address space', () => {
    const all = setOf(['::/0']);
    const last = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128';
    expect(all.size).toBe(2n ** 128n);
    expect(all.subtract(setOf([last])).size).toBe(2n ** 128n - 1n);
    expect(
      all
        .subtract(setOf(['::/128']))
        .union(setOf(['::/128']))
        .cidrs(),
    ).toEqual(['::/0']);
    expect(all.subtract(all).isEmpty).toBe(true);
  });

  it('refuses IPv4 and host bits', () => {
    expect(() => setOf(['10.0.0.0/8'])).toThrow(expect.objectContaining({ code: 'ERR_PREFIX' }));
    expect(() => setOf(['2603::1/32'])).toThrow(expect.objectContaining({ code: 'ERR_PREFIX' }));
  });

  /** 16 addresses astride the place where the low 64 bits carry into the high ones. */
  const base = 2n ** 96n - 8n;
  const fromBits = (bits: number) =>
    RangeSet6.fromPrefixes(
      Array.from({ length: 16 }, (_, i) => i)
        .filter((i) => (bits >> i) & 1)
        .map((i) => ({ start: base + BigInt(i), length: 128 })),
    );

  it('of 16 addresses unites and subtracts as bitmaps do', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(65_535), (a, b) => {
        expect(
          fromBits(a)
            .union(fromBits(b))
            .equals(fromBits(a | b)),
        ).toBe(true);
        expect(
          fromBits(a)
            .subtract(fromBits(b))
            .equals(fromBits(a & ~b)),
        ).toBe(true);
        expect(RangeSet6.fromPrefixes(fromBits(a).prefixes()).equals(fromBits(a))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('merges as cidr-tools does', () => {
    const prefix = fc
      .tuple(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.integer({ min: 1, max: 128 }), fc.boolean())
      .map(([address, length, crowded]) => {
        const start = crowded ? (0x2603n << 112n) | (address & 0xffn) | ((address & 0xff00n) << 50n) : address;
        const host = BigInt(128 - length);
        return formatPrefix6({ start: (start >> host) << host, length });
      });
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 30 }), (list) => {
        expect(setOf(list).cidrs()).toEqual(mergeCidr(list));
      }),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(!haveData)(`the IPv6 vectors${needsData}`, () => {
  type Row = { id: string; a: string[]; b: string[]; merge: string[]; subtract: string[] };

  it('merge and subtract as Python does', () => {
    const rows = dataJson<Row[]>('cidr-vectors/ipv6.json');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, a, b, merge, subtract } of rows) {
      expect(setOf(a).cidrs(), id).toEqual(merge);
      expect(setOf(a).subtract(setOf(b)).cidrs(), id).toEqual(subtract);
    }
  });
});
