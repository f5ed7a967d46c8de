import type { Losses } from '../plan/snapshotLosses.ts';
import type { SideSnapshots, SnapshotPointer } from './move.ts';

const none: SideSnapshots = { good: null, doubtful: null };

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);

/**
 * What becomes of a side's snapshots when it was read again.
 *
 * | what was read lacks                  | seen so before | then                                           |
 * | ------------------------------------ | -------------- | ---------------------------------------------- |
 * | nothing                              | any            | it is the good one                             |
 * | VNet, gateway, firewall, route table | any            | doubtful; only a person may make it good       |
 * | what Azure would not show            | any            | the same, unless there is no good one to lose  |
 * | something else                       | no             | doubtful, beside the good one                  |
 * | something else                       | the same       | it is the good one: it was meant               |
 */
export const verdict = (kept: SideSnapshots | undefined, pointer: SnapshotPointer, losses: Losses): SideSnapshots => {
  const { good, doubtful } = kept ?? none;
  if (losses.lost.length === 0) return { good: pointer, doubtful: null };
  const witnessed = doubtful !== null && same(doubtful.lost, losses.lost);
  const mayBecomeGood = !losses.essential && (!losses.unseen || good === null);
  if (witnessed && mayBecomeGood) return { good: pointer, doubtful: null };
  return { good, doubtful: { ...pointer, lost: losses.lost } };
};

/** A person says that what is missing was meant to go. Unchanged where nothing is in doubt. */
export const acceptDoubtful = (kept: SideSnapshots): SideSnapshots => {
  if (kept.doubtful === null) return kept;
  const { lost: _, ...pointer } = kept.doubtful;
  return { ...kept, good: pointer, doubtful: null };
};

/** When a side was last read, good or not; null where it never was. */
export const lastReadAt = (kept: SideSnapshots | undefined): string | null => {
  const { good, doubtful } = kept ?? none;
  return doubtful?.at ?? good?.at ?? null;
};
