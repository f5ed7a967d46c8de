import { byCodeUnit } from '../base/canonical.ts';
import type { CloudName } from '../base/clouds.ts';
import { checkCloud } from './comparison.ts';
import { hearWord, inForce, type TagState } from './tagState.ts';
import { type Tag, TagTable } from './tagTable.ts';

/** The share of its addresses at which a tag is not believed any more, where nobody set another. */
export const defaultMostLost = 0.5;

/** One file of service tags, or one answer of the API. */
export type Edition = {
  readonly table: TagTable;
  /** False for the API's answer. */
  readonly whole: boolean;
  /** A person accepted what this change no longer has. */
  readonly accepted: boolean;
};

/** What the editions heard so far, each compared with those before it, let be in force. */
export type Witnessed = {
  readonly cloud: CloudName;
  /** The newest whole file; the API's answer where there was never a file. */
  readonly base: TagTable;
  readonly baseIsWhole: boolean;
  /** Change numbers of the newest file and the newest answer; null where there is none. */
  readonly file: number | null;
  readonly api: number | null;
  /** Of the newest file that a person accepted; null where none was. */
  readonly accepted: number | null;
  /** By lower-case name. */
  readonly tags: ReadonlyMap<string, TagState>;
};

const isNews = (before: Witnessed, { table, whole, accepted }: Edition): boolean => {
  const { changeNumber } = table;
  if (!whole) return changeNumber > (before.api ?? -1);
  if (accepted && changeNumber === before.file && before.accepted !== changeNumber) return true;
  return changeNumber > (before.file ?? -1);
};

const namesIn = (before: Witnessed | null, { table, whole }: Edition): Iterable<string> => {
  const names = new Set(table.tags.map((tag) => tag.name.toLowerCase()));
  if (whole) for (const name of before?.tags.keys() ?? []) names.add(name);
  return names;
};

/**
 * What is in force after one more edition: what it adds at once, what it takes away when the next one takes it away,
 * too; a tag that vanished or shrank not before a person says so (`hearWord`). An edition that is not newer than those
 * of its kind changes nothing, so neither order nor repetition matters. Throws ERR_TAG_CLOUD.
 */
export const witness = (before: Witnessed | null, edition: Edition, mostLost = defaultMostLost): Witnessed => {
  const { table, whole, accepted } = edition;
  if (before) checkCloud(table, before.cloud);
  if (before && !isNews(before, edition)) return before;
  const { changeNumber } = table;
  // The API lags by weeks: an answer older than the file is no word on it.
  if (before && !whole && changeNumber < (before.file ?? 0)) return { ...before, api: changeNumber };
  const tags = new Map(before?.tags);
  for (const name of namesIn(before, edition)) {
    const word = { tag: table.get(name), changeNumber, whole, accepted, mostLost };
    const state = hearWord(tags.get(name), word);
    if (state) tags.set(name, state);
    else tags.delete(name);
  }
  const isBase = whole || !before?.baseIsWhole;
  return {
    cloud: table.cloud,
    base: isBase ? table : before.base,
    baseIsWhole: whole || (before?.baseIsWhole ?? false),
    file: whole ? changeNumber : (before?.file ?? null),
    api: whole ? (before?.api ?? null) : changeNumber,
    accepted: whole && accepted ? changeNumber : (before?.accepted ?? null),
    tags,
  };
};

/** Oldest first; of one change the whole file before the API's answer. */
export const inOrder = (editions: readonly Edition[]): Edition[] =>
  [...editions].sort((a, b) => a.table.changeNumber - b.table.changeNumber || Number(b.whole) - Number(a.whole));

/** What all these editions let be in force, whatever order they come in; null where there are none. */
export const witnessAll = (editions: readonly Edition[], mostLost = defaultMostLost): Witnessed | null =>
  inOrder(editions).reduce<Witnessed | null>((before, edition) => witness(before, edition, mostLost), null);

const nameOf = (tag: Tag): string => tag.name.toLowerCase();

/** The table in force: the newest file itself where nothing is held and nothing was added to it. */
export const tableInForce = ({ cloud, base, file, api, tags }: Witnessed): TagTable => {
  const known = new Set(base.tags.map(nameOf));
  const others = [...tags.keys()].filter((name) => !known.has(name)).sort(byCodeUnit);
  const all = [...base.tags.map(nameOf), ...others].flatMap((name) => {
    const state = tags.get(name);
    return state ? [inForce(state)] : [];
  });
  const newest = Math.max(file ?? 0, api ?? 0);
  const same = all.length === base.tags.length && all.every((tag, index) => tag === base.tags[index]);
  if (same && newest === base.changeNumber) return base;
  return new TagTable(cloud, newest, all, new Map(all.map((tag) => [nameOf(tag), tag])));
};

/** The tags of a table that are held, by name. */
export const heldTags = (table: TagTable): readonly Tag[] =>
  table.tags.filter((tag) => tag.hold !== null).sort((a, b) => byCodeUnit(a.name, b.name));
