import { join } from 'node:path';
import { isObject } from '../shared/base/canonical.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings, type Settings } from '../shared/base/settings.ts';
import type { Ports } from '../shared/ports.ts';
import { buildPorts } from '../shared/wire.ts';
import type { Io } from './command.ts';
import { parseJson, readTextFileIfThere } from './files.ts';
import { misused } from './options.ts';
import { readStageFile, stageFileName } from './stageFile.ts';

/** The product's own storage, and what said where it is. */
export type Store = {
  readonly ports: Pick<Ports, 'config' | 'archive' | 'sites'>;
  readonly cloud: Settings['cloud'];
  readonly tagSettings: Settings['tags'];
  readonly from: string;
  /** PEM of the CA that Azure's answers are signed by, where it is the simulated one of `npm start`. */
  readonly ca?: string | undefined;
};

/** For the help of a command that opens it: where it looks for the storage. */
export const storeUsage = [
  '',
  'The storage is that of AzureWebJobsStorage in the environment, else of',
  'npm start, else of local.settings.json. An account whose keys are off:',
  'AzureWebJobsStorage__accountName and ASEFO_CLOUD, and az login.',
];

type Values = Readonly<Record<string, string | undefined>>;
type Source = Pick<Store, 'from' | 'ca'> & { readonly values: Values };

const localName = 'local.settings.json';

const readLocalSettings = async (folder: string): Promise<Values | undefined> => {
  const path = join(folder, localName);
  const text = await readTextFileIfThere(path);
  if (text === undefined) return undefined;
  const file = parseJson(text, path, `the form of ${localName.replace('.json', '.sample.json')}`);
  const values = isObject(file) ? file['Values'] : undefined;
  if (!isObject(values)) throw misused(`${path} has no Values.`, `Write it as local.settings.sample.json shows.`);
  if (isObject(file) && file['IsEncrypted'] === true) {
    throw misused(`${path} is encrypted.`, 'Decrypt it (func settings decrypt), or set AzureWebJobsStorage.');
  }
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
};

const knowsStorage = (values: Values): boolean =>
  Object.entries(values).some(
    ([name, value]) => name.startsWith('AzureWebJobsStorage') && value !== undefined && value.trim() !== '',
  );

/** Of those that name a storage account the first one: two of them mixed would be a third that nobody meant. */
const settingsFrom = async (io: Io): Promise<Source> => {
  if (knowsStorage(io.env)) return { values: io.env, from: 'the environment' };
  const stage = await readStageFile(io);
  if (stage?.storage)
    return { values: { ...io.env, AzureWebJobsStorage: stage.storage }, from: stageFileName, ca: stage.ca };
  const local = (await readLocalSettings(io.cwd)) ?? (await readLocalSettings(io.project));
  return local && knowsStorage(local)
    ? { values: { ...local, ...io.env }, from: localName }
    : { values: io.env, from: 'nowhere' };
};

const readThem = (values: Values): Settings => {
  try {
    return readSettings(values);
  } catch (error) {
    if (knowsStorage(values) || !(error instanceof AutomationError)) throw error;
    throw misused(
      'No storage account is named.',
      `Set AzureWebJobsStorage, or AzureWebJobsStorage__accountName where keys are off, in the environment or in ${localName}, or start one here: npm start.`,
      error,
    );
  }
};

/** Opens the storage that the environment names, else `npm start`, else local.settings.json. Throws ERR_USAGE, ERR_SETTING. */
export const openStore = async (io: Io): Promise<Store> => {
  const { values, from, ca } = await settingsFrom(io);
  const settings = readThem(values);
  return { ports: await buildPorts(settings, silentLog), cloud: settings.cloud, tagSettings: settings.tags, from, ca };
};
