import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleApp } from '../build.ts';
import { readSettings } from '../shared/base/settings.ts';
import { startAzurite } from '../simulator/azurite.ts';
import { startHost } from '../simulator/host/host.ts';
import { commonAlert } from './eventsData.ts';

const run = promisify(execFile);
const project = new URL('../', import.meta.url);
const triggers = readdirSync(new URL('functions/', project))
  .map((name) => name.replace(/\.ts$/, ''))
  .sort();

/** Every package module notes that it ran, and nothing else changes. */
const marks: Plugin = {
  name: 'marks',
  setup: (bundler) => {
    bundler.onLoad({ filter: /node_modules[\\/]@(azure|azure-rest|typespec)[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: `(globalThis.ran ??= []).push(${JSON.stringify(path)});${readFileSync(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

/** Loads a bundle as the Functions worker does, in a process without any environment; prints what it registered. */
const loader = `
const Module = require('node:module');
const load = Module._load;
const names = [];
const core = {
  version: '4', hostVersion: '4.1042.0', Disposable: class {},
  setProgrammingModel() {}, getProgrammingModel() {}, log() {},
  registerFunction: ({ name }) => { names.push(name); return { dispose() {} }; },
  registerHook: () => ({ dispose() {} }),
};
Module._load = (id, ...rest) => (id === '@azure/functions-core' ? core : load(id, ...rest));
const env = { ...process.env };
const begun = performance.now();
require(process.argv[1]);
const ms = performance.now() - begun;
console.log(JSON.stringify({ names: names.sort(), ms, env, handles: process.getActiveResourcesInfo(), ran: globalThis.ran ?? [] }));
`;

type Loaded = {
  readonly names: readonly string[];
  readonly ms: number;
  readonly env: Record<string, string>;
  readonly handles: readonly string[];
  readonly ran: readonly string[];
};

const loadAlone = async (file: string): Promise<Loaded> => {
  const { stdout, stderr } = await run(process.execPath, ['-e', loader, file], { env: {}, timeout: 20_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Loaded;
};

describe('the bundle', () => {
  let folder: string;
  let bundle: string;
  let bytes: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    bundle = join(folder, 'app.cjs');
    ({ bytes } = await bundleApp({ outfile: bundle }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('registers every trigger in a process without any environment, opens nothing, and lets it end', async () => {
    const { names, ms, env, handles } = await loadAlone(bundle);
    expect(names).toEqual(triggers);
    expect(env).toEqual({});
    expect(handles.filter((name) => /TCP|TLS|Timeout|FSReq/.test(name))).toEqual([]);
    // Some 0.2 s on two cores; far above that, something runs at load that need not.
    expect(ms).toBeLessThan(3_000);
  });

  /** Packages that run while a bundle loads. */
  const ranAtLoad = async (functions?: string): Promise<readonly string[]> => {
    const marked = join(folder, 'marked.cjs');
    await bundleApp({ outfile: marked, plugins: [marks], ...(functions === undefined ? {} : { functions }) });
    const { ran } = await loadAlone(marked);
    return [...new Set(ran.map((path) => /node_modules[\\/](@[^\\/]+[\\/][^\\/]+)/.exec(path)?.[1] ?? path))].sort();
  };
  const library = ['@azure/functions', '@azure/functions-extensions-base'];

  it('runs none of the SDKs before a trigger asks for them', async () => {
    expect(await ranAtLoad()).toEqual(library);
  });

  it('would be seen to run an SDK at load if a trigger did', async () => {
    const greedy = fileURLToPath(new URL('fixtures/greedyapp', import.meta.url));
    expect(await ranAtLoad(greedy)).toEqual(expect.arrayContaining([...library, '@azure/storage-queue']));
  });

  it('is one file with a source map that names our sources', () => {
    const { sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as { sources: readonly string[] };
    expect(sources.filter((path) => /(^|\/)functions\/[a-zA-Z]+\.ts$/.test(path)).length).toBe(triggers.length);
    expect(readdirSync(folder).filter((name) => name.startsWith('app.'))).toEqual(['app.cjs', 'app.cjs.map']);
    expect(bytes).toBeLessThan(8 * 1024 * 1024);
  });

  it('starts in the host, takes an alert, and keeps it with the SDKs it brings along', async () => {
    const azurite = await startAzurite();
    const before = { ...process.env };
    Object.assign(process.env, { AzureWebJobsStorage: azurite.connectionString, ASEFO_LOG_LEVEL: 'error' });
    const host = await startHost({
      load: async () => createRequire(import.meta.url)(bundle),
      hostJson: new URL('host.json', project),
      storageConnectionString: azurite.connectionString,
      keys: { function: 'key', master: 'master' },
      settings: { ASEFO_SWEEP_SCHEDULE: '0 */15 * * * *' },
      runTimers: false,
    });
    try {
      expect(host.functions.map(({ name }) => name)).toEqual(triggers);
      const route = host.functions.find(({ name }) => name === 'serviceHealthWebhook')?.route;
      const answer = await fetch(`${host.url}/${route}?code=key`, {
        method: 'POST',
        body: JSON.stringify(commonAlert({})),
      });
      expect([answer.status, await answer.json()]).toEqual([202, expect.objectContaining({ accepted: 1 })]);
    } finally {
      await host.close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await azurite.close();
    }
  });
});

describe('building', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'functions-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const build = () => bundleApp({ outfile: join(folder, 'out.cjs'), functions: folder });

  it('refuses a folder without triggers', async () => {
    await expect(build()).rejects.toThrow('holds no .ts file');
  });

  it('refuses code of ours that would not run as CommonJS, naming its line', async () => {
    await writeFile(join(folder, 'one.ts'), '\nexport const here = import.meta.url;\n');
    await expect(build()).rejects.toThrow(/one\.ts:2 .*import\.meta/);
  });
});

describe('the sample of local settings', () => {
  it('is read without complaint and names every setting of the product, and no other', () => {
    const sample = JSON.parse(readFileSync(new URL('local.settings.sample.json', project), 'utf8')) as {
      Values: Record<string, string>;
    };
    const files = ['settings.ts', 'doorSettings.ts'];
    const source = files.map((file) => readFileSync(new URL(`shared/base/${file}`, project), 'utf8')).join('\n');
    const known = new Set(source.match(/\b(ASEFO_[A-Z_]+|AzureWebJobsStorage)\b/g));
    const names = Object.keys(sample.Values).filter((name) => name !== 'FUNCTIONS_WORKER_RUNTIME');
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    // The clock is a simulation's.
    const missing = [...known].filter((name) => !names.includes(name) && !name.startsWith('ASEFO_CLOCK_'));
    expect(missing).toEqual([]);
    expect(readSettings(sample.Values)).toMatchObject({ cloud: 'Public', storage: { kind: 'connectionString' } });
  });
});
