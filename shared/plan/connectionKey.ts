import type { Site } from '../base/site.ts';

const nameIn = (id: string): string => id.slice(id.lastIndexOf('/') + 1).toLowerCase();

/** The vault's address that the site gives for this very connection; ARM compares names without regard to case. */
const ownKey = ({ move }: Site, id: string): string | undefined =>
  Object.entries(move.sharedKeys).find(([name]) => name.toLowerCase() === nameIn(id))?.[1];

/** Where the key of a connection comes from: its own entry, or the one key of the site; undefined where neither is named. */
export const connectionKey = (site: Site, id: string): string | undefined => ownKey(site, id) ?? site.move.sharedKey;

/** Connections that would get one key although each may have its own: none, or at least two. */
export const sharingOneKey = (site: Site, ids: readonly string[]): readonly string[] => {
  const sharing = site.move.sharedKey === undefined ? [] : ids.filter((id) => ownKey(site, id) === undefined);
  return sharing.length > 1 ? sharing : [];
};
