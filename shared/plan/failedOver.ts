import type { Site } from '../base/site.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import type { Route } from './observed.ts';
import { isOurs } from './ownership.ts';
import { reachOf } from './reach.ts';

/**
 * The services whose failover ranges our routes already lead to an appliance, read off a table alone. For planning
 * offline, where nothing else says what is in place; a service whose ranges are all home ranges cannot be told.
 */
export const failedOverIn = (site: Site, routes: readonly Route[], tags: TagTable, namePrefix: string): string[] => {
  const ours = routes.filter((route) => isOurs(route.name, namePrefix));
  if (ours.length === 0) return [];
  const home = tags.regional('AzureCloud', site.home)?.ipv4 ?? RangeSet.empty;
  const hops = [...reachOf(ours, tags)].filter(([hop]) => hop.startsWith('virtualappliance'));
  const reached = RangeSet.unionOf(hops.map(([, set]) => set));
  return site.services.filter((service) => {
    const beyondHome = tags.regional(service, site.failover)?.ipv4.subtract(home) ?? RangeSet.empty;
    return !beyondHome.isEmpty && reached.covers(beyondHome);
  });
};
