import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Message, type Plugin } from 'esbuild';
import { sitesJsonSchema } from './shared/base/site.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

export type BundleOptions = {
  /** Where the bundle goes, such as `dist/app.cjs`; its source map goes beside it. */
  readonly outfile: string;
  /** The folder whose every `.ts` file is a trigger; the project's `functions/` by default. */
  readonly functions?: string;
  readonly plugins?: readonly Plugin[];
};

/**
 * A warning (`import.meta` in CommonJS, a `require` that is not bundled) is a fault that shows only when its line is
 * reached, in an outage perhaps. In packages they stand in branches that Node does not take; in our own code they stop the build.
 */
const refuseOwn = (warnings: readonly Message[]): void => {
  const own = warnings.filter(({ location }) => !location?.file.includes('node_modules/'));
  if (own.length === 0) return;
  const lines = own.map(({ text, location }) => `${location?.file ?? 'the bundle'}:${location?.line ?? 0} ${text}`);
  throw new Error(`The bundle would not run as the sources do:\n${lines.join('\n')}`);
};

/**
 * All triggers as one CommonJS file: a cold start reads one file instead of some 1,500, and CommonJS loads faster than
 * the same as ES modules. The SDKs stay behind their dynamic import, in the same file but not run at load. Resolves to
 * the names of the triggers and the size in bytes. Rejects where esbuild finds an error.
 */
export const bundleApp = async (
  options: BundleOptions,
): Promise<{ readonly triggers: readonly string[]; readonly bytes: number }> => {
  const folder = options.functions ?? fileURLToPath(new URL('functions', import.meta.url));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  if (files.length === 0) throw new Error(`There is nothing to bundle: ${folder} holds no .ts file.`);
  const { warnings } = await build({
    stdin: {
      contents: files.map((name) => `import ${JSON.stringify(`./${name}`)};`).join('\n'),
      resolveDir: folder,
      sourcefile: 'app.ts',
      loader: 'ts',
    },
    absWorkingDir: root,
    outfile: options.outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    sourcemap: 'external',
    legalComments: 'eof',
    // The Functions worker answers `require` for it; there is no such package.
    external: ['@azure/functions-core'],
    logLevel: 'silent',
    plugins: [...(options.plugins ?? [])],
  });
  refuseOwn(warnings);
  return { triggers: files.map((name) => name.replace(/\.ts$/, '')), bytes: statSync(options.outfile).size };
};

/** Writes docs/sites.schema.json, what an editor checks a sites file against, formatted like everything else here. */
const writeSchema = (): void => {
  const path = fileURLToPath(new URL('docs/sites.schema.json', import.meta.url));
  writeFileSync(path, JSON.stringify(sitesJsonSchema()));
  execFileSync(process.execPath, [
    fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome')),
    'format',
    '--write',
    path,
  ]);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { schema: { type: 'boolean', default: false } } });
  if (values.schema) {
    writeSchema();
    process.stdout.write('docs/sites.schema.json\n');
    return;
  }
  const { triggers, bytes } = await bundleApp({ outfile: fileURLToPath(new URL('dist/app.cjs', import.meta.url)) });
  process.stdout.write(
    `dist/app.cjs: ${triggers.length} triggers, ${Math.round(bytes / 1_024)} KiB (${triggers.join(', ')})\n`,
  );
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
