import { z } from 'zod';
import type { ConfigStore } from './ports.ts';
import type { Word } from './state.ts';

const pauseBlob = 'pause.json';

const schema = z.object({
  paused: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
});

/** A file that nobody can read may have been meant as a pause: nothing is written until somebody says so. */
const unreadable: Word = {
  by: 'nobody known',
  at: new Date(0).toISOString(),
  reason: `${pauseBlob} cannot be read; "resume" for all sites writes it anew`,
  digest: null,
};

const wordIn = (text: string): Word | null => {
  try {
    const { paused } = schema.parse(JSON.parse(text));
    return paused && { ...paused, digest: null };
  } catch {
    return unreadable;
  }
};

/** Who paused every site, and why; null while nobody has. Throws ERR_STORAGE. */
export const globalPauseIn = async (config: Pick<ConfigStore, 'read'>): Promise<Word | null> => {
  const text = await config.read(pauseBlob);
  return text === undefined ? null : wordIn(text);
};

export const setGlobalPause = (config: Pick<ConfigStore, 'write'>, word: Word | null): Promise<void> => {
  const paused = word && { by: word.by, at: word.at, reason: word.reason };
  return config.write(pauseBlob, `${JSON.stringify({ paused })}\n`);
};
