import { describe, expect, it } from 'vitest';
import { type DesiredInput, desiredSets } from '../shared/ranges/desired.ts';
import { forbiddenFor, notPublic, specialRanges } from '../shared/ranges/forbidden.ts';
import { holesIn } from '../shared/ranges/holes.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { tableInForce, witnessAll } from '../shared/ranges/witness.ts';
import { dataText, haveData, needsData, siteOf } from './rangesData.ts';

type Tags = Record<string, { region?: string; prefixes: string[] }>;

const sound: Tags = {
  'AzureCloud.usgovvirginia': { region: 'usgovvirginia', prefixes: ['20.0.0.0/16', '20.2.0.0/24', '2603:1000::/40'] },
  AzureActiveDirectory: { prefixes: ['40.0.0.0/24', '20.0.5.0/24'] },
  AzureActiveDirectoryDomainServices: { prefixes: ['40.0.1.0/24', '2603:2000::/40'] },
  'Storage.USGovTexas': { region: 'usgovtexas', prefixes: ['30.0.0.0/24', '2603:3000::/40'] },
  'EventHub.USGovTexas': { region: 'usgovtexas', prefixes: ['30.0.1.0/24', '30.0.0.0/25'] },
  'EventHub.USGovVirginia': { region: 'usgovvirginia', prefixes: ['20.0.9.0/24'] },
  GatewayManager: { prefixes: ['20.0.7.0/29', '20.2.0.0/24', '50.0.0.0/24', '2603:1000::/48'] },
  'GatewayManager.USGovVirginia': { region: 'usgovvirginia', prefixes: ['20.0.7.0/29'] },
};

const tableOf = (tags: Tags, cloud = 'AzureGovernment', changeNumber = 402): TagTable =>
  parseTagFile(
    JSON.stringify({
      changeNumber,
      cloud,
      values: Object.entries(tags).map(([name, { region = '', prefixes }]) => ({
        name,
        id: name,
        properties: { changeNumber: 1, region, systemService: '', addressPrefixes: prefixes, networkFeatures: null },
      })),
    }),
    'tags.json',
  );

const site = siteOf('AzureGovernment', { homeRegion: 'usgovvirginia', failoverRegion: 'usgovtexas' });
const desired = (tags: Tags, more: Partial<DesiredInput> = {}) =>
  desiredSets({ site, services: [], tags: tableOf(tags), ...more });
/** As it is in force where the sound file of change 401 came before. */
const inForceAfter = (before: Tags, tags: Tags): TagTable => {
  const editions = [tableOf(before, undefined, 401), tableOf(tags)];
  const heard = witnessAll(editions.map((table) => ({ table, whole: true, accepted: false })));
  if (!heard) throw new Error('no editions');
  return tableInForce(heard);
};
const without = (name: string): Tags => Object.fromEntries(Object.entries(sound).filter(([key]) => key !== name));
const withPrefixes = (name: string, prefixes: string[]): Tags => ({ ...sound, [name]: { ...sound[name], prefixes } });

describe('gateway management that holds what must be routed', () => {
  const codes = (managers: string[], services: string[] = []) =>
    desired(withPrefixes('GatewayManager', managers), { services }).blockers.map(({ code }) => code);

  it('blocks where it holds more than a twentieth of the region or of a failed-over tag, on a first file, too', () => {
    expect(codes(['20.0.0.0/16'])).toEqual(['TAG_SWALLOWS']);
    expect(codes(['20.0.16.0/20'])).toEqual(['TAG_SWALLOWS']);
    expect(codes(['20.0.16.0/21'])).toEqual([]);
    expect(codes(['30.0.0.0/27'])).toEqual([]);
    expect(codes(['30.0.0.0/27'], ['Storage'])).toEqual(['TAG_SWALLOWS']);
  });

  it('says how much of which tag it would lead around the firewall', () => {
    const [blocker] = desired(withPrefixes('GatewayManager', ['20.0.0.0/16'])).blockers;
    expect(blocker?.message).toContain('GatewayManager holds 65536 of the 65792 addresses of AzureCloud.usgovvirginia');
  });
});

describe('the desired sets', () => {
  it('at home are the region, the global tags and alwaysRoute, each named', () => {
    const always = siteOf('AzureGovernment', {
      homeRegion: 'usgovvirginia',
      failoverRegion: 'usgovtexas',
      alwaysRoute: ['60.0.0.0/30'],
    });
    const { home, wanted, added, parts, ipv6LeftOut, blockers } = desired(sound, { site: always });
    expect(wanted.cidrs()).toEqual(['20.0.0.0/16', '20.2.0.0/24', '40.0.0.0/23', '60.0.0.0/30']);
    expect([home.equals(wanted), added.isEmpty, blockers, ipv6LeftOut]).toEqual([true, true, [], 2]);
    expect(parts).toEqual([
      { tag: 'AzureCloud.usgovvirginia', purpose: 'home', service: null, prefixes: 2, addresses: 65_792 },
      { tag: 'AzureActiveDirectory', purpose: 'global', service: null, prefixes: 2, addresses: 512 },
      { tag: 'AzureActiveDirectoryDomainServices', purpose: 'global', service: null, prefixes: 1, addresses: 256 },
      { tag: 'alwaysRoute', purpose: 'always', service: null, prefixes: 1, addresses: 4 },
    ]);
  });

  it('failed over add each service’s tag in the failover region, once', () => {
    const { failover, added, services, wanted, home, ipv6LeftOut, leftOut } = desired(sound, {
      services: ['Storage', 'EventHub', 'Storage'],
    });
    expect(services).toEqual(['EventHub', 'Storage']);
    expect(failover.cidrs()).toEqual(['30.0.0.0/23']);
    expect(added.equals(failover)).toBe(true);
    expect(wanted.equals(home.union(failover))).toBe(true);
    expect([ipv6LeftOut, leftOut]).toEqual([3, []]);
  });

  it('say which tags they come from', () => {
    const tags = tableOf(sound);
    expect(desiredSets({ site, services: [], tags }).tags).toEqual({
      cloud: 'AzureGovernment',
      changeNumber: 402,
      hash: tags.hash,
    });
  });

  it('are refused from tags of another cloud', () => {
    const tags = tableOf(sound, 'Public');
    expect(() => desiredSets({ site, services: [], tags })).toThrow(expect.objectContaining({ code: 'ERR_TAG_CLOUD' }));
  });
});

describe('a home or global tag that cannot be believed blocks', () => {
  const home = 'AzureCloud.usgovvirginia';
  it.each<[string, Tags, string, string]>([
    ['missing', without(home), 'TAG_MISSING', `tag ${home} is not in the file`],
    ['empty', withPrefixes(home, []), 'TAG_EMPTY', `tag ${home} has no IPv4 prefix`],
    ['of IPv6 only', withPrefixes(home, ['2603:1000::/40']), 'TAG_EMPTY', `tag ${home} has no IPv4 prefix`],
    [
      'of another region by its own word',
      { ...sound, [home]: { region: 'usgovtexas', prefixes: ['20.0.0.0/16'] } },
      'TAG_MISSING',
      `tag ${home} is not in the file`,
    ],
    [
      'of everything',
      withPrefixes(home, ['0.0.0.0/0']),
      'TAG_TOO_WIDE',
      `tag ${home} holds 0.0.0.0/0, wider than any real tag`,
    ],
    [
      'of everything in two halves',
      withPrefixes(home, ['0.0.0.0/1', '128.0.0.0/1']),
      'TAG_TOO_WIDE',
      `tag ${home} holds 0.0.0.0/0, wider than any real tag`,
    ],
    [
      'below /12',
      withPrefixes(home, ['20.0.0.0/11']),
      'TAG_TOO_WIDE',
      `tag ${home} holds 20.0.0.0/11, wider than any real tag`,
    ],
    [
      'private',
      withPrefixes(home, ['20.0.0.0/16', '10.0.0.0/8', '192.168.4.0/24']),
      'TAG_FORBIDDEN',
      `tag ${home} holds addresses that must never be routed: 10.0.0.0/8, 192.168.4.0/24`,
    ],
    [
      'spanning a private range',
      withPrefixes(home, ['192.160.0.0/12']),
      'TAG_FORBIDDEN',
      `tag ${home} holds addresses that must never be routed: 192.168.0.0/16`,
    ],
    [
      'missing, a global one',
      without('AzureActiveDirectory'),
      'TAG_MISSING',
      'tag AzureActiveDirectory is not in the file',
    ],
  ])('%s', (_what, tags, code, why) => {
    const { blockers, home: routed } = desired(tags);
    expect(blockers).toMatchObject([
      {
        code,
        message: `Site rig-07: ${why} (AzureGovernment, changeNumber 402).`,
        remedy: expect.stringMatching(/\.$/),
      },
    ]);
    expect(routed.meets(notPublic)).toBe(false);
  });

  it('holding the site’s own ranges', () => {
    const s2s = siteOf(
      'AzureGovernment',
      { homeRegion: 'usgovvirginia', failoverRegion: 'usgovtexas' },
      { onPremAddressPrefixes: ['20.0.128.0/24'] },
    );
    expect(desired(sound, { site: s2s }).blockers).toMatchObject([
      { code: 'TAG_FORBIDDEN', message: expect.stringContaining('20.0.128.0/24') },
    ]);
  });

  it('but 168.63.129.16 inside one is a hole, not a blocker', () => {
    const tags = withPrefixes(home, ['168.63.128.0/17']);
    const { blockers, wanted } = desired(tags);
    expect(blockers).toEqual([]);
    expect(holesIn(wanted, tableOf(tags), []).cidrs()).toContain('168.63.129.16/32');
  });

  it('as alwaysRoute does that names a private range', () => {
    const bad = siteOf('AzureGovernment', {
      homeRegion: 'usgovvirginia',
      failoverRegion: 'usgovtexas',
      alwaysRoute: ['172.16.4.0/24'],
    });
    expect(desired(sound, { site: bad }).blockers).toMatchObject([{ code: 'ALWAYS_ROUTE_FORBIDDEN' }]);
  });
});

describe('a tag that cannot be believed any more stays as it was, and is said', () => {
  const home = 'AzureCloud.usgovvirginia';
  const failover = 'Storage.USGovTexas';
  it.each<[string, Tags, string, string]>([
    ['a home tag that vanished', without(home), home, 'it is not in the file'],
    ['a home tag that halved', withPrefixes(home, ['20.0.0.0/17']), home, 'it lost 33024 of the 65792 addresses'],
    ['a home tag of everything', withPrefixes(home, ['0.0.0.0/0']), home, 'it holds 0.0.0.0/0, wider'],
    ['GatewayManager that is empty', withPrefixes('GatewayManager', []), 'GatewayManager', 'it has no IPv4 prefix'],
    ['a failover tag that vanished', without(failover), failover, 'it is not in the file'],
    ['a failover tag that shrank', withPrefixes(failover, ['30.0.0.0/26']), failover, 'it lost 192 of the 256'],
    [
      'a failover tag with private ranges',
      withPrefixes(failover, ['10.1.0.0/16']),
      failover,
      'it holds addresses that',
    ],
  ])('%s', (_what, tags, tag, why) => {
    const services = ['Storage', 'EventHub'];
    const found = desiredSets({ site, services, tags: inForceAfter(sound, tags) });
    expect(found.held).toEqual([
      { tag, kind: 'frozen', since: 402, addresses: null, text: expect.stringContaining(why) },
    ]);
    expect([found.blockers, found.leftOut, found.services]).toEqual([[], [], ['EventHub', 'Storage']]);
    expect(found.wanted.equals(desired(sound, { services }).wanted)).toBe(true);
  });

  it('is none of this site’s business where it does not use it', () => {
    expect(desiredSets({ site, services: [], tags: inForceAfter(sound, without(failover)) }).held).toEqual([]);
  });

  it('says what only one file took away', () => {
    const { held, wanted } = desiredSets({
      site,
      services: [],
      tags: inForceAfter(sound, withPrefixes(home, ['20.0.0.0/16', '20.2.0.0/25'])),
    });
    expect(held).toMatchObject([{ tag: home, kind: 'removal', since: 402, addresses: 128 }]);
    expect(wanted.equals(desired(sound).wanted)).toBe(true);
  });
});

describe('a failover tag that was never sound is left out, and the rest is planned', () => {
  it.each<[string, Tags, string]>([
    ['missing', without('Storage.USGovTexas'), 'it is not in the file'],
    ['empty', withPrefixes('Storage.USGovTexas', []), 'it has no IPv4 prefix'],
    ['private', withPrefixes('Storage.USGovTexas', ['10.1.0.0/16']), 'it holds addresses that must'],
    ['too wide', withPrefixes('Storage.USGovTexas', ['64.0.0.0/2']), 'it holds 64.0.0.0/2, wider'],
  ])('%s', (_what, tags, why) => {
    const found = desired(tags, { services: ['Storage', 'EventHub'] });
    expect(found.leftOut).toEqual([
      { tag: expect.stringMatching(/^Storage\.usgovtexas$/i), why: expect.stringContaining(why) },
    ]);
    expect([found.blockers, found.services]).toEqual([[], ['EventHub']]);
    expect(found.failover.cidrs()).toEqual(['30.0.0.0/25', '30.0.1.0/24']);
  });

  it('blocks where its service is failed over', () => {
    const empty = withPrefixes('Storage.USGovTexas', []);
    const found = desired(empty, { services: ['Storage', 'EventHub'], inUse: ['Storage'] });
    expect(found.blockers).toEqual([
      {
        code: 'TAG_EMPTY',
        message: expect.stringContaining('and Storage is failed over: without the tag its routes would go.'),
        remedy: expect.stringContaining('declare Storage home'),
      },
    ]);
    expect(found.leftOut).toEqual([]);
  });
});

describe('holes', () => {
  it('are the top-level gateway management ranges and the gateway, inside what is routed', () => {
    const tags = tableOf(sound);
    const { wanted } = desired(sound);
    expect(holesIn(wanted, tags, ['20.0.200.4', '99.0.0.1']).cidrs()).toEqual([
      '20.0.7.0/29',
      '20.0.200.4/32',
      '20.2.0.0/24',
    ]);
    expect(holesIn(RangeSet.empty, tags, ['20.0.200.4']).isEmpty).toBe(true);
  });
});

describe('what is forbidden', () => {
  it('is special space, the client pool, on-premises ranges and the VNet', () => {
    const forbidden = forbiddenFor(site, ['172.24.0.0/16', '20.77.0.0/16']);
    const pool = RangeSet.fromPrefixes(['192.168.150.0/24', '20.77.0.0/16', '168.63.129.16/32', '255.255.255.255/32']);
    expect(forbidden.covers(pool)).toBe(true);
    expect(forbidden.covers(specialRanges)).toBe(true);
    expect(forbiddenFor(site).meets(RangeSet.fromPrefixes(['20.77.0.0/16']))).toBe(false);
  });

  it('has nothing of what public files list', () => {
    const azure = RangeSet.fromPrefixes(['192.88.98.0/24', '198.180.97.0/24', '172.32.0.0/16', '100.128.0.0/16']);
    expect(specialRanges.meets(azure)).toBe(false);
  });
});

describe.skipIf(!haveData)(`on real files${needsData}`, () => {
  const services = ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'];
  const tagsOf = (name: string) => parseTagFile(dataText(`service-tags/${name}`), name);

  it('Virginia fails over to Texas with 142 prefixes, 2,912 new addresses and 6 holes', () => {
    const tags = tagsOf('ServiceTags_AzureGovernment_20260720.json');
    const { wanted, home, added, blockers, leftOut } = desiredSets({ site, services, tags });
    expect([wanted.cidrs().length, wanted.size, added.size, home.cidrs().length]).toEqual([142, 479_697, 2_912, 123]);
    const holes = holesIn(wanted, tags, ['13.72.5.4']);
    expect([holes.cidrs().length, holes.size, blockers, leftOut]).toEqual([6, 51, [], []]);
    expect(holes.cidrs()).toContain('13.72.5.4/32');
    expect(holesIn(home, tags, ['13.72.5.4']).cidrs()).toHaveLength(6);
  });

  it('UK South fails over to UK West with 400 prefixes and 4 holes', () => {
    const tags = tagsOf('ServiceTags_Public_20251028.json');
    const uk = siteOf('Public', { homeRegion: 'uksouth', failoverRegion: 'ukwest' });
    const { wanted, blockers } = desiredSets({ site: uk, services, tags });
    expect([wanted.cidrs().length, holesIn(wanted, tags, ['51.140.20.4']).cidrs().length, blockers]).toEqual([
      400,
      4,
      [],
    ]);
    expect(holesIn(wanted, tags, []).cidrs()).toHaveLength(3);
  });

  it('every region of every file is free of what blocks', () => {
    for (const name of ['Public_20251028', 'AzureGovernment_20260720', 'China_20260720']) {
      const tags = tagsOf(`ServiceTags_${name}.json`);
      const regions = tags.tags.filter((tag) => tag.name.startsWith('AzureCloud.'));
      expect(regions.length).toBeGreaterThan(4);
      for (const tag of regions) {
        expect(tag.ipv4.meets(notPublic), tag.name).toBe(false);
        expect(Math.min(...tag.ipv4.prefixes().map((prefix) => prefix.length)), tag.name).toBeGreaterThanOrEqual(12);
      }
    }
  });
});
