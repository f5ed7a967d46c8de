import { longestPrefix } from '../shared/ranges/longestPrefix.ts';
import { formatPrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { summarize } from '../shared/ranges/summarize.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { Row } from './measure.ts';

/** Prefixes of the smallest file; the largest has about as many as the public file of 2025. */
const smallest = 6_000;
const tagSize = 30;
const budget = 400;

/** A service tags file of `count` scattered prefixes, the same each time: a plain linear congruential generator. */
const fileOf = (count: number): string => {
  let state = 1;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const prefix = (): string => {
    const length = 20 + draw(13);
    const size = prefixSize(length);
    return formatPrefix(Math.floor((0x14000000 + draw(0x40000000)) / size) * size, length);
  };
  const values = Array.from({ length: count / tagSize }, (_, i) => ({
    name: `Service${i}`,
    id: `Service${i}`,
    properties: {
      changeNumber: 1,
      region: '',
      regionId: 0,
      platform: 'Azure',
      systemService: '',
      addressPrefixes: Array.from({ length: tagSize }, prefix),
      networkFeatures: ['API', 'NSG', 'UDR', 'FW'],
    },
  }));
  return JSON.stringify({ changeNumber: 1, cloud: 'Public', values });
};

/** What n log n allows when the work grows from `small` to `large`. */
const allowed = (small: number, large: number): number =>
  Math.round((10 * large * Math.log2(large)) / (small * Math.log2(small))) / 10;

type Work<T> = { readonly name: string; readonly title: string; readonly run: (input: T) => unknown };

const row = <T>({ name, title, run }: Work<T>, inputs: readonly [T, T, T]): Row => ({
  name,
  title: `${title}: growth from ${smallest.toLocaleString('en-US')} prefixes to 4 and 16 times as many`,
  contenders: [
    { name: '16x', run: () => run(inputs[2]) },
    { name: '4x', isYardstick: true, run: () => run(inputs[1]) },
    { name: '1x', isYardstick: true, run: () => run(inputs[0]) },
  ],
  limits: [
    { over: '4x', atMost: allowed(smallest * 4, smallest * 16), by: 'least' },
    { over: '1x', atMost: allowed(smallest, smallest * 16), by: 'least' },
  ],
});

/** How time grows with the size of the file: at most as n log n. */
export const growthRows = (): Row[] => {
  const texts = [fileOf(smallest), fileOf(smallest * 4), fileOf(smallest * 16)] as const;
  const [one, four, sixteen] = texts.map((text) => parseTagFile(text, 'growth').everything);
  if (!one || !four || !sixteen) throw new Error('three files were made');
  const sets = [one, four, sixteen] as const;
  return [
    row(
      {
        name: 'G1',
        title: 'text of a file -> minimal list',
        run: (text: string) => parseTagFile(text, 'growth').everything.cidrs().length,
      },
      texts,
    ),
    row(
      {
        name: 'G2',
        title: `the optimal ${budget} routes`,
        run: (set: RangeSet) => summarize(set, RangeSet.empty, budget).extraAt(budget),
      },
      sets,
    ),
    row(
      {
        name: 'G3',
        title: 'the fewest routes by longest prefix',
        run: (set: RangeSet) => longestPrefix({ toFirewall: set, toInternet: RangeSet.empty })?.length,
      },
      sets,
    ),
  ];
};
