import type { JsonObject } from '../../base/canonical.ts';
import type { Site } from '../../base/site.ts';
import type { DesiredSets } from '../../ranges/desired.ts';
import type { TagTable } from '../../ranges/tagTable.ts';
import type { Blocker } from '../blocker.ts';
import { type Budget, budgetBlocker } from '../budget.ts';
import { climb } from '../ladder.ts';
import { routeOf } from '../observe.ts';
import { type DiscoveredLimit, routeLimitOf } from '../routeLimit.ts';
import { newFirewall } from './carryRoutes.ts';
import type { MovePlan } from './movePlan.ts';

export type TablePreview = {
  readonly table: NonNullable<MovePlan['table']>;
  readonly budget: Budget;
  /** Tags among the routes, which the firewall must allow as themselves. */
  readonly tags: readonly string[];
  /** null where it fits. */
  readonly blocker: Blocker | null;
};

/** A gateway's own addresses are not known before it stands: each is one more hole, at most. */
export type PreviewInput = {
  /** The site as it will stand on that side. */
  readonly side: Site;
  readonly desired: DesiredSets;
  readonly tags: TagTable;
  readonly namePrefix: string;
  readonly addressSpace: readonly string[];
  /** Where the firewall will most likely answer; only foreign routes of the same prefix care. */
  readonly firewallAddress: string;
  readonly carriedRoutes: readonly JsonObject[];
  readonly gatewayAddresses: number;
  /** What Azure said of that region, where the site's limit is `discover`. */
  readonly routeLimit?: DiscoveredLimit;
};

const withHop = (route: JsonObject, firewallAddress: string) => {
  const read = routeOf(route);
  return read.nextHopIpAddress === newFirewall ? { ...read, nextHopIpAddress: firewallAddress } : read;
};

/** How the new side's own table will fit its budget, by the site's strategies. */
export const previewTable = (input: PreviewInput): TablePreview => {
  const { side, desired, tags, namePrefix, addressSpace, firewallAddress, gatewayAddresses } = input;
  const { limit, from } = routeLimitOf(side.routeBudget.limit, input.routeLimit, input.carriedRoutes.length);
  const { budget, routing, changes } = climb({
    wanted: { site: side, wanted: desired.wanted, tags, gatewayPublicIpAddresses: [], addressSpace },
    current: input.carriedRoutes.map((route) => withHop(route, firewallAddress)),
    namePrefix,
    firewallAddress,
    limit: limit - gatewayAddresses,
    limitFrom: from,
  });
  const fits = budget.strategy !== null;
  const told: Budget = { ...budget, limit };
  return {
    table: {
      routes: budget.needed + gatewayAddresses + budget.foreign,
      limit,
      fits,
      strategy: budget.strategy,
    },
    budget: told,
    tags: routing.tags,
    blocker: fits
      ? (changes.blockers[0] ?? null)
      : budgetBlocker(
          { ...told, needed: budget.needed + gatewayAddresses },
          routing.toFirewall.length,
          routing.toInternet.length + gatewayAddresses,
        ),
  };
};
