import type { CloudName } from '../../shared/base/clouds.ts';
import { type Region, regionsOf } from '../../shared/base/geography.ts';
import { readSites, type Site } from '../../shared/base/site.ts';
import { type StrategyName, strategyNames } from '../../shared/base/sites.ts';
import { routeLimitOf } from '../../shared/plan/routeLimit.ts';
import type { RoutingInput } from '../../shared/plan/routing.ts';
import { desiredSets } from '../../shared/ranges/desired.ts';
import { forbiddenFor } from '../../shared/ranges/forbidden.ts';
import { holesIn } from '../../shared/ranges/holes.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { misused } from '../options.ts';

/** What a person asks the price of: some addresses that must be routed, and the rules of the table they go into. */
export type Subject = {
  readonly title: string;
  readonly site: string | null;
  readonly mode: 'home' | 'serviceFailover' | 'pair' | 'tags';
  readonly wanted: RangeSet;
  /** The part of `wanted` that failing over adds. */
  readonly added: RangeSet;
  /** Wherever they are: never to the firewall. */
  readonly holes: RangeSet;
  readonly forbidden: RangeSet;
  readonly limit: number;
  /** The sites file leaves the limit to Azure, which nobody asks offline. */
  readonly isGuessed: boolean;
  readonly reserve: number;
  /** Routes there is room for. */
  readonly room: number;
  readonly maxExtraPercent: number;
  readonly strategies: readonly StrategyName[];
  /** What is wrong with the tags asked for, as sentences. */
  readonly trouble: readonly string[];
  readonly routingInput: RoutingInput;
};

/** What the command line says instead of the sites file. */
export type Overrides = { readonly limit?: number | undefined; readonly maxExtraPercent?: number | undefined };

const everywhere = RangeSet.fromPrefixes(['0.0.0.0/0']);

const budgetOf = (site: Site, over: Overrides): Site['routeBudget'] & { readonly limit: number } => {
  const { limit } = routeLimitOf(over.limit ?? site.routeBudget.limit, undefined, 0);
  return { ...site.routeBudget, limit, maxExtraPercent: over.maxExtraPercent ?? site.routeBudget.maxExtraPercent };
};

type Asked = Pick<Subject, 'title' | 'mode' | 'wanted' | 'added' | 'trouble'>;

const subjectOf = (asked: Asked, site: Site, isReal: boolean, tags: TagTable, over: Overrides): Subject => {
  const routeBudget = budgetOf(site, over);
  const ruled: Site = { ...site, routeBudget };
  const { limit, reserve, maxExtraPercent, strategies } = routeBudget;
  const room = limit - reserve;
  const gatewayPublicIpAddresses = site.network.gatewayPublicIpAddresses ?? [];
  return {
    ...asked,
    site: isReal ? site.id : null,
    holes: holesIn(everywhere, tags, gatewayPublicIpAddresses),
    forbidden: forbiddenFor(site),
    limit,
    isGuessed: over.limit === undefined && site.routeBudget.limit === 'discover',
    reserve,
    room,
    maxExtraPercent,
    strategies,
    routingInput: {
      site: ruled,
      wanted: asked.wanted,
      tags,
      gatewayPublicIpAddresses,
      addressSpace: [],
      room,
      foreignTagRoutes: 0,
    },
  };
};

/** A site in one mode: at home, or with these services failed over. */
export const siteSubject = (
  site: Site,
  mode: 'home' | 'serviceFailover',
  services: readonly string[],
  tags: TagTable,
  over: Overrides,
): Subject => {
  const { wanted, added, blockers, leftOut } = desiredSets({ site, services, tags });
  const trouble = [
    ...blockers.map(({ message }) => message),
    ...leftOut.map(({ tag, why }) => `${tag} is left out: ${why}`),
  ];
  const title = mode === 'home' ? `${site.id}, home` : `${site.id}, failed over`;
  return subjectOf({ title, mode, wanted, added, trouble }, site, true, tags, over);
};

/** Both modes of a site. */
export const siteSubjects = (site: Site, tags: TagTable, over: Overrides): Subject[] => [
  siteSubject(site, 'home', [], tags, over),
  siteSubject(site, 'serviceFailover', site.services, tags, over),
];

/** A site that says nothing of its own: default limits, every strategy, nothing forbidden but what is everywhere. */
const nobodysSite = (cloud: CloudName): Site => {
  const homeRegion = regionsOf(cloud).find(({ pair }) => pair !== null)?.name;
  const named = { virtualNetwork: '-', gateway: '-', firewall: '-', routeTable: '-' };
  const entry = {
    id: 'nobody',
    subscriptionId: '-',
    resourceGroup: '-',
    homeRegion,
    services: [],
    network: { vpn: 's2s', ...named },
    routeBudget: { strategies: strategyNames },
  };
  const [site] = readSites(JSON.stringify({ cloud, sites: [entry] }), 'the default site');
  if (!site) throw new Error('the default site is one');
  return site;
};

/** Named tags together; throws ERR_USAGE for one the file does not have. */
export const tagsSubject = (names: readonly string[], tags: TagTable, over: Overrides): Subject => {
  const found = names.map((name) => {
    const tag = tags.get(name);
    if (tag) return tag;
    const [service = ''] = name.toLowerCase().split('.');
    const near = tags.tags.map((other) => other.name).filter((other) => other.toLowerCase().startsWith(service));
    throw misused(
      `The file has no tag "${name.slice(0, 80)}".`,
      near.length > 0 && service !== ''
        ? `Tags that begin like it: ${near.slice(0, 6).join(', ')}${near.length > 6 ? ', ...' : ''}.`
        : 'Write it as in the file, such as Storage.UKWest.',
    );
  });
  const wanted = RangeSet.unionOf(found.map(({ ipv4 }) => ipv4));
  const title = found.map(({ name }) => name).join(' + ');
  const asked: Asked = { title, mode: 'tags', wanted, added: RangeSet.empty, trouble: [] };
  return subjectOf(asked, nobodysSite(tags.cloud), false, tags, over);
};

/** The tags that a device needs wherever it is (the vendor's own script lists them). */
const directoryTags = ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'];

const pairsOf = (cloud: CloudName): (readonly [Region, Region])[] => {
  const regions = regionsOf(cloud);
  const seen = new Set<string>();
  return regions.flatMap((region) => {
    const pair = regions.find(({ name }) => name === region.pair);
    const key = [region.name, pair?.name].sort().join('+');
    if (!pair || seen.has(key)) return [];
    seen.add(key);
    return [[region, pair] as const];
  });
};

/** Every pair of regions of the file's cloud: both AzureCloud tags and the directory tags, as after a full failover. */
export const pairSubjects = (tags: TagTable, over: Overrides): Subject[] => {
  const site = nobodysSite(tags.cloud);
  const directory = RangeSet.unionOf(directoryTags.flatMap((name) => tags.get(name)?.ipv4 ?? []));
  return pairsOf(tags.cloud).flatMap(([home, away]) => {
    const [atHome, abroad] = [home, away].map((region) => tags.regional('AzureCloud', region)?.ipv4);
    if (!atHome || !abroad) return [];
    const base = atHome.union(directory);
    const wanted = base.union(abroad);
    const asked: Asked = {
      title: `${home.name}+${away.name}`,
      mode: 'pair',
      wanted,
      added: wanted.subtract(base),
      trouble: [],
    };
    return [subjectOf(asked, site, false, tags, over)];
  });
};
