import { byNumber, counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import type { StrategyName } from '../base/sites.ts';
import { chooseTags, tagCandidates } from '../ranges/chooseTags.ts';
import { forbiddenFor, noneBelowFloor, shortestPrefixLength } from '../ranges/forbidden.ts';
import { holesIn } from '../ranges/holes.ts';
import { longestPrefix } from '../ranges/longestPrefix.ts';
import { lookFurther } from '../ranges/lookFurther.ts';
import { formatPrefix, type Prefix } from '../ranges/prefix.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { type Summary, type SummaryInput, summarizeWithHoles } from '../ranges/summarize.ts';
import { tagRoutesPerTable } from '../ranges/tagRank.ts';
import type { TagTable } from '../ranges/tagTable.ts';

/** One way of leading the wanted addresses to the firewall and nothing dangerous with them. */
export type Routing = {
  readonly strategy: StrategyName;
  /** Prefixes, or service tags, that lead to the firewall. */
  readonly toFirewall: readonly string[];
  /** More specific prefixes that lead around it. */
  readonly toInternet: readonly string[];
  /** Every hole under `toFirewall`; none of it may reach the firewall. */
  readonly holes: RangeSet;
  /** What reaches the firewall beyond the wanted addresses; it denies them. */
  readonly extra: RangeSet;
  /** Tags among `toFirewall`: the firewall must allow these very tags, since Azure refreshes both. */
  readonly tags: readonly string[];
  /** Of a summary: what a lower price would take. */
  readonly smallestFor?: SmallestFor;
};

/** Why a strategy offers no routing, as a sentence; with the figures it was refused for, where there are any. */
export type NoRouting = {
  readonly strategy: StrategyName;
  readonly why: string;
  readonly routes: number | null;
  readonly extraAddresses: number | null;
};

/** The fewest routes for at most so much extra; null where it takes more than could be looked at. */
export type SmallestFor = { readonly onePercent: number | null; readonly fivePercent: number | null };

export type RoutingInput = {
  readonly site: Site;
  readonly wanted: RangeSet;
  readonly tags: TagTable;
  readonly gatewayPublicIpAddresses: readonly string[];
  readonly addressSpace: readonly string[];
  /** Routes there is room for. */
  readonly room: number;
  /** Tag routes of others in the table: Azure allows 25 in all. */
  readonly foreignTagRoutes: number;
};

const refusal = (
  strategy: StrategyName,
  why: string,
  routes: number | null = null,
  extraAddresses: number | null = null,
): NoRouting => ({ strategy, why, routes, extraAddresses });

const text = ({ start, length }: Prefix): string => formatPrefix(start, length);

const everywhere = RangeSet.fromPrefixes(['0.0.0.0/0']);

/** Holes wherever they are: gateways' managers sit in other regions, too, and a wider route may cover them. */
const holesAnywhere = (input: RoutingInput): RangeSet =>
  holesIn(everywhere, input.tags, input.gatewayPublicIpAddresses);

/**
 * The minimal exact list, and each hole in it as a more specific route. A wanted prefix that is nothing but hole is
 * left out: it would be a second route of the same prefix, or one that no packet takes.
 */
const exact = (input: RoutingInput): Routing => {
  const holes = holesIn(input.wanted, input.tags, input.gatewayPublicIpAddresses);
  const routed = noneBelowFloor(input.wanted.prefixes()).filter(
    (prefix) => !holes.covers(RangeSet.fromPrefixes([prefix])),
  );
  const inside = holes.intersect(RangeSet.fromPrefixes(routed));
  return {
    strategy: 'exact',
    toFirewall: routed.map(text),
    toInternet: inside.cidrs(),
    holes,
    extra: RangeSet.empty,
    tags: [],
  };
};

/** The fewest routes with the same forwarding function. */
const byLongestPrefix = (input: RoutingInput): Routing | NoRouting => {
  const holes = holesIn(input.wanted, input.tags, input.gatewayPublicIpAddresses);
  const forbidden = forbiddenFor(input.site, input.addressSpace);
  const routes = longestPrefix({
    toFirewall: input.wanted,
    toInternet: holes,
    forbidden,
    shortest: shortestPrefixLength,
  });
  if (routes === undefined) return refusal('longestPrefix', 'a wanted address is one that no route may cover');
  const to = (hop: string) => routes.filter((route) => route.hop === hop).map((route) => text(route.prefix));
  return {
    strategy: 'longestPrefix',
    toFirewall: to('firewall'),
    toInternet: to('internet'),
    holes,
    extra: RangeSet.empty,
    tags: [],
  };
};

/** Tags as routes where that saves routes, the rest exact. */
const byServiceTags = (input: RoutingInput): Routing => {
  const { wanted, tags } = input;
  const holes = holesIn(wanted, tags, input.gatewayPublicIpAddresses);
  const chosen = chooseTags({
    wanted,
    holes,
    forbidden: forbiddenFor(input.site, input.addressSpace),
    candidates: tagCandidates(tags, wanted, holes),
    mostTags: Math.max(0, tagRoutesPerTable - input.foreignTagRoutes),
  });
  const names = chosen.tags.map(({ name }) => name);
  return {
    strategy: 'serviceTags',
    toFirewall: [...noneBelowFloor(chosen.prefixes).map(text), ...names],
    toInternet: chosen.holes.map(text),
    holes,
    extra: RangeSet.empty,
    tags: names,
  };
};

/** How few routes would do, for a reader whose limit is below that. */
const fewestText = (asked: SummaryInput, first: Summary): string => {
  const { routes, lookedAt } = lookFurther(asked, ({ fewest }) => fewest, first);
  if (routes === null) return `it takes more than ${counted(lookedAt, 'route')}`;
  return byNumber(routes, 'one would do', `the fewest possible are ${routes.toLocaleString('en-US')}`);
};

/** As many prefixes as there is room for, with the fewest extra addresses; refused above the site's `maxExtraPercent`. */
const bySummary = (input: RoutingInput): Routing | NoRouting => {
  const { wanted, room, site } = input;
  if (room < 1) return refusal('summarize', `there is room for ${counted(Math.max(0, room), 'route')}`);
  const holes = holesAnywhere(input);
  const forbidden = forbiddenFor(site, input.addressSpace);
  const asked = { wanted, holes, forbidden, most: room, shortest: shortestPrefixLength };
  const summary = summarizeWithHoles(asked);
  const cover = summary.cover(room);
  if (cover === undefined) {
    const { conflict } = summary;
    return refusal(
      'summarize',
      conflict.isEmpty
        ? `no choice of ${counted(room, 'route')} covers the wanted addresses without forbidden ones; ${fewestText(asked, summary)}`
        : `wanted addresses are forbidden ones: ${conflict.cidrs().slice(0, 3).join(', ')}`,
    );
  }
  const percent = summary.percentAt(room);
  const { maxExtraPercent } = site.routeBudget;
  if (percent > maxExtraPercent) {
    const routes = cover.prefixes.length + cover.holes.length;
    const enough = lookFurther(asked, (one) => one.smallestFor(maxExtraPercent), summary).routes;
    const price = `${counted(routes, 'route')} would lead ${counted(cover.extra.size, 'extra address')} to the firewall, ${percent.toFixed(2)} % of the wanted`;
    const way = enough === null ? '' : `; ${counted(enough, 'route')} would stay within that`;
    const why = `${price}; the site allows ${maxExtraPercent} %${way}`;
    return refusal('summarize', why, routes, cover.extra.size);
  }
  return {
    strategy: 'summarize',
    toFirewall: cover.prefixes.map(text),
    toInternet: cover.holes.map(text),
    holes: RangeSet.fromPrefixes(cover.holes).union(holes.intersect(wanted)),
    extra: cover.extra,
    tags: [],
    smallestFor: {
      onePercent: lookFurther(asked, (one) => one.smallestFor(1), summary).routes,
      fivePercent: lookFurther(asked, (one) => one.smallestFor(5), summary).routes,
    },
  };
};

const strategies: Readonly<Record<StrategyName, (input: RoutingInput) => Routing | NoRouting>> = {
  exact,
  longestPrefix: byLongestPrefix,
  serviceTags: byServiceTags,
  summarize: bySummary,
};

/** The routing of one strategy, or why there is none. */
export const routingBy = (strategy: StrategyName, input: RoutingInput): Routing | NoRouting =>
  strategies[strategy](input);

/** The routing that is always there, whether it fits or not. */
export const exactRouting = exact;
