import { isObject, type JsonObject } from './base/canonical.ts';
import { AutomationError } from './base/errors.ts';
import type { SideName } from './base/side.ts';
import type { Site } from './base/site.ts';
import { siteTag } from './plan/move/moveTags.ts';
import { roleOfId } from './plan/move/resourceIds.ts';
import type { SnapshotResource } from './plan/snapshot.ts';
import type { Ports } from './ports.ts';
import { readSnapshot } from './readSnapshot.ts';

/** A side as it stands now, for whoever takes it down. */
export type Standing = {
  readonly resources: readonly SnapshotResource[];
  /** Ids of all there is in its resource group; null where nobody could tell. */
  readonly contents: readonly string[] | null;
};

const carriesTag = ({ tags }: JsonObject, site: string): boolean => isObject(tags) && tags[siteTag] === site;

/** null where nobody could tell. */
const listed = async (there: Site, ports: Ports): Promise<readonly JsonObject[] | null> => {
  try {
    return await ports.lists.list(`${there.ids.resourceGroup}/resources`);
  } catch (error) {
    if (error instanceof AutomationError && error.code.startsWith('ERR_AZURE')) return null;
    throw error;
  }
};

/**
 * What the side's resources refer to, and what else carries the site's tag: a public address whose gateway was never
 * created is referred to by nothing. `planned`: ids that a move was about to create; ARM's list may not have them yet.
 * Throws ERR_AZURE_*.
 */
export const whatStands = async (
  there: Site,
  side: SideName,
  planned: readonly string[],
  ports: Ports,
): Promise<Standing> => {
  const { resources: reader, lists, clock } = ports;
  const { resources } = await readSnapshot(there, side, { find: reader.find, list: lists.list }, clock.now());
  const known = new Set(resources.map(({ id }) => id.toLowerCase()));
  const group = resources.some(({ role }) => role === 'resourceGroup');
  const items = group ? await listed(there, ports) : [];
  const tagged = (items ?? []).filter((item) => carriesTag(item, there.id)).map(({ id }) => String(id));
  const more = new Map([...planned, ...tagged].map((id) => [id.toLowerCase(), id]));
  const alone = await Promise.all(
    [...more].map(async ([key, id]): Promise<readonly SnapshotResource[]> => {
      const role = roleOfId(id);
      const body = role === null || known.has(key) ? null : await reader.find(id);
      return role !== null && body !== null && carriesTag(body, there.id) ? [{ id, role, body }] : [];
    }),
  );
  return {
    resources: [...resources, ...alone.flat()],
    contents: items === null ? null : items.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])),
  };
};
