import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AutomationError } from '../shared/base/errors.ts';
import type { Io } from './command.ts';
import { misused } from './options.ts';

/** Larger files are refused: the largest real one, the public service tags, has about 4 MB. */
const largestFile = 64 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
};

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/** The text of a file a person named, without a byte order mark. Throws ERR_USAGE naming it. */
export const readTextFile = async (path: string, io: Pick<Io, 'cwd'>): Promise<string> => {
  const file = resolve(io.cwd, path);
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > largestFile) throw new Error(`it has ${size} bytes, more than ${largestFile}`);
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw misused(`${path} cannot be read: ${reasonOf(cause)}.`, 'Check the path.', cause);
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
};

/** As `readTextFile`; undefined where the file is not there. */
export const readTextFileIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readTextFile(path, { cwd: '/' });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** The JSON value of a text; `what` says what the file should hold. Throws ERR_USAGE naming the file. */
export const parseJson = (text: string, path: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw misused(`${path} is not JSON: ${(cause as Error).message}.`, `Give ${what}.`, cause);
  }
};

/** Runs `work` so that an error says in which file it happened. */
export const within = async <T>(path: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AutomationError) || error.message.includes(path)) throw error;
    const { code, message, remedy, retry } = error;
    throw new AutomationError(code, `${path}: ${message}`, { remedy, retry, cause: error });
  }
};
