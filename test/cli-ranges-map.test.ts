import { describe, expect, it } from 'vitest';
import { blocksOf, finestFor } from '../cli/ranges/blocks.ts';
import { chartOf, heightOf } from '../cli/ranges/chart.ts';
import { curveOf } from '../cli/ranges/curve.ts';
import { boxOf } from '../cli/ranges/hilbert.ts';
import { tagsSubject } from '../cli/ranges/subject.ts';
import { formatPrefix, prefixSize } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { tagsWith } from './cliPlanData.ts';

/** The cells of a grid of `side` by `side` that a box covers. */
const cellsOf = ({ x, y, width, height }: ReturnType<typeof boxOf>, side: number): string[] => {
  const cells: string[] = [];
  for (let row = y * side; row < (y + height) * side; row += 1) {
    for (let column = x * side; column < (x + width) * side; column += 1) cells.push(`${column},${row}`);
  }
  return cells;
};

describe('the curve of a tile', () => {
  const tile = 20;
  const side = 16;
  const small = tile + 8;
  const centreOf = (index: number) => {
    const { x, y } = boxOf({ start: index * prefixSize(small), length: small }, tile);
    return [x * side, y * side] as const;
  };

  it('visits every cell once, each beside the one before', () => {
    const path = Array.from({ length: side * side }, (_, index) => centreOf(index));
    expect(new Set(path.map(String)).size).toBe(side * side);
    const steps = path.slice(1).map(([x, y], index) => {
      const [beforeX = 0, beforeY = 0] = path[index] ?? [];
      return Math.abs(x - beforeX) + Math.abs(y - beforeY);
    });
    expect(new Set(steps)).toEqual(new Set([1]));
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('a prefix %i bits longer than the tile is the box of its addresses', (bits) => {
    const length = tile + bits;
    for (let start = 0; start < prefixSize(tile); start += prefixSize(length)) {
      const from = start / prefixSize(small);
      const own = Array.from({ length: prefixSize(length) / prefixSize(small) }, (_, index) =>
        centreOf(from + index).join(','),
      );
      expect(cellsOf(boxOf({ start, length }, tile), side).toSorted()).toEqual(own.toSorted());
    }
  });

  it('is the same wherever the tile lies', () => {
    const far = 255 * 2 ** 24;
    expect(boxOf({ start: far + 512, length: 24 }, tile)).toEqual(boxOf({ start: 512, length: 24 }, tile));
  });
});

describe('the blocks of the map', () => {
  const shown = (prefixes: string[], finest: number) =>
    blocksOf(RangeSet.fromPrefixes(prefixes), finest).map(
      ({ start, length, isWhole }) => `${formatPrefix(start, length)}${isWhole ? '' : ' in part'}`,
    );

  it('are the prefixes themselves where there are few', () => {
    const prefixes = ['0.0.0.0/32', '20.0.0.0/14', '20.4.0.0/25', '20.4.0.192/26', '255.255.255.255/32'];
    expect(shown(prefixes, 32)).toEqual(prefixes);
    expect(finestFor([RangeSet.fromPrefixes(prefixes)])).toBe(32);
  });

  it('hold what is smaller once, and never miss an address', () => {
    expect(shown(['20.0.0.0/23', '20.0.2.0/26', '20.0.2.128/26', '20.0.9.255/32'], 24)).toEqual([
      '20.0.0.0/23',
      '20.0.2.0/24 in part',
      '20.0.9.0/24 in part',
    ]);
    expect(shown(['20.0.0.128/25', '20.0.1.0/24', '20.0.2.0/25'], 24)).toEqual([
      '20.0.0.0/24 in part',
      '20.0.1.0/24',
      '20.0.2.0/24 in part',
    ]);
  });

  it('are as fine as there may be blocks', () => {
    const set = RangeSet.fromIntervals(Array.from({ length: 64 }, (_, i) => [i * 512, i * 512] as const));
    expect([64, 63, 32, 31].map((most) => finestFor([set], most))).toEqual([32, 22, 22, 21]);
  });
});

describe('the chart in the terminal', () => {
  it('is logarithmic: no price is no bar, the highest fills it', () => {
    expect(heightOf(0, 100)).toBe(0);
    expect(heightOf(100, 100)).toBe(1);
    expect(heightOf(1, 100)).toBeCloseTo(3 / 5);
  });

  it('falls from left to right', () => {
    const tags = parseTagFile(JSON.stringify(tagsWith(() => undefined)), 'tags');
    const chart = chartOf(curveOf(tagsSubject(['AzureCloud.usgovvirginia'], tags, {})), 80);
    const top = chart[0]?.split('|')[1] ?? '';
    const bottom = chart[7]?.split('|')[1] ?? '';
    expect(top.length).toBeGreaterThan(0);
    expect(bottom.length).toBeGreaterThan(top.length);
  });
});

describe('a list out of all proportion', () => {
  it('is priced all the same, up to the room there is', () => {
    const many = Array.from(
      { length: 20_000 },
      (_, index) => `20.${index >> 8}.${index & 255}.${(index * 8) & 248}/32`,
    );
    const file = tagsWith((parts) => {
      const [first] = parts.values;
      if (first)
        parts.values.push({ name: 'Many', properties: { ...first.properties, region: '', addressPrefixes: many } });
    });
    const curve = curveOf(tagsSubject(['Many'], parseTagFile(JSON.stringify(file), 'tags'), { limit: 500 }));
    expect(curve.marks.find(({ name }) => name === 'limit')?.extraAddresses).toBeGreaterThan(0);
    expect(curve.summary.exact).toBeUndefined();
    expect(curve.points.length).toBeLessThan(20_000);
  });
});
