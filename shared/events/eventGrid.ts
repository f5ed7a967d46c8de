import { isObject } from '../base/canonical.ts';
import { readOperation } from './failoverOperation.ts';
import { at, field, firstTime, notAnEvent, nothing, text, together } from './payload.ts';
import type { Reading } from './signal.ts';

const SUCCESS = 'microsoft.resources.resourceactionsuccess';

/** What both schemas call differently: `eventType`/`eventTime`, or `type`/`time` of a CloudEvent. */
const typeOf = (event: Record<string, unknown>): string | undefined => {
  const eventGrid = text(field(event, 'eventType'));
  if (eventGrid !== '') return eventGrid;
  const isCloudEvent = text(field(event, 'specversion')) !== '' || text(field(event, 'source')) !== '';
  return isCloudEvent ? text(field(event, 'type')) || undefined : undefined;
};

/** True for an object in the Event Grid schema or a CloudEvent. */
export const isGridEvent = (event: unknown): boolean => isObject(event) && typeOf(event) !== undefined;

/** Why an event of this type says nothing about routes. */
const whyIgnored = (type: string): string => {
  const name = type.toLowerCase();
  if (name === 'microsoft.eventgrid.subscriptionvalidationevent') return 'a handshake, answered by the door';
  if (/^microsoft\.resources\.resourceaction(failure|cancel)$/.test(name)) return 'the operation did not succeed';
  if (name.startsWith('microsoft.resourcenotifications.healthresources.')) {
    return 'the health of one resource says nothing about its region';
  }
  return 'not a type of event that reveals a failover';
};

const readOne = (event: unknown): Reading | undefined => {
  if (!isObject(event)) return undefined;
  const type = typeOf(event);
  if (type === undefined) return undefined;
  if (type.toLowerCase() !== SUCCESS) return nothing(`event ${type}`, whyIgnored(type));
  // Only these members are read: `data.claims` holds personal data and must not travel.
  const resourceIds = [
    at(event, 'data', 'resourceUri'),
    field(event, 'subject'),
    at(event, 'data', 'authorization', 'scope'),
  ];
  return readOperation({
    operation: text(at(event, 'data', 'operationName')) || text(at(event, 'data', 'authorization', 'action')),
    resourceIds: resourceIds.map((id) => text(id, 2_048)).filter((id) => id !== ''),
    at: firstTime(field(event, 'eventTime'), field(event, 'time')),
  });
};

/**
 * One event of Event Grid or an array of them, in the Event Grid schema or as CloudEvents, plain or deserialized.
 * Throws ERR_EVENT where nothing in it is an event; in a mixed array the strangers are ignored with a reason.
 */
export const readEventGrid = (payload: unknown): Reading => {
  const events: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  const readings = events.map(readOne);
  if (readings.every((reading) => reading === undefined)) {
    throw notAnEvent('The payload is not an event of Event Grid: it has no eventType, nor type with specversion.');
  }
  return together(readings.map((reading) => reading ?? nothing('an item of the array', 'not an event of Event Grid')));
};

/** A code is a GUID today; whatever it is, it is short. */
const longestCode = 200;

/** What Event Grid's handshake is answered with (Event Grid schema). Throws ERR_EVENT where it brings no code. */
export const validationAnswer = (payload: unknown): { readonly validationResponse: string } => {
  const code = text(at(Array.isArray(payload) ? payload[0] : payload, 'data', 'validationCode'), longestCode);
  if (code === '') throw notAnEvent('The handshake brings no data.validationCode.');
  return { validationResponse: code };
};
