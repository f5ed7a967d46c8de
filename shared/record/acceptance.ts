import { isObject } from '../base/canonical.ts';
import type { ConfigStore } from './ports.ts';

/** A person accepted what these changes no longer have: what they lack is really gone. */
export const acceptedTagsBlob = 'accepted-tags.json';

export type Acceptance = { readonly changeNumber: number; readonly by: string; readonly at: string };

const read = (value: unknown): Acceptance[] => {
  if (!isObject(value) || !Number.isSafeInteger(value['changeNumber'])) throw new Error('no change number');
  const { changeNumber, by, at, earlier } = value;
  const before = Array.isArray(earlier) ? earlier.flatMap((one) => read({ ...one, earlier: undefined })) : [];
  return [{ changeNumber: Number(changeNumber), by: String(by), at: String(at) }, ...before];
};

/** Newest first; nothing is waved through by a file that cannot be read, and `trouble` says so. */
export const acceptancesIn = (
  text: string | undefined,
): { readonly list: Acceptance[]; readonly trouble: string[] } => {
  if (text === undefined) return { list: [], trouble: [] };
  try {
    return { list: read(JSON.parse(text)), trouble: [] };
  } catch {
    const remedy = 'accept the change again (tags accept CHANGE), or delete it';
    return { list: [], trouble: [`${acceptedTagsBlob} is not a word of acceptance: ${remedy}.`] };
  }
};

const mostKept = 100;

/** Writes down a person's acceptance; those before it stay, since what is in force may be worked out anew. */
export const addAcceptance = async (config: Pick<ConfigStore, 'change'>, word: Acceptance): Promise<void> => {
  await config.change(acceptedTagsBlob, (text) => {
    const { list } = acceptancesIn(text);
    const earlier = list.filter(({ changeNumber }) => changeNumber !== word.changeNumber).slice(0, mostKept);
    return `${JSON.stringify(earlier.length > 0 ? { ...word, earlier } : word)}\n`;
  });
};
