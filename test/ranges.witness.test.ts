import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile, tagTableFromApi } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { type Edition, tableInForce, type Witnessed, witness, witnessAll } from '../shared/ranges/witness.ts';

type Tags = Record<string, readonly string[]>;

const bodyOf = (changeNumber: number, tags: Tags, region = 'eastus') => ({
  changeNumber,
  cloud: 'Public',
  values: Object.entries({ Always: ['99.0.0.0/24'], ...tags }).map(([name, addressPrefixes]) => ({
    name,
    properties: { changeNumber: 1, region, systemService: '', addressPrefixes, networkFeatures: ['UDR', 'FW'] },
  })),
});
const tableOf = (changeNumber: number, tags: Tags, region?: string): TagTable =>
  parseTagFile(JSON.stringify(bodyOf(changeNumber, tags, region)), `change ${changeNumber}`);

const file = (changeNumber: number, tags: Tags, accepted = false): Edition => ({
  table: tableOf(changeNumber, tags),
  whole: true,
  accepted,
});
const answer = (changeNumber: number, tags: Tags): Edition => ({
  table: tagTableFromApi(bodyOf(changeNumber, tags, 'otherwise spelt'), 'the API'),
  whole: false,
  accepted: false,
});

const heard = (...editions: Edition[]): Witnessed => {
  const [first, ...rest] = editions;
  if (!first) throw new Error('nothing was said');
  return rest.reduce((before, edition) => witness(before, edition), witness(null, first));
};
const inForce = (...editions: Edition[]) => {
  const tag = tableInForce(heard(...editions)).get('S');
  return { cidrs: tag?.ipv4.cidrs() ?? null, hold: tag?.hold?.kind ?? null };
};

const [a, b, c, d] = ['20.0.0.0/24', '20.0.2.0/24', '20.0.4.0/24', '20.0.6.0/24'];
const [x, y] = ['30.0.0.0/24', '40.0.0.0/24'];
const all = [a, b, c, d];

describe('one tag, change by change', () => {
  const frozen = { cidrs: all, hold: 'frozen' };
  it.each<[string, Edition[], { cidrs: string[] | null; hold: string | null }]>([
    ['the first file is taken as it is', [file(1, { S: all })], { cidrs: all, hold: null }],
    [
      'what is added is in at once',
      [file(1, { S: all }), file(2, { S: [...all, x] })],
      { cidrs: [...all, x], hold: null },
    ],
    ['what one file lacks stays', [file(1, { S: all }), file(2, { S: [a, b, c] })], { cidrs: all, hold: 'removal' }],
    [
      'what two files in a row lack is out',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), file(3, { S: [a, b, c] })],
      { cidrs: [a, b, c], hold: null },
    ],
    [
      'what comes back is nobody’s loss, and needs two files again',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), file(3, { S: all }), file(4, { S: [a, b, c] })],
      { cidrs: all, hold: 'removal' },
    ],
    [
      'one loss after the other: each waits for its own second file',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), file(3, { S: [a, b] })],
      { cidrs: [a, b, c], hold: 'removal' },
    ],
    [
      'the same change twice is one word',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), file(2, { S: [a, b, c] })],
      { cidrs: all, hold: 'removal' },
    ],
    ['an older file changes nothing', [file(2, { S: all }), file(1, { S: [x] })], { cidrs: all, hold: null }],
    [
      'a person’s word takes at once',
      [file(1, { S: all }), file(2, { S: [a, b, c] }, true)],
      { cidrs: [a, b, c], hold: null },
    ],
    ['a vanished tag freezes', [file(1, { S: all }), file(2, {})], frozen],
    ['an emptied tag freezes', [file(1, { S: all }), file(2, { S: ['2603:1000::/40'] })], frozen],
    ['a tag that lost half freezes, whatever came', [file(1, { S: all }), file(2, { S: [a, b, x, y] })], frozen],
    ['a tag with everything in it freezes', [file(1, { S: all }), file(2, { S: [...all, '0.0.0.0/0'] })], frozen],
    ['a tag with private addresses freezes', [file(1, { S: all }), file(2, { S: [...all, '10.0.0.0/24'] })], frozen],
    [
      'frozen stays frozen, however many files agree',
      [file(1, { S: all }), file(2, {}), file(3, {}), file(4, {})],
      frozen,
    ],
    ['frozen adds nothing', [file(1, { S: all }), file(2, { S: [a, x] }), file(3, { S: [a, x, y] })], frozen],
    [
      'whole again is believed again',
      [file(1, { S: all }), file(2, {}), file(3, { S: [...all, x] })],
      { cidrs: [...all, x], hold: null },
    ],
    [
      'nearly whole again is believed, and what it lacks waits',
      [file(1, { S: all }), file(2, {}), file(3, { S: [a, b, c] })],
      { cidrs: all, hold: 'removal' },
    ],
    [
      'a person ends a freeze by accepting a later file',
      [file(1, { S: all }), file(2, {}), file(3, { S: [a] }, true)],
      { cidrs: [a], hold: null },
    ],
    [
      'a person ends a freeze by accepting the very file',
      [file(1, { S: all }), file(2, { S: [a] }), file(2, { S: [a] }, true)],
      { cidrs: [a], hold: null },
    ],
    ['a person may accept that a tag is gone', [file(1, { S: all }), file(2, {}, true)], { cidrs: null, hold: null }],
    ['nobody can accept what must never be routed', [file(1, { S: all }), file(2, { S: ['0.0.0.0/0'] }, true)], frozen],
    [
      'what waited is in the value that freezes',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), file(3, {})],
      { cidrs: all, hold: 'frozen' },
    ],
    [
      'a tag that was never sound has no last good value',
      [file(1, { S: ['0.0.0.0/0'] }), file(2, { S: [a] })],
      { cidrs: [a], hold: null },
    ],
    ['a new tag is in at once', [file(1, {}), file(2, { S: [a] })], { cidrs: [a], hold: null }],
  ])('%s', (_, editions, expected) => {
    expect(inForce(...editions)).toEqual(expected);
  });

  it('freezes at the set share and beyond, not before', () => {
    const at = (prefixes: string[], mostLost: number) =>
      tableInForce(witness(heard(file(1, { S: all })), file(2, { S: prefixes }), mostLost)).get('S')?.hold?.kind;
    expect([at([a, b, '20.0.4.0/32'], 0.5), at([a, b], 0.5)]).toEqual(['removal', 'frozen']);
    expect([at([a, b, c], 0.25), at([a, b, c, '20.0.6.0/32'], 0.25), at(['20.0.0.0/32'], 1)]).toEqual([
      'frozen',
      'removal',
      'removal',
    ]);
  });

  it('freezes gateway management that gained as much as it had: what it adds is led around the firewall', () => {
    const grownBy = (name: string, added: string[]) =>
      tableInForce(heard(file(1, { [name]: all }), file(2, { [name]: [...all, ...added] }))).get(name);
    const grown = ['30.0.0.0/24', '30.0.1.0/24', '30.0.2.0/24', '30.0.3.0/24'];
    const managers = grownBy('GatewayManager', grown);
    expect(managers?.hold).toMatchObject({ kind: 'frozen', code: 'TAG_GREW', lastGood: 1 });
    expect(managers?.ipv4.cidrs()).toEqual(all);
    expect([grownBy('GatewayManager', grown.slice(1))?.hold, grownBy('S', grown)?.hold]).toEqual([null, null]);
  });

  it('freezes where the tag is of another region by its own word', () => {
    const moved = { table: tableOf(2, { S: all }, 'westus'), whole: true, accepted: false };
    expect(inForce(file(1, { S: all }), moved)).toEqual({ cidrs: all, hold: 'frozen' });
  });

  it('says since when, and why, and is no route by itself any more', () => {
    const tag = tableInForce(heard(file(1, { S: all }), file(2, {}), file(3, { S: [a] }))).get('S');
    expect(tag?.hold).toEqual({
      kind: 'frozen',
      since: 2,
      lastGood: 1,
      code: 'TAG_MISSING',
      why: 'is not in the file',
    });
    expect(tag?.networkFeatures).toEqual([]);
  });

  it('as the prefix of a route stands for what Azure takes: without what waits', () => {
    const tag = tableInForce(heard(file(1, { S: all }), file(2, { S: [a, b, c] }))).get('S');
    expect([tag?.routed.ipv4.cidrs(), tag?.networkFeatures]).toEqual([
      [a, b, c],
      ['UDR', 'FW'],
    ]);
  });
});

describe('the Service Tags API beside the files', () => {
  it.each<[string, Edition[], { cidrs: string[] | null; hold: string | null }]>([
    [
      'adds where it is newer',
      [file(1, { S: all }), answer(2, { S: [...all, x] })],
      { cidrs: [...all, x], hold: null },
    ],
    ['adds nothing where it lags', [file(2, { S: all }), answer(1, { S: [...all, x] })], { cidrs: all, hold: null }],
    ['does not make a tag vanish by not listing it', [file(1, { S: all }), answer(2, {})], { cidrs: all, hold: null }],
    [
      'is the second word on what a file lacks',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), answer(3, { S: [a, b, c] })],
      { cidrs: [a, b, c], hold: null },
    ],
    [
      'is no second word on the same change',
      [file(1, { S: all }), file(2, { S: [a, b, c] }), answer(2, { S: [a, b, c] })],
      { cidrs: all, hold: 'removal' },
    ],
    [
      'has what it added witnessed like any other',
      [file(1, { S: all }), answer(2, { S: [...all, x] }), file(3, { S: all })],
      { cidrs: [...all, x], hold: 'removal' },
    ],
    [
      'of the same change as a later file is one word with it',
      [file(1, { S: all }), answer(2, { S: [a, b, c] }), file(2, { S: [a, b, c] })],
      { cidrs: all, hold: 'removal' },
    ],
    ['is taken where there is no file', [answer(1, { S: [a] })], { cidrs: [a], hold: null }],
    ['freezes what it shrinks', [file(1, { S: all }), answer(2, { S: [a] })], { cidrs: all, hold: 'frozen' }],
  ])('%s', (_, editions, expected) => {
    expect(inForce(...editions)).toEqual(expected);
  });

  it('leaves to the file what it knows better: region and use', () => {
    const tag = tableInForce(heard(file(1, { S: all }), answer(2, { S: [...all, x] }))).get('S');
    expect([tag?.region, tag?.networkFeatures]).toEqual(['eastus', ['UDR', 'FW']]);
  });
});

describe('the table in force', () => {
  it('is the newest file itself where nothing is held', () => {
    const newest = file(2, { S: all });
    expect(tableInForce(heard(file(1, { S: all }), newest))).toBe(newest.table);
  });

  it('is refused to mix two clouds', () => {
    const china = parseTagFile(JSON.stringify({ ...bodyOf(2, {}), cloud: 'China' }), 'china');
    expect(() => witness(heard(file(1, {})), { table: china, whole: true, accepted: false })).toThrow(
      expect.objectContaining({ code: 'ERR_TAG_CLOUD' }),
    );
  });
});

describe('laws', () => {
  /** Sixteen /28 of one /24, any of them. */
  const prefixes = fc
    .subarray(Array.from({ length: 16 }, (_, index) => `20.0.0.${index * 16}/28`))
    .map((list): readonly string[] => list);
  const word = fc.option(prefixes, { nil: undefined });
  const story = fc.array(fc.record({ tag: word, accepted: fc.boolean() }), { minLength: 1, maxLength: 8 });
  const told = (words: readonly { tag: readonly string[] | undefined; accepted: boolean }[], some = words.length) =>
    words.slice(0, some).map(({ tag, accepted }, index) => file(index + 1, tag ? { S: tag } : {}, accepted));
  const inForceAfter = (editions: readonly Edition[]) => {
    const heardAll = witnessAll(editions);
    return heardAll ? tableInForce(heardAll).get('S') : undefined;
  };
  const setOf = (tag: readonly string[] | undefined) => RangeSet.fromPrefixes([...(tag ?? [])]);

  it('what the newest file has is in force, unless the tag is frozen', () => {
    fc.assert(
      fc.property(story, (words) => {
        const tag = inForceAfter(told(words));
        const said = setOf(words.at(-1)?.tag);
        return tag?.hold?.kind === 'frozen' || (tag?.ipv4 ?? RangeSet.empty).covers(said);
      }),
    );
  });

  it('nothing leaves without two files in a row that lack it, or a person', () => {
    fc.assert(
      fc.property(story, (words) => {
        for (let some = 2; some <= words.length; some += 1) {
          if (words[some - 1]?.accepted) continue;
          const [before, now] = [inForceAfter(told(words, some - 1))?.ipv4, inForceAfter(told(words, some))?.ipv4].map(
            (set) => set ?? RangeSet.empty,
          );
          const gone = (before ?? RangeSet.empty).subtract(now ?? RangeSet.empty);
          const lacked = [words[some - 1], words[some - 2]].every((one) => !gone.meets(setOf(one?.tag)));
          if (!lacked) return false;
        }
        return true;
      }),
    );
  });

  it('a frozen tag is what was in force before it froze', () => {
    fc.assert(
      fc.property(story, (words) => {
        const hold = inForceAfter(told(words))?.hold;
        if (hold?.kind !== 'frozen') return true;
        const good = inForceAfter(told(words, hold.lastGood))?.ipv4 ?? RangeSet.empty;
        return inForceAfter(told(words))?.ipv4.equals(good) === true;
      }),
    );
  });

  it('neither order nor repetition of deliveries matters', () => {
    fc.assert(
      fc.property(story, fc.array(fc.nat(7)), fc.infiniteStream(fc.nat(1_000)), (words, again, random) => {
        const editions = told(words);
        const more = [...editions, ...again.flatMap((index) => editions[index] ?? [])];
        const shuffled = more
          .map((edition) => ({ edition, at: random.next().value ?? 0 }))
          .sort((one, other) => one.at - other.at)
          .map(({ edition }) => edition);
        const [one, other] = [inForceAfter(editions), inForceAfter(shuffled)];
        expect(other?.hold).toEqual(one?.hold);
        expect(other?.ipv4.cidrs()).toEqual(one?.ipv4.cidrs());
      }),
    );
  });

  it('one by one as they come is the same as all at once', () => {
    fc.assert(
      fc.property(story, (words) => {
        const editions = told(words);
        const [one, other] = [inForceAfter(editions), tableInForce(heard(...editions)).get('S')];
        return one?.hold?.kind === other?.hold?.kind && one?.ipv4.cidrs().join() === other?.ipv4.cidrs().join();
      }),
    );
  });
});
