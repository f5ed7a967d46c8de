import { brief } from './base/brief.ts';
import { canonicalJson } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import { regionOfSide, type SideName, sideOf } from './base/side.ts';
import type { Site } from './base/site.ts';
import type { Snapshot } from './plan/snapshot.ts';
import { lossesOf } from './plan/snapshotLosses.ts';
import { onlyOwn, stands } from './plan/snapshotOwn.ts';
import type { AzureView, Ports } from './ports.ts';
import { readSnapshot, type SnapshotReader } from './readSnapshot.ts';
import type { SideSnapshots, SnapshotPointer } from './record/move.ts';
import type { Archive } from './record/ports.ts';
import { residenceOf } from './record/residence.ts';
import { verdict } from './record/snapshotVerdict.ts';
import { snapshotBlob, versionOf } from './record/snapshotVersions.ts';
import type { Session } from './session.ts';
import { tell } from './tell.ts';

/** Where snapshots are kept and told of; a visit has it all. */
export type Keeping = { readonly session: Session; readonly ports: Ports; readonly azure: AzureView };

const blobOf = ({ site, side, hash }: Snapshot): string => snapshotBlob(site, side, versionOf(hash));

/** A kept snapshot as of when it was last seen to be so; null where it is not in the archive, or cut short. */
export const keptSnapshot = async (
  archive: Pick<Archive, 'read'>,
  pointer: SnapshotPointer | null | undefined,
): Promise<Snapshot | null> => {
  const text = pointer ? await archive.read(pointer.blob) : undefined;
  if (!pointer || text === undefined) return null;
  try {
    return { ...(JSON.parse(text) as Snapshot), takenAt: pointer.at };
  } catch {
    return null;
  }
};

const readerOf = ({ resources, lists }: AzureView): SnapshotReader => ({ find: resources.find, list: lists.list });

const withSide = (work: Keeping, side: SideName, kept: SideSnapshots, toldNow: string | null): Promise<unknown> =>
  work.session.commit((state) => ({
    ...state,
    snapshots: { ...state.snapshots, [side]: kept },
    // What is over may begin anew, and is told anew then.
    told: state.told.filter((key) => !key.startsWith(`snapshot ${side} `) || key === toldNow),
  }));

/** A side where nothing stands: it was never built, or taken down. */
const forget = ({ session }: Keeping, side: SideName): Promise<unknown> =>
  session.commit((state) => {
    const { [side]: _, ...snapshots } = state.snapshots ?? {};
    return { ...state, snapshots, told: state.told.filter((key) => !key.startsWith(`snapshot ${side} `)) };
  });

/** Of a standby: what is the site's there, if anything is. */
const keepStandby = async (work: Keeping, configured: Site, snapshot: Snapshot): Promise<void> => {
  const own = onlyOwn(snapshot);
  if (stands(own)) return keep(work, configured, own, true);
  if (work.session.state().snapshots?.[own.side] !== undefined) await forget(work, own.side);
};

/** Keeps what was read; says once what is in doubt. */
const keep = async (work: Keeping, configured: Site, snapshot: Snapshot, standby: boolean): Promise<void> => {
  const { session, ports } = work;
  const { side } = snapshot;
  const before = session.state().snapshots?.[side];
  const good = await keptSnapshot(ports.archive, before?.good);
  const losses = lossesOf(good, snapshot, ports.namePrefix, standby);
  const pointer = { blob: blobOf(snapshot), hash: snapshot.hash, at: snapshot.takenAt };
  await ports.archive.keep(pointer.blob, canonicalJson(snapshot));
  const after = verdict(before, pointer, losses);
  if (after.doubtful === null) {
    await withSide(work, side, after, null);
    return;
  }
  const key = `snapshot ${side} ${losses.lost.join(' ').slice(0, 200)}`;
  const region = regionOfSide(configured, side).displayName;
  const kept = after.good === null ? 'There is no good one' : `The good one of ${after.good.at} is kept`;
  await tell(
    { ...work, site: configured },
    {
      kind: 'alarm',
      key,
      title: `Site ${configured.id}: what was read of ${region} lacks something`,
      text: [
        ...losses.lost,
        `${kept}; a move would be built from that. If it was meant to go: snapshot accept --site ${configured.id} --side ${side}.`,
      ].join('\n'),
      digest: null,
    },
  );
  await withSide(work, side, after, key);
};

/**
 * Reads one side of a site and keeps it: as the good snapshot, or beside it where something is missing. `configured` is
 * the site as the sites file has it. A side that cannot be read leaves everything as it is but for `trouble`.
 */
export const keepSnapshot = async (work: Keeping, configured: Site, side: SideName): Promise<void> => {
  const { session, ports, azure } = work;
  const now = ports.clock.now();
  try {
    const snapshot = await readSnapshot(sideOf(configured, side), side, readerOf(azure), now);
    const standby = side === 'target' && residenceOf(session.state()) === 'home';
    await (standby ? keepStandby(work, configured, snapshot) : keep(work, configured, snapshot, false));
  } catch (error) {
    const { code, message } = asAutomationError(error);
    if (!code.startsWith('ERR_AZURE')) throw error;
    ports.log.warn('no snapshot', { site: configured.id, side, code, message });
    const before = session.state().snapshots?.[side] ?? { good: null, doubtful: null };
    const trouble = { since: before.trouble?.since ?? iso(now), why: brief(message) };
    await session.commit((state) => ({ ...state, snapshots: { ...state.snapshots, [side]: { ...before, trouble } } }));
  }
};
