import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticFile } from '../simulator/tags/syntheticTags.ts';
import {
  outage,
  type PlanJson,
  setPrefixes,
  siteEntry,
  sitesFile,
  type TagsFile,
  tagsWith,
  usual,
} from './cliPlanData.ts';
import { type Folder, newFolder, type Ran, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const text = readFileSync(syntheticFile, 'utf8');
const homeTag = 'AzureCloud.usgovvirginia';

/** Runs `plan --json`; whatever comes of it, the folder is as it was. */
const runPlan = async (words: readonly string[]): Promise<Ran> => {
  const before = folder.files();
  const ran = await run(['plan', ...words, '--json'], { cwd: folder.path });
  expect(folder.files()).toEqual(before);
  return ran;
};

/** Wrong input: exit 1, nothing on standard output; what and where, then what to do; no stack. */
const refusal = async (words: readonly string[]): Promise<string> => {
  const { code, out, err } = await runPlan(words);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^ERR_[A-Z_]+: .+\n {2}\S.+\n$/);
  expect(err).not.toMatch(/\n\s+at |node:internal|\.ts:\d|ERR_BUG/);
  return err;
};

/** Blocked: exit 2, the plan on standard output all the same, nothing on standard error. */
const blocked = async (words: readonly string[]): Promise<PlanJson> => {
  const { code, out, err } = await runPlan(words);
  expect({ code, err }).toEqual({ code: 2, err: '' });
  const plan = JSON.parse(out) as PlanJson;
  expect(plan.applyable).toBe(false);
  for (const blocker of plan.blockers) expect(Object.values(blocker).every((part) => part !== '')).toBe(true);
  return plan;
};

const withTags = (content: unknown): string[] => [
  ...usual(folder).slice(0, 4),
  '--service-tags',
  folder.write('new-tags.json', content),
];
const withSites = (content: unknown): string[] => {
  const words = usual(folder);
  folder.write('sites.json', content);
  return words;
};
const withPrefix = (prefix: string, tag = homeTag) =>
  tagsWith(setPrefixes(tag, (prefixes) => [...prefixes.slice(0, 4), prefix, ...prefixes.slice(4)]));

describe('a service tags file is refused, by file and place', () => {
  it.each<[string, unknown, string, string]>([
    ['not JSON', 'hello', 'ERR_TAG_FILE', 'new-tags.json is not JSON'],
    ['empty', '', 'ERR_TAG_FILE', 'new-tags.json is not JSON'],
    ['cut off', text.slice(0, 20_000), 'ERR_TAG_FILE', 'new-tags.json is cut off after 20000 characters'],
    ['JSON of another thing', sitesFile(siteEntry()), 'ERR_TAG_FILE', 'new-tags.json: changeNumber is missing'],
    ['a list', '[]', 'ERR_TAG_FILE', 'new-tags.json is not a service tags file'],
    ['prefix 10.0.0.0/33', withPrefix('10.0.0.0/33'), 'ERR_TAG_FILE', `tag ${homeTag}, prefix 5 of `],
    ['prefix hello/8', withPrefix('hello/8'), 'ERR_TAG_FILE', '"hello/8" is not an IPv4 prefix'],
    ['leading zeros', withPrefix('010.0.0.0/8'), 'ERR_TAG_FILE', '"010.0.0.0/8" has a leading zero'],
    ['host bits', withPrefix('33.0.0.1/24'), 'ERR_TAG_FILE', '"33.0.0.1/24" has host bits set'],
    ['host bits of IPv6', withPrefix('2001:db8::1/32'), 'ERR_TAG_FILE', '"2001:db8::1/32" is not an IPv6 prefix'],
    [
      'a bad prefix where nobody looks',
      withPrefix('hello/8', 'AzureCloud.usdodeast'),
      'ERR_TAG_FILE',
      'tag AzureCloud.usdodeast',
    ],
    [
      'of another cloud',
      tagsWith((file) => {
        file.cloud = 'Public';
      }),
      'ERR_TAG_CLOUD',
      'new-tags.json: The service tags are of Public, the sites are in AzureGovernment',
    ],
    [
      'of no cloud',
      tagsWith((file) => {
        file.cloud = 'Germany';
      }),
      'ERR_TAG_FILE',
      'new-tags.json: cloud is "Germany"',
    ],
    [
      'with a tag twice',
      tagsWith((file) => {
        file.values.push(...file.values.slice(0, 1));
      }),
      'ERR_TAG_FILE',
      'two tags named',
    ],
  ])('%s', async (_, content, code, message) => {
    const err = await refusal(withTags(content));
    expect(err).toContain(`${code}: `);
    expect(err).toContain(message);
    expect(err).toContain('new-tags.json');
  });

  it('older than the last good one', async () => {
    const older = tagsWith((file) => {
      file.changeNumber -= 1;
    });
    const err = await refusal([...withTags(older), '--last-good', 'tags.json']);
    expect(err).toMatch(/^ERR_TAG_OLDER: new-tags\.json: .*changeNumber \d+, older than the last good \d+/);
  });

  it('beside a last good file that is none', async () => {
    folder.write('good.json', '{');
    expect(await refusal([...usual(folder), '--last-good', 'good.json'])).toContain('good.json is cut off');
  });
});

describe('service tags that nobody should believe block', () => {
  const changed = (change: (prefixes: string[]) => string[], tag = homeTag) =>
    withTags(
      tagsWith((file) => {
        file.changeNumber += 1;
        setPrefixes(tag, change)(file);
      }),
    );

  it.each<[string, () => string[], string, string]>([
    [
      'the home tag is missing',
      () =>
        withTags(
          tagsWith((file) => {
            file.values = file.values.filter(({ name }) => name !== homeTag);
          }),
        ),
      'TAG_MISSING',
      `tag ${homeTag} is not in the file`,
    ],
    ['the home tag is empty', () => changed(() => []), 'TAG_EMPTY', `tag ${homeTag} has no IPv4 prefix`],
    [
      'a global tag is empty',
      () => changed(() => [], 'AzureActiveDirectory'),
      'TAG_EMPTY',
      'tag AzureActiveDirectory has no IPv4 prefix',
    ],
    ['it holds everything', () => changed((list) => [...list, '0.0.0.0/0']), 'TAG_TOO_WIDE', '0.0.0.0/0'],
    ['it holds a private range', () => changed((list) => [...list, '10.1.0.0/16']), 'TAG_FORBIDDEN', '10.1.0.0/16'],
    [
      'it holds the clients of the VPN',
      () => changed((list) => [...list, '192.168.150.0/26']),
      'TAG_FORBIDDEN',
      '192.168.150.0/26',
    ],
    ['it holds a range wider than any', () => changed((list) => [...list, '32.0.0.0/8']), 'TAG_TOO_WIDE', '32.0.0.0/8'],
  ])('%s', async (_, words, code, message) => {
    const { blockers } = await blocked(words());
    expect(blockers.map((blocker) => blocker.code)).toContain(code);
    expect(blockers.map((blocker) => blocker.message).join()).toContain(message);
  });

  it('unless the last good file has the tag: then it stays as it was, and that is an alarm', async () => {
    const half = changed((list) => list.filter((_, index) => index % 4 === 0));
    const [shrunk, frozen, whole] = await Promise.all(
      [half, [...half, '--last-good', 'tags.json'], usual(folder)].map(
        async (words) => JSON.parse((await runPlan(words)).out) as PlanJson,
      ),
    );
    expect([shrunk?.applyable, frozen?.applyable]).toEqual([true, true]);
    expect(shrunk?.routeTable).not.toEqual(whole?.routeTable);
    expect(frozen?.routeTable).toEqual(whole?.routeTable);
    expect(frozen?.alarms).toEqual([
      expect.stringMatching(
        /^AzureCloud\.usgovvirginia stays as the last good .* it lost \d+ of the \d+ addresses it had in the last good file/,
      ),
    ]);
  });

  it('what is dangerous in a tag that the site does not use does not matter', async () => {
    const words = withTags(withPrefix('10.1.0.0/16', 'AzureCloud.usdodeast'));
    expect((await runPlan(words)).code).toBe(0);
  });
});

describe('a bad tag of the failover region is left out, the rest is planned; with a last good file it stays as it was', () => {
  const events = () => ['--event', folder.write('event.json', outage())];
  const storage = (change: (prefixes: string[]) => string[]) =>
    tagsWith((file) => {
      file.changeNumber += 1;
      setPrefixes('Storage.usgovtexas', change)(file);
    });

  it.each<[string, TagsFile, string]>([
    [
      'missing',
      tagsWith((file) => {
        file.values = file.values.filter(({ name }) => name.toLowerCase() !== 'storage.usgovtexas');
      }),
      'is not in the file',
    ],
    ['empty', storage(() => []), 'has no IPv4 prefix'],
    ['private', storage((list) => [...list, '10.1.0.0/16']), '10.1.0.0/16'],
    ['everything', storage((list) => [...list, '0.0.0.0/0']), '0.0.0.0/0'],
  ])('%s', async (_, file, why) => {
    const { code, out, err } = await runPlan([...withTags(file), ...events()]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { decision, alarms, applyable } = JSON.parse(out) as PlanJson;
    expect(applyable).toBe(true);
    expect(decision.services).toEqual(['AzureKeyVault', 'EventHub', 'ServiceBus']);
    expect(alarms.join()).toMatch(/Storage\.usgovtexas is left out/i);
    expect(alarms.join()).toContain(why);
    const kept = await runPlan([...withTags(file), ...events(), '--last-good', 'tags.json']);
    const plan = JSON.parse(kept.out) as PlanJson;
    expect([kept.code, plan.decision.services.includes('Storage')]).toEqual([0, true]);
    expect(plan.alarms.join()).toMatch(/Storage\.usgovtexas stays as the last good service tags had it/i);
    expect(plan.alarms.join()).toContain(why);
  });

  it('shrunk since the last good file: it stays as it was', async () => {
    const words = withTags(storage((list) => list.slice(0, 1)));
    const { code, out } = await runPlan([...words, ...events(), '--last-good', 'tags.json']);
    const { decision, alarms } = JSON.parse(out) as PlanJson;
    expect([code, decision.services.includes('Storage')]).toEqual([0, true]);
    expect(alarms.join()).toMatch(/Storage\.usgovtexas stays as .*addresses it had in the last good file/i);
  });
});

describe('a sites file is refused, by site and field', () => {
  const second = (parts: Record<string, unknown>, network: Record<string, unknown> = {}) =>
    siteEntry(parts, {}, network);
  it.each<[string, unknown, string]>([
    ['not JSON', '{"cloud":', 'sites.json is not JSON'],
    ['a list', '[]', 'sites.json: the file: Invalid input'],
    [
      'of no cloud we know',
      { cloud: 'Mars', sites: [] },
      'sites.json: cloud: is "Mars", which is none we know; the clouds are Public, AzureGovernment, China',
    ],
    ['of no cloud at all', { sites: [] }, 'sites.json: cloud: is missing; the clouds are Public'],
    ['wrong types', sitesFile(siteEntry({ services: 'Storage' })), 'sites.0.services: Invalid input: expected array'],
    ['an unknown member', sitesFile(siteEntry({ sevices: [] })), 'Unrecognized key: "sevices"'],
    ['no network', sitesFile({ ...siteEntry(), network: undefined }), 'sites.0.network'],
    [
      'an unknown region',
      sitesFile(siteEntry({ homeRegion: 'usgovvirgina' })),
      'Site rig-07: homeRegion "usgovvirgina" is not a region of AzureGovernment',
    ],
    [
      'a region of another cloud',
      sitesFile(siteEntry({ failoverRegion: 'uksouth' })),
      'Site rig-07: failoverRegion "uksouth"',
    ],
    [
      'a region that is its own pair',
      sitesFile(siteEntry({ failoverRegion: 'usgovvirginia' })),
      'failoverRegion is the home region',
    ],
    [
      'no pair',
      { cloud: 'Public', sites: [siteEntry({ homeRegion: 'austriaeast', failoverRegion: undefined })] },
      'austriaeast has no paired region',
    ],
    [
      'an overlapping pool',
      sitesFile(second({}, { clientAddressPool: '172.16.0.0/16' })),
      'Site rig-07: clientAddressPool 172.16.0.0/16 overlaps',
    ],
    [
      'a pool with host bits',
      sitesFile(second({}, { clientAddressPool: '192.168.150.1/24' })),
      'Site rig-07: clientAddressPool: "192.168.150.1/24" has host bits set',
    ],
    ['no pool', sitesFile(second({}, { clientAddressPool: undefined })), 'needs a clientAddressPool'],
    [
      'an address that is none',
      sitesFile(second({}, { gatewayPublicIpAddresses: ['13.72.5'] })),
      'Site rig-07: gatewayPublicIpAddresses: "13.72.5"',
    ],
    [
      'two sites of one id',
      sitesFile(siteEntry(), second({}, { routeTable: 'other' })),
      'Sites rig-07 and rig-07 have one id: rig-07',
    ],
    [
      'two sites of one route table',
      sitesFile(siteEntry(), second({ id: 'rig-08' }, { routeTable: 'RouteTable' })),
      'Sites rig-07 and rig-08 have one route table',
    ],
    [
      'two sites that would have one route table after a move',
      sitesFile(
        siteEntry({ move: { resourceGroup: 'one' } }),
        second({ id: 'rig-08', resourceGroup: 'ase-rig-08', move: { resourceGroup: 'ONE' } }),
      ),
      'Sites rig-07 and rig-08 have one route table in the target',
    ],
    ['without the site', sitesFile(second({ id: 'rig-08' })), 'There is no site "rig-07"'],
    [
      'an always route that is none',
      sitesFile(siteEntry({ alwaysRoute: ['hello'] })),
      'Site rig-07: alwaysRoute: "hello"',
    ],
  ])('%s', async (_, content, message) => {
    const err = await refusal(withSites(content));
    expect(err).toContain(message);
    expect(err).toContain('sites.json');
  });

  it('gives an example of the same cloud where no region is like the one it says', async () => {
    const err = await refusal(withSites(sitesFile(siteEntry({ homeRegion: 'qqq' }))));
    expect(err).toContain("Use the ARM name, such as 'us");
    expect(err).not.toContain('uksouth');
  });

  it('speaks of an id and of a route table', async () => {
    expect(await refusal(withSites(sitesFile(siteEntry(), siteEntry())))).toContain('Give each site an id of its own');
  });

  it('names the regions that were perhaps meant, and the sites there are', async () => {
    expect(await refusal(withSites(sitesFile(siteEntry({ homeRegion: 'usgovvirgina' }))))).toContain('usgovvirginia');
    expect(await refusal(withSites(sitesFile(second({ id: 'rig-08' }))))).toContain('rig-08');
  });
});

describe('a site that asks for what no route may cover is blocked', () => {
  it.each<[string, unknown, string]>([
    ['a private range always', siteEntry({ alwaysRoute: ['10.5.0.0/16'] }), 'ALWAYS_ROUTE_FORBIDDEN'],
    ['everything always', siteEntry({ alwaysRoute: ['0.0.0.0/0'] }), 'ALWAYS_ROUTE_FORBIDDEN'],
    [
      'without the address of its firewall',
      siteEntry({}, {}, { firewallPrivateIpAddress: undefined }),
      'FIREWALL_ADDRESS_UNKNOWN',
    ],
  ])('%s', async (_, site, code) => {
    const { blockers } = await blocked(usual(folder, site));
    expect(blockers.map((blocker) => blocker.code)).toContain(
      code === 'TAG_TOO_WIDE' ? 'ALWAYS_ROUTE_FORBIDDEN' : code,
    );
  });
});

describe('other files are refused by name', () => {
  it.each<[string, string, unknown, string]>([
    ['an event that is not JSON', '--event', '{"a":', 'ERR_USAGE: file.json is not JSON'],
    [
      'an event that is none',
      '--event',
      { hello: 1 },
      'ERR_EVENT: file.json: The payload is neither an alert nor an event',
    ],
    ['an empty list of events', '--event', [], 'ERR_EVENT: file.json: '],
    ['an alert without content', '--event', { schemaId: 'azureMonitorCommonAlertSchema' }, 'ERR_EVENT: file.json: '],
    ['routes that are not JSON', '--routes', 'x', 'file.json is not JSON'],
    ['routes that are no table', '--routes', { hello: 1 }, 'file.json is not a route table as ARM returns it'],
    ['an error of ARM', '--routes', { error: { code: 'ResourceNotFound' } }, 'file.json is not a route table'],
    ['a table without its routes', '--routes', { properties: {} }, 'file.json is not a route table'],
    ['routes that are a text', '--routes', { properties: { routes: 'x' } }, 'file.json is not a route table'],
    [
      'a route without a prefix',
      '--routes',
      [{ name: 'r', properties: { nextHopType: 'Internet' } }],
      'file.json: route number 1 ("r") has no addressPrefix',
    ],
    [
      'a route without a hop',
      '--routes',
      [{ name: 'r', properties: { addressPrefix: '1.0.0.0/8' } }],
      'has no nextHopType',
    ],
    ['a route that is a number', '--routes', [7], 'file.json: route number 1 is not an object'],
    ['one page of several', '--routes', { value: [], nextLink: 'https://next' }, 'file.json is one page of several'],
  ])('%s', async (_, option, content, message) => {
    expect(await refusal([...usual(folder), option, folder.write('file.json', content)])).toContain(message);
  });

  it.each(['sites', 'service-tags', 'last-good', 'event', 'routes'])(
    '--%s that is not there, and one that is a folder',
    async (option) => {
      const words = usual(folder);
      mkdirSync(join(folder.path, 'folder'));
      const put = (path: string) => {
        const at = words.indexOf(`--${option}`);
        return at < 0 ? [...words, `--${option}`, path] : words.with(at + 1, path);
      };
      expect(await refusal(put('nowhere.json'))).toContain('nowhere.json cannot be read: there is no such file');
      expect(await refusal(put('folder'))).toContain('folder cannot be read: it is a folder');
    },
  );

  it('without the control characters they may hold', async () => {
    const err = await refusal(withSites('\u001b[31mred\u0007'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach the terminal
    expect(err.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('words are refused that ask for nothing we know', () => {
  it.each<[string, readonly string[], string]>([
    ['an unknown option', ['--frobnicate'], "Unknown option '--frobnicate'"],
    ['an option without its value', ['--routes'], '--routes has no value'],
    ['a word too many', ['hello'], "Unexpected argument 'hello'"],
    ['a site given twice', ['--site', 'rig-08'], '--site is given twice'],
    ['a time that is none', ['--now', 'yesterday'], '--now: "yesterday" is not a time'],
    ['a number for a time', ['--now', '1'], '--now: "1" is not a time'],
    [
      'a day that is not in the calendar',
      ['--now', '2026-02-30T00:00:00Z'],
      '--now: "2026-02-30T00:00:00Z" is not a time',
    ],
    ['an hour that is not', ['--now', '2026-02-03T25:00:00Z'], 'is not a time'],
  ])('%s', async (_, words, message) => {
    expect(await refusal([...usual(folder), ...words])).toContain(message);
  });

  it.each([
    ['sites', 0],
    ['site', 2],
    ['service-tags', 4],
  ])('--%s that is missing', async (option, at) => {
    expect(await refusal(usual(folder).toSpliced(at, 2))).toContain(`--${option} is missing`);
  });

  it('a day alone, an offset and no offset are times', async () => {
    for (const now of ['2026-07-20', '2026-07-20T03:00:00+02:00', '2026-07-20T03:00']) {
      expect((await runPlan([...usual(folder), '--now', now])).code).toBe(0);
    }
  });

  it('a command that is none', async () => {
    const { code, out, err } = await run(['plam']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/There is no command "plam"\.\n {2}Commands: plan/);
  });
});

it('a tags file may begin with a byte order mark, and so may any other', async () => {
  const words = [...usual(folder), '--event', folder.write('event.json', `\uFEFF${JSON.stringify(outage())}`)];
  for (const name of ['sites.json', 'tags.json']) folder.write(name, `\uFEFF${folder.files()[name]}`);
  expect((await runPlan(words)).code).toBe(0);
});
