import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';

/** A life as one file that starts in a tenth of a second; `close` takes it away. */
export type Bundle = { readonly file: string; close(): void };

const wrapped = (source: string): string => `(function (require, module, exports) {${source}\n})`;

/** Runs the bundle as Node would, from the code that V8 has compiled before. */
const loader = `
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script, constants } = require('node:vm');
const source = readFileSync(join(__dirname, 'life.cjs'), 'utf8');
const script = new Script('(function (require, module, exports) {' + source + '\\n})', {
  filename: join(__dirname, 'life.cjs'),
  cachedData: readFileSync(join(__dirname, 'life.cache')),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const module_ = { exports: {} };
script.runInThisContext()(require, module_, module_.exports);
`;

/** Bundles `life.ts`, SDKs included: thousands of lives are begun, each with modules of its own. */
export const bundleLife = async (): Promise<Bundle> => {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const life = join(folder, 'life.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL('life.ts', import.meta.url))],
    outfile: life,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'error',
  });
  const script = new Script(wrapped(readFileSync(life, 'utf8')), { filename: life });
  writeFileSync(join(folder, 'life.cache'), script.createCachedData());
  const file = join(folder, 'start.cjs');
  writeFileSync(file, loader);
  return { file, close: () => rmSync(folder, { recursive: true, force: true }) };
};
