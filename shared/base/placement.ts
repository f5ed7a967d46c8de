import { findRegion } from './geography.ts';
import type { Site } from './site.ts';

/**
 * Sites whose home or failover region is the one this app itself runs in: an outage there would take the app down with
 * the site. One sentence each; none where the app's region is not known (the platform tells it on Azure).
 */
export const placementTroubles = (sites: readonly Site[], appRegion: string | null): string[] =>
  sites.flatMap((site) => {
    const own = appRegion === null ? undefined : findRegion(site.cloud, appRegion)?.name;
    const role = own === site.home.name ? 'home' : own === site.failover.name ? 'failover' : null;
    if (own === undefined || role === null) return [];
    return [
      `The app itself runs in ${own}, the ${role} region of site ${site.id}: an outage there stops both. Move the app.`,
    ];
  });
