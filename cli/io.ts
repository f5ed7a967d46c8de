import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import type { Io } from './command.ts';

const nameOfUser = (env: Io['env']): string => {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? env['USERNAME'] ?? 'somebody'; // a container may run us under a number without a name
  }
};

/** npm starts us in the project's folder, and says where the person is: paths are meant from there. */
const startedIn = (env: Io['env']): string =>
  env['npm_lifecycle_event'] === 'cli' && env['INIT_CWD'] ? env['INIT_CWD'] : process.cwd();

const widthOf = (env: Io['env']): number => {
  const columns = process.stdout.columns ?? Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns >= 40 ? Math.min(columns, 120) : 80;
};

const ask = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
};

/** The real world of a command. Colours only where standard output is a terminal and NO_COLOR is not set. */
export const processIo = (): Io => {
  const { env } = process;
  const colours = process.stdout.isTTY === true && !env['NO_COLOR'];
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env,
    cwd: startedIn(env),
    project: fileURLToPath(new URL('../', import.meta.url)),
    width: widthOf(env),
    paint: (format, text) => (colours ? styleText(format, text, { stream: process.stdout }) : text),
    user: nameOfUser(env),
    ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
    now: () => Date.now(),
  };
};
