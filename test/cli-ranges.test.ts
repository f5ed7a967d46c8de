import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prefixesIn, setPrefixes, siteEntry, sitesFile, tagsWith } from './cliPlanData.ts';
import { newFolder, run } from './cliRun.ts';

const folder = newFolder();
afterAll(() => folder.remove());

const tags = folder.write(
  'tags.json',
  tagsWith(() => undefined),
);
const sites = folder.write('sites.json', sitesFile(siteEntry()));
const world = { cwd: folder.path };
const ask = (...words: string[]) => run(['ranges', ...words], world);
const json = async (...words: string[]) => {
  const { code, out, err } = await ask(...words, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};
const lines = (text: string) => text.trimEnd().split('\n');

type Strategy = { strategy: string; routes: number; extraAddresses: number; percent: number; why: string | null };

describe('ranges report', () => {
  it('says what the plan of the same site says, strategy by strategy', async () => {
    const { cases } = await json(
      'report',
      '--service-tags',
      tags,
      '--sites',
      sites,
      '--limit',
      '100',
      '--max-extra',
      '100',
    );
    expect(cases.map(({ mode }: { mode: string }) => mode)).toEqual(['home', 'serviceFailover']);
    const [home] = cases;
    for (const one of home.strategies as Strategy[]) {
      const routeBudget = { limit: 100, reserve: 0, strategies: [one.strategy], maxExtraPercent: 100 };
      const single = folder.write('single.json', sitesFile(siteEntry({ routeBudget })));
      const words = ['plan', '--sites', single, '--site', 'rig-07', '--service-tags', tags, '--json'];
      const plan = JSON.parse((await run(words, world)).out);
      expect({ strategy: one.strategy, routes: plan.budget.attempts[0].routes }).toEqual({
        strategy: one.strategy,
        routes: one.routes,
      });
      expect(plan.budget.attempts[0].extraAddresses).toBe(one.extraAddresses);
      expect(plan.budget.strategy === one.strategy).toBe(one.why === null);
    }
  });

  it('gives every region pair of the cloud where no sites are named', async () => {
    const { cases, tags: file } = await json('report', '--service-tags', tags);
    expect(file.cloud).toBe('AzureGovernment');
    expect(cases.length).toBeGreaterThan(1);
    expect(cases.map(({ title }: { title: string }) => title)).toContain('usgovtexas+usgovvirginia');
    expect(new Set(cases.map(({ title }: { title: string }) => title)).size).toBe(cases.length);
  });

  it('takes the first strategy of the site that fits, and counts the reserve', async () => {
    const routeBudget = { limit: 400, reserve: 30, strategies: ['summarize', 'exact'], maxExtraPercent: 5 };
    const file = folder.write('reserve.json', sitesFile(siteEntry({ routeBudget })));
    const { cases } = await json('report', '--service-tags', tags, '--sites', file);
    expect(cases[0]).toMatchObject({ limit: 400, reserve: 30, room: 370, chosen: 'summarize' });
    const summary = cases[0].strategies.find(({ strategy }: Strategy) => strategy === 'summarize');
    expect(cases[0].headroom).toBe(370 - summary.routes);
  });

  it('refuses a summary above what is allowed, and gives its price', async () => {
    const words = ['report', '--service-tags', tags, '--sites', sites, '--limit', '100'];
    const { cases } = await json(...words, '--max-extra', '0.001');
    const summary = cases[0].strategies.find(({ strategy }: Strategy) => strategy === 'summarize');
    expect(summary.extraAddresses).toBeGreaterThan(0);
    expect(summary.why).toBe('more extra than the 0.001 % allowed');
    expect(cases[0].chosen).toBeNull();
  });

  it('finds the smallest number of routes for 1 % and 5 %: one fewer would cost more', async () => {
    const { cases } = await json('report', '--service-tags', tags, '--sites', sites);
    const { points } = await json('curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07');
    const failedOver = cases[1];
    for (const share of [1, 5]) {
      const smallest: number = failedOver.smallestFor[`${share}%`];
      const percentAt = (k: number) => points.find(({ routes }: { routes: number }) => routes === k)?.percent;
      expect(percentAt(smallest)).toBeLessThanOrEqual(share);
      expect(percentAt(smallest - 1)).toBeGreaterThan(share);
    }
  });

  it.each([
    ['of sites', ['--sites', sites]],
    ['of pairs', []],
  ])('%s fits a terminal of 80 columns', async (_, words) => {
    const { code, out } = await ask('report', '--service-tags', tags, ...words);
    expect(code).toBe(0);
    expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
    expect(out).toContain('exact');
  });

  it('says which tags of a site are at fault', async () => {
    const file = folder.write('gone.json', sitesFile(siteEntry({ globalTags: ['NoSuchTag'] })));
    const { out } = await ask('report', '--service-tags', tags, '--sites', file);
    expect(out).toContain('! Site rig-07: tag NoSuchTag');
  });
});

describe('ranges curve', () => {
  it('never rises, begins at the fewest possible and ends at the exact list', async () => {
    const curve = await json('curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07', '--limit', '100');
    const extras = curve.points.map(({ extraAddresses }: { extraAddresses: number }) => extraAddresses);
    expect(extras).toEqual(extras.toSorted((a: number, b: number) => b - a));
    expect(curve.points[0].routes).toBe(curve.fewest);
    expect(curve.points.at(-1)).toMatchObject({ routes: curve.exact, extraAddresses: 0 });
    expect(curve.points.at(-2).extraAddresses).toBeGreaterThan(0);
    expect(curve.marks.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['fewest', 'limit', '1 %', '5 %', 'exact']),
    );
  });

  it('prices fewer services failed over lower, none at all as home', async () => {
    const words = ['curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07'];
    const [home, one, all] = [
      await json(...words, '--services', ''),
      await json(...words, '--services', 'Storage'),
      await json(...words),
    ];
    expect(home.mode).toBe('home');
    expect(home.addresses).toBeLessThan(one.addresses);
    expect(one.addresses).toBeLessThan(all.addresses);
  });

  it('marks a limit below the fewest possible as too few', async () => {
    const words = ['curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07', '--limit', '1'];
    const { marks } = await json(...words);
    expect(marks[0]).toEqual({ name: 'limit', routes: 1, extraAddresses: null, percent: null });
    expect((await ask(...words)).out).toMatch(/limit\s+1\s+-\s+-\s+too few/);
  });

  it('takes tags together, in any case', async () => {
    const { title, addresses } = await json('curve', '--service-tags', tags, '--tags', 'azurecloud.USGovTexas');
    expect(title).toBe('AzureCloud.usgovtexas');
    expect(addresses).toBeGreaterThan(0);
  });

  it('fits a terminal of 80 columns, with a chart', async () => {
    const { out } = await ask('curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07');
    expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
    expect(out).toMatch(/[▁▂▃▄▅▆▇]/);
  });
});

describe('ranges diff', () => {
  const grown = folder.write(
    'grown.json',
    tagsWith((file) => {
      file.changeNumber += 1;
      setPrefixes('Storage.USGovTexas', (prefixes) => [...prefixes, '20.255.0.0/24'])(file);
      prefixesIn(file, 'AzureCloud').push('20.255.0.0/24');
      file.values = file.values.filter(({ name }) => name !== 'GatewayManager.USGovTexas');
    }),
  );

  it('names what changed, and the routes that follow in each mode', async () => {
    const made = await json('diff', tags, grown, '--sites', sites);
    const storage = made.tags.find(({ tag }: { tag: string }) => tag === 'Storage.USGovTexas');
    expect(storage).toMatchObject({ addedAddresses: 256, removedAddresses: 0, added: ['20.255.0.0/24'] });
    const [home, failedOver] = made.tables;
    expect(home).toMatchObject({ mode: 'home', add: [], remove: [] });
    expect(failedOver.add).toEqual([{ addressPrefix: '20.255.0.0/24', nextHopType: 'VirtualAppliance' }]);
    expect(failedOver.after.headroom).toBe(failedOver.before.headroom - 1);
  });

  it('takes back what it added when the files are swapped', async () => {
    const there = await json('diff', tags, grown, '--sites', sites);
    const back = await json('diff', grown, tags, '--sites', sites);
    expect(back.newTags).toEqual(there.vanishedTags);
    expect(back.tables[1].remove).toEqual(there.tables[1].add);
    expect((await ask('diff', grown, tags)).out).toContain('! The new file is older than the old one.');
  });

  it('says that a tag that is gone stays as it was, in each table that uses it', async () => {
    const less = folder.write(
      'less.json',
      tagsWith((file) => {
        file.values = file.values.filter(({ name }) => name !== 'AzureActiveDirectory');
      }),
    );
    const { vanishedTags, tables } = await json('diff', tags, less, '--sites', sites);
    expect(vanishedTags).toEqual(['AzureActiveDirectory']);
    expect(tables[0].trouble[0]).toContain('AzureActiveDirectory stays as the last good service tags had it');
    expect(tables[0]).toMatchObject({ add: [], remove: [] });
  });

  it('says what would be in at once, what would wait for another file, and what would be frozen', async () => {
    const moved = folder.write(
      'moved.json',
      tagsWith((file) => {
        file.changeNumber += 1;
        setPrefixes('Storage.USGovTexas', (prefixes) => [...prefixes.slice(1), '20.255.0.0/24'])(file);
        setPrefixes('EventHub.USGovTexas', (prefixes) => prefixes.slice(0, 1))(file);
      }),
    );
    const { flows, waits, frozen, tables } = await json('diff', tags, moved, '--sites', sites);
    expect(flows).toEqual([{ tag: 'Storage.USGovTexas', addresses: 256 }]);
    expect(waits).toMatchObject([{ tag: 'Storage.USGovTexas' }]);
    expect(frozen).toMatchObject([{ tag: 'EventHub.USGovTexas', code: 'TAG_SHRANK' }]);
    expect(tables[1].remove.length).toBeGreaterThan(0);
    const { out } = await ask('diff', tags, moved, '--sites', sites);
    expect(out).toContain('In at once: 256 addresses of 1 tag');
    expect(out.replace(/\n +/g, ' ')).toContain('Waits: ');
    expect(out).toContain('! Frozen as change');
    expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
  });

  it('of a file with itself is nothing', async () => {
    const made = await json('diff', tags, tags, '--sites', sites);
    expect([made.tags, made.newTags, made.vanishedTags]).toEqual([[], [], []]);
    expect(
      made.tables.flatMap(({ add, remove }: { add: unknown[]; remove: unknown[] }) => [...add, ...remove]),
    ).toEqual([]);
    expect((await ask('diff', tags, tags)).out).toContain('No tag has changed.');
  });

  it('fits a terminal of 80 columns', async () => {
    const { out } = await ask('diff', tags, grown, '--sites', sites);
    expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
    expect(out).toContain('+ 20.255.0.0/24');
  });
});

describe('ranges who', () => {
  const file = tagsWith(() => undefined);
  const inTag = (name: string) => String(prefixesIn(file, name).find((prefix) => !prefix.includes(':')));
  const first = (prefix: string) => String(prefix.split('/')[0]);

  it('names tags, region and what each site does with an address of the failover region', async () => {
    const made = await json('who', first(inTag('Storage.USGovTexas')), '--service-tags', tags, '--sites', sites);
    expect(made.tags[0].tag).toBe('Storage.USGovTexas');
    expect(made.regions).toEqual(['US Gov Texas (usgovtexas)']);
    const [home, failedOver] = made.sites;
    expect(home).toMatchObject({ mode: 'home', goes: 'elsewhere', why: ['nothing the site needs lists it'] });
    expect(failedOver).toMatchObject({ mode: 'serviceFailover', goes: 'firewall' });
    expect(failedOver.why).toContain('Storage.USGovTexas lists it (Storage failed over)');
  });

  it('knows a hole: gateway management of the home region goes around the firewall', async () => {
    const prefix = inTag('GatewayManager');
    const made = await json('who', prefix, '--service-tags', tags, '--sites', sites);
    expect(made.hole).toEqual([prefix]);
    expect(made.sites.map(({ goes }: { goes: string }) => goes)).not.toContain('firewall');
  });

  it.each([
    ['10.1.2.3', 'special'],
    ['169.254.169.254', 'special'],
    ['168.63.129.16', 'hole'],
  ])('knows %s as %s', async (address, kind) => {
    expect((await json('who', address, '--service-tags', tags))[kind]).toEqual([`${address}/32`]);
  });

  it('counts how much of a CIDR is in no tag', async () => {
    const made = await json('who', '8.0.0.0/20', '--service-tags', tags);
    expect(made).toMatchObject({ addresses: 4_096, nobodys: 4_096, tags: [] });
    expect((await ask('who', '8.0.0.0/20', '--service-tags', tags)).out).toContain('No tag of the file lists it.');
  });

  it('says how many holes and special ranges it does not name', async () => {
    const { out } = await ask('who', '0.0.0.0/0', '--service-tags', tags);
    expect(out).toMatch(/A hole [^!]* and \d+ more\.\n!/);
    expect(out).toMatch(/A special range, [^!]* and 9 more\.\n!/);
  });

  it('finds the tags of an IPv6 address, and says that no route speaks of it', async () => {
    const six = tagsWith(setPrefixes('Storage.USGovTexas', (prefixes) => [...prefixes, '2001:db8:7::/48']));
    const path = folder.write('six.json', six);
    const made = await json('who', '2001:db8:7::1', '--service-tags', path);
    expect(made.tags.map(({ tag }: { tag: string }) => tag)).toEqual(['Storage.USGovTexas']);
    expect((await ask('who', '2001:db8:7::1', '--service-tags', path)).out).toContain('carries IPv4 only');
  });
});

describe('a question that cannot be answered', () => {
  const broken = folder.write('broken.json', '{"changeNumber": 5, "cloud": "Public", "values": [');
  const some = ['--service-tags', tags];
  const site = ['--sites', sites, '--site', 'rig-07'];

  it.each<[string, string[], RegExp]>([
    ['no verb', [], /ranges does nothing by itself/],
    ['an unknown verb', ['explode'], /ranges explode/],
    ['a limit of 0', ['report', ...some, '--limit', '0'], /--limit: "0" is not a number of routes/],
    ['a limit of -1', ['report', ...some, '--limit=-1'], /--limit: "-1"/],
    ['a limit with a fraction', ['curve', ...some, ...site, '--limit', '1.5'], /--limit: "1.5"/],
    ['more extra than all', ['report', ...some, '--max-extra', '101'], /--max-extra: "101" is not a percentage/],
    ['no file', ['report'], /--service-tags is missing/],
    ['a file that is not there', ['report', '--service-tags', 'nowhere.json'], /nowhere.json cannot be read/],
    ['a file cut off', ['curve', '--service-tags', broken, '--tags', 'Storage'], /broken.json is cut off/],
    [
      'an unknown tag',
      ['curve', ...some, '--tags', 'Storage.Atlantis'],
      /has no tag "Storage.Atlantis"[\s\S]*Tags that begin like it/,
    ],
    ['no tags', ['curve', ...some, '--tags', ','], /--tags names no tag/],
    ['tags and a site', ['curve', ...some, '--tags', 'Storage', ...site], /--tags and --sites are given together/],
    ['neither tags nor a site', ['curve', ...some], /--sites is missing/],
    ['an unknown site', ['curve', ...some, '--sites', sites, '--site', 'rig-99'], /no site "rig-99"/],
    ['a site without sites', ['report', ...some, '--site', 'rig-07'], /--site is given without --sites/],
    ['an unknown service', ['curve', ...some, ...site, '--services', 'Teapots'], /no tag Teapots.usgovtexas/],
    ['no address', ['who', ...some], /ADDRESS is missing/],
    ['no address at all', ['who', 'storage', ...some], /"storage" is not an address/],
    ['half an address', ['who', '10.1.2', ...some], /"10.1.2" is not an IPv4 address/],
    ['host bits', ['who', '10.1.2.3/24', ...some], /host bits/],
    ['a bad IPv6 address', ['who', '2001::db8::1', ...some], /is not an IPv6 prefix/],
    ['one file to compare', ['diff', tags], /Two files are needed/],
    ['three files to compare', ['diff', tags, tags, tags], /one word too many/],
    ['a page that cannot be written', ['report', ...some, '--html', 'no/such/folder.html'], /cannot be written/],
  ])('%s is an error that says what to do', async (_, words, said) => {
    const { code, out, err } = await ask(...words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(said);
    expect(err).not.toContain('ERR_BUG');
  });

  it('refuses sites with an unknown region, and tags of another cloud', async () => {
    const lost = folder.write('lost.json', sitesFile(siteEntry({ homeRegion: 'atlantis' })));
    expect((await ask('report', ...some, '--sites', lost)).err).toContain('"atlantis" is not a region');
    const other = folder.write(
      'other.json',
      tagsWith((file) => {
        file.cloud = 'Public';
      }),
    );
    expect((await ask('report', '--service-tags', other, '--sites', sites)).err).toContain('ERR_TAG_CLOUD');
    expect((await ask('diff', tags, other)).err).toContain('ERR_TAG_CLOUD');
  });
});

describe('ranges --html', () => {
  const pageOf = async (...words: string[]) => {
    const name = 'page.html';
    expect((await ask(...words, '--html', name)).code).toBe(0);
    return readFileSync(join(folder.path, name), 'utf8');
  };

  it('is the only file that is written', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'asefo-ranges-'));
    const absolute = join(folder.path, tags);
    await run(['ranges', 'report', '--service-tags', absolute, '--html', 'a.html'], { cwd: empty });
    await run(['ranges', 'who', '1.2.3.4', '--service-tags', absolute], { cwd: empty });
    expect(readdirSync(empty)).toEqual(['a.html']);
  });

  it.each([
    ['report', ['report', ...['--service-tags', tags], '--sites', sites, '--limit', '80']],
    ['curve', ['curve', '--service-tags', tags, '--sites', sites, '--site', 'rig-07', '--limit', '80']],
  ])('%s needs nothing from anywhere, and shows curve, map and owners', async (_, words) => {
    const page = await pageOf(...words);
    expect(page).not.toMatch(/<script|<link|<img|url\(|https?:|@import/);
    expect(page).toContain('class="curve"');
    expect(page.match(/class="tile"/g)?.length).toBeGreaterThan(2);
    expect(page).toContain('class="azure"');
    expect(page).toContain('class="hole"');
    expect(page).toContain('in no tag of the file');
    expect(page).toContain('limit 80');
  });

  it('draws every wanted address once: as many blocks as the set has prefixes', async () => {
    const page = await pageOf('curve', '--service-tags', tags, '--tags', 'AzureCloud.usgovtexas');
    const { exact } = await json('curve', '--service-tags', tags, '--tags', 'AzureCloud.usgovtexas');
    const drawn = page.match(/<title>[\d./]+ routed/g) ?? [];
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length).toBeGreaterThanOrEqual(exact - (page.match(/<title>[\d./]+ hole/g) ?? []).length);
  });

  it('escapes what comes from files', async () => {
    const evil = folder.write('evil.json', sitesFile(siteEntry({ globalTags: ['<script>alert(1)</script>'] })));
    const page = await pageOf('report', '--service-tags', tags, '--sites', evil);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;alert(1)');
  });
});

it('ranges --help says how each is asked', async () => {
  const { code, out } = await ask('curve', '--help');
  expect(code).toBe(0);
  for (const verb of ['report', 'curve', 'diff', 'who']) expect(out).toContain(`ranges ${verb}`);
  expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
});
