import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ledgerBlob } from '../shared/record/progress.ts';
import { newSite } from '../shared/record/state.ts';
import { siteEntry, sitesFile, tagsWith } from './cliPlanData.ts';
import { spawnCli } from './cliRun.ts';
import { useStorage } from './cliStorage.ts';

const { cli, connectionString, folder, ok, ports, refusal, stored } = useStorage();

describe('sites put and get', () => {
  it('puts a file as it is and gives it back', async () => {
    const text = `${JSON.stringify(sitesFile(siteEntry()), null, 3)}\n`;
    const put = await ok(['sites', 'put', folder().write('mine.json', text)]);
    expect(put.out).toBe('mine.json is in force: 1 site; new: rig-07. (Storage: the environment.)\n');
    expect(put.err).toContain('There are no service tags of AzureGovernment yet');
    expect((await stored())['sites.json']).toBe(text);
    expect(await ok(['sites', 'get'])).toMatchObject({ out: text, err: '' });
  });

  it('says what comes, changes and goes, and what stays behind in Azure', async () => {
    await ok([
      'tags',
      'put',
      folder().write(
        'tags.json',
        tagsWith(() => {}),
      ),
    ]);
    const other = (id: string) => siteEntry({ id }, {}, { routeTable: id });
    await ok(['sites', 'put', folder().write('a.json', sitesFile(other('a'), other('b'), other('c')))]);
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
    const { out, err } = await ok(['sites', 'put', folder().write('b.json', sitesFile(changed, other('d'))), '--json']);
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
    const words = ['sites', 'put', folder().write('a.json', sitesFile(siteEntry()))];
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
    await ok(['sites', 'put', folder().write('good.json', sitesFile(siteEntry()))]);
    expect(await refusal(['sites', 'put', folder().write('bad.json', content)])).toContain(message);
  });

  it('gives the last good file where somebody broke the one in storage, and puts a new one over it', async () => {
    const good = JSON.stringify(sitesFile(siteEntry()));
    await ok(['sites', 'put', folder().write('good.json', good)]);
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
    await ok(['sites', 'put', folder().write('good.json', sitesFile(siteEntry()))]);
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

describe('where the storage is', () => {
  const settings = (value: string) => ({ IsEncrypted: false, Values: { AzureWebJobsStorage: value } });
  const sites = () => folder().write('sites.json', sitesFile(siteEntry()));

  it('is read from local.settings.json where the environment names none', async () => {
    folder().write('local.settings.json', settings(connectionString()));
    expect((await ok(['sites', 'put', sites()], { env: {} })).out).toContain('(Storage: local.settings.json.)');
  });

  it('is that of npm start while it runs', async () => {
    mkdirSync(join(folder().path, '.tmp'));
    folder().write('.tmp/stage.json', { url: 'http://127.0.0.1:1', key: 'k', storage: connectionString() });
    folder().write('local.settings.json', settings('UseDevelopmentStorage=true'));
    expect(
      (await ok(['sites', 'put', sites()], { env: {}, project: folder().path })).out.replaceAll('\n', ' '),
    ).toContain('(Storage: .tmp/stage.json.)');
  });

  it.each<[string, unknown, string]>([
    ['is nowhere', null, 'AzureWebJobsStorage__accountName where keys are off'],
    ['is in a broken file', '{', 'local.settings.json is not JSON'],
    ['is in a file without values', {}, 'local.settings.json has no Values'],
    ['is encrypted', { IsEncrypted: true, Values: {} }, 'local.settings.json is encrypted'],
    ['is no connection string', settings('hello'), 'AzureWebJobsStorage cannot be used'],
  ])('%s: that is said', async (_, content, message) => {
    if (content !== null) folder().write('local.settings.json', content);
    const { code, err } = await cli(['sites', 'get'], { env: {}, project: folder().path });
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
    const env = { AzureWebJobsStorage: connectionString() };
    expect(
      await spawnCli(['sites', 'put', folder().write('a.json', text), '--json'], folder().path, env),
    ).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await spawnCli(['sites', 'get'], folder().path, env)).toEqual({ code: 0, out: text, err: '' });
  });
});
