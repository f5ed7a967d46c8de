import type { CloudName } from '../base/clouds.ts';
import type { TagSource } from '../ranges/tagSource.ts';

/** Whole files: what operators put, and what was downloaded. */
export const tagsPrefix = 'service-tags/';
/** Answers of the Service Tags API, one a change. */
export const apiTagsPrefix = 'service-tags-api/';
const downloadPrefix = `${tagsPrefix}download-`;

const padded = (changeNumber: number): string => String(changeNumber).padStart(6, '0');

const prefixes: Readonly<Record<TagSource['kind'], string>> = {
  file: tagsPrefix,
  download: downloadPrefix,
  api: apiTagsPrefix,
};

/** Where one change of a cloud's tags is kept. */
export const tagBlob = (kind: TagSource['kind'], cloud: CloudName, changeNumber: number): string =>
  `${prefixes[kind]}${cloud}-${padded(changeNumber)}.json`;

/** By its name; null for a blob that holds no service tags. */
export const kindOfBlob = (name: string): TagSource['kind'] | null => {
  if (name.startsWith(apiTagsPrefix)) return 'api';
  if (name.startsWith(downloadPrefix)) return 'download';
  return name.startsWith(tagsPrefix) ? 'file' : null;
};

/** What the files up to now let be in force, so that a start need not read them all. */
export const checkpointBlob = (cloud: CloudName): string => `tag-witness/${cloud}.json`;

/** When the API and the download were asked last, and what they said. */
export const askedBlob = (cloud: CloudName): string => `tag-sources/${cloud}.json`;
