import { AutomationError, asAutomationError } from '../base/errors.ts';
import { readSites, type Site } from '../base/site.ts';
import { checkCloud } from '../ranges/comparison.ts';
import { parseTagFile } from '../ranges/tagFile.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { ConfigStore } from './ports.ts';

export const sitesBlob = 'sites.json';
const lastGoodSitesBlob = 'last-good/sites.json';
export const tagsPrefix = 'service-tags/';
/** A person accepted this file's losses: nothing older is compared with it. */
export const acceptedTagsBlob = 'accepted-tags.json';

export type SitesInForce = {
  readonly sites: readonly Site[];
  /** The file they are of, as it was put, and its blob. */
  readonly text: string;
  readonly blob: string;
  /** What is wrong with the newest file, where the last good one is in force instead. */
  readonly trouble: string | null;
};

export type TagsInForce = {
  readonly tags: TagTable;
  readonly text: string;
  /** The newest older file that is valid; null where there is none or a person accepted the newest. */
  readonly lastGood: TagTable | null;
  readonly blob: string;
  /** Files that were passed over, and why. */
  readonly refused: readonly string[];
};

/**
 * Texts of the configuration by name. One listing tells which have changed; what has not is not read again. Every
 * message asks, and seldom has anything changed.
 */
const textsOf = (config: ConfigStore) => {
  const cache = new Map<string, { readonly version: string; readonly text: string | undefined }>();
  return async (): Promise<{
    readonly names: readonly { readonly name: string; readonly version: string }[];
    read(name: string): Promise<string | undefined>;
  }> => {
    const names = await config.list('');
    const versions = new Map(names.map(({ name, version }) => [name, version]));
    const read = async (name: string): Promise<string | undefined> => {
      const version = versions.get(name);
      if (version === undefined) return undefined;
      const known = cache.get(name);
      if (known?.version === version) return known.text;
      const text = await config.read(name);
      cache.set(name, { version, text });
      return text;
    };
    return { names, read };
  };
};

const readers = new WeakMap<ConfigStore, ReturnType<typeof textsOf>>();

const textsIn = (config: ConfigStore): ReturnType<ReturnType<typeof textsOf>> => {
  const reader = readers.get(config) ?? textsOf(config);
  readers.set(config, reader);
  return reader();
};

const parsedSites = (text: string, blob: string) => ({ sites: readSites(text, blob), text, blob });

/** The sites file, or the last good one where somebody broke it. Throws ERR_SITES_FILE where there is none at all. */
export const sitesInForce = async (config: ConfigStore): Promise<SitesInForce> => {
  const texts = await textsIn(config);
  const text = await texts.read(sitesBlob);
  const lastGood = await texts.read(lastGoodSitesBlob);
  if (text === undefined) {
    if (lastGood === undefined) {
      throw new AutomationError('ERR_SITES_FILE', 'There is no sites file yet.', {
        remedy: 'Put one: npm run cli -- sites put FILE',
      });
    }
    const trouble = `${sitesBlob} is gone; the last good file stays in force.`;
    return { ...parsedSites(lastGood, lastGoodSitesBlob), trouble };
  }
  let found: SitesInForce;
  try {
    found = { ...parsedSites(text, sitesBlob), trouble: null };
  } catch (error) {
    if (lastGood === undefined) throw error;
    const { message, remedy } = asAutomationError(error);
    const trouble = `${message} ${remedy} The last good file stays in force.`;
    return { ...parsedSites(lastGood, lastGoodSitesBlob), trouble };
  }
  // Outside the try: storage that fails is no fault of the file.
  if (text !== lastGood) await config.write(lastGoodSitesBlob, text);
  return found;
};

type Parsed = {
  readonly version: string;
  readonly table: TagTable | null;
  readonly text: string;
  readonly why: string | null;
};

/** Service tags as they stand in the configuration; a file is parsed once per version, since it may have 4 MB. */
export const tagReader = (config: ConfigStore) => {
  const cache = new Map<string, Parsed>();

  const parsed = async (name: string, version: string, read: () => Promise<string | undefined>): Promise<Parsed> => {
    const known = cache.get(name);
    if (known?.version === version) return known;
    const text = (await read()) ?? '';
    let entry: Parsed;
    try {
      entry = { version, table: parseTagFile(text, name), text, why: null };
    } catch (error) {
      entry = { version, table: null, text: '', why: asAutomationError(error).message };
    }
    cache.set(name, entry);
    return entry;
  };

  /** The change number a person accepted; nothing is waved through by a file that cannot be read. */
  const acceptedChange = (text: string | undefined, refused: string[]): number => {
    if (text === undefined) return -1;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && 'changeNumber' in value) return Number(value.changeNumber);
    } catch {
      // said below
    }
    refused.push(`${acceptedTagsBlob} is not a word of acceptance: put the file again with --accept, or delete it.`);
    return -1;
  };

  /** The newest valid file of this cloud. Throws ERR_TAGS_MISSING where there is none. */
  return async (cloud: Site['cloud']): Promise<TagsInForce> => {
    const refused: string[] = [];
    const good: { name: string; table: TagTable; text: string }[] = [];
    const texts = await textsIn(config);
    for (const { name, version } of texts.names.filter((blob) => blob.name.startsWith(tagsPrefix))) {
      const { table, text, why } = await parsed(name, version, () => config.read(name));
      if (table === null) refused.push(why ?? name);
      else if (table.cloud === cloud) good.push({ name, table, text });
    }
    good.sort((a, b) => b.table.changeNumber - a.table.changeNumber || (a.name < b.name ? 1 : -1));
    const [newest] = good;
    if (!newest) {
      throw new AutomationError('ERR_TAGS_MISSING', `No valid service tags of ${cloud} have been put.`, {
        remedy: `Put a file: npm run cli -- tags put ServiceTags_${cloud}_YYYYMMDD.json.${refused.length > 0 ? ` Refused: ${refused[0]}` : ''}`,
      });
    }
    checkCloud(newest.table, cloud);
    const accepted = acceptedChange(await texts.read(acceptedTagsBlob), refused) === newest.table.changeNumber;
    const older = good.find(({ table }) => table.changeNumber < newest.table.changeNumber);
    return {
      tags: newest.table,
      text: newest.text,
      lastGood: accepted ? null : (older?.table ?? null),
      blob: newest.name,
      refused,
    };
  };
};
