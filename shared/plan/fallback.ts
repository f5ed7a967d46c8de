import { counted } from '../base/counted.ts';
import { sideOf } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import { strategyNames } from '../base/sites.ts';
import { desiredSets } from '../ranges/desired.ts';
import type { RangeSet } from '../ranges/rangeSet.ts';
import { listed } from '../scope/sentences.ts';
import type { Budget } from './budget.ts';
import { climb } from './ladder.ts';
import { previewTable } from './move/tablePreview.ts';
import { leftOutInTarget } from './move/thirdRegion.ts';
import { isOurs } from './ownership.ts';
import type { PlanInput } from './planInput.ts';

/** What is asked instead where the routes of a service failover do not fit: to move the whole site. */
export type Fallback = {
  readonly mode: 'regionMove';
  /** ARM's name of the region. */
  readonly target: string;
  /** Of the target's own table, those of others that go along included. */
  readonly routes: number;
  readonly limit: number;
  readonly fits: boolean;
  /** Why a move is no way out although it would fit: the target fails as a whole, or is not where the services are; else null. */
  readonly noHelp: string | null;
  readonly strategy: string | null;
  /** What would make the failover fit instead, in plain sentences. */
  readonly instead: readonly string[];
};

/** Strategies the site does not list and that would fit, and the limit that the listed ones need. */
const insteadOf = (input: PlanInput, wanted: RangeSet, budget: Budget, namePrefix: string): string[] => {
  const { site, tags, table, network } = input;
  const { gatewayPublicIpAddresses, addressSpace } = network;
  const unlisted = strategyNames.filter((name) => !site.routeBudget.strategies.includes(name));
  const fitting = unlisted.flatMap((strategy) => {
    const alone: Site = { ...site, routeBudget: { ...site.routeBudget, strategies: [strategy] } };
    const { budget: tried } = climb({
      wanted: { site: alone, wanted, tags, gatewayPublicIpAddresses, addressSpace },
      current: table.routes,
      namePrefix,
      firewallAddress: network.firewallPrivateIpAddress,
      limit: budget.limit,
    });
    const extra = tried.attempts[0]?.extraAddresses ?? 0;
    const price = extra > 0 ? `, and leads ${counted(extra, 'extra address')} to the firewall` : '';
    return tried.strategy === null
      ? []
      : [`${strategy} in routeBudget.strategies: it takes ${counted(tried.needed, 'route')}${price}.`];
  });
  const { limit, headroom, reserve } = budget;
  return [
    `A limit of ${limit - headroom} routes or more (it is ${limit}), if the subscription allows it.`,
    ...(reserve >= -headroom ? [`A routeBudget.reserve of ${reserve + headroom} or less (it is ${reserve}).`] : []),
    ...fitting,
  ];
};

/** Services stay where they have failed over to: a tunnel that ends elsewhere has no route for them. */
const elsewhere = (site: Site, services: readonly string[], tags: PlanInput['tags']): string | null => {
  const without = leftOutInTarget(site, services, tags);
  if (without.length === 0) return null;
  return `its table has the ranges of ${site.target.region.displayName}, not those of ${listed(without)}`;
};

/**
 * A move is asked for in the last row alone (`isWayOut`); of the three above it people are told why not.
 *
 * | services failed over | routes fit | the site lives at home | its target          | its own table | fallback                                  |
 * | -------------------- | ---------- | ---------------------- | ------------------- | ------------- | ----------------------------------------- |
 * | none                 | any        | any                    | any                 | any           | null: a limit or a strategy, never a move |
 * | some                 | yes        | any                    | any                 | any           | null                                      |
 * | some                 | no         | no                     | any                 | any           | null: the target was the way out already  |
 * | some                 | no         | yes                    | fails as a whole    | any           | no way out: why                           |
 * | some                 | no         | yes                    | not where they are  | any           | no way out: why                           |
 * | some                 | no         | yes                    | well                | does not fit  | no way out: how many routes it takes      |
 * | some                 | no         | yes                    | well                | fits          | the move                                  |
 */
export const fallbackFor = (
  input: PlanInput,
  wanted: RangeSet,
  budget: Budget,
  namePrefix: string,
): Fallback | null => {
  const { site, decision, desired, tags, table, network } = input;
  if (budget.strategy !== null || desired.services.length === 0 || site.home.name === site.target.region.name)
    return null;
  const side = sideOf(site, 'target');
  const moved = desiredSets({ site: side, services: [], tags });
  const foreign = table.routes.filter((route) => !isOurs(route.name, namePrefix));
  const preview = previewTable({
    side,
    desired: moved,
    tags,
    namePrefix,
    network: {
      ...network,
      // The target's gateway has others, and nobody knows them yet.
      gatewayPublicIpAddresses: [],
      addressSpace: site.move.addressSpace === undefined ? network.addressSpace : [site.move.addressSpace],
      clientAddressPool: side.network.clientAddressPool === undefined ? [] : [side.network.clientAddressPool],
    },
    carriedRoutes: foreign.map(({ name, ...properties }) => ({ name, properties })),
    gatewayAddresses: Math.max(1, network.gatewayPublicIpAddresses.length),
    ...(network.routeLimit === undefined ? {} : { routeLimit: network.routeLimit }),
  });
  const { routes, limit, strategy } = preview.table;
  return {
    mode: 'regionMove',
    target: side.home.name,
    routes,
    limit,
    fits: preview.table.fits && moved.blockers.length === 0,
    noHelp: decision.targetFails ?? elsewhere(site, desired.services, tags),
    strategy,
    instead: insteadOf(input, wanted, budget, namePrefix),
  };
};

/** Whether the move would be made and would help. */
export const isWayOut = (fallback: Fallback | null): boolean => fallback?.fits === true && fallback.noHelp === null;

/** One sentence for people. */
export const fallbackText = ({ target, routes, limit, fits, noHelp, strategy }: Fallback): string => {
  if (noHelp !== null) return `A move to ${target} is no way out: ${noHelp}.`;
  return fits
    ? `The site as a whole would fit in ${target}: its own table takes ${routes} routes of ${limit} (${strategy}). That is a region move, a plan of its own.`
    : `A move to ${target} is no way out: its own table takes ${routes} routes, the limit is ${limit}.`;
};
