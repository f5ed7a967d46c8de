import { afterEach, beforeEach, expect } from 'vitest';
import type { Io } from '../cli/command.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import type { Ports } from '../shared/ports.ts';
import { buildPorts } from '../shared/wire.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { type Folder, newFolder, type Ran, run } from './cliRun.ts';

export type CliStorage = {
  readonly connectionString: () => string;
  readonly folder: () => Folder;
  readonly ports: () => Promise<Ports>;
  readonly cli: (words: readonly string[], world?: Partial<Io>) => Promise<Ran>;
  /** Exit 0. */
  readonly ok: (words: readonly string[], world?: Partial<Io>) => Promise<Ran>;
  /** Exit 1, nothing printed, nothing written; what it says. */
  readonly refusal: (words: readonly string[]) => Promise<string>;
  /** Every blob of the configuration with its text. */
  readonly stored: () => Promise<Record<string, string>>;
};

/** Commands over an empty storage and an empty folder, new for each test of the file. */
export const useStorage = (): CliStorage => {
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

  const env = () => ({ AzureWebJobsStorage: azurite.connectionString });
  const ports: CliStorage['ports'] = () => buildPorts(readSettings(env()), silentLog);
  const cli: CliStorage['cli'] = (words, world = {}) => run(words, { cwd: folder.path, env: env(), ...world });
  const stored: CliStorage['stored'] = async () => {
    const { config } = await ports();
    const names = (await config.list('')).map(({ name }) => name);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await config.read(name)) ?? ''])));
  };
  return {
    connectionString: () => azurite.connectionString,
    folder: () => folder,
    ports,
    cli,
    stored,
    ok: async (words, world) => {
      const ran = await cli(words, world);
      expect(ran.code, ran.err).toBe(0);
      return ran;
    },
    refusal: async (words) => {
      const before = await stored();
      const { code, out, err } = await cli(words);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(await stored()).toEqual(before);
      return err;
    },
  };
};
