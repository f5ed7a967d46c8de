import { isObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import { readActivityLog } from './activityLog.ts';
import { isGridEvent, readEventGrid } from './eventGrid.ts';
import { isHealthEvent, readHealthEvents } from './healthEvents.ts';
import { at, field, notAnEvent, nothing, subscriptionIn, subscriptionOf, text, together } from './payload.ts';
import { readServiceHealth } from './serviceHealth.ts';
import type { Reading } from './signal.ts';

/** Lists, pages and their wrappers are opened this deep; no real file has more. */
const DEPTH = 4;

/** An event of the API names its subscription in its id, or else lists those it touches. */
const subscriptionsOf = (item: unknown): readonly string[] => {
  const own = subscriptionIn(field(item, 'id'));
  if (own !== undefined) return [own];
  const impact = at(item, 'properties', 'impact');
  const regions = (Array.isArray(impact) ? impact : []).map((service) => field(service, 'impactedRegions'));
  const listed = regions.flat().map((region) => field(region, 'impactedSubscriptions'));
  const ids = listed.flat().map(subscriptionOf);
  return [...new Set(ids.filter((id) => id !== undefined))].sort();
};

const readHealthItem = (item: unknown): Reading => {
  const subscriptions = subscriptionsOf(item);
  if (subscriptions.length === 0) return readHealthEvents('', item);
  return together(subscriptions.map((id) => readHealthEvents(id, item)));
};

const isActivityLog = (item: unknown): boolean =>
  text(field(item, 'operationName')) !== '' && text(field(item, 'eventTimestamp')) !== '';

/** The items of a page of a list (`{ value: [] }`), or of the answer in a published API example. */
const pageOf = (payload: Record<string, unknown>): unknown => {
  const value = field(payload, 'value');
  return Array.isArray(value) ? value : at(payload, 'responses', '200', 'body', 'value');
};

const readItem = (item: unknown, depth: number): Reading => {
  try {
    return read(item, depth) ?? nothing('an item of a list', 'not an event that can be read');
  } catch (error) {
    if (error instanceof AutomationError) return nothing('an item of a list', error.message);
    throw error;
  }
};

const readList = (items: readonly unknown[], depth: number): Reading | undefined => {
  const readings = items.map((item) => (depth > 0 ? readItem(item, depth - 1) : nothing('a list', 'it lies too deep')));
  const whole = together(readings);
  return whole.signals.length > 0 || items.some((item) => isEvent(item)) ? whole : undefined;
};

const isEvent = (item: unknown): boolean =>
  isObject(item) &&
  (text(field(item, 'schemaId')) !== '' || isGridEvent(item) || isHealthEvent(item) || isActivityLog(item));

const read = (payload: unknown, depth: number): Reading | undefined => {
  if (Array.isArray(payload)) return readList(payload, depth);
  if (!isObject(payload)) return undefined;
  if (text(field(payload, 'schemaId')) !== '') return readServiceHealth(payload);
  if (isGridEvent(payload)) return readEventGrid(payload);
  if (isHealthEvent(payload)) return readHealthItem(payload);
  if (isActivityLog(payload)) return readActivityLog(payload);
  const page = pageOf(payload);
  return Array.isArray(page) ? readList(page, depth) : undefined;
};

/**
 * Any event that a person may hand us in a file: an action group's alert, Event Grid events (dead letters too), items
 * or pages of `Microsoft.ResourceHealth/events` and of the activity log's REST API, and arrays of all these.
 * Throws ERR_EVENT for what is none of them.
 */
export const readEvent = (payload: unknown): Reading => {
  const reading = read(payload, DEPTH);
  if (reading) return reading;
  throw notAnEvent('The payload is neither an alert nor an event.');
};
