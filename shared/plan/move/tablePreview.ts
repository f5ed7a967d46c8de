import type { JsonObject } from '../../base/canonical.ts';
import type { Site } from '../../base/site.ts';
import type { DesiredSets } from '../../ranges/desired.ts';
import type { TagTable } from '../../ranges/tagTable.ts';
import { addressBlockers } from '../addressBlockers.ts';
import type { Blocker } from '../blocker.ts';
import { budgetBlocker } from '../budget.ts';
import { type Climb, climb } from '../ladder.ts';
import { routeOf } from '../observe.ts';
import type { ObservedNetwork } from '../observed.ts';
import { reachBlockers } from '../reach.ts';
import { type DiscoveredLimit, routeLimitOf } from '../routeLimit.ts';
import { newFirewall } from './carryRoutes.ts';
import type { MovePlan } from './movePlan.ts';

export type TablePreview = {
  readonly table: NonNullable<MovePlan['table']>;
  /** Tags among the routes, which the firewall must allow as themselves. */
  readonly tags: readonly string[];
  /** Of the table: what would be found out only when it is written. */
  readonly blockers: readonly Blocker[];
};

export type PreviewInput = {
  /** The site as it will stand on that side. */
  readonly side: Site;
  readonly desired: DesiredSets;
  readonly tags: TagTable;
  readonly namePrefix: string;
  /** As it will be; the firewall's address as it will most likely be. */
  readonly network: ObservedNetwork;
  /** Routes of others in the new table. */
  readonly carriedRoutes: readonly JsonObject[];
  /** Addresses of the gateway that nobody knows before it stands: each is one more hole, at most. */
  readonly gatewayAddresses: number;
  /** What Azure said of that region, where the site's limit is `discover`. */
  readonly routeLimit?: DiscoveredLimit;
};

const withHop = (route: JsonObject, firewallAddress: string) => {
  const read = routeOf(route);
  return read.nextHopIpAddress === newFirewall ? { ...read, nextHopIpAddress: firewallAddress } : read;
};

const blockersOf = (input: PreviewInput, { routing, changes, budget }: Climb, limit: number): Blocker[] => {
  const { side, desired, network, gatewayAddresses, tags } = input;
  const { wanted } = desired;
  const { holes } = routing;
  const firewallAddress = network.firewallPrivateIpAddress ?? '0.0.0.0';
  const told = { ...budget, limit, needed: budget.needed + gatewayAddresses };
  return [
    ...addressBlockers({ site: side, network }, wanted, holes),
    ...(budget.strategy === null
      ? [budgetBlocker(told, routing.toFirewall.length, routing.toInternet.length + gatewayAddresses)]
      : []),
    ...changes.blockers,
    ...(changes.blockers.length > 0
      ? []
      : reachBlockers({ wanted, holes, firewallAddress, ours: changes.routes, foreign: changes.foreign, tags })),
  ];
};

/** How the new side's own table will fit its budget, by the site's strategies. */
export const previewTable = (input: PreviewInput): TablePreview => {
  const { side, desired, tags, namePrefix, network, gatewayAddresses } = input;
  const { gatewayPublicIpAddresses, addressSpace, firewallPrivateIpAddress } = network;
  const { limit, from } = routeLimitOf(side.routeBudget.limit, input.routeLimit, input.carriedRoutes.length);
  const climbed = climb({
    wanted: { site: side, wanted: desired.wanted, tags, gatewayPublicIpAddresses, addressSpace },
    current: input.carriedRoutes.map((route) => withHop(route, firewallPrivateIpAddress ?? '0.0.0.0')),
    namePrefix,
    firewallAddress: firewallPrivateIpAddress,
    limit: limit - gatewayAddresses,
    limitFrom: from,
  });
  const { needed, foreign, strategy } = climbed.budget;
  return {
    table: { routes: needed + gatewayAddresses + foreign, limit, fits: strategy !== null, strategy },
    tags: climbed.routing.tags,
    blockers: blockersOf(input, climbed, limit),
  };
};
