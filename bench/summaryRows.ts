import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { findRegion, type Region, regionsOf } from '../shared/base/geography.ts';
import { chooseTags, tagCandidates } from '../shared/ranges/chooseTags.ts';
import { ownersOf } from '../shared/ranges/extraOwners.ts';
import { specialRanges } from '../shared/ranges/forbidden.ts';
import { longestPrefix } from '../shared/ranges/longestPrefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { type Cover, type Summary, summarize, summarizeWithHoles } from '../shared/ranges/summarize.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { median, type Row } from './measure.ts';

const budget = 400;
/** Far enough to price what 1 % and 5 % extra would take, as a report does. */
const curve = 1_000;
const directory = ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'];

const union = (table: TagTable, names: readonly string[]): RangeSet =>
  RangeSet.unionOf(names.map((name) => table.get(name)?.ipv4 ?? RangeSet.empty));

/**
 * Bytes allocated by `run` when warm, rubbish included. Until it is compiled, every number of its loops is an object of
 * its own; and a collection that leaves no result alive throws the compiled code away: hence the last one is kept.
 */
const allocatedBy = (run: () => unknown): number => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const kept: unknown[] = [];
  for (let i = 0; i < 200; i += 1) kept[0] = run();
  const each = Array.from({ length: 15 }, () => {
    collect();
    const before = used();
    kept[1] = run();
    return used() - before;
  });
  return median(each);
};

/** Each pair of the file's cloud once. */
const pairsOf = (table: TagTable): [Region, Region][] =>
  regionsOf(table.cloud).flatMap((region): [Region, Region][] => {
    const other = region.pair === null ? undefined : findRegion(table.cloud, region.pair);
    if (!other || (other.pair === region.name && other.name < region.name)) return [];
    return table.regional('AzureCloud', region) && table.regional('AzureCloud', other) ? [[region, other]] : [];
  });

/** Every strategy for every region pair, with the price of every number of routes and the owners of what is extra. */
const everyPair = (table: TagTable): number[] => {
  const holes = union(table, ['GatewayManager']);
  return pairsOf(table).flatMap(([home, other]) => {
    const names = [`AzureCloud.${home.code}`, `AzureCloud.${other.code}`, ...directory];
    const wanted = union(table, names);
    const common = { holes, forbidden: specialRanges };
    const fewest = longestPrefix({ toFirewall: wanted, toInternet: holes, forbidden: specialRanges, shortest: 12 });
    const tags = chooseTags({ wanted, ...common, candidates: tagCandidates(table, wanted, holes) });
    const summary = summarizeWithHoles({ wanted, ...common, most: curve, shortest: 12 });
    const extra = summary.cover(budget)?.extra ?? RangeSet.empty;
    const { nobodys } = ownersOf(extra, table);
    const shares = [summary.smallestFor(1), summary.smallestFor(5)].map((k) => k ?? 0);
    return [wanted.prefixes().length, fewest?.length ?? 0, tags.routes, extra.size, nobodys, ...shares];
  });
};

/** Fitting a budget: the optimal plan for 400 routes and its like, and a whole report. */
export const summaryRows = (text: string, names: readonly string[]): Row[] => {
  const table = parseTagFile(text, 'tags');
  const wanted = union(table, names);
  const managers = union(table, ['GatewayManager']);
  const outside = managers.subtract(wanted).union(specialRanges);
  const summarized = (forbidden: RangeSet): [Summary, Cover | undefined] => {
    const summary = summarize(wanted, forbidden, budget);
    return [summary, summary.cover(budget)];
  };
  const plan = (forbidden: RangeSet): number => summarized(forbidden)[1]?.extra.size ?? -1;
  const holed = { wanted, holes: managers, forbidden: specialRanges, most: budget };
  const prefixes = wanted.prefixes().length;
  const kilobytes = allocatedBy(() => summarized(outside)) / 1024;
  const verdict = kilobytes <= 1024 ? 'holds' : 'MISSED';
  const free = plan(RangeSet.empty).toLocaleString('en-US');
  return [
    {
      name: 'S1',
      title: `the optimal ${budget} routes for ${prefixes} prefixes, ${free} extra (${verdict}: allocates ${kilobytes.toFixed(0)} KB of 1,024)`,
      contenders: [
        { name: 'ours, nothing forbidden', run: () => plan(RangeSet.empty) },
        { name: 'ours, gateways and special ranges forbidden', isYardstick: true, run: () => plan(outside) },
        {
          name: 'ours, gateways led around',
          isYardstick: true,
          run: () => summarizeWithHoles(holed).cover(budget)?.extra.size,
        },
      ],
      limits: [{ ms: 5 }],
    },
    {
      name: 'S2',
      title: 'the fewest routes by longest prefix',
      contenders: [{ name: 'ours', run: () => longestPrefix({ toFirewall: wanted, toInternet: managers })?.length }],
      limits: [{ ms: 5 }],
    },
    {
      name: 'S3',
      title: `text of the file -> every strategy for all ${pairsOf(table).length} region pairs`,
      contenders: [{ name: 'ours', run: () => everyPair(parseTagFile(text, 'tags')) }],
      limits: [{ ms: 2_000 }],
    },
  ];
};
