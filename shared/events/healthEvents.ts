import { isObject } from '../base/canonical.ts';
import { isInformational } from './activityLog.ts';
import { eventImpacts } from './impacts.ts';
import { readIncident } from './incident.ts';
import { field, folded, nothing, subscriptionOf, text, time } from './payload.ts';
import type { Reading } from './signal.ts';

/** What the API calls the types that alerts name otherwise; the rest keeps its name. */
const alertTypes: ReadonlyMap<string, string> = new Map([
  ['serviceissue', 'Incident'],
  ['plannedmaintenance', 'Maintenance'],
  ['healthadvisory', 'Informational'],
  ['securityadvisory', 'Security'],
]);

/** The newest time in it: a region may be updated without the event as a whole saying so. */
const newestUpdate = (properties: Record<string, unknown>): string | undefined => {
  let newest = time(field(properties, 'lastUpdateTime'));
  const impact = field(properties, 'impact');
  for (const service of Array.isArray(impact) ? impact : []) {
    const regions = field(service, 'impactedRegions');
    for (const region of Array.isArray(regions) ? regions : []) {
      const updated = time(field(region, 'lastUpdateTime'));
      if (updated !== undefined && (newest === undefined || updated > newest)) newest = updated;
    }
  }
  return newest ?? time(field(properties, 'impactStartTime'));
};

/**
 * Informational only where every level given says so. The API has two, `eventLevel` and `level` (of the insight);
 * where they disagree the more serious one counts: adding routes is cheap, missing an outage is not.
 */
const informational = (properties: Record<string, unknown>): boolean => {
  const levels = [field(properties, 'eventLevel'), field(properties, 'level')].filter((level) => text(level) !== '');
  return levels.length > 0 && levels.every(isInformational);
};

/** True for an item of `GET Microsoft.ResourceHealth/events`. */
export const isHealthEvent = (item: unknown): boolean =>
  isObject(item) && text(field(item, 'name')) !== '' && text(field(field(item, 'properties'), 'eventType')) !== '';

/**
 * One item of `GET /subscriptions/{id}/providers/Microsoft.ResourceHealth/events`: the same subscription and tracking
 * id as the incident's alert, so that sweep and alert speak of one thing. Never throws: an item that cannot be read
 * is ignored with the reason, or one odd event would end a sweep.
 */
export const readHealthEvents = (subscriptionId: string, item: unknown): Reading => {
  const properties = field(item, 'properties');
  if (!isHealthEvent(item) || !isObject(properties)) {
    return nothing('an item of Microsoft.ResourceHealth/events', 'it has no name or no properties.eventType');
  }
  const type = text(field(properties, 'eventType'), 40);
  const closed = folded(field(properties, 'status')) === 'resolved' || type.toLowerCase() === 'rca';
  return readIncident({
    source: 'resourceHealthEvents',
    subscriptionId: subscriptionOf(subscriptionId),
    trackingId: text(field(item, 'name'), 200),
    type: alertTypes.get(type.toLowerCase()) ?? type,
    informational: informational(properties),
    synthetic: false,
    state: closed ? 'closed' : 'open',
    found: eventImpacts(properties, closed),
    at: newestUpdate(properties),
    since: time(field(properties, 'impactStartTime')),
    title: text(field(properties, 'title')),
  });
};
