import { join } from 'node:path';
import { isObject } from '../shared/base/canonical.ts';
import type { Io } from './command.ts';
import { parseJson, readTextFileIfThere } from './files.ts';
import { misused } from './options.ts';

/** Where the functions of `npm start` are reached; the file is there while it runs. */
export type StageFile = {
  readonly url: string | undefined;
  readonly key: string | undefined;
  /** Opens the Event Grid webhook. */
  readonly systemKey: string | undefined;
  /** Connection string of its storage. */
  readonly storage: string | undefined;
  /** PEM of the CA of its simulated Azure, where VPN profiles lie. */
  readonly ca: string | undefined;
};

export const stageFileName = '.tmp/stage.json';

/** What `npm start` left for us; null where it does not run. */
export const readStageFile = async (io: Io): Promise<StageFile | null> => {
  const path = join(io.project, stageFileName);
  const text = await readTextFileIfThere(path);
  if (text === undefined) return null;
  const value = parseJson(text, path, 'it up: stop and start npm start again');
  if (!isObject(value)) throw misused(`${path} holds no object.`, 'Stop and start npm start again.');
  const member = (name: string): string | undefined => {
    const found = value[name];
    return typeof found === 'string' ? found : undefined;
  };
  return {
    url: member('url'),
    key: member('key'),
    systemKey: member('systemKey'),
    storage: member('storage'),
    ca: member('ca'),
  };
};
