import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forwarding, forwarded } from '../shared/ranges/forwarding.ts';
import { formatPrefix, parsePrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';

const cidrsByHop = (routes: readonly Forwarding[]) =>
  Object.fromEntries([...forwarded(routes)].map(([hop, set]) => [hop, set.cidrs()]));

describe('forwarding', () => {
  it('follows the longest prefix, whatever the order of the routes', () => {
    const routes = [
      { addressPrefix: '20.0.0.128/25', hop: 'Internet' },
      { addressPrefix: '20.0.0.0/23', hop: 'firewall' },
      { addressPrefix: '20.0.0.192/26', hop: 'firewall' },
    ];
    const expected = { firewall: ['20.0.0.0/25', '20.0.0.192/26', '20.0.1.0/24'], Internet: ['20.0.0.128/26'] };
    expect(cidrsByHop(routes)).toEqual(expected);
    expect(cidrsByHop([...routes].reverse())).toEqual(expected);
  });

  it('reaches both ends of the address space', () => {
    const routes = [
      { addressPrefix: '0.0.0.0/0', hop: 'a' },
      { addressPrefix: '255.255.255.255/32', hop: 'b' },
      { addressPrefix: '0.0.0.0/32', hop: 'b' },
    ];
    const hops = forwarded(routes);
    expect(hops.get('b')?.cidrs()).toEqual(['0.0.0.0/32', '255.255.255.255/32']);
    expect(hops.get('a')?.size).toBe(2 ** 32 - 2);
  });

  it('gives a hop that is wholly overruled no entry', () => {
    const routes = [
      { addressPrefix: '20.0.0.0/24', hop: 'a' },
      { addressPrefix: '20.0.0.0/25', hop: 'b' },
      { addressPrefix: '20.0.0.128/25', hop: 'b' },
    ];
    expect(cidrsByHop(routes)).toEqual({ b: ['20.0.0.0/24'] });
  });

  it('prefers the lower rank where two routes have one prefix, then the earlier', () => {
    const tag = { addressPrefix: '20.0.0.0/24', hop: 'tag', rank: 1 };
    const explicit = { addressPrefix: '20.0.0.0/24', hop: 'explicit' };
    const later = { addressPrefix: '20.0.0.0/24', hop: 'later' };
    expect(cidrsByHop([tag, explicit, later])).toEqual({ explicit: ['20.0.0.0/24'] });
  });

  it('leaves IPv6 routes aside and refuses what is no prefix', () => {
    expect(cidrsByHop([{ addressPrefix: '::/0', hop: 'a' }])).toEqual({});
    expect(() => forwarded([{ addressPrefix: 'Storage.UKWest', hop: 'a' }])).toThrow(
      expect.objectContaining({ code: 'ERR_PREFIX' }),
    );
  });

  it('agrees with looking every address up, route by route', () => {
    const base = 0x14000000;
    const route = fc
      .tuple(fc.nat(127), fc.integer({ min: 25, max: 32 }), fc.constantFrom('a', 'b', 'c'), fc.nat(2))
      .map(([low, length, hop, rank]) => ({
        addressPrefix: formatPrefix(base + Math.floor(low / prefixSize(length)) * prefixSize(length), length),
        hop,
        rank,
      }));
    const lookUp = (routes: readonly (Forwarding & { rank: number })[], address: number): string | undefined =>
      routes
        .map((one, index) => ({ ...one, ...parsePrefix(one.addressPrefix), index }))
        .filter((one) => one.start <= address && address < one.start + prefixSize(one.length))
        .sort((x, y) => y.length - x.length || x.rank - y.rank || x.index - y.index)[0]?.hop;
    fc.assert(
      fc.property(fc.array(route, { maxLength: 25 }), (routes) => {
        const hops = forwarded(routes);
        for (let address = base - 1; address <= base + 128; address += 1) {
          const found = [...hops].filter(([, set]) => set.has(address)).map(([hop]) => hop);
          const expected = lookUp(routes, address);
          expect(found).toEqual(expected === undefined ? [] : [expected]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('of a minimal list with its holes is the set without them', () => {
    const block = fc
      .tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
      .map(([low, length]) =>
        formatPrefix(0x14000000 + Math.floor(low / prefixSize(length)) * prefixSize(length), length),
      );
    const sets = fc.array(block, { maxLength: 20 }).map((list) => RangeSet.fromPrefixes(list));
    fc.assert(
      fc.property(sets, sets, (routed, managers) => {
        const holes = managers.intersect(routed);
        const prefixes = new Set(routed.cidrs());
        // One prefix twice is a conflict, which the plan resolves; a hole wider than a route inside it cannot be,
        // since a minimal list has one prefix for any block that is full.
        fc.pre(!holes.cidrs().some((hole) => prefixes.has(hole)));
        const hops = forwarded([
          ...routed.cidrs().map((addressPrefix) => ({ addressPrefix, hop: 'firewall' })),
          ...holes.cidrs().map((addressPrefix) => ({ addressPrefix, hop: 'Internet' })),
        ]);
        expect((hops.get('firewall') ?? RangeSet.empty).equals(routed.subtract(holes))).toBe(true);
        expect((hops.get('Internet') ?? RangeSet.empty).equals(holes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
