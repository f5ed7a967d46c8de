import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/hostapp/${name}`, import.meta.url));

describe('the host in a process of its own', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostapp-'));
    await build({
      entryPoints: [fixture('main.ts')],
      outfile: join(folder, 'app.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@azure/functions-core'],
      logLevel: 'error',
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['the TypeScript sources', () => fixture('main.ts')],
    ['a CommonJS bundle with its own copy of the library', () => join(folder, 'app.cjs')],
  ])('runs %s under node, twice, and lets the process end', async (_, file) => {
    const { stdout, stderr } = await run(process.execPath, [fixture('runInNode.ts'), file()], { timeout: 15_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      functions: expect.arrayContaining(['atStart', 'hello', 'onEvent', 'onMessage']),
      hello: { params: { name: 'Ada' } },
      timer: 'succeeded',
    });
  });
});
