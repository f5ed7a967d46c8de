import { canonicalJson } from './base/canonical.ts';
import { type Keeping, keptSnapshot } from './keepSnapshot.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { stands } from './plan/snapshotOwn.ts';
import { without } from './plan/snapshotWithout.ts';
import type { SideSnapshots } from './record/move.ts';
import { snapshotBlob, versionOf } from './record/snapshotVersions.ts';

const leftOf = async (
  { ports }: Pick<Keeping, 'ports'>,
  { site, from, steps }: MovePlan,
  { good }: SideSnapshots,
): Promise<SideSnapshots | null> => {
  const snapshot = await keptSnapshot(ports.archive, good);
  if (snapshot === null || good === null) return null;
  const deleted = steps.filter(({ kind }) => kind === 'delete').map(({ resource }) => resource);
  const left = without(snapshot, deleted);
  if (!stands(left)) return null;
  if (left.hash === snapshot.hash) return { good, doubtful: null };
  const blob = snapshotBlob(site, from, versionOf(left.hash));
  await ports.archive.keep(blob, canonicalJson(left));
  return { good: { blob, hash: left.hash, at: good.at }, doubtful: null };
};

/** What a teardown took away is in no snapshot any more: the next move must not count on finding it. */
export const forgetRemoved = async (work: Pick<Keeping, 'session' | 'ports'>, plan: MovePlan): Promise<void> => {
  const kept = work.session.state().snapshots?.[plan.from];
  if (kept === undefined) return;
  const left = await leftOf(work, plan, kept);
  await work.session.commit((state) => {
    const { [plan.from]: _, ...others } = state.snapshots ?? {};
    return {
      ...state,
      snapshots: left === null ? others : { ...others, [plan.from]: left },
      told: state.told.filter((key) => !key.startsWith(`snapshot ${plan.from} `)),
    };
  });
};
