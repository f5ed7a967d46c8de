import type { Site } from '../../shared/base/site.ts';
import { type Climb, climb } from '../../shared/plan/ladder.ts';
import type { Route } from '../../shared/plan/observed.ts';
import { defaultNamePrefix } from '../../shared/plan/ownership.ts';
import { routeLimitOf } from '../../shared/plan/routeLimit.ts';
import { type DesiredSets, desiredSets } from '../../shared/ranges/desired.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';

export type Mode = 'home' | 'serviceFailover';

export const modes: readonly Mode[] = ['home', 'serviceFailover'];

/** The table a site would have in one mode, by its own strategies, and what it was worked out from. */
export type SiteTable = {
  readonly site: Site;
  readonly mode: Mode;
  readonly desired: DesiredSets;
  readonly climb: Climb;
};

/** Unknown offline where the sites file does not say it; the same address stands in for it wherever tables are compared. */
const standIn = '192.0.2.4';

/** The next hop of routes that lead to the firewall. */
export const firewallOf = (site: Site): string => site.network.firewallPrivateIpAddress ?? standIn;

/** The table of a site in a mode; `current` is what is there, nothing foreign in it. Throws ERR_TAG_CLOUD. */
export const tableOf = (site: Site, mode: Mode, tags: TagTable, current: readonly Route[] = []): SiteTable => {
  const desired = desiredSets({ site, services: mode === 'home' ? [] : site.services, tags });
  const { limit, from } = routeLimitOf(site.routeBudget.limit, undefined, current.length);
  return {
    site,
    mode,
    desired,
    climb: climb({
      wanted: {
        site,
        wanted: desired.wanted,
        tags,
        gatewayPublicIpAddresses: site.network.gatewayPublicIpAddresses ?? [],
        addressSpace: [],
      },
      current,
      namePrefix: defaultNamePrefix,
      firewallAddress: firewallOf(site),
      limit,
      limitFrom: from,
    }),
  };
};
