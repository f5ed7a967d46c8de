import { BlockList } from 'node:net';
import { containsCidr, excludeCidr, mergeCidr } from 'cidr-tools';
import { contains, exclude, merge } from 'fast-cidr-tools';
import { IPv4CidrRange, Pool } from 'ip-num';
import { parseAddress } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile, readTagFile } from '../shared/ranges/tagFile.ts';
import { growthRows } from './growthRows.ts';
import type { Row } from './measure.ts';
import { summaryRows } from './summaryRows.ts';

type File = { cloud: string; values: { name: string; properties: { addressPrefixes: string[] } }[] };

/** Two regions of each cloud, the largest pair that a site could have, and the tags that every site routes. */
const regionPairs: Readonly<Record<string, readonly string[]>> = {
  Public: ['AzureCloud.eastus', 'AzureCloud.westus'],
  AzureGovernment: ['AzureCloud.usgovvirginia', 'AzureCloud.usgovtexas'],
  China: ['AzureCloud.chinaeast2', 'AzureCloud.chinanorth2'],
};
const directory = ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'];

const isIpv4 = (prefix: string): boolean => !prefix.includes(':');

/** 5,000 addresses: every other one inside the set, the others spread over the whole space; the same each time. */
const probes = (set: RangeSet): string[] => {
  const intervals = [...set.intervals()];
  const texts: string[] = [];
  let state = 1;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 5_000; i += 1) {
    const range = intervals[draw(intervals.length)];
    const inside = i % 2 === 0 && range !== undefined;
    const address = inside ? range.first + draw(range.last - range.first + 1) : draw(2 ** 32);
    texts.push([24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.'));
  }
  return texts;
};

const blockListOf = (cidrs: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', length = ''] = cidr.split('/');
    list.addSubnet(address, Number(length), 'ipv4');
  }
  return list;
};

/**
 * What ip-num makes of a list, with its superfluous prefixes folded by cidr-tools (a small part of the time): its
 * aggregate is not minimal, which the comparison would call another result. Its subtract gives wrong sets and its
 * time grows with the square of the list, so that it has no part in W2 to W4.
 */
const aggregated = (list: readonly string[]): string[] => {
  const pool = Pool.fromCidrRanges(list.map((cidr) => IPv4CidrRange.fromCidr(cidr))).aggregate();
  return mergeCidr(pool.getRanges().map((range) => range.toCidrRange().toCidrString()));
};

/** The selected tags' IPv4 prefixes from text, as a program without a tag table finds them. */
const select = (text: string, names: readonly string[]): string[] => {
  const wanted = new Set(names);
  return (JSON.parse(text) as File).values
    .filter((value) => wanted.has(value.name))
    .flatMap((value) => value.properties.addressPrefixes.filter(isIpv4));
};

/** Merging, from the text of a file and from all its prefixes. */
const mergeRows = (text: string, names: readonly string[], all: readonly string[]): Row[] => [
  {
    name: 'W1',
    title: 'text of the file -> 4 tags -> minimal IPv4 list',
    contenders: [
      {
        name: 'ours',
        run: () => {
          const tags = readTagFile(text, 'tags');
          return RangeSet.unionOf(names.map((name) => tags.get(name)?.ipv4 ?? RangeSet.empty)).cidrs();
        },
      },
      { name: 'cidr-tools', run: () => mergeCidr(select(text, names)) },
      { name: 'fast-cidr-tools', run: () => merge(select(text, names), true) },
      { name: 'ip-num (not minimal)', run: () => aggregated(select(text, names)) },
      { name: 'JSON.parse', isYardstick: true, run: () => JSON.parse(text) as unknown },
      { name: 'ours, every prefix of the file checked', isYardstick: true, run: () => parseTagFile(text, 'tags') },
    ],
    limits: [{ over: 'JSON.parse', atMost: 1.6 }],
  },
  {
    name: 'W2',
    title: 'all IPv4 prefixes of the file -> minimal list',
    contenders: [
      { name: 'ours', run: () => RangeSet.fromPrefixes(all).cidrs() },
      { name: 'cidr-tools', run: () => mergeCidr([...all]) },
      { name: 'fast-cidr-tools', run: () => merge([...all], true) },
    ],
    limits: [{ over: 'cidr-tools', atMost: 0.7 }],
  },
  {
    name: 'W2k',
    title: 'the first 1,000 IPv4 prefixes of the file -> minimal list',
    contenders: [
      { name: 'ours', run: () => RangeSet.fromPrefixes(all.slice(0, 1_000)).cidrs() },
      { name: 'cidr-tools', run: () => mergeCidr(all.slice(0, 1_000)) },
      { name: 'fast-cidr-tools', run: () => merge(all.slice(0, 1_000), true) },
      { name: 'ip-num (not minimal)', run: () => aggregated(all.slice(0, 1_000)) },
    ],
    limits: [],
  },
];

const minusRow = (name: string, title: string, list: readonly string[], managers: readonly string[]): Row => ({
  name,
  title,
  contenders: [
    { name: 'ours', run: () => RangeSet.fromPrefixes(list).subtract(RangeSet.fromPrefixes(managers)).cidrs() },
    { name: 'cidr-tools', run: () => excludeCidr([...list], [...managers]) },
    { name: 'fast-cidr-tools', run: () => exclude([...list], [...managers], true) },
  ],
  limits: [{ over: 'cidr-tools', atMost: 1.5 }],
});

const lookUpRow = (list: readonly string[]): Row => {
  const addresses = probes(RangeSet.fromPrefixes(list));
  const every = 25;
  const few = addresses.filter((_, index) => index % every === 0);
  const rarely = 500;
  const fewer = addresses.filter((_, index) => index % rarely === 0);
  const parsed = list.map((cidr) => IPv4CidrRange.fromCidr(cidr));
  return {
    name: 'W5',
    title: 'which of 5,000 addresses the list of W2 covers',
    contenders: [
      {
        name: 'ours',
        run: () => {
          const set = RangeSet.fromPrefixes(list);
          return addresses.map((address) => set.has(parseAddress(address)));
        },
      },
      {
        name: 'net.BlockList',
        run: () => {
          const blocks = blockListOf(list);
          return addresses.map((address) => blocks.check(address, 'ipv4'));
        },
      },
      {
        name: `cidr-tools (1 in ${every}, scaled)`,
        sample: every,
        run: () => few.map((address) => containsCidr([...list], address)),
      },
      {
        name: `fast-cidr-tools (1 in ${rarely}, scaled)`,
        sample: rarely,
        run: () => fewer.map((address) => contains([...list], [`${address}/32`])),
      },
      {
        name: `ip-num (1 in ${rarely}, scaled; ranges read before)`,
        sample: rarely,
        run: () =>
          fewer.map((address) => {
            const one = IPv4CidrRange.fromCidr(`${address}/32`);
            return parsed.some((range) => range.contains(one));
          }),
      },
    ],
    limits: [
      { over: `cidr-tools (1 in ${every}, scaled)`, timesFaster: 200 },
      { over: 'net.BlockList', timesFaster: 3 },
    ],
  };
};

/** The work W1 to W5 on one service tags file: parse, merge, subtract, look up; then fitting a budget, and growth. */
export const rangesRows = (text: string): Row[] => {
  const file = JSON.parse(text) as File;
  const names = [...(regionPairs[file.cloud] ?? []), ...directory];
  const all = file.values.flatMap((value) => value.properties.addressPrefixes.filter(isIpv4));
  const managers = select(text, ['GatewayManager']);
  const pair = RangeSet.fromPrefixes(select(text, names)).cidrs();
  const whole = RangeSet.fromPrefixes(all).cidrs();
  return [
    ...mergeRows(text, names, all),
    minusRow('W3', 'the list of W1 minus GatewayManager', pair, managers),
    minusRow('W4', 'the list of W2 minus GatewayManager', whole, managers),
    lookUpRow(whole),
    ...summaryRows(text, names),
    ...growthRows(),
  ];
};
