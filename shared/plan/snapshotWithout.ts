import type { Snapshot } from './snapshot.ts';
import { hashOfResources } from './snapshotHash.ts';

/** The snapshot once these ids are deleted, each with all that is inside it. */
export const without = (snapshot: Snapshot, ids: readonly string[]): Snapshot => {
  const gone = ids.map((id) => id.toLowerCase());
  const resources = snapshot.resources.filter(({ id }) => {
    const key = id.toLowerCase();
    return !gone.some((one) => key === one || key.startsWith(`${one}/`));
  });
  return { ...snapshot, resources, hash: hashOfResources(resources) };
};
