import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { breachesOf, triggersOf, triggerTrouble } from './support/house.ts';
import { importsOf } from './support/sourceImports.ts';
import { tokensOf } from './support/sourceTokens.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What .gitignore leaves out, as far as it is plain names. */
const ignored = new Set([
  '.git',
  ...read('.gitignore')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, '')),
]);
const isIgnored = (name: string): boolean => ignored.has(name) || name.endsWith('.log');

const entries = readdirSync(root, { withFileTypes: true }).filter(({ name }) => !isIgnored(name));
const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll('\\', '/'), entry.name))
    .filter((path) => !path.split('/').some(isIgnored));
const files = entries.flatMap((entry) => (entry.isDirectory() ? filesUnder(entry.name) : [entry.name]));
const sources = files.filter((path) => path.endsWith('.ts'));

describe('the house as it stands', () => {
  it('imports go left: every source keeps the rule of its room', () => {
    expect(sources.filter((path) => path.startsWith('shared/')).length).toBeGreaterThan(50);
    expect(sources.flatMap((path) => breachesOf(path, read(path)))).toEqual([]);
  });

  it('has the top-level entries it is meant to have, and no others', () => {
    const fixed = [
      'functions',
      'shared',
      'test',
      'host.json',
      'local.settings.sample.json',
      'package.json',
      'tsconfig.json',
    ];
    const added = ['simulator', 'cli', 'infra', 'docs', 'bench', '.ci', 'README.md', 'CHANGELOG.md', 'LICENSE'];
    const tools = [
      'package-lock.json',
      'biome.json',
      'vitest.config.ts',
      'build.ts',
      '.gitignore',
      '.funcignore',
      '.npmrc',
    ];
    const names = entries.map(({ name }) => name);
    expect(names.filter((name) => ![...fixed, ...added, ...tools].includes(name))).toEqual([]);
    expect(fixed.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('has no file of more than 500 lines that people write', () => {
    const written = files.filter((path) => /\.(ts|md|bicep)$/.test(path));
    const long = written.filter((path) => read(path).trimEnd().split('\n').length > 500);
    expect(long).toEqual([]);
  });

  it('has one trigger in each file of functions, named as the file, and nothing else there', () => {
    const triggers = files.filter((path) => path.startsWith('functions/'));
    expect(triggers.filter((path) => !/^functions\/[a-zA-Z]+\.ts$/.test(path))).toEqual([]);
    expect(triggers.flatMap((path) => triggerTrouble(path, read(path)) ?? [])).toEqual([]);
  });
});

describe('the import rule', () => {
  const room = (path: string, target: string) => breachesOf(path, `import { x } from '${target}';`);

  it.each([
    ['shared/plan/plan.ts', '../apply/applyStep.ts', 'Move the code to shared/apply/'],
    ['shared/events/signal.ts', '../scope/fact.ts', 'Move the code to shared/scope/'],
    ['shared/base/site.ts', '../ranges/prefix.ts', 'Move the code to shared/ranges/'],
    ['shared/record/view.ts', '../azure/index.ts', 'Declare the port it needs in shared/record/'],
    ['shared/record/view.ts', '../look.ts', 'Move what it needs to shared/record/'],
    ['shared/azure/index.ts', '../wire.ts', 'Move what it needs to shared/azure/'],
    ['shared/reconcile.ts', './azure/index.ts', 'Ask shared/wire.ts for a port'],
    ['shared/reconcile.ts', './wire.ts', 'Take the ports as an argument'],
    ['shared/reconcile.ts', '../cli/main.ts', 'Move what is needed'],
    ['functions/statusPage.ts', '../shared/plan/plan.ts', 'move the code to shared/'],
    ['functions/statusPage.ts', '../shared/azure/index.ts', 'Ask shared/wire.ts for a port'],
    ['functions/statusPage.ts', '../simulator/clock.ts', 'move the code to shared/'],
    ['cli/main.ts', '../shared/azure/index.ts', 'Ask shared/wire.ts for a port'],
    ['cli/main.ts', '../simulator/arm/server.ts', 'Move what is needed'],
    ['simulator/arm/server.ts', '../../shared/base/errors.ts', 'must not know the product'],
    ['simulator/clock.ts', '../functions/driftTimer.ts', 'must not know the product'],
    ['simulator/stage/stage.ts', '../../shared/plan/plan.ts', 'must not know the product'],
    ['build.ts', './shared/plan/plan.ts', 'Move what is needed'],
    ['shared/base/site.ts', '../../../elsewhere/x.ts', 'outside the project'],
  ])('%s may not import %s', (path, target, advice) => {
    expect(room(path, target)).toEqual([expect.stringContaining(advice)]);
    expect(room(path, target)[0]).toContain(`${path}:1 imports`);
  });

  it.each([
    ['shared/plan/plan.ts', '../ranges/rangeSet.ts'],
    ['shared/plan/plan.ts', './budget.ts'],
    ['shared/azure/index.ts', '../record/ports.ts'],
    ['shared/reconcile.ts', './record/state.ts'],
    ['shared/reconcile.ts', './look.ts'],
    ['shared/wire.ts', './azure/index.ts'],
    ['shared/wire.ts', './ports.ts'],
    ['functions/statusPage.ts', '../shared/record/page.ts'],
    ['functions/statusPage.ts', '../shared/wire.ts'],
    ['functions/driftTimer.ts', '../shared/sweep.ts'],
    ['cli/plan.ts', '../shared/plan/makePlan.ts'],
    ['cli/main.ts', './options.ts'],
    ['simulator/arm/server.ts', '../clock.ts'],
    ['simulator/start.ts', '../shared/wire.ts'],
    ['simulator/stage/stage.ts', '../../functions/driftTimer.ts'],
    ['simulator/demo.ts', '../cli/main.ts'],
    ['bench/main.ts', '../shared/ranges/tagFile.ts'],
    ['test/a.test.ts', '../shared/azure/index.ts'],
    ['build.ts', './shared/base/site.ts'],
    ['shared/reconcile.ts', 'zod'],
    ['shared/base/canonical.ts', 'node:crypto'],
    ['shared/ranges/tagTable.ts', 'node:crypto'],
    ['simulator/demo/watch.ts', '../../shared/record/view.ts'],
  ])('%s may import %s', (path, target) => expect(room(path, target)).toEqual([]));

  it.each([
    ['a type', "import type { X } from '../azure/index.ts';"],
    ['an inline type', "import { type X } from '../azure/index.ts';"],
    ['a re-export', "export { x } from '../azure/index.ts';"],
    ['a re-export of all', "export * from '../azure/index.ts';"],
    ['a side effect', "import '../azure/index.ts';"],
    ['a dynamic import', "const x = await import('../azure/index.ts');"],
    ['a dynamic import in a template', `const x = \`\${(await import('../azure/index.ts')).x}\`;`],
    ['the type of an import', "type X = typeof import('../azure/index.ts');"],
    ['a require', "const x = require('../azure/index.ts');"],
    ['several lines', "import {\n  x, // from 'nowhere'\n  y,\n} from '../azure/index.ts';"],
    ['double quotes', 'import { x } from "../azure/index.ts";'],
    ['no white space', "import{x}from'../azure/index.ts'"],
    ['after a regular expression with a quote', "const q = /['\"`]/;\nimport { x } from '../azure/index.ts';"],
    ['after a division', "const q = (1 + 2) / 3 / 4;\nimport { x } from '../azure/index.ts';"],
  ])('sees %s', (_, source) => {
    expect(breachesOf('shared/record/view.ts', source)).toEqual([
      expect.stringContaining('imports shared/azure/index.ts'),
    ]);
  });

  it.each([
    ['a line comment', "// import { x } from '../azure/index.ts';"],
    ['a block comment', "/* import { x } from '../azure/index.ts'; */"],
    ['a string', `const s = "import { x } from '../azure/index.ts';";`],
    ['a template', "const s = `import { x } from '../azure/index.ts';`;"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source code to be read
    ['a nested template', "const s = `${`a ${1} b`} from '../azure/index.ts'`;"],
    ['a regular expression', "const s = /import '..\\/azure'/;"],
    ['a method called from', "Array.from('../azure/index.ts'); x.import('../azure/index.ts');"],
  ])('is not misled by %s', (_, source) => expect(breachesOf('shared/record/view.ts', source)).toEqual([]));

  it.each([
    ['shared/record/view.ts', '@azure/arm-network', 'Only shared/azure/ knows an SDK'],
    ['cli/main.ts', '@azure/identity', 'Only shared/azure/ knows an SDK'],
    ['functions/manualRun.ts', '@azure/storage-queue', 'behind a port in shared/azure/'],
    ['shared/plan/plan.ts', 'node:fs', 'shared/plan/ decides and touches nothing'],
    ['shared/scope/decide.ts', 'node:timers/promises', 'shared/scope/ decides and touches nothing'],
  ])('%s may not use the package %s', (path, target, advice) => {
    expect(room(path, target)).toEqual([expect.stringContaining(advice)]);
  });

  it.each([
    ['shared/azure/arm.ts', '@azure/arm-network'],
    ['functions/eventGridEvent.ts', '@azure/eventgrid'],
    ['functions/manualRun.ts', '@azure/functions'],
    ['simulator/host/host.ts', '@azure/functions'],
    ['test/a.test.ts', '@azure/data-tables'],
  ])('%s may use the package %s', (path, target) => expect(room(path, target)).toEqual([]));

  it.each([
    ['const t = Date.now();', 'Date.now'],
    ['const t = new Date();', 'newDate()'],
    ['const n = Math.random();', 'Math.random'],
    ['console.log(1);', 'console.'],
    ['const e = process.env;', 'process.'],
    ['setTimeout(f, 1);', 'setTimeout('],
    ['const r = fetch(url);', 'fetch('],
    ["import { randomUUID } from 'node:crypto';", 'randomUUID'],
    ['names.sort((a, b) => a.localeCompare(b));', 'localeCompare'],
    ["const x = await import('node:fs');", 'node:fs'],
  ])('a pure room may not say %s', (source, name) => {
    expect(breachesOf('shared/plan/plan.ts', source)).toEqual([expect.stringContaining(name)]);
  });

  it.each([
    'const d = new Date(text);',
    "const s = 'Date.now()';",
    '// Math.random()',
    'const p = run.process.id;',
    'const t = Date.parse(x);',
  ])('a pure room may say %s', (source) => expect(breachesOf('shared/plan/plan.ts', source)).toEqual([]));

  it('lets a stage name the forms of the product, and run nothing of it but the wire', () => {
    const types = "import type { Plan } from '../../shared/plan/plan.ts';";
    expect(breachesOf('simulator/demo/watch.ts', types)).toEqual([]);
    expect(breachesOf('simulator/arm/server.ts', types)).toHaveLength(1);
    expect(breachesOf('simulator/demo/watch.ts', types.replace('import type', 'import'))).toHaveLength(1);
  });

  it('refuses a path that is only known at run time where the rule could not be read', () => {
    expect(breachesOf('shared/reconcile.ts', 'await import(name);')).toEqual([
      expect.stringContaining('only known at run time'),
    ]);
    expect(breachesOf('simulator/stage/stage.ts', 'await import(name);')).toEqual([]);
  });
});

describe('one trigger in a file', () => {
  const http = "import { app } from '@azure/functions';\napp.http('statusPage', { handler });";
  it.each([
    ['functions/statusPage.ts', http, undefined],
    ['functions/other.ts', http, 'the triggers statusPage'],
    ['functions/statusPage.ts', `${http}\napp.timer('statusPage2', {});`, 'the triggers statusPage, statusPage2'],
    ['functions/statusPage.ts', "// app.http('statusPage', {});", 'no trigger'],
  ])('%s', (path, source, trouble) => {
    if (trouble === undefined) expect(triggerTrouble(path, source)).toBeUndefined();
    else expect(triggerTrouble(path, source)).toContain(trouble);
  });

  it('reads the names of every kind of trigger', () => {
    expect(
      triggersOf("app.storageQueue('a', {}); app.eventGrid('b', {}); app.timer('c', {}); app.hook.appStart(f);"),
    ).toEqual(['a', 'b', 'c']);
  });
});

describe('reading sources', () => {
  it.each(["const s = 'abc", 'const s = `abc', '/* abc', 'const r = /abc'])(
    'refuses what it cannot read to its end: %s',
    (source) => {
      expect(() => tokensOf(source)).toThrow('never ends');
    },
  );

  it('tells imports of types from imports of values', () => {
    const source =
      "import type { A } from 'a'; import { type B, type C } from 'b'; import { type D, e } from 'c'; import type from 'd'; import f, { type G } from 'e';";
    expect(importsOf(source).map(({ typeOnly }) => typeOnly)).toEqual([true, true, false, false, false]);
  });

  it('finds every import that esbuild finds, in every source of the project', async () => {
    const found = new Map<string, Set<string>>();
    const relative = (path: string) => path.slice(root.length).replaceAll('\\', '/');
    await build({
      entryPoints: sources,
      absWorkingDir: root,
      bundle: true,
      write: false,
      outdir: 'dist',
      format: 'esm',
      logLevel: 'silent',
      plugins: [
        {
          name: 'collect',
          setup: (bundler) => {
            bundler.onResolve({ filter: /.*/ }, ({ kind, path, importer }) => {
              if (kind === 'entry-point') return undefined;
              const of = found.get(relative(importer)) ?? new Set();
              found.set(relative(importer), of.add(path));
              return { path, external: true };
            });
          },
        },
      ],
    });
    const missed = [...found].flatMap(([path, targets]) => {
      const ours = new Set(importsOf(read(path)).map(({ target }) => target));
      return [...targets].filter((target) => !ours.has(target)).map((target) => `${path}: ${target}`);
    });
    expect(missed).toEqual([]);
    expect(found.size).toBeGreaterThan(50);
  });
});
