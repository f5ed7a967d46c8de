import { describe, expect, it } from 'vitest';
import { findRegion, type Region } from '../shared/base/geography.ts';
import { checkCloud, checkNewer, compareTagFiles } from '../shared/ranges/comparison.ts';
import { formatPrefix, parsePrefix } from '../shared/ranges/prefix.ts';
import { parseTagFile, readTagFile, tagFileLimits, tagTableFromApi } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { dataText, haveData, needsData } from './rangesData.ts';

type Row = { name: string; region?: string; prefixes: unknown; more?: Record<string, unknown> };

const fileOf = (rows: readonly Row[], top: Record<string, unknown> = {}): string =>
  JSON.stringify({
    changeNumber: 7,
    cloud: 'Public',
    values: rows.map(({ name, region = '', prefixes, more }) => ({
      name,
      id: name,
      properties: {
        changeNumber: 1,
        region,
        regionId: 0,
        platform: 'Azure',
        systemService: '',
        addressPrefixes: prefixes,
        networkFeatures: null,
        ...more,
      },
    })),
    ...top,
  });

const tableOf = (rows: readonly Row[], top: Record<string, unknown> = {}): TagTable =>
  parseTagFile(fileOf(rows, top), 'tags.json');

const region = (name: string): Region => {
  const found = findRegion('Public', name);
  if (!found) throw new Error(`no region ${name}`);
  return found;
};

const refusal = (text: string): string => {
  try {
    parseTagFile(text, 'tags.json');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code} ${message}`;
  }
  return 'accepted';
};

const whole = fileOf([{ name: 'Storage', prefixes: ['20.0.0.0/16'] }]);

describe('a service tags file is refused', () => {
  it.each([
    ['10.0.0.0/33', 'has a prefix length that is not 0 to 32'],
    ['hello/8', 'is not an IPv4 prefix'],
    ['010.0.0.0/8', 'has a leading zero in its address'],
    ['20.0.0.1/16', 'has host bits set'],
    ['20.0.0.0', 'has no prefix length'],
    ['2603:1000::1/40', 'is not an IPv6 prefix, or has host bits set'],
  ])('for %s, naming tag, position and text', (bad, why) => {
    const rows = [
      { name: 'AzureCloud.uksouth', region: 'uksouth', prefixes: ['20.0.0.0/16'] },
      { name: 'Storage.UKWest', region: 'ukwest', prefixes: ['20.1.0.0/16', '2603:1000::/40', bad] },
    ];
    expect(refusal(fileOf(rows))).toBe(
      `ERR_TAG_FILE tags.json: tag Storage.UKWest, prefix 3 of 3: ${JSON.stringify(bad)} ${why}.`,
    );
  });

  it.each([
    ['hello', 'tags.json is not JSON: '],
    ['', 'tags.json is not JSON: '],
    [whole.slice(0, -40), `tags.json is cut off after ${whole.length - 40} characters: `],
    [readSyntheticTags().slice(0, 100_000), 'tags.json is cut off after 100000 characters: '],
    ['[]', 'tags.json is not a service tags file: it holds no object.'],
    ['{"cloud":"Public","changeNumber":1}', 'tags.json is not a service tags file: it has no values.'],
    [fileOf([]), 'tags.json is not a service tags file: it has no values.'],
    [fileOf([{ name: 'Storage', prefixes: [] }], { cloud: 'Mars' }), 'tags.json: cloud is "Mars", not one of Public, '],
    [
      fileOf([{ name: 'Storage', prefixes: [] }], { changeNumber: 1.5 }),
      'tags.json: changeNumber is 1.5, not a number.',
    ],
    [fileOf([{ name: 'Sto rage', prefixes: [] }]), 'tags.json: tag number 1 has no usable name ("Sto rage").'],
    [fileOf([{ name: 'Storage', prefixes: '20.0.0.0/16' }]), 'tags.json: tag Storage has no list of addressPrefixes.'],
    [fileOf([{ name: 'Storage', prefixes: [16] }]), 'tags.json: tag Storage, prefix 1 of 1: 16 is not '],
    [
      fileOf([
        { name: 'Storage', prefixes: [] },
        { name: 'storage', prefixes: [] },
      ]),
      'tags.json has two tags named storage.',
    ],
    [
      fileOf([{ name: 'Storage', prefixes: [], more: { networkFeatures: 'UDR' } }]),
      'tags.json: tag Storage has networkFeatures that are not a list of texts.',
    ],
    [
      fileOf([{ name: 'Storage', prefixes: [], more: { region: 5 } }]),
      'tags.json: tag Storage has a region that is not a text: 5.',
    ],
  ])('when it is %.40s', (text, message) => {
    expect(refusal(text).slice('ERR_TAG_FILE '.length)).toContain(message);
  });

  it('when it is larger than any such file, before it is parsed', () => {
    const started = performance.now();
    expect(refusal('['.repeat(100 * 1024 * 1024))).toBe(
      'ERR_TAG_FILE tags.json has 104857600 characters; more than 67108864 is no service tags file.',
    );
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('when it has more tags than any such file', () => {
    const rows = Array.from({ length: tagFileLimits.tags + 1 }, (_, i) => ({ name: `T${i}`, prefixes: [] }));
    expect(refusal(fileOf(rows))).toContain('tags.json has 20001 tags; more than 20000 is no service tags file.');
  });
});

describe('a service tags file', () => {
  it('may have one tag of 100,000 prefixes', () => {
    const prefixes = Array.from({ length: 100_000 }, (_, i) => formatPrefix(0x14000000 + i * 4, 32));
    const tag = tableOf([{ name: 'Storage', prefixes }]).get('Storage');
    expect([tag?.ipv4Count, tag?.ipv4.size, tag?.ipv4.cidrs().length]).toEqual([100_000, 100_000, 100_000]);
  });

  it('may start with a byte order mark', () => {
    expect(parseTagFile(`\uFEFF${whole}`, 'tags.json').changeNumber).toBe(7);
  });

  it('keeps IPv6 apart and counts it', () => {
    const tag = tableOf([{ name: 'Storage', prefixes: ['20.0.0.0/16', '2603:1000::/40', '20.1.0.0/16'] }]).get(
      'storage',
    );
    expect([tag?.ipv4Count, tag?.ipv6Count, tag?.ipv6]).toEqual([2, 1, ['2603:1000::/40']]);
    expect(tag?.ipv4.cidrs()).toEqual(['20.0.0.0/15']);
  });

  it('read for a few tags is as strict with those, and only with those', () => {
    const rows = [
      { name: 'Good', prefixes: ['20.0.0.0/16'] },
      { name: 'Bad', prefixes: ['20.0.0.1/16'] },
    ];
    const table = readTagFile(fileOf(rows), 'tags.json');
    expect(table.get('Good')?.ipv4.size).toBe(65_536);
    expect(() => table.get('Bad')?.ipv4).toThrow('tags.json: tag Bad, prefix 1 of 1: "20.0.0.1/16" has host bits set.');
  });

  it('hashes alike when indented otherwise or in another order, and otherwise when one prefix differs', () => {
    const rows = [
      { name: 'A', prefixes: ['20.0.0.0/16'] },
      { name: 'B', prefixes: ['20.1.0.0/16'] },
    ];
    const { hash } = tableOf(rows);
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(parseTagFile(JSON.stringify(JSON.parse(fileOf([...rows].reverse())), null, 2), 'other').hash).toBe(hash);
    expect(tableOf([...rows.slice(0, 1), { name: 'B', prefixes: ['20.1.0.0/17'] }]).hash).not.toBe(hash);
  });
});

describe('the API’s answer', () => {
  const body = (more: Record<string, unknown> = {}) => ({
    name: 'public',
    changeNumber: '64',
    cloud: 'Public',
    values: [
      {
        name: 'Storage.UKWest',
        id: 'Storage.UKWest',
        properties: {
          changeNumber: '3',
          region: 'ukwest',
          systemService: 'AzureStorage',
          addressPrefixes: ['20.0.0.0/16'],
        },
      },
    ],
    ...more,
  });

  it('becomes the same form, its change numbers being texts', () => {
    const table = tagTableFromApi(body(), 'the API');
    const tag = table.regional('Storage', region('ukwest'));
    expect([table.changeNumber, tag?.changeNumber, tag?.networkFeatures, tag?.ipv4.cidrs()]).toEqual([
      64,
      3,
      [],
      ['20.0.0.0/16'],
    ]);
  });

  it.each([
    [body({ nextLink: 'https://example.test/2' }), 'the API is one page of several: it has a nextLink.'],
    [body({ changeNumber: 'sixty' }), 'the API: changeNumber is "sixty", not a number.'],
    [undefined, 'the API is not a service tags file: it holds no object.'],
  ])('is refused when incomplete or misshapen', (answer, message) => {
    expect(() => tagTableFromApi(answer, 'the API')).toThrow(
      expect.objectContaining({ code: 'ERR_TAG_FILE', message }),
    );
  });
});

describe('the tag of a service in a region', () => {
  const table = tableOf([
    { name: 'AzureCloud.centralfrance', region: 'centralfrance', prefixes: ['20.0.0.0/16'] },
    { name: 'Storage.FranceCentral', region: 'centralfrance', prefixes: ['20.0.1.0/24'] },
    { name: 'Storage.EastUS2Stage', region: 'eastus2', prefixes: ['20.1.0.0/24'] },
    { name: 'Sql.EastUS2', region: 'eastus', prefixes: ['20.2.0.0/24'] },
    { name: 'AzureCloud.francesouth', region: 'southfrance', prefixes: ['20.3.0.0/24'] },
  ]);

  it.each<[string, string, string | undefined, string]>([
    ['AzureCloud', 'francecentral', 'AzureCloud.centralfrance', 'by the region’s code'],
    ['Storage', 'francecentral', 'Storage.FranceCentral', 'by the ARM name, in any case'],
    ['storage', 'francecentral', 'Storage.FranceCentral', 'however the service is written'],
    ['Storage', 'eastus2', undefined, 'never by a stage’s name'],
    ['Sql', 'eastus2', undefined, 'not where the file says another region'],
    ['AzureCloud', 'francesouth', undefined, 'not by the ARM name where AzureCloud has a code'],
    ['Storage', 'uksouth', undefined, 'not where there is none'],
  ])('%s in %s is %s: %4$s', (service, name, expected) => {
    expect(table.regional(service, region(name))?.name).toBe(expected);
  });

  it('is none in a region of another cloud', () => {
    const texas = findRegion('AzureGovernment', 'usgovtexas');
    const tags = tableOf([{ name: 'Storage.USGovTexas', region: 'usgovtexas', prefixes: ['20.0.0.0/24'] }]);
    expect(texas && tags.regional('Storage', texas)).toBeUndefined();
  });
});

describe('who', () => {
  const at = (address: string) => parsePrefix(`${address}/32`).start;

  it('names every tag that lists an address, however deep', () => {
    const table = tableOf([
      { name: 'Outer', prefixes: ['20.0.0.0/14', '255.255.255.255/32', '0.0.0.0/32'] },
      { name: 'Twin', prefixes: ['20.1.0.0/16', '20.1.2.0/24'] },
      { name: 'Inner', prefixes: ['20.1.2.0/24'] },
    ]);
    const names = (address: string) => table.who(at(address)).map((tag) => tag.name);
    expect(names('20.1.2.255')).toEqual(['Inner', 'Outer', 'Twin']);
    expect(names('20.1.3.0')).toEqual(['Outer', 'Twin']);
    expect(names('20.3.255.255')).toEqual(['Outer']);
    expect(names('20.4.0.0')).toEqual([]);
    expect([names('255.255.255.255'), names('0.0.0.0'), names('0.0.0.1')]).toEqual([['Outer'], ['Outer'], []]);
  });

  it('agrees with asking every tag, at each end of each range of the synthetic file', () => {
    const table = parseTagFile(readSyntheticTags(), 'synthetic');
    const ends = table.tags.flatMap((tag) =>
      [...tag.ipv4.intervals()].flatMap(({ first, last }) => [first - 1, last + 1]),
    );
    for (const address of ends.filter((_, i) => i % 7 === 0)) {
      const asked = table.tags.filter((tag) => tag.ipv4.has(address)).map((tag) => tag.name);
      expect(table.who(address).map((tag) => tag.name)).toEqual(asked.sort());
    }
  });
});

describe('two files', () => {
  const older = tableOf([
    { name: 'Gone', prefixes: ['20.9.0.0/24'] },
    { name: 'Grew', prefixes: ['20.0.0.0/24'] },
    { name: 'Split', prefixes: ['20.5.0.0/24'] },
  ]);
  const newer = tableOf(
    [
      { name: 'Fresh', prefixes: ['20.8.0.0/24'] },
      { name: 'Grew', prefixes: ['20.0.0.0/25', '20.0.1.0/24'] },
      { name: 'Split', prefixes: ['20.5.0.0/25', '20.5.0.128/25'] },
    ],
    { changeNumber: 8 },
  );

  it('are compared by addresses, tag by tag', () => {
    const { changes, newTags, vanishedTags } = compareTagFiles(older, newer);
    expect(changes.map(({ tag, added, removed }) => [tag, added.cidrs(), removed.cidrs()])).toEqual([
      ['Fresh', ['20.8.0.0/24'], []],
      ['Gone', [], ['20.9.0.0/24']],
      ['Grew', ['20.0.1.0/24'], ['20.0.0.128/25']],
    ]);
    expect([newTags, vanishedTags]).toEqual([['Fresh'], ['Gone']]);
  });

  it('must not go back in time, nor to another cloud', () => {
    expect(() => checkNewer(newer, older)).not.toThrow();
    expect(() => checkNewer(older, older)).not.toThrow();
    expect(() => checkNewer(older, newer)).toThrow(
      expect.objectContaining({
        code: 'ERR_TAG_OLDER',
        message: 'The service tags have changeNumber 7, older than the last good 8.',
      }),
    );
    expect(() => checkCloud(older, 'China')).toThrow(
      expect.objectContaining({
        code: 'ERR_TAG_CLOUD',
        message: 'The service tags are of Public, the sites are in China.',
      }),
    );
  });
});

describe.skipIf(!haveData)(`the real files${needsData}`, () => {
  it.each([
    ['ServiceTags_Public_20251028.json', 'Public', 375, 3_039, 68_933, 24_429],
    ['ServiceTags_AzureGovernment_20260720.json', 'AzureGovernment', 402, 299, 4_859, 1_732],
    ['ServiceTags_China_20260720.json', 'China', 405, 327, 3_114, 1_276],
  ])('%s is read whole', (name, cloud, changeNumber, tags, ipv4, ipv6) => {
    const table = parseTagFile(dataText(`service-tags/${name}`), name);
    const sum = (count: (tag: (typeof table.tags)[number]) => number) =>
      table.tags.reduce((total, tag) => total + count(tag), 0);
    expect([table.cloud, table.changeNumber, table.tags.length]).toEqual([cloud, changeNumber, tags]);
    expect([sum((tag) => tag.ipv4Count), sum((tag) => tag.ipv6Count)]).toEqual([ipv4, ipv6]);
  });
});
