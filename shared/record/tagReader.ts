import type { CloudName } from '../base/clouds.ts';
import { AutomationError, asAutomationError } from '../base/errors.ts';
import { parseTagFile } from '../ranges/tagFile.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import { defaultMostLost, type Edition, type Witnessed, witness } from '../ranges/witness.ts';
import { acceptancesIn, acceptedTagsBlob } from './acceptance.ts';
import { checkpointText, type Remembered, readCheckpoint, type SeenBlob } from './checkpoint.ts';
import { textsIn } from './configTexts.ts';
import type { ConfigStore } from './ports.ts';
import { checkpointBlob, kindOfBlob } from './tagBlobs.ts';
import { type TagsInForce, tagsInForceOf } from './tagsInForce.ts';

type Listed = { readonly name: string; readonly version: string; readonly at: string | null };
type Parsed = { readonly table: TagTable; readonly text: string };
type Read = { readonly seen: SeenBlob; readonly parsed: Parsed | null };

/** So many tables are kept while all files are read anew; beyond that a file is read twice rather than all at once. */
const tablesAtOnce = 6;

/** One look at a configuration: its blobs of tags, what was accepted, and what a blob holds. */
const lookInto = (config: ConfigStore, cloud: CloudName, listed: readonly Listed[], accepted: ReadonlySet<number>) => {
  const tables = new Map<string, Parsed>();

  const read = async ({ name, version }: Listed): Promise<Read> => {
    try {
      const text = (await config.read(name)) ?? '';
      const table = parseTagFile(text, name);
      if (table.cloud !== cloud) return { seen: { version, changeNumber: null, why: null }, parsed: null };
      return { seen: { version, changeNumber: table.changeNumber, why: null }, parsed: { table, text } };
    } catch (error) {
      const failure = asAutomationError(error);
      if (failure.code === 'ERR_STORAGE') throw failure;
      return { seen: { version, changeNumber: null, why: failure.message }, parsed: null };
    }
  };

  const parsedOf = async (blob: Listed): Promise<Parsed | null> => tables.get(blob.name) ?? (await read(blob)).parsed;

  /** What became of blobs that nobody looked at before. */
  const see = async (blobs: readonly Listed[]): Promise<Map<string, SeenBlob>> => {
    const found = new Map<string, SeenBlob>();
    for (const blob of blobs) {
      const { seen, parsed } = await read(blob);
      found.set(blob.name, seen);
      if (parsed && tables.size < tablesAtOnce) tables.set(blob.name, parsed);
    }
    return found;
  };

  const editionOf = (table: TagTable, name: string): Edition => {
    const whole = kindOfBlob(name) !== 'api';
    return { table, whole, accepted: whole && accepted.has(table.changeNumber) };
  };

  return { listed, see, parsedOf, editionOf };
};

type Sight = ReturnType<typeof lookInto>;

/** With the text of the base file: a device is given a file of the same form. */
type Memory = Remembered & { readonly text: string };

/** What was remembered, where the file it was made of is still there; null where all must be read anew. */
const recall = async (text: string | undefined, cloud: CloudName, sight: Sight): Promise<Memory | null> => {
  const checkpoint = readCheckpoint(text, cloud);
  if (!checkpoint) return null;
  const { baseBlob, baseVersion } = checkpoint;
  const blob = sight.listed.find(({ name, version }) => name === baseBlob && version === baseVersion);
  if (!blob) return null;
  const base = await sight.parsedOf(blob);
  if (base === null) return null;
  try {
    return { ...checkpoint.restore(base.table), text: base.text };
  } catch {
    return null; // somebody broke it; the files say it all again
  }
};

/** Oldest change first, the file before the API's answer; of several files of one change the first by name. */
const bySequence = (fresh: ReadonlyMap<string, SeenBlob>): string[] => {
  const rows = [...fresh].flatMap(([name, { changeNumber }]) =>
    changeNumber === null ? [] : [{ name, changeNumber }],
  );
  const rank = (name: string): number => (kindOfBlob(name) === 'api' ? 1 : 0);
  return rows
    .sort((a, b) => a.changeNumber - b.changeNumber || rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
};

const hearAll = async (
  before: Memory | null,
  fresh: ReadonlyMap<string, SeenBlob>,
  sight: Sight,
  mostLost: number,
): Promise<Omit<Memory, 'seen'> | null> => {
  let witnessed: Witnessed | null = before?.witnessed ?? null;
  let { baseBlob, text } = before ?? { baseBlob: '', text: '' };
  for (const name of bySequence(fresh)) {
    const blob = sight.listed.find((one) => one.name === name);
    const parsed = blob && (await sight.parsedOf(blob));
    if (!parsed) continue;
    witnessed = witness(witnessed, sight.editionOf(parsed.table, name), mostLost);
    if (witnessed.base === parsed.table) [baseBlob, text] = [name, parsed.text];
  }
  if (witnessed === null) return null;
  // A person may accept a file long after it came.
  if (witnessed.baseIsWhole) witnessed = witness(witnessed, sight.editionOf(witnessed.base, baseBlob), mostLost);
  return { witnessed, baseBlob, text };
};

const missing = (cloud: CloudName, refused: readonly string[]): AutomationError =>
  new AutomationError('ERR_TAGS_MISSING', `No valid service tags of ${cloud} have been put.`, {
    remedy: `Put a file: npm run cli -- tags put ServiceTags_${cloud}_YYYYMMDD.json.${refused.length > 0 ? ` Refused: ${refused[0]}` : ''}`,
  });

export type ReaderOptions = {
  /** See `witness`. */
  readonly mostLost?: number | undefined;
  /** Whether a checkpoint may be written; false for who only looks. */
  readonly keeps?: boolean;
};

/**
 * Service tags as they stand in the configuration. Each change is compared with those before it (`witness`); what came
 * of that is kept in a checkpoint, so that a start reads one file. The checkpoint is a memory, not a source: without it
 * the files that are there are compared anew. Two workers at once write the same.
 */
export const tagReader = (config: ConfigStore, { mostLost = defaultMostLost, keeps = true }: ReaderOptions = {}) => {
  const known = new Map<CloudName, { signature: string; remembered: Memory; found: TagsInForce }>();
  const none = new Map<CloudName, { signature: string; error: AutomationError }>();

  /** Throws ERR_TAGS_MISSING where no valid file of this cloud is there. */
  return async (cloud: CloudName): Promise<TagsInForce> => {
    const texts = await textsIn(config);
    const listed = texts.names.filter(({ name }) => kindOfBlob(name) !== null);
    const acceptedText = await texts.read(acceptedTagsBlob);
    const signature = JSON.stringify([listed.map(({ name, version }) => [name, version]), acceptedText]);
    const last = known.get(cloud);
    if (last?.signature === signature) return last.found;
    const without = none.get(cloud);
    if (without?.signature === signature) throw without.error;

    const { list, trouble } = acceptancesIn(acceptedText);
    const sight = lookInto(config, cloud, listed, new Set(list.map(({ changeNumber }) => changeNumber)));
    const isThere = ({ seen, baseBlob }: Remembered): boolean =>
      listed.some(({ name, version }) => name === baseBlob && version === seen.get(name)?.version);
    const mine = last && isThere(last.remembered) ? last.remembered : null;
    const stored = await config.read(checkpointBlob(cloud));
    const before = mine ?? (await recall(stored, cloud, sight));

    const isKnown = ({ name, version }: Listed): boolean => before?.seen.get(name)?.version === version;
    const fresh = await sight.see(listed.filter((blob) => !isKnown(blob)));
    const heard = await hearAll(before, fresh, sight, mostLost);
    const seen = new Map(
      listed.flatMap(({ name }) => {
        const blob = fresh.get(name) ?? before?.seen.get(name);
        return blob ? [[name, blob] as const] : [];
      }),
    );
    if (heard === null) {
      const error = missing(cloud, [...[...seen.values()].flatMap(({ why }) => why ?? []), ...trouble]);
      none.set(cloud, { signature, error });
      throw error;
    }
    const remembered = { ...heard, seen };
    const checkpoint = checkpointText(remembered);
    if (keeps && checkpoint !== stored) await config.write(checkpointBlob(cloud), checkpoint);
    const found = tagsInForceOf(remembered, remembered.text, listed, trouble);
    known.set(cloud, { signature, remembered, found });
    return found;
  };
};
