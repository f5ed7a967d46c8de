import { counted } from '../base/counted.ts';
import type { TagSource } from '../ranges/tagSource.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import { tableInForce, type Witnessed } from '../ranges/witness.ts';
import type { Remembered } from './checkpoint.ts';
import { kindOfBlob } from './tagBlobs.ts';
import { textInForce } from './tagText.ts';

/** Service tags as they are in force, where they come from, and what they were made of. */
export type TagsInForce = {
  readonly tags: TagTable;
  /** A file of that content, in the form that files have. */
  text(): string;
  /** The newest of each kind that there is; the one that is used most first. */
  readonly sources: readonly TagSource[];
  /** The blob of the newest file. */
  readonly blob: string;
  /** Change number of the file before the newest; null where there is none. */
  readonly before: number | null;
  /** Files that were passed over, and why. */
  readonly refused: readonly string[];
  readonly witnessed: Witnessed;
};

type Listed = { readonly name: string; readonly at: string | null };

const numbersOf = ({ seen }: Remembered, isWhole: boolean): [name: string, changeNumber: number][] =>
  [...seen].flatMap(([name, { changeNumber }]) =>
    changeNumber !== null && (kindOfBlob(name) !== 'api') === isWhole ? [[name, changeNumber]] : [],
  );

const whyApi = ({ file, api }: Witnessed): { used: boolean; why: string } => {
  if (file === null) return { used: true, why: 'there is no file' };
  const newer = (api ?? 0) - file;
  if (newer > 0) return { used: true, why: `it is ${counted(newer, 'change')} newer than the file` };
  if (newer === 0) return { used: true, why: 'beside the file of the same change' };
  return { used: false, why: `it is ${counted(-newer, 'change')} older than the file` };
};

const whyFile = ({ file, api }: Witnessed): string =>
  (api ?? 0) > (file ?? 0)
    ? 'for the tags that the API does not list, and all that it has not added or taken away'
    : 'it is the newest valid file';

const sourcesOf = (remembered: Remembered, listed: readonly Listed[]): TagSource[] => {
  const { witnessed, baseBlob } = remembered;
  const { api, baseIsWhole, file } = witnessed;
  const at = (name: string) => listed.find((blob) => blob.name === name)?.at ?? null;
  const sources: TagSource[] = [];
  if (baseIsWhole && file !== null) {
    const kind = kindOfBlob(baseBlob) ?? 'file';
    sources.push({ kind, name: baseBlob, changeNumber: file, at: at(baseBlob), used: true, why: whyFile(witnessed) });
  }
  const [answer] = numbersOf(remembered, false).find(([, changeNumber]) => changeNumber === api) ?? [];
  if (answer !== undefined && api !== null) {
    sources.push({ kind: 'api', name: answer, changeNumber: api, at: at(answer), ...whyApi(witnessed) });
  }
  return sources;
};

const beforeOf = (remembered: Remembered): number | null => {
  const { file } = remembered.witnessed;
  const older = numbersOf(remembered, true).flatMap(([, changeNumber]) =>
    file !== null && changeNumber < file ? [changeNumber] : [],
  );
  return older.length > 0 ? Math.max(...older) : null;
};

/** What is remembered, as everyone else wants it; `listed` says which blobs there still are, and since when. */
export const tagsInForceOf = (
  remembered: Remembered,
  baseText: string,
  listed: readonly Listed[],
  trouble: readonly string[],
): TagsInForce => {
  const { witnessed, baseBlob, seen } = remembered;
  const tags = tableInForce(witnessed);
  return {
    tags,
    text: () => textInForce(baseText, witnessed.base, tags),
    sources: sourcesOf(remembered, listed),
    blob: baseBlob,
    before: beforeOf(remembered),
    refused: [...[...seen.values()].flatMap(({ why }) => why ?? []), ...trouble],
    witnessed,
  };
};
