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

const textOf = (word: Word | null): string => {
  const paused = word && { by: word.by, at: word.at, reason: word.reason };
  return `${JSON.stringify({ paused })}\n`;
};

/** The newest pause stands, whatever was there. */
export const setGlobalPause = async (config: Pick<ConfigStore, 'change'>, word: Word): Promise<void> => {
  await config.change(pauseBlob, () => textOf(word));
};

const isSame = (a: Word | null, b: Word | null): boolean => a?.by === b?.by && a?.at === b?.at;

/**
 * Takes back the pause that was seen, and no other: who paused meanwhile knows something that the other did not. The
 * pause that stands after it; null: none.
 */
export const liftGlobalPause = async (config: Pick<ConfigStore, 'change'>, seen: Word | null): Promise<Word | null> => {
  const text = await config.change(pauseBlob, (now) => {
    const standing = now === undefined ? null : wordIn(now);
    return standing !== null && isSame(standing, seen) ? textOf(null) : null;
  });
  return text === undefined ? null : wordIn(text);
};
