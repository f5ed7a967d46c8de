import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import { type DiscoveredLimit, limitInUsages } from './plan/routeLimit.ts';
import type { AzureView } from './ports.ts';

/**
 * Asks Azure how many routes a table of the site's region may hold. Never throws: a region that does not answer must
 * not keep a site from being planned, so what it last said stands, with the reason.
 */
export const discoverLimit = async (
  site: Site,
  azure: Pick<AzureView, 'locations'>,
  known: DiscoveredLimit | undefined,
  now: number,
): Promise<DiscoveredLimit> => {
  const region = site.home.name;
  const inVain = (why: string): DiscoveredLimit =>
    known?.region === region && known.routes !== null ? { ...known, why } : { region, routes: null, at: iso(now), why };
  try {
    const routes = limitInUsages(await azure.locations.usages(site.subscriptionId, region));
    return routes === null
      ? inVain(`its usages of ${region} name no RoutesPerRouteTable`)
      : { region, routes, at: iso(now), why: null };
  } catch (error) {
    return inVain(asAutomationError(error).message.replace(/\.$/, ''));
  }
};
