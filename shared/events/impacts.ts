import { isObject } from '../base/canonical.ts';
import { findRegionAnywhere } from '../base/geography.ts';
import { field, oneLine, text } from './payload.ts';
import type { Impact } from './signal.ts';

/**
 * A fact each, which every look at the subscription reads: a dozen services in all of Azure's regions. Real events name
 * a handful; an alert brings only what its subscription has.
 */
const MOST_IMPACTS = 1_000;

/** Names of services and regions are short; what is longer is cut, not trusted. */
const NAME_LENGTH = 120;

/** What an event says about services and regions, and what of it could not be read. */
export type Impacts = { readonly impacts: readonly Impact[]; readonly unread: readonly string[] };

/** ARM name of the region, `global`, or null where no table knows the spelling. */
const regionOf = (spelling: string): string | null =>
  spelling.toLowerCase() === 'global' ? 'global' : (findRegionAnywhere(spelling)?.name ?? null);

/** `*` stands for a whole incident among the facts: no name from outside may claim it. */
const isName = (name: string): boolean => name !== '' && name !== '*';

/** One pair of service and region; null where one of the names is not a name. */
const impactOf = (serviceName: string, regionName: string, state: Impact['state']): Impact | null =>
  isName(serviceName) && isName(regionName) ? { serviceName, region: regionOf(regionName), regionName, state } : null;

/** As many as are kept: those in regions that are known first, for no other can change a route. */
const weightiest = (impacts: readonly Impact[]): Impact[] =>
  [...impacts.filter(({ region }) => region !== null), ...impacts.filter(({ region }) => region === null)].slice(
    0,
    MOST_IMPACTS,
  );

/** Each pair once; a pair told open and closed in one message is open. */
const distinct = (impacts: readonly (Impact | null)[]): Impacts => {
  const byPair = new Map<string, Impact>();
  let nameless = 0;
  for (const impact of impacts) {
    if (impact === null) {
      nameless += 1;
      continue;
    }
    const pair = JSON.stringify([impact.serviceName, impact.regionName]);
    const before = byPair.get(pair);
    if (before === undefined || impact.state === 'open') byPair.set(pair, impact);
  }
  const beyond = byPair.size - MOST_IMPACTS;
  const unread = [
    ...(nameless > 0 ? [`${nameless} impacted services or regions without a readable name`] : []),
    ...(beyond > 0 ? [`${beyond} impacted regions beyond the ${MOST_IMPACTS} that are kept`] : []),
  ];
  return { impacts: beyond > 0 ? weightiest([...byPair.values()]) : [...byPair.values()], unread };
};

const parsed = (written: unknown): unknown => {
  if (typeof written !== 'string') return written;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Each service with each of its regions: a list, not a cross product. `read` takes a region apart. */
const pairs = (
  services: readonly unknown[],
  names: { readonly service: string; readonly regions: string },
  read: (region: unknown) => { readonly name: string; readonly state: Impact['state'] },
): (Impact | null)[] =>
  services.flatMap((service) => {
    const serviceName = text(field(service, names.service), NAME_LENGTH);
    const regions = list(field(service, names.regions));
    if (regions.length === 0) return [null];
    return regions.map((region) => {
      const { name, state } = read(region);
      return impactOf(serviceName, name, state);
    });
  });

/**
 * `impactedServices` of an alert (an escaped JSON string, or an array): every pair in the state of the incident.
 * Where it is missing or unreadable, the convenience copies `service` and `region` speak for it.
 */
export const alertImpacts = (properties: unknown, state: Impact['state']): Impacts => {
  const services = parsed(field(properties, 'impactedServices'));
  const found = distinct(
    pairs(list(services), { service: 'ServiceName', regions: 'ImpactedRegions' }, (region) => ({
      name: isObject(region) ? text(field(region, 'RegionName'), NAME_LENGTH) : text(region, NAME_LENGTH),
      state,
    })),
  );
  if (found.impacts.length > 0) return found;
  const copy = impactOf(
    text(field(properties, 'service'), NAME_LENGTH),
    text(field(properties, 'region'), NAME_LENGTH),
    state,
  );
  return { impacts: copy ? [copy] : [], unread: found.unread };
};

/** `impact` of an event of `Microsoft.ResourceHealth/events`: each region has a status of its own. */
export const eventImpacts = (properties: unknown, closed: boolean): Impacts =>
  distinct(
    pairs(list(field(properties, 'impact')), { service: 'impactedService', regions: 'impactedRegions' }, (region) => ({
      name: oneLine(text(field(region, 'impactedRegion'), NAME_LENGTH)),
      state: closed || text(field(region, 'status')).toLowerCase() === 'resolved' ? 'closed' : 'open',
    })),
  );
