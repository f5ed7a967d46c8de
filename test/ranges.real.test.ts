import { describe, expect, it } from 'vitest';
import { findRegion, type Region, regionsOf } from '../shared/base/geography.ts';
import { chooseTags, tagCandidates } from '../shared/ranges/chooseTags.ts';
import { ownersOf } from '../shared/ranges/extraOwners.ts';
import { specialRanges } from '../shared/ranges/forbidden.ts';
import { longestPrefix } from '../shared/ranges/longestPrefix.ts';
import { formatPrefix, type Prefix } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { RangeSet6 } from '../shared/ranges/rangeSet6.ts';
import { summarize, summarizeWithHoles } from '../shared/ranges/summarize.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { forwardingOfTag } from '../shared/ranges/tagRank.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { dataText, haveData, needsData } from './rangesData.ts';
import { endsOf, LookUp, type OracleRoute } from './rangesOracle.ts';

const nowhere = Number.POSITIVE_INFINITY;
/** The synthetic file where the real one is absent, only so that the file loads: what needs the real one is skipped. */
const tags = parseTagFile(
  haveData ? dataText('service-tags/ServiceTags_Public_20251028.json') : readSyntheticTags(),
  'service tags',
);
const setOf = (names: readonly string[], table: TagTable = tags) =>
  RangeSet.unionOf(names.map((name) => table.get(name)?.ipv4 ?? RangeSet.empty));
const directory = ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'];
const managers = setOf(['GatewayManager']);
const pair = (a: string, b: string) => setOf([`AzureCloud.${a}`, `AzureCloud.${b}`, ...directory]);

describe.skipIf(!haveData)(`the public file of 2025-10-28${needsData}`, () => {
  const wanted = pair('eastus', 'westus');
  const without = wanted.subtract(managers);

  it('folds to as few prefixes as others count', () => {
    const whole = RangeSet.unionOf(tags.tags.map((tag) => tag.ipv4));
    expect([wanted, without, whole].map((set) => set.cidrs().length)).toEqual([860, 959, 1_887]);
    expect(tags.everything.equals(whole)).toBe(true);
  });

  it('folds 24,429 IPv6 prefixes to 1,238', () => {
    const published = tags.tags.flatMap((tag) => tag.ipv6);
    expect([published.length, RangeSet6.fromPrefixes(published).cidrs().length]).toEqual([24_429, 1_238]);
  });

  it.each<[string, RangeSet, RangeSet, number[], number]>([
    ['with nothing forbidden', wanted, RangeSet.empty, [1_247_479, 1_630_854, 9_281_009], 1],
    [
      'with other gateways and special ranges forbidden',
      wanted,
      managers.subtract(wanted).union(specialRanges),
      [1_479_905, 2_002_913, nowhere],
      236,
    ],
    [
      'with all gateways cut out and forbidden, and special ranges',
      without,
      managers.union(specialRanges),
      [5_959_237, 9_340_034, nowhere],
      341,
    ],
  ])('%s costs exactly what it costs at 400, 375 and 200 routes', (_what, set, forbidden, prices, fewest) => {
    const summary = summarize(set, forbidden, 400);
    expect([400, 375, 200].map((k) => summary.extraAt(k))).toEqual(prices);
    expect([summary.fewest, summary.conflict.isEmpty]).toEqual([fewest, true]);
    const cover = summary.cover(400);
    expect([cover?.prefixes.length, cover?.extra.size]).toEqual([400, prices[0]]);
    expect(cover && RangeSet.fromPrefixes(cover.prefixes).meets(forbidden)).toBe(false);
  });

  it('is planned for 400 routes in less than a megabyte of tables', () => {
    const before = process.memoryUsage().arrayBuffers;
    const summary = summarize(wanted, specialRanges, 400);
    const after = process.memoryUsage().arrayBuffers;
    expect(summary.extraAt(400)).toBeGreaterThan(0);
    expect(after - before).toBeLessThan(1024 * 1024);
  });

  it('says whose the extra addresses are', () => {
    const extra = summarize(wanted, specialRanges, 400).cover(400)?.extra ?? RangeSet.empty;
    const { tags: shares, regions, nobodys } = ownersOf(extra, tags);
    expect(shares[0]).toEqual({ tag: 'AzureCloud', region: '', addresses: 1_123_549 });
    expect(regions[0]).toEqual({ region: 'eastus2', addresses: 90_496 });
    expect(nobodys).toBe(extra.subtract(RangeSet.unionOf(tags.tags.map((tag) => tag.ipv4))).size);
  });

  it.each([
    ['eastus', 'westus', 860, 10, 857],
    ['eastus2', 'centralus', 1_540, 11, 1_221],
    ['westeurope', 'northeurope', 825, 10, 825],
    ['southcentralus', 'northcentralus', 839, 11, 792],
    ['uksouth', 'ukwest', 427, 8, 431],
  ])('%s and %s need %d prefixes with %d holes, or %d routes by longest prefix', (a, b, exact, holes, routes) => {
    const set = pair(a, b);
    expect([set.cidrs().length, set.intersect(managers).cidrs().length]).toEqual([exact, holes]);
    expect(longestPrefix({ toFirewall: set, toInternet: managers, forbidden: specialRanges })).toHaveLength(routes);
  });

  it('brings uksouth failing over four services to ukwest from 404 routes to 400 for 28 addresses', () => {
    const services = ['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage'].map((name) => `${name}.UKWest`);
    const set = setOf(['AzureCloud.uksouth', ...directory, ...services]);
    const holes = managers.union(RangeSet.fromPrefixes(['51.140.20.4/32']));
    const summary = summarizeWithHoles({ wanted: set, holes, forbidden: specialRanges, most: 1_000, shortest: 12 });
    const cover = summary.cover(400);
    expect([summary.exact, summary.extraAt(400), cover?.prefixes.length]).toEqual([404, 28, 396]);
    expect(cover?.holes.map(({ start, length }) => formatPrefix(start, length))).toContain('51.140.20.4/32');
    expect(cover?.holes).toHaveLength(4);
    const candidates = tagCandidates(tags, set, holes);
    expect(chooseTags({ wanted: set, holes, forbidden: specialRanges, candidates }).routes).toBeLessThan(400);
  });
});

type Plan = { readonly strategy: string; readonly routes: OracleRoute[]; readonly mayReach: RangeSet };

const explicit = (prefixes: readonly Prefix[], hop: string): OracleRoute[] =>
  prefixes.map(({ start, length }) => ({ cidr: formatPrefix(start, length), hop, rank: 0 }));

/** Every strategy's routes for one wanted set, tags expanded as published; `mayReach` is what its price allows. */
const plansFor = (table: TagTable, wanted: RangeSet, holes: RangeSet, most: number): Plan[] => {
  const forbidden = specialRanges;
  const fewest = longestPrefix({ toFirewall: wanted, toInternet: holes, forbidden, shortest: 12 }) ?? [];
  const chosen = chooseTags({ wanted, holes, forbidden, candidates: tagCandidates(table, wanted, holes) });
  const byTag = chosen.tags.flatMap(({ name }) => {
    const tag = table.get(name);
    return tag ? forwardingOfTag(tag, 'firewall') : [];
  });
  const summary = summarizeWithHoles({ wanted, holes, forbidden, most, shortest: 12 });
  const cover = summary.cover(most);
  if (!cover) throw new Error(`${summary.fewest} routes are the fewest, ${most} are too few`);
  return [
    {
      strategy: 'exact',
      routes: [...explicit(wanted.prefixes(), 'firewall'), ...explicit(holes.intersect(wanted).prefixes(), 'internet')],
      mayReach: RangeSet.empty,
    },
    {
      strategy: 'longestPrefix',
      routes: fewest.flatMap(({ prefix, hop }) => explicit([prefix], hop)),
      mayReach: RangeSet.empty,
    },
    {
      strategy: 'serviceTags',
      routes: [
        ...explicit(chosen.prefixes, 'firewall'),
        ...explicit(chosen.holes, 'internet'),
        ...byTag
          .filter(({ addressPrefix }) => !addressPrefix.includes(':'))
          .map(({ addressPrefix, hop, rank = 0 }) => ({ cidr: addressPrefix, hop, rank })),
      ],
      mayReach: RangeSet.empty,
    },
    {
      strategy: 'summarize',
      routes: [...explicit(cover.prefixes, 'firewall'), ...explicit(cover.holes, 'internet')],
      mayReach: cover.extra,
    },
  ];
};

/** At every end of every range and route: what is wanted reaches the firewall, a hole and the forbidden never do. */
const wrongIn = ({ strategy, routes, mayReach }: Plan, wanted: RangeSet, holes: RangeSet): string | undefined => {
  const table = new LookUp(routes);
  const routed = RangeSet.fromPrefixes(routes.map(({ cidr }) => cidr));
  const needed = wanted.subtract(holes);
  if (
    new Set(routes.filter(({ rank }) => rank === 0).map(({ cidr }) => cidr)).size !==
    routes.filter(({ rank }) => rank === 0).length
  )
    return `${strategy}: a prefix twice`;
  for (const address of endsOf([wanted, holes, specialRanges, routed, mayReach])) {
    const reaches = table.hop(address) === 'firewall';
    const where = `${strategy}: ${formatPrefix(address, 32)}`;
    if (needed.has(address) && !reaches) return `${where} is lost`;
    if (!reaches) continue;
    if (holes.has(address)) return `${where} is a hole and reaches the firewall`;
    if (specialRanges.has(address)) return `${where} is forbidden and reaches the firewall`;
    if (!needed.has(address) && !mayReach.has(address)) return `${where} reaches the firewall unpaid`;
  }
  return undefined;
};

/** Each pair of a cloud once, as whole regions; both must be in the file. */
const pairsOf = (table: TagTable): [Region, Region][] =>
  regionsOf(table.cloud).flatMap((region): [Region, Region][] => {
    const other = region.pair === null ? undefined : findRegion(table.cloud, region.pair);
    const isSecond = other?.pair === region.name && other.name < region.name;
    if (!other || isSecond) return [];
    return table.regional('AzureCloud', region) && table.regional('AzureCloud', other) ? [[region, other]] : [];
  });

const services = ['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage'];

const checkPairs = (table: TagTable): number => {
  const holes = setOf(['GatewayManager'], table);
  const pairs = pairsOf(table);
  for (const [home, other] of pairs) {
    const base = setOf([`AzureCloud.${home.code}`, ...directory], table);
    const move = table.regional('AzureCloud', other)?.ipv4 ?? RangeSet.empty;
    const added = RangeSet.unionOf(services.map((name) => table.regional(name, other)?.ipv4 ?? RangeSet.empty));
    for (const wanted of [base.union(move), base.union(added)]) {
      for (const plan of plansFor(table, wanted, holes, 400)) {
        expect(wrongIn(plan, wanted, holes), `${home.name} and ${other.name}`).toBeUndefined();
      }
    }
  }
  return pairs.length;
};

describe('every region pair by every strategy forwards what it must and nothing it must not', () => {
  it('on the synthetic file', () => {
    expect(checkPairs(parseTagFile(readSyntheticTags(), 'synthetic'))).toBeGreaterThanOrEqual(2);
  });

  it.skipIf(!haveData)(`on the public file${needsData}`, { timeout: 120_000 }, () => {
    expect(checkPairs(tags)).toBeGreaterThan(20);
  });

  it.skipIf(!haveData)(`on the government and China files${needsData}`, () => {
    for (const name of ['AzureGovernment', 'China']) {
      const text = dataText(`service-tags/ServiceTags_${name}_20260720.json`);
      expect(checkPairs(parseTagFile(text, name))).toBeGreaterThanOrEqual(2);
    }
  });
});
