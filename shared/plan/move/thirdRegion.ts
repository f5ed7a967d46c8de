import { byNumber } from '../../base/counted.ts';
import type { Site } from '../../base/site.ts';
import type { TagTable } from '../../ranges/tagTable.ts';
import { listed } from '../../scope/sentences.ts';
import type { MovePlanInput } from './moveInput.ts';

/**
 * Services fail over to `failoverRegion`, whatever `move.targetRegion` is. These of them would have no route there: the
 * table of the target has the target's ranges, and `globalTags`. Tags, as the file spells them; none where the two
 * regions are one.
 */
export const leftOutInTarget = (site: Site, services: readonly string[], tags: TagTable): string[] => {
  if (site.target.region.name === site.failover.name) return [];
  const global = new Set(site.globalTags.map((tag) => tag.toLowerCase()));
  return services
    .map((service) => tags.regional(service, site.failover)?.name ?? `${service}.${site.failover.name}`)
    .filter((tag) => !global.has(tag.toLowerCase()));
};

/** What a move to a third region means for services that fail over elsewhere, and what to do about it. */
export const thirdRegionNotes = ({ site, to, tags }: Pick<MovePlanInput, 'site' | 'to' | 'tags'>): string[] => {
  const without = to === 'target' ? leftOutInTarget(site, site.services, tags) : [];
  if (without.length === 0) return [];
  const [there, failover] = [site.target.region.displayName, site.failover.displayName];
  return [
    `Services of site ${site.id} fail over to ${failover}, and its table in ${there} has no ranges of theirs: what is in ${failover} by then is reached outside of the tunnel. To have ${byNumber(without.length, 'its tag', 'their tags')} in the tunnel on both sides, add to globalTags: ${listed(without)}.`,
  ];
};
