import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../cli/command.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import type { Ports } from '../shared/ports.ts';
import { ledgerBlob } from '../shared/record/progress.ts';
import { newSite } from '../shared/record/state.ts';
import { buildPorts } from '../shared/wire.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { setPrefixes, siteEntry, sitesFile, type TagsFile, tagsWith } from './cliPlanData.ts';
import { type Folder, newFolder, type Ran, run, spawnCli } from './cliRun.ts';

let azurite: Azurite;
let folder: Folder;
beforeEach(async () => {
  azurite = await startAzurite();
  folder = newFolder();
});
afterEach(async () => {
  folder.remove();
  await azurite.close();
});

const ports = (): Promise<Ports> =>
  buildPorts(readSettings({ AzureWebJobsStorage: azurite.connectionString }), silentLog);

const cli = (words: readonly string[], world: Partial<Io> = {}): Promise<Ran> =>
  run(words, { cwd: folder.path, env: { AzureWebJobsStorage: azurite.connectionString }, ...world });

/** Every blob of the configuration with its text. */
const stored = async (): Promise<Record<string, string>> => {
  const { config } = await ports();
  const names = (await config.list('')).map(({ name }) => name);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await config.read(name)) ?? ''])));
};

/** Exit 1, nothing printed, nothing written. */
const refusal = async (words: readonly string[]): Promise<string> => {
  const before = await stored();
  const { code, out, err } = await cli(words);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(await stored()).toEqual(before);
  return err;
};

const ok = async (words: readonly string[], world: Partial<Io> = {}): Promise<Ran> => {
  const ran = await cli(words, world);
  expect(ran.code, ran.err).toBe(0);
  return ran;
};

const tags = (change: (file: TagsFile) => void = () => {}): TagsFile => tagsWith(change);
const { changeNumber } = tags();
const blob = `service-tags/AzureGovernment-${String(changeNumber).padStart(6, '0')}.json`;
const nextBlob = `service-tags/AzureGovernment-${String(changeNumber + 1).padStart(6, '0')}.json`;
const newer = (change: (file: TagsFile) => void = () => {}): TagsFile =>
  tags((file) => {
    file.changeNumber += 1;
    change(file);
  });
const halved = newer(
  setPrefixes('AzureCloud.usgovvirginia', (prefixes) => prefixes.filter((_, index) => index % 4 === 0)),
);

describe('sites put and get', () => {
  it('puts a file as it is and gives it back', async () => {
    const text = `${JSON.stringify(sitesFile(siteEntry()), null, 3)}\n`;
    const put = await ok(['sites', 'put', folder.write('mine.json', text)]);
    expect(put.out).toBe('mine.json is in force: 1 site; new: rig-07. (Storage: the environment.)\n');
    expect(put.err).toContain('There are no service tags of AzureGovernment yet');
    expect((await stored())['sites.json']).toBe(text);
    expect(await ok(['sites', 'get'])).toMatchObject({ out: text, err: '' });
  });

  it('says what comes, changes and goes, and what stays behind in Azure', async () => {
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    const other = (id: string) => siteEntry({ id }, {}, { routeTable: id });
    await ok(['sites', 'put', folder.write('a.json', sitesFile(other('a'), other('b'), other('c')))]);
    const { sites } = await ports();
    const inPlace = {
      mode: 'home',
      services: [],
      target: null,
      digest: '',
      wantedHash: '',
      tagsChangeNumber: 1,
      tagsHash: '',
      at: '',
      routes: 1,
      foreignRoutes: 0,
      retains: false,
    } as const;
    await sites.save({ ...newSite('c'), inPlace }, null);
    const changed = siteEntry({ id: 'b', services: ['Storage'] }, {}, { routeTable: 'b' });
    const { out, err } = await ok(['sites', 'put', folder.write('b.json', sitesFile(changed, other('d'))), '--json']);
    const warning = 'c is no longer listed: its routes and rules stay in Azure, and nobody looks after them.';
    expect(JSON.parse(out)).toEqual({
      blob: 'sites.json',
      written: true,
      sites: 2,
      added: ['d'],
      removed: ['a', 'c'],
      changed: ['b'],
      warnings: [warning],
      storage: 'the environment',
    });
    expect(err).toBe('');
  });

  it('writes nothing where the very file is in force', async () => {
    const words = ['sites', 'put', folder.write('a.json', sitesFile(siteEntry()))];
    await ok(words);
    await ok(['sites', 'get']);
    const [before] = await (await ports()).config.list('sites.json');
    expect((await ok(words)).out).toContain('was in force already, nothing is written');
    expect(await (await ports()).config.list('sites.json')).toEqual([before]);
  });

  it.each<[string, unknown, string]>([
    ['is not JSON', '{', 'bad.json is not JSON'],
    ['has a site with a wrong type', sitesFile(siteEntry({ services: 1 })), 'sites.0.services'],
    ['has one route table twice', sitesFile(siteEntry(), siteEntry({ id: 'rig-08' })), 'one route table'],
    ['has a pool with host bits', sitesFile(siteEntry({}, {}, { clientAddressPool: '192.168.1.1/24' })), 'host bits'],
  ])('refuses a file that %s, and the one in force stays', async (_, content, message) => {
    await ok(['sites', 'put', folder.write('good.json', sitesFile(siteEntry()))]);
    expect(await refusal(['sites', 'put', folder.write('bad.json', content)])).toContain(message);
  });

  it('gives the last good file where somebody broke the one in storage, and puts a new one over it', async () => {
    const good = JSON.stringify(sitesFile(siteEntry()));
    await ok(['sites', 'put', folder.write('good.json', good)]);
    await ok(['sites', 'get']);
    await (await ports()).config.write('sites.json', '{ broken');
    const { out, err } = await ok(['sites', 'get']);
    expect(out).toBe(`${good}\n`);
    expect(err.replace(/\n {2}/g, ' ')).toContain('The last good file stays in force');
    await ok(['sites', 'put', 'good.json']);
    expect((await stored())['sites.json']).toBe(good);
  });

  it('puts the first file over one that was broken from the start', async () => {
    await (await ports()).config.write(
      'sites.json',
      JSON.stringify(sitesFile(siteEntry({}, {}, { clientAddressPool: 'x' }))),
    );
    await ok(['sites', 'put', folder.write('good.json', sitesFile(siteEntry()))]);
  });

  it('says that there is none', async () => {
    const { code, err } = await cli(['sites', 'get']);
    expect(code).toBe(1);
    expect(err).toBe('ERR_SITES_FILE: There is no sites file yet.\n  Put one: npm run cli -- sites put FILE\n');
  });

  it.each([[[]], [['put']], [['put', 'a', 'b']], [['get', 'a']], [['drop']]])('refuses sites %j', async (words) => {
    expect((await cli(['sites', ...words])).err).toMatch(/^ERR_USAGE: /);
  });
});

describe('tags put and get', () => {
  const withSite = () => ok(['sites', 'put', folder.write('sites.json', sitesFile(siteEntry()))]);

  it('puts a file under its cloud and number, and says what is in force', async () => {
    await withSite();
    const text = readSyntheticTags();
    const put = await ok(['tags', 'put', folder.write('tags.json', text)]);
    expect(put.out.replaceAll('\n', ' ')).toContain(
      `tags.json is in force as ${blob}: AzureGovernment, change ${changeNumber}, the first of its cloud.`,
    );
    expect((await stored())[blob]).toBe(text);
    const { out } = await ok(['tags', 'get', '--out', 'copy.json', '--json']);
    expect(folder.files()['copy.json']).toBe(text);
    expect(JSON.parse(out)).toMatchObject({
      blob,
      cloud: 'AzureGovernment',
      changeNumber,
      before: null,
      accepted: null,
      refused: [],
      out: 'copy.json',
    });
  });

  it('says in words what is in force, what it is compared with, and what was refused', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    await ok(['tags', 'put', folder.write('newer.json', newer())]);
    await (await ports()).config.write('service-tags/broken.json', '{');
    const { out } = await ok(['tags', 'get']);
    expect(out.replace(/\n +/g, ' ')).toContain(`In force   ${nextBlob}: AzureGovernment, change ${changeNumber + 1},`);
    expect(out).toContain(`Before it  change ${changeNumber};`);
    expect(out).toContain('Refused    service-tags/broken.json is cut off');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(82);
  });

  it.each<[string, TagsFile | string, string]>([
    ['is not JSON', 'x', 'bad.json is not JSON'],
    ['is cut off', JSON.stringify(tags()).slice(0, 5_000), 'bad.json is cut off'],
    [
      'has a bad prefix',
      newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '10.0.0.0/33'])),
      '"10.0.0.0/33"',
    ],
    [
      'is of another cloud',
      newer((file) => {
        file.cloud = 'China';
      }),
      'bad.json: The service tags are of China',
    ],
    [
      'is older',
      tags((file) => {
        file.changeNumber -= 1;
      }),
      'bad.json: The service tags have changeNumber',
    ],
    [
      'has the number of the one in force and other content',
      tags(setPrefixes('AzureCloud.usgovvirginia', (list) => list.slice(1))),
      `bad.json has the change number ${changeNumber} of the file in force, and other content`,
    ],
  ])('refuses a file that %s; nothing is written', async (_, content, message) => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    expect(await refusal(['tags', 'put', folder.write('bad.json', content)])).toContain(message);
  });

  it('refuses a file that would block a site: its own addresses are in the home tag', async () => {
    const own = siteEntry({}, {}, { onPremAddressPrefixes: ['33.250.0.0/16'] });
    await ok(['sites', 'put', folder.write('sites.json', sitesFile(own))]);
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    const bad = newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '33.250.1.0/24']));
    expect(await refusal(['tags', 'put', folder.write('bad.json', bad)])).toMatch(
      /bad\.json would block planning\. Site rig-07: tag AzureCloud\.usgovvirginia holds .*33\.250\.1\.0\/24/,
    );
  });

  it.each<[string, TagsFile, string]>([
    ['lost half of the home tag', halved, 'lost'],
    ['has an empty home tag', newer(setPrefixes('AzureCloud.usgovvirginia', () => [])), 'has no IPv4 prefix'],
    [
      'has a home range of everything',
      newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '0.0.0.0/0'])),
      'holds 0.0.0.0/0',
    ],
  ])('takes a file that %s: the tag stays as it was, and that is said', async (_, content, why) => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    const { err } = await ok(['tags', 'put', folder.write('bad.json', content)]);
    expect(err.replace(/\n {2}/g, ' ')).toContain(
      `! Frozen as change ${changeNumber} had it: AzureCloud.usgovvirginia ${why}`,
    );
    const { out } = await ok(['tags', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      changeNumber: changeNumber + 1,
      frozen: [{ tag: 'AzureCloud.usgovvirginia', since: changeNumber + 1, lastGood: changeNumber }],
    });
  });

  it('says what is in at once, and what waits for the next file or a person', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    const swapped = newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list.slice(1), '33.250.0.0/24']));
    const put = await ok(['tags', 'put', folder.write('swapped.json', swapped)]);
    const said = put.out.replace(/\n +/g, ' ');
    expect(said).toContain('In at once: 256 addresses of 1 tag: AzureCloud.usgovvirginia (256)');
    expect(said).toMatch(/Waits: [\d,]+ addresses of 1 tag: AzureCloud\.usgovvirginia/);
    const { waits } = JSON.parse((await ok(['tags', 'get', '--json'])).out);
    expect(waits).toMatchObject([{ tag: 'AzureCloud.usgovvirginia', since: changeNumber + 1 }]);
  });

  it('takes a person’s word on the file in force later, by its number only', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    await ok(['tags', 'put', folder.write('halved.json', halved)]);
    expect(await refusal(['tags', 'accept', String(changeNumber)])).toContain(`${changeNumber + 1} is`);
    expect(await refusal(['tags', 'accept', 'all'])).toMatch(/^ERR_USAGE: "all" is not a change number/);
    const { out } = await ok(['tags', 'accept', String(changeNumber + 1), '--by', 'Grace']);
    expect(out.replace(/\n +/g, ' ')).toContain('is accepted by Grace: what it no longer has is gone (1 tag)');
    const now = JSON.parse((await ok(['tags', '--json'])).out);
    expect(now).toMatchObject({ frozen: [], waits: [], accepted: { by: 'Grace' } });
  });

  it('writes out what is in force, not what the newest file says', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    await ok(['tags', 'put', folder.write('halved.json', halved)]);
    await ok(['tags', 'get', '--out', 'copy.json']);
    const copy = JSON.parse(folder.files()['copy.json'] ?? '') as TagsFile;
    const home = (file: TagsFile) => file.values.find(({ name }) => name === 'AzureCloud.usgovvirginia');
    expect(home(copy)?.properties.addressPrefixes).toEqual(home(tags())?.properties.addressPrefixes);
    expect(copy.changeNumber).toBe(changeNumber + 1);
  });

  it('takes losses that a person accepts, under the person’s name', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    await ok(['tags', 'put', folder.write('halved.json', halved), '--accept', '--by', 'Grace'], {
      now: () => Date.parse('2026-03-02T08:00:00Z'),
    });
    const blobs = await stored();
    expect(JSON.parse(blobs['accepted-tags.json'] ?? '')).toEqual({
      changeNumber: changeNumber + 1,
      by: 'Grace',
      at: '2026-03-02T08:00:00.000Z',
    });
    expect(blobs[nextBlob]).toBe(JSON.stringify(halved));
    const { out } = await ok(['tags', 'get', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      blob: nextBlob,
      before: changeNumber,
      accepted: { by: 'Grace' },
      frozen: [],
    });
  });

  it('does not take what is dangerous, whoever accepts it', async () => {
    await withSite();
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    const wide = newer(setPrefixes('AzureCloud.usgovvirginia', () => ['0.0.0.0/0']));
    expect(await refusal(['tags', 'put', folder.write('wide.json', wide), '--accept'])).toContain('0.0.0.0/0');
  });

  it('tells which tags a failover would leave out, and puts the file all the same', async () => {
    await withSite();
    const without = newer((file) => {
      file.values = file.values.filter(({ name }) => name.toLowerCase() !== 'storage.usgovtexas');
    });
    const { err } = await ok(['tags', 'put', folder.write('without.json', without)]);
    expect(err.replace(/\n {2}/g, ' ')).toMatch(
      /A failover would leave out Storage\.usgovtexas: it is not in the file/i,
    );
    expect(Object.keys(await stored())).toContain(nextBlob);
  });

  it('takes a file while no sites are known yet', async () => {
    await ok(['tags', 'put', folder.write('tags.json', tags())]);
    expect(Object.keys(await stored())).toContain(blob);
  });
});

describe('where the storage is', () => {
  const settings = (value: string) => ({ IsEncrypted: false, Values: { AzureWebJobsStorage: value } });
  const sites = () => folder.write('sites.json', sitesFile(siteEntry()));

  it('is read from local.settings.json where the environment names none', async () => {
    folder.write('local.settings.json', settings(azurite.connectionString));
    expect((await ok(['sites', 'put', sites()], { env: {} })).out).toContain('(Storage: local.settings.json.)');
  });

  it('is that of npm start while it runs', async () => {
    mkdirSync(join(folder.path, '.tmp'));
    folder.write('.tmp/stage.json', { url: 'http://127.0.0.1:1', key: 'k', storage: azurite.connectionString });
    folder.write('local.settings.json', settings('UseDevelopmentStorage=true'));
    expect(
      (await ok(['sites', 'put', sites()], { env: {}, project: folder.path })).out.replaceAll('\n', ' '),
    ).toContain('(Storage: .tmp/stage.json.)');
  });

  it.each<[string, unknown, string]>([
    ['is nowhere', null, 'AzureWebJobsStorage__accountName where keys are off'],
    ['is in a broken file', '{', 'local.settings.json is not JSON'],
    ['is in a file without values', {}, 'local.settings.json has no Values'],
    ['is encrypted', { IsEncrypted: true, Values: {} }, 'local.settings.json is encrypted'],
    ['is no connection string', settings('hello'), 'AzureWebJobsStorage cannot be used'],
  ])('%s: that is said', async (_, content, message) => {
    if (content !== null) folder.write('local.settings.json', content);
    const { code, err } = await cli(['sites', 'get'], { env: {}, project: folder.path });
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it.each(['sites', 'tags', 'device-file', 'ledger', 'snapshot'])(
    'may have no keys, and the help says how it is named then: %s',
    async (name) => {
      expect((await ok([name, '--help'])).out).toContain('AzureWebJobsStorage__accountName');
    },
  );

  it('does not answer: that is said within seconds, without the key', async () => {
    const key = Buffer.from('secret of mine').toString('base64');
    const down = `DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=${key};BlobEndpoint=http://127.0.0.1:9/nobody;QueueEndpoint=http://127.0.0.1:9/nobody;TableEndpoint=http://127.0.0.1:9/nobody;`;
    const { code, err } = await cli(['sites', 'get'], { env: { AzureWebJobsStorage: down } });
    expect(code).toBe(1);
    expect(err).toMatch(/^ERR_STORAGE: /);
    expect(err).not.toContain(key);
  });
});

describe('ledger', () => {
  const fill = async () => {
    const { archive, sites } = await ports();
    for (const run of ['aaaa-1', 'aaaa-2', 'bbbb-3']) {
      await archive.append(
        ledgerBlob('rig-07', run),
        JSON.stringify({ at: '2026-03-01T10:00:00.000Z', event: 'run started', by: 'policy', title: run }),
      );
      await archive.append(
        ledgerBlob('rig-07', run),
        JSON.stringify({
          at: '2026-03-01T10:00:05.000Z',
          event: 'proof',
          ok: true,
          checks: [
            { ok: true, text: 'every wanted address is led to the firewall, and every one of them is allowed there' },
          ],
        }),
      );
    }
    const costs = { writes: 2, reads: 4, polls: 3, azureMs: 1, waitMs: 1, personMs: 1 };
    const past = {
      id: 'aaaa-2',
      digest: '',
      because: '',
      by: '',
      outcome: 'cloudReady',
      arrivedAt: '',
      startedAt: '',
      endedAt: '',
      ownOverheadMs: 1,
      costs,
      why: null,
    } as const;
    await sites.save({ ...newSite('rig-07'), lastRuns: [past] }, null);
  };

  it('prints the newest run in lines that fit', async () => {
    await fill();
    const { out } = await ok(['ledger', '--site', 'rig-07']);
    expect(out).toContain('Run aaaa-2 of site rig-07 (one of 3; --run chooses)');
    expect(out).toContain('2026-03-01 10:00:00  run started\n  by: policy\n  title: aaaa-2\n');
    expect(out).toContain('  checks:\n    - every wanted address');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints any run as JSON', async () => {
    await fill();
    const { out } = await ok(['ledger', '--site', 'rig-07', '--run', 'bbbb', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      site: 'rig-07',
      run: 'bbbb-3',
      runs: ['aaaa-1', 'aaaa-2', 'bbbb-3'],
      lines: [{ event: 'run started', title: 'bbbb-3' }, { event: 'proof' }],
    });
  });

  it.each([
    [['--site', 'rig-08'], 'There is no ledger of site "rig-08"'],
    [['--site', 'rig-07', '--run', 'cccc'], 'Site rig-07 has no run "cccc"'],
    [['--site', 'rig-07', '--run', 'aaaa'], 'Several runs of site rig-07 begin with "aaaa"'],
    [[], '--site is missing'],
  ])('refuses %j', async (words, message) => {
    await fill();
    expect((await cli(['ledger', ...words])).err).toContain(message);
  });
});

describe('in a process of its own', () => {
  it('ends by itself, with nothing but the file on standard output', async () => {
    const text = `${JSON.stringify(sitesFile(siteEntry()))}\n`;
    const env = { AzureWebJobsStorage: azurite.connectionString };
    expect(await spawnCli(['sites', 'put', folder.write('a.json', text), '--json'], folder.path, env)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await spawnCli(['sites', 'get'], folder.path, env)).toEqual({ code: 0, out: text, err: '' });
  });
});
