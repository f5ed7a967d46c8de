import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io } from '../cli/command.ts';
import { runCli } from '../cli/run.ts';
import { plain } from '../cli/text.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export const projectFolder = fileURLToPath(new URL('../', import.meta.url));

/** A folder of its own for a test's files. */
export type Folder = {
  readonly path: string;
  /** Writes a file and returns its name: a text as it is, anything else as JSON. */
  write(name: string, content: unknown): string;
  /** Every file with its content. */
  files(): Readonly<Record<string, string>>;
  remove(): void;
};

export const newFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'asefo-cli-'));
  const files = () => {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      names.map((name) => [name, statSync(join(path, name)).isFile() ? readFileSync(join(path, name), 'utf8') : '']),
    );
  };
  return {
    path,
    files,
    write: (name, content) => {
      writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
      return name;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};

/** Runs a command line in this process, in a world that the test makes. */
export const run = async (argv: readonly string[], world: Partial<Io> = {}): Promise<Ran> => {
  const said = { out: '', err: '' };
  const io: Io = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env: {},
    cwd: tmpdir(),
    project: tmpdir(),
    width: 80,
    paint: plain,
    user: 'ada',
    now: () => Date.parse('2026-03-01T12:00:00Z'),
    ...world,
  };
  const code = await runCli(argv, io);
  return { code, ...said };
};

/** Runs a program as a person or a script does, and gives what it printed. */
export const spawnRun = (
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
  });

/** `node cli/main.ts ...` in a process of its own. */
export const spawnCli = (argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  spawnRun(process.execPath, [join(projectFolder, 'cli', 'main.ts'), ...argv], cwd, env);
