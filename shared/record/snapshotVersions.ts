import type { SideName } from '../base/side.ts';
import type { SideSnapshots } from './move.ts';

/** A snapshot's version as people say it: the beginning of its hash. */
export const versionOf = (hash: string): string => hash.replace('sha256:', '').slice(0, 12);

export const snapshotBlob = (site: string, side: SideName, version: string): string =>
  `snapshots/${site}/${side}-${version}.json`;

/** One kept version of a side. */
export type SnapshotVersion = {
  readonly side: SideName;
  readonly version: string;
  readonly blob: string;
  /** A move is built from the good one; `doubtful` is newer and lacks something; any other can be gone back to. */
  readonly standing: 'good' | 'doubtful' | 'kept';
};

/** The versions that blobs hold, sorted by name; blobs of another form are left out. */
export const snapshotVersions = (
  blobs: readonly string[],
  snapshots: Partial<Record<SideName, SideSnapshots>> | undefined,
): readonly SnapshotVersion[] =>
  [...blobs].sort().flatMap((blob) => {
    const [, side, version] = /\/(home|target)-([0-9a-f]{12})\.json$/.exec(blob) ?? [];
    if ((side !== 'home' && side !== 'target') || version === undefined) return [];
    const { good, doubtful } = snapshots?.[side] ?? {};
    const standing = good?.blob === blob ? 'good' : doubtful?.blob === blob ? 'doubtful' : 'kept';
    return [{ side, version, blob, standing }];
  });
