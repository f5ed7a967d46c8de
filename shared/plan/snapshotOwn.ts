import { isObject } from '../base/canonical.ts';
import { siteTag } from './move/moveTags.ts';
import type { Role, Snapshot, SnapshotResource } from './snapshot.ts';
import { hashOfResources } from './snapshotHash.ts';

const isTagged = ({ body }: SnapshotResource, site: string): boolean =>
  isObject(body['tags']) &&
  Object.entries(body['tags']).some(([name, value]) => name.toLowerCase() === siteTag && value === site);

/** A rule collection group has no tags: it goes with its policy. */
const parentOf = ({ id, role }: SnapshotResource): string | null =>
  role === 'ruleCollectionGroup' ? id.split('/').slice(0, -2).join('/').toLowerCase() : null;

/**
 * The target as it was built for the site: without what stands there and has not the site's tag. A site that lives at
 * home owns nothing there by name alone, and a stranger's resource must never be taken for one to keep.
 */
export const onlyOwn = (snapshot: Snapshot): Snapshot => {
  const own = new Set(
    snapshot.resources.filter((one) => isTagged(one, snapshot.site)).map(({ id }) => id.toLowerCase()),
  );
  const resources = snapshot.resources.filter((one) => own.has(one.id.toLowerCase()) || own.has(parentOf(one) ?? ''));
  return { ...snapshot, resources, hash: hashOfResources(resources) };
};

const built: readonly Role[] = ['virtualNetwork', 'firewall', 'gateway'];

/** Is there anything of a landing zone? A resource group or a table alone is none. */
export const stands = ({ resources, unread = [] }: Snapshot): boolean =>
  [...resources, ...unread].some(({ role }) => built.includes(role));
