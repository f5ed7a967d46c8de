import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChooseTagsInput, chooseTags, type TagRoutes, tagCandidates } from '../shared/ranges/chooseTags.ts';
import { ownersOf } from '../shared/ranges/extraOwners.ts';
import { type Forwarding, forwarded } from '../shared/ranges/forwarding.ts';
import { formatPrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { explicitRank, forwardingOfTag, tagRank, tagRoutesPerTable } from '../shared/ranges/tagRank.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';

const setOf = (cidrs: readonly string[]) => RangeSet.fromPrefixes(cidrs);
const textsOf = (routes: TagRoutes) => routes.prefixes.map(({ start, length }) => formatPrefix(start, length));

const choose = (wanted: string[], tags: Record<string, string[]>, more: Partial<ChooseTagsInput> = {}) =>
  chooseTags({
    wanted: setOf(wanted),
    holes: RangeSet.empty,
    forbidden: RangeSet.empty,
    candidates: Object.entries(tags).map(([name, cidrs]) => ({ name, set: setOf(cidrs) })),
    ...more,
  });

const four = ['20.0.0.0/32', '20.0.0.2/32', '20.0.0.4/32', '20.0.0.6/32'];

describe('tags as routes', () => {
  it('are taken where they save routes, the largest saving first', () => {
    const chosen = choose([...four, '30.0.0.0/24', '30.0.2.0/24'], {
      Small: ['30.0.0.0/24', '30.0.2.0/24'],
      Large: four,
      Useless: ['30.0.2.0/24'],
    });
    expect(chosen.tags).toEqual([
      { name: 'Large', saved: 3 },
      { name: 'Small', saved: 1 },
    ]);
    expect([textsOf(chosen), chosen.routes]).toEqual([[], 2]);
  });

  it('are weighed again after each choice', () => {
    const chosen = choose([...four, '30.0.0.0/24', '30.0.2.0/24'], {
      All: [...four, '30.0.0.0/24'],
      Four: four,
      Rest: ['20.0.0.6/32', '30.0.0.0/24', '30.0.2.0/24'],
    });
    // After All nothing is left to save but one prefix, which a tag would cost as well.
    expect(chosen.tags.map(({ name }) => name)).toEqual(['All']);
    expect(textsOf(chosen)).toEqual(['30.0.2.0/24']);
  });

  it('may share a prefix that neither carries alone', () => {
    const chosen = choose(['20.0.0.0/24', '20.0.2.0/24', '20.0.4.0/24', '20.0.6.0/24'], {
      A: ['20.0.0.0/24', '20.0.2.0/24', '20.0.4.0/25'],
      B: ['20.0.4.128/25', '20.0.6.0/24'],
    });
    expect(chosen.tags).toEqual([
      { name: 'A', saved: 1 },
      { name: 'B', saved: 1 },
    ]);
    expect(chosen.routes).toBe(2);
  });

  it('of equal saving go by name, by code unit', () => {
    const tags = { b: four, B: four, a: four };
    expect(choose(four, tags).tags.map(({ name }) => name)).toEqual(['B']);
  });

  it('are passed over where they reach beyond what is wanted, into a hole or into forbidden space', () => {
    expect(choose(four, { Wide: [...four, '20.0.0.8/32'] }).tags).toEqual([]);
    expect(choose(four, { Four: four }, { holes: setOf(['20.0.0.2/32']) }).tags).toEqual([]);
    expect(choose(four, { Four: four }, { forbidden: setOf(['20.0.0.2/32']) }).tags).toEqual([]);
  });

  it('are no more than a table may hold', () => {
    const groups = Array.from({ length: 30 }, (_, i) => four.map((cidr) => cidr.replace('20.0.0', `20.0.${i}`)));
    const tags = Object.fromEntries(groups.map((group, i) => [`T${i}`, group]));
    expect(choose(groups.flat(), tags).tags).toHaveLength(tagRoutesPerTable);
    expect(choose(groups.flat(), tags, { mostTags: 3 }).routes).toBe(3 + 27 * 4);
    expect(choose(groups.flat(), tags, { mostTags: 0 }).tags).toEqual([]);
  });

  it('save the holes under a prefix with it; the others stay', () => {
    const wanted = ['20.0.0.0/24', '20.0.1.0/25', '30.0.0.0/24'];
    const chosen = choose(
      wanted,
      { Inner: ['20.0.0.0/25', '20.0.0.128/26', '20.0.0.192/27', '20.0.1.0/25'] },
      {
        holes: setOf(['20.0.0.224/27', '30.0.0.0/30', '40.0.0.0/24']),
      },
    );
    expect(chosen.tags).toEqual([{ name: 'Inner', saved: 2 }]);
    expect(chosen.holes).toEqual([{ start: 0x1e000000, length: 30 }]);
    expect([textsOf(chosen), chosen.routes]).toEqual([['30.0.0.0/24'], 3]);
  });

  it('leave out a prefix that is nothing but hole', () => {
    expect(choose(['20.0.0.0/24', '20.0.2.0/24'], {}, { holes: setOf(['20.0.2.0/23']) })).toMatchObject({
      prefixes: [{ start: 0x14000000, length: 24 }],
      holes: [],
      routes: 1,
    });
  });

  it.each([
    ['Storage.UKWest', 1],
    ['Storage', 2],
    ['AzureCloud.uksouth', 3],
    ['azurecloud', 4],
    ['AzureCloudish', 2],
  ])('%s gives way to all ranks below %d', (name, rank) => {
    expect(tagRank(name)).toBe(rank);
    expect(explicitRank).toBeLessThan(rank);
  });
});

describe('candidates', () => {
  const value = (name: string, features: string[], prefixes: string[]) => ({
    name,
    properties: {
      changeNumber: 1,
      region: '',
      systemService: '',
      addressPrefixes: prefixes,
      networkFeatures: features,
    },
  });
  const table = parseTagFile(
    JSON.stringify({
      cloud: 'Public',
      changeNumber: 1,
      values: [
        value('Sql', ['UDR', 'FW'], ['20.0.0.0/25', '2603::/32']),
        value('Both', ['API', 'NSG', 'UDR', 'FW'], ['20.0.0.128/25']),
        value('NoFirewall', ['UDR'], ['20.0.0.0/26']),
        value('NoRoute', ['FW', 'NSG'], ['20.0.0.0/26']),
        value('Wide', ['UDR', 'FW'], ['20.0.0.0/23']),
        value('Hole', ['UDR', 'FW'], ['20.0.0.64/26']),
        value('Ipv6', ['UDR', 'FW'], ['2603::/32']),
      ],
    }),
    'tags.json',
  );

  it('may be routes and destinations both, and hold nothing but what must reach the firewall', () => {
    const found = tagCandidates(table, setOf(['20.0.0.0/24']), setOf(['20.0.0.70/32']));
    expect(found.map(({ name }) => name)).toEqual(['Both']);
    expect(tagCandidates(table, setOf(['20.0.0.0/24']), RangeSet.empty).map(({ name }) => name)).toEqual([
      'Both',
      'Hole',
      'Sql',
    ]);
  });

  it('forward as published, each prefix with the rank of the tag', () => {
    const tag = table.get('Sql');
    expect(tag && forwardingOfTag(tag, 'firewall')).toEqual([
      { addressPrefix: '20.0.0.0/25', hop: 'firewall', rank: 2 },
      { addressPrefix: '2603::/32', hop: 'firewall', rank: 2 },
    ]);
  });
});

describe('laws of tags as routes', () => {
  const block = fc.tuple(fc.nat(0xfff), fc.integer({ min: 22, max: 32 })).map(([low, length]) => ({
    start: 0x14000000 + Math.floor(low / prefixSize(length)) * prefixSize(length),
    length,
  }));
  const sets = fc.array(block, { minLength: 1, maxLength: 16 }).map((list) => RangeSet.fromPrefixes(list));

  const hopsOf = (routes: TagRoutes, tags: ReadonlyMap<string, RangeSet>): RangeSet => {
    const rows: Forwarding[] = [
      ...routes.prefixes.map(({ start, length }) => ({ addressPrefix: formatPrefix(start, length), hop: 'firewall' })),
      ...routes.holes.map(({ start, length }) => ({ addressPrefix: formatPrefix(start, length), hop: 'internet' })),
      ...routes.tags.flatMap(({ name }) =>
        (tags.get(name) ?? RangeSet.empty)
          .cidrs()
          .map((addressPrefix) => ({ addressPrefix, hop: 'firewall', rank: 1 })),
      ),
    ];
    return forwarded(rows).get('firewall') ?? RangeSet.empty;
  };

  it('what reaches the firewall is exactly what was wanted, and no tag chosen costs a route', () => {
    fc.assert(
      fc.property(sets, sets, fc.array(sets, { maxLength: 8 }), fc.nat(5), (base, holes, drawn, mostTags) => {
        const candidates = drawn.map((set, i) => ({ name: `T${i}`, set: i % 2 === 0 ? set.subtract(holes) : set }));
        const wanted = RangeSet.unionOf([base, ...drawn.slice(0, 5)]);
        const input = { wanted, holes, forbidden: RangeSet.empty, candidates, mostTags };
        const chosen = chooseTags(input);
        const sum = chosen.tags.reduce((total, { saved }) => total + saved, 0);
        const bare = chooseTags({ ...input, candidates: [] });
        expect(
          hopsOf(chosen, new Map(candidates.map(({ name, set }) => [name, set]))).equals(wanted.subtract(holes)),
        ).toBe(true);
        expect(chosen.routes).toBe(bare.routes - sum);
        expect(chosen.tags.every(({ saved }) => saved > 0)).toBe(true);
        expect(chooseTags({ ...input, candidates: [...candidates].reverse() })).toEqual(chosen);
      }),
      { numRuns: 200 },
    );
  });

  it('each tag chosen is the one that spares most at that moment, by counting anew', () => {
    fc.assert(
      fc.property(sets, fc.array(sets, { maxLength: 6 }), (base, drawn) => {
        const wanted = RangeSet.unionOf([base, ...drawn]);
        const candidates = drawn.map((set, i) => ({ name: `T${i}`, set }));
        const needed = (by: RangeSet) =>
          wanted.prefixes().filter((prefix) => !by.covers(RangeSet.fromPrefixes([prefix]))).length;
        let by = RangeSet.empty;
        const expected: { name: string; saved: number }[] = [];
        for (;;) {
          const savings = candidates.map(({ name, set }) => ({ name, saved: needed(by) - needed(by.union(set)) - 1 }));
          const best = savings.reduce((a, b) => (b.saved > a.saved ? b : a), { name: '', saved: 0 });
          if (best.saved === 0) break;
          expected.push(best);
          by = by.union(candidates.find(({ name }) => name === best.name)?.set ?? RangeSet.empty);
        }
        const chosen = chooseTags({ wanted, holes: RangeSet.empty, forbidden: RangeSet.empty, candidates });
        expect(chosen.tags).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('who owns a set', () => {
  const table = parseTagFile(readSyntheticTags(), 'synthetic');

  it('is what every tag shares with it, most first, and what no tag lists', () => {
    const some = table.tags.filter((_, i) => i % 9 === 0).map((tag) => tag.ipv4);
    const set = RangeSet.unionOf([...some, setOf(['33.0.0.0/9', '9.9.9.0/24', '0.0.0.0/30', '255.255.255.254/31'])]);
    const { tags, regions, nobodys } = ownersOf(set, table);
    const asked = table.tags
      .map((tag) => ({ tag: tag.name, region: tag.region, addresses: tag.ipv4.intersect(set).size }))
      .filter(({ addresses }) => addresses > 0)
      .sort((a, b) => b.addresses - a.addresses || (a.tag < b.tag ? -1 : 1));
    expect(tags).toEqual(asked);
    expect(regions).toEqual(
      asked.filter(({ tag }) => tag.startsWith('AzureCloud.')).map(({ region, addresses }) => ({ region, addresses })),
    );
    expect(nobodys).toBe(set.subtract(RangeSet.unionOf(table.tags.map((tag) => tag.ipv4))).size);
    expect(nobodys).toBeGreaterThan(256);
  });

  it('counts an address of a tag once, though the tag publishes it twice', () => {
    const properties = { changeNumber: 1, region: '', systemService: '', networkFeatures: [] };
    const prefixes = ['20.0.0.0/24', '20.0.0.0/25', '20.0.0.0/24', '20.0.0.7/32'];
    const values = [{ name: 'Twice', properties: { ...properties, addressPrefixes: prefixes } }];
    const twice = parseTagFile(JSON.stringify({ cloud: 'Public', changeNumber: 1, values }), 'tags.json');
    expect(ownersOf(setOf(['20.0.0.0/26', '20.0.0.192/30']), twice).tags).toEqual([
      { tag: 'Twice', region: '', addresses: 68 },
    ]);
    expect(ownersOf(RangeSet.empty, twice)).toEqual({ tags: [], regions: [], nobodys: 0 });
  });
});
