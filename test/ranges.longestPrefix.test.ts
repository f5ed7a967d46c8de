import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwarded } from '../shared/ranges/forwarding.ts';
import { type ForwardingInput, type HopRoute, longestPrefix } from '../shared/ranges/longestPrefix.ts';
import { formatPrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { randomFrom } from './rangesData.ts';
import { endsOf, fromBits, LookUp } from './rangesOracle.ts';

const setOf = (cidrs: readonly string[]) => RangeSet.fromPrefixes(cidrs);
const rowsOf = (routes: readonly HopRoute[] | undefined) =>
  (routes ?? []).map(({ prefix, hop }) => ({ addressPrefix: formatPrefix(prefix.start, prefix.length), hop }));
const toFirewall = (routes: readonly HopRoute[] | undefined) =>
  forwarded(rowsOf(routes)).get('firewall') ?? RangeSet.empty;
const least = (input: ForwardingInput): HopRoute[] => {
  const routes = longestPrefix(input);
  if (!routes) throw new Error('no routes are possible');
  return routes;
};

describe('the fewest routes for a forwarding function', () => {
  it('are one route and one back for a prefix with a hole', () => {
    const routes = longestPrefix({ toFirewall: setOf(['20.0.0.0/17']), toInternet: setOf(['20.0.64.0/26']) });
    expect(rowsOf(routes)).toEqual([
      { addressPrefix: '20.0.0.0/17', hop: 'firewall' },
      { addressPrefix: '20.0.64.0/26', hop: 'internet' },
    ]);
  });

  it('lead unwanted space back, too, where that is fewer', () => {
    const wanted = setOf(['20.0.0.0/24']).subtract(setOf(['20.0.0.77/32']));
    expect(wanted.prefixes()).toHaveLength(8);
    expect(rowsOf(longestPrefix({ toFirewall: wanted, toInternet: RangeSet.empty }))).toEqual([
      { addressPrefix: '20.0.0.0/24', hop: 'firewall' },
      { addressPrefix: '20.0.0.77/32', hop: 'internet' },
    ]);
  });

  it('lead back a block at once and go in again below it', () => {
    const wanted = setOf(['20.0.0.0/16'])
      .subtract(setOf(['20.0.64.0/20']))
      .union(setOf(['20.0.64.5/32']));
    expect(rowsOf(longestPrefix({ toFirewall: wanted, toInternet: RangeSet.empty }))).toEqual([
      { addressPrefix: '20.0.0.0/16', hop: 'firewall' },
      { addressPrefix: '20.0.64.0/20', hop: 'internet' },
      { addressPrefix: '20.0.64.5/32', hop: 'firewall' },
    ]);
  });

  it('cover nothing forbidden, though a longer route would lead it back', () => {
    const wanted = setOf(['20.0.0.0/24']).subtract(setOf(['20.0.0.77/32']));
    const routes = longestPrefix({
      toFirewall: wanted,
      toInternet: RangeSet.empty,
      forbidden: setOf(['20.0.0.77/32']),
    });
    expect(routes).toHaveLength(8);
    expect(routes?.every(({ hop }) => hop === 'firewall')).toBe(true);
  });

  it('let off a forbidden address that is a hole', () => {
    const forbidden = setOf(['168.63.129.16/32']);
    expect(longestPrefix({ toFirewall: setOf(['168.63.128.0/20']), toInternet: forbidden, forbidden })).toHaveLength(2);
  });

  it('are not possible where a forbidden address is wanted', () => {
    const toFirewall = setOf(['20.0.0.0/24']);
    const forbidden = setOf(['20.0.0.8/32']);
    expect(longestPrefix({ toFirewall, toInternet: RangeSet.empty, forbidden })).toBeUndefined();
  });

  it('use what does not matter', () => {
    const input = { toFirewall: setOf(['20.0.0.0/32', '20.0.0.2/32']), toInternet: RangeSet.empty };
    expect(longestPrefix(input)).toHaveLength(2);
    expect(rowsOf(longestPrefix({ ...input, dontCare: setOf(['20.0.0.1/32', '20.0.0.3/32']) }))).toEqual([
      { addressPrefix: '20.0.0.0/30', hop: 'firewall' },
    ]);
  });

  it('have no prefix to the firewall shorter than the shortest allowed', () => {
    const wanted = setOf(['20.0.0.0/11']).subtract(setOf(['20.0.0.1/32']));
    const texts = (shortest: number) =>
      rowsOf(longestPrefix({ toFirewall: wanted, toInternet: RangeSet.empty, shortest })).map(
        ({ addressPrefix }) => addressPrefix,
      );
    expect(texts(11)).toEqual(['20.0.0.0/11', '20.0.0.1/32']);
    expect(texts(12)).toEqual(['20.0.0.0/12', '20.0.0.1/32', '20.16.0.0/12']);
    expect(
      longestPrefix({ toFirewall: setOf(['20.0.0.0/8']), toInternet: RangeSet.empty, shortest: 12 }),
    ).toBeUndefined();
  });

  it('for nothing are none', () => {
    expect(longestPrefix({ toFirewall: RangeSet.empty, toInternet: setOf(['0.0.0.0/0']) })).toEqual([]);
    expect(
      longestPrefix({ toFirewall: RangeSet.empty, toInternet: RangeSet.empty, dontCare: setOf(['0.0.0.0/0']) }),
    ).toEqual([]);
  });
});

/**
 * Every route table of a universe of addresses: what each address gets by the table alone, and the fewest routes for
 * that. A state is a number in base 3, one digit for each address: 0 no route, 1 firewall, 2 Internet.
 */
const fewestByState = (size: number): Map<string, number> => {
  if (size === 1) return new Map([['0', 0], ['1', 1], ['2', 1]]); // biome-ignore format: three states
  const half = fewestByState(size / 2);
  const states = new Map<string, number>();
  for (const [a, m] of half) {
    for (const [b, n] of half) {
      for (const own of ['0', '1', '2']) {
        const state = own === '0' ? a + b : (a + b).replaceAll('0', own);
        const routes = m + n + (own === '0' ? 0 : 1);
        if (routes < (states.get(state) ?? Number.POSITIVE_INFINITY)) states.set(state, routes);
      }
    }
  }
  return states;
};

describe('no route table has fewer routes', () => {
  /** By what each address must get: w firewall, - anything but, ? either. */
  const bySpec = (size: number): Map<string, number> => {
    const least = new Map<string, number>();
    for (const [state, routes] of fewestByState(size)) {
      const spec = state.replaceAll('1', 'w').replaceAll(/[02]/g, '-');
      if (routes < (least.get(spec) ?? Number.POSITIVE_INFINITY)) least.set(spec, routes);
    }
    return least;
  };

  it.each([0, 2 ** 31 - 8, 2 ** 32 - 8])(
    'for 8 addresses from %d on, all 6,561 wishes, by every table there is',
    (base) => {
      const leastFor = bySpec(8);
      expect(leastFor.size).toBe(256);
      for (let wanted = 0; wanted < 256; wanted += 1) {
        const spec = Array.from({ length: 8 }, (_, i) => ((wanted >> i) & 1 ? 'w' : '-')).join('');
        for (let free = ~wanted & 255; ; free = (free - 1) & ~wanted & 255) {
          let fewest = Number.POSITIVE_INFINITY;
          for (let also = free; ; also = (also - 1) & free) {
            const chosen = spec.replaceAll(/./g, (digit, i: number) => ((also >> i) & 1 ? 'w' : digit));
            fewest = Math.min(fewest, leastFor.get(chosen) ?? Number.POSITIVE_INFINITY);
            if (also === 0) break;
          }
          const [set, any] = [fromBits(wanted, base, 8), fromBits(free, base, 8)];
          const routes = least({ toFirewall: set, toInternet: RangeSet.empty, dontCare: any });
          const reached = toFirewall(routes);
          if (routes.length !== fewest) throw new Error(`${routes.length} routes, ${fewest} suffice: ${spec}, ${free}`);
          if (!reached.subtract(any).equals(set)) throw new Error(`another forwarding function: ${spec}, ${free}`);
          if (free === 0) break;
        }
      }
    },
  );

  it('for 16 addresses, all 65,536 wishes, by tables of their halves', () => {
    const base = 0x7ffffff0;
    const half = [...fewestByState(8)].map(([state, routes]) => {
      const mask = (digit: string) => [...state].reduce((bits, one, i) => (one === digit ? bits | (1 << i) : bits), 0);
      return { open: mask('0'), inside: mask('1'), routes };
    });
    // Fewest routes in a half that must reach `wanted`, when what comes from above is the firewall or is not.
    const leastIn = (fromAbove: boolean): Uint8Array => {
      const fewest = new Uint8Array(256).fill(255);
      for (const { open, inside, routes } of half) {
        const reached = fromAbove ? inside | open : inside;
        if (routes < (fewest[reached] ?? 0)) fewest[reached] = routes;
      }
      return fewest;
    };
    const [outside, into] = [leastIn(false), leastIn(true)];
    for (let wanted = 0; wanted < 65_536; wanted += 1) {
      const [a, b] = [wanted & 255, wanted >> 8];
      const without = (outside[a] ?? 0) + (outside[b] ?? 0);
      const expected = Math.min(without, 1 + (into[a] ?? 0) + (into[b] ?? 0));
      const routes = least({ toFirewall: fromBits(wanted, base, 16), toInternet: RangeSet.empty });
      if (routes.length !== expected) throw new Error(`${routes.length} routes, ${expected} suffice: bits ${wanted}`);
      if (wanted % 64 === 0 && !toFirewall(routes).equals(fromBits(wanted, base, 16)))
        throw new Error(`bits ${wanted}`);
    }
  });
});

describe('in a universe of 256 addresses', () => {
  /** The same recursion over every node of the trie, none left out: [nothing from above, the firewall from above]. */
  const fewest = (wanted: Uint8Array, from: number, size: number): [outside: number, inside: number] => {
    if (size === 1) return wanted[from] === 1 ? [1, 0] : [0, 1];
    const left = fewest(wanted, from, size / 2);
    const right = fewest(wanted, from + size / 2, size / 2);
    const [outside, inside] = [left[0] + right[0], left[1] + right[1]];
    return [Math.min(outside, 1 + inside), Math.min(inside, 1 + outside)];
  };

  it('a node between two far ones is led back, and so is all that a recursion over every node finds', () => {
    const random = randomFrom(6);
    const base = 2 ** 31;
    for (let round = 0; round < 1_500; round += 1) {
      const wanted = new Uint8Array(256).fill(round % 2);
      // Blocks on and off, ever smaller: scattered single addresses inside what was switched off.
      for (let length = 1; length <= 8; length += 1) {
        const size = 2 ** (8 - length);
        for (let n = Math.floor(random() * 4); n > 0; n -= 1) {
          const at = Math.floor(random() * 2 ** length) * size;
          wanted.fill(random() < 0.5 ? 1 : 0, at, at + size);
        }
      }
      const set = RangeSet.fromIntervals([...wanted].flatMap((one, i) => (one ? [[base + i, base + i] as const] : [])));
      const routes = least({ toFirewall: set, toInternet: RangeSet.empty });
      expect(routes.length, set.cidrs().join(' ')).toBe(fewest(wanted, 0, 256)[0]);
      expect(toFirewall(routes).equals(set)).toBe(true);
    }
  });

  it('scattered addresses under a block that is led back at once need one route each', () => {
    const scattered = ['20.0.0.112/32', '20.0.0.116/32', '20.0.0.120/32', '20.0.0.124/32'];
    const wanted = setOf(['20.0.0.0/25'])
      .subtract(setOf(['20.0.0.112/28']))
      .union(setOf(scattered));
    expect(rowsOf(longestPrefix({ toFirewall: wanted, toInternet: RangeSet.empty })).slice(0, 2)).toEqual([
      { addressPrefix: '20.0.0.0/25', hop: 'firewall' },
      { addressPrefix: '20.0.0.112/28', hop: 'internet' },
    ]);
  });
});

describe('laws of the fewest routes', () => {
  const block = fc.tuple(fc.nat(0xffff), fc.integer({ min: 18, max: 32 })).map(([low, length]) => ({
    start: 0x14000000 + Math.floor(low / prefixSize(length)) * prefixSize(length),
    length,
  }));
  const sets = fc.array(block, { maxLength: 30 }).map((list) => RangeSet.fromPrefixes(list));

  it('the forwarding function is the one asked for, at every end of every range', () => {
    fc.assert(
      fc.property(sets, sets, sets, sets, (wanted, holes, any, banned) => {
        const needed = wanted.subtract(holes);
        const dontCare = any.subtract(needed).subtract(holes);
        const forbidden = banned.subtract(needed).subtract(dontCare);
        const routes = least({ toFirewall: wanted, toInternet: holes, dontCare: any, forbidden });
        const table = new LookUp(
          rowsOf(routes).map(({ addressPrefix, hop }) => ({ cidr: addressPrefix, hop, rank: 0 })),
        );
        for (const address of endsOf([wanted, holes, any, banned, toFirewall(routes)])) {
          if (dontCare.has(address)) continue;
          expect(table.hop(address) === 'firewall').toBe(needed.has(address));
        }
        const entered = routes.filter(({ hop }) => hop === 'firewall').map(({ prefix }) => prefix);
        expect(RangeSet.fromPrefixes(entered).meets(forbidden.subtract(holes))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('they are never more than the minimal list with its holes, nor is a prefix used twice', () => {
    fc.assert(
      fc.property(sets, sets, (wanted, managers) => {
        const holes = managers.intersect(wanted);
        const routes = least({ toFirewall: wanted, toInternet: holes });
        expect(routes.length).toBeLessThanOrEqual(wanted.prefixes().length + holes.prefixes().length);
        expect(new Set(rowsOf(routes).map(({ addressPrefix }) => addressPrefix)).size).toBe(routes.length);
      }),
      { numRuns: 150 },
    );
  });

  it('the same sets give the same routes, however they were put together', () => {
    const random = randomFrom(5);
    const cidrs = Array.from({ length: 60 }, () => formatPrefix(0x14000000 + Math.floor(random() * 512), 32));
    const one = longestPrefix({ toFirewall: setOf(cidrs), toInternet: RangeSet.empty });
    expect(longestPrefix({ toFirewall: setOf([...cidrs].reverse()), toInternet: RangeSet.empty })).toEqual(one);
  });
});
