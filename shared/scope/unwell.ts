import { findRegionAnywhere } from '../base/geography.ts';
import { carriesTheTunnel, serviceFamily, serviceTagFor } from '../base/services.ts';
import { movesTo } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import type { Fact } from './fact.ts';
import { mergeFacts } from './mergeFact.ts';
import { isIncident, isStale, openFacts } from './openFact.ts';

/** From this many different services on, a region fails as a whole; below it, single services do. */
export const REGION_WIDE_SERVICES = 6;

/** Facts by service tag, or by name where no tag is known. */
export type ByService = ReadonlyMap<string, readonly Fact[]>;

/** What the open facts mean for one site. */
export type Unwell = {
  readonly home: ByService;
  readonly failover: ByService;
  /** In the region that the whole site would move to: the failover region, unless the site names another target. */
  readonly target: ByService;
  /** Open for the home region, but unheard of for long. */
  readonly stale: ByService;
  /** Until when an incident of a service was open at home, of those that are over (ISO). */
  readonly lastOpen: ReadonlyMap<string, string>;
  /** Heard, not acted on, with the reason. */
  readonly aside: readonly { readonly fact: Fact; readonly why: string }[];
};

/** The site's own spelling of a service tag, so that tags compare whatever their case. */
export const asSiteSpells = (site: Site, service: string): string =>
  site.services.find((own) => own.toLowerCase() === service.toLowerCase()) ?? service;

/** The tag of a name; a site may know names that nobody knew when the fact was heard. */
const tagOf = (site: Site, fact: Fact): string | undefined =>
  (fact.resourceId === null ? serviceTagFor(fact.serviceName, site.serviceNames) : undefined) ??
  (fact.known ? fact.service : undefined);

/** A site's resource is the one that failed over, lies in it, or holds it. */
const concerns = (resource: string, failedOver: string): boolean =>
  resource === failedOver || resource.startsWith(`${failedOver}/`) || failedOver.startsWith(`${resource}/`);

const ownsResource = (site: Site, resourceId: string): boolean =>
  site.resources.some((resource) => concerns(resource.toLowerCase().replace(/\/+$/, ''), resourceId));

/** True for what happened in the site's subscription, or to a resource of the site, wherever that is. */
export const isOfSite = (
  site: Site,
  { subscriptionId, resourceId }: Pick<Fact, 'subscriptionId' | 'resourceId'>,
): boolean =>
  subscriptionId === site.subscriptionId.toLowerCase() || (resourceId !== null && ownsResource(site, resourceId));

/** Which side of the site a fact is about; `elsewhere` is none of its business, `unclear` is shown. */
const sideOf = (site: Site, fact: Fact): 'home' | 'failover' | 'target' | 'unclear' | 'elsewhere' => {
  // Nothing in an operation says where its resource was; if the resource is the site's, it was at home.
  if (fact.resourceId !== null || fact.region === site.home.name) return 'home';
  if (fact.region === site.failover.name) return 'failover';
  if (fact.region === movesTo(site).name) return 'target';
  return findRegionAnywhere(fact.region) ? 'elsewhere' : 'unclear';
};

/** Why a fact that acts is not acted on for this site; undefined where it is. */
const whyAside = (site: Site, fact: Fact, stale: boolean): string | undefined => {
  if (fact.resourceId !== null && !ownsResource(site, fact.resourceId)) return "the resource is not one of the site's";
  if (stale) return 'nothing has been heard of it for 48 hours';
  return tagOf(site, fact) === undefined && !carriesTheTunnel(fact.serviceName)
    ? 'no table knows the name of the service'
    : undefined;
};

/** What a fact counts for: its side, `stale` (at home, unheard of for long), or nothing. */
const countsFor = (site: Site, fact: Fact, stale: boolean): 'home' | 'failover' | 'target' | 'stale' | undefined => {
  const side = sideOf(site, fact);
  if (side === 'unclear' || side === 'elsewhere') return undefined;
  if (fact.resourceId !== null && !ownsResource(site, fact.resourceId)) return undefined;
  // A service that nobody knows cannot be failed over, but it counts when a whole region fails.
  return stale ? (side === 'home' ? 'stale' : undefined) : side;
};

/** Sorts the facts of the site by what they mean for it; `now` in milliseconds. */
export const unwellFor = (site: Site, facts: readonly Fact[], now: number): Unwell => {
  const own = mergeFacts(facts.filter((fact) => isOfSite(site, fact)));
  const found = {
    home: new Map<string, Fact[]>(),
    failover: new Map<string, Fact[]>(),
    target: new Map<string, Fact[]>(),
    stale: new Map<string, Fact[]>(),
  };
  const aside: { fact: Fact; why: string }[] = [];
  const open = new Set(openFacts(own));
  for (const fact of own.filter((candidate) => !isIncident(candidate) && sideOf(site, candidate) !== 'elsewhere')) {
    const stale = isStale(fact, now);
    if (!fact.acts && !stale) aside.push({ fact, why: fact.why });
    if (!fact.acts || !open.has(fact)) continue;
    const why = whyAside(site, fact, stale);
    if (why !== undefined) aside.push({ fact, why });
    const counts = countsFor(site, fact, stale);
    if (counts === undefined) continue;
    const service = asSiteSpells(site, tagOf(site, fact) ?? fact.service);
    found[counts].set(service, [...(found[counts].get(service) ?? []), fact]);
  }
  const target = movesTo(site).name === site.failover.name ? found.failover : found.target;
  return { ...found, target, lastOpen: lastOpenOf(site, own), aside };
};

/** A flapping incident is over only when it has stayed so: the newest word that closed it, or its incident. */
const lastOpenOf = (site: Site, own: readonly Fact[]): ReadonlyMap<string, string> => {
  const open = new Set(openFacts(own));
  const ends = new Map<string, string>();
  const later = (a: string, b: string) => (a > b ? a : b);
  const closed = own.filter((fact) => !isIncident(fact) && fact.acts && !open.has(fact));
  for (const fact of closed.filter((candidate) => sideOf(site, candidate) === 'home')) {
    const whole = own.filter((other) => isIncident(other) && other.trackingId === fact.trackingId);
    const end = [fact, ...whole].map(({ closedAt, at }) => closedAt ?? at).reduce(later);
    const service = asSiteSpells(site, tagOf(site, fact) ?? fact.service);
    ends.set(service, later(ends.get(service) ?? '', end));
  }
  return ends;
};

/** What makes an outage one of the whole region: services that carry the tunnel, or many at once. */
export type RegionWide = {
  readonly tunnel: readonly string[];
  readonly services: readonly string[];
  /** Beginning of what the tunnel stands on, else of the first of the services (ISO). */
  readonly since: string;
};

/** Whether the services unwell in a region make it unwell as a whole; operations on resources do not count. */
export const regionWide = (unwell: ByService): RegionWide | null => {
  const told = [...unwell.values()].flat().filter((fact) => fact.resourceId === null);
  const tunnel = [...new Set(told.map((fact) => fact.serviceName).filter(carriesTheTunnel))].sort();
  const services = new Map(
    told.map((fact) => [serviceTagFor(fact.serviceName) ?? serviceFamily(fact.serviceName), fact]),
  );
  if (tunnel.length === 0 && services.size < REGION_WIDE_SERVICES) return null;
  const causes = tunnel.length > 0 ? told.filter(({ serviceName }) => carriesTheTunnel(serviceName)) : told;
  const since = causes.map((fact) => fact.since).reduce((a, b) => (a < b ? a : b));
  return { tunnel, services: [...services.values()].map((fact) => fact.serviceName).sort(), since };
};

/** Whether the region where a site lives fails as a whole, by what has been heard of it. */
export const regionFails = (site: Site, facts: readonly Fact[], now: number): boolean =>
  regionWide(unwellFor(site, facts, now).home) !== null;
