import { byCodeUnit } from '../base/canonical.ts';
import type { CloudName } from '../base/clouds.ts';
import { AutomationError } from '../base/errors.ts';
import { RangeSet } from './rangeSet.ts';
import type { TagTable } from './tagTable.ts';

/** What one tag gained and lost; a new tag gained everything, a vanished one lost everything. */
export type TagChange = { readonly tag: string; readonly added: RangeSet; readonly removed: RangeSet };

export type TagComparison = {
  /** Tags whose IPv4 addresses differ, sorted by name; new and vanished ones included. */
  readonly changes: readonly TagChange[];
  readonly newTags: readonly string[];
  readonly vanishedTags: readonly string[];
};

/** What `newer` says that `older` does not, tag by tag, in IPv4 addresses (a tag split differently is no change). */
export const compareTagFiles = (older: TagTable, newer: TagTable): TagComparison => {
  const names = new Map([...older.tags, ...newer.tags].map((tag) => [tag.name.toLowerCase(), tag.name]));
  const changes: TagChange[] = [];
  for (const name of [...names.values()].sort(byCodeUnit)) {
    const before = older.get(name)?.ipv4 ?? RangeSet.empty;
    const after = newer.get(name)?.ipv4 ?? RangeSet.empty;
    if (!before.equals(after)) {
      changes.push({ tag: name, added: after.subtract(before), removed: before.subtract(after) });
    }
  }
  const missingFrom = (table: TagTable, other: TagTable) =>
    other.tags
      .filter((tag) => !table.get(tag.name))
      .map((tag) => tag.name)
      .sort(byCodeUnit);
  return { changes, newTags: missingFrom(older, newer), vanishedTags: missingFrom(newer, older) };
};

/** Throws ERR_TAG_CLOUD where the table is of another cloud than the sites'. */
export const checkCloud = (table: TagTable, cloud: CloudName): void => {
  if (table.cloud === cloud) return;
  throw new AutomationError('ERR_TAG_CLOUD', `The service tags are of ${table.cloud}, the sites are in ${cloud}.`, {
    remedy: `Put the ServiceTags file of ${cloud}.`,
  });
};

/** Throws ERR_TAG_OLDER where the candidate is older than the last good table; the same change number is fine. */
export const checkNewer = (candidate: TagTable, lastGood: TagTable): void => {
  checkCloud(candidate, lastGood.cloud);
  if (candidate.changeNumber >= lastGood.changeNumber) return;
  throw new AutomationError(
    'ERR_TAG_OLDER',
    `The service tags have changeNumber ${candidate.changeNumber}, older than the last good ${lastGood.changeNumber}.`,
    { remedy: 'Put a newer file. To go back on purpose, withdraw the last good one first.' },
  );
};
