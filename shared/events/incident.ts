import type { Impacts } from './impacts.ts';
import { oneLine } from './payload.ts';
import type { Impact, Reading, Signal, SignalSource } from './signal.ts';

/** Prefixes of tracking ids that are ours: a failover operation, and a test alert. */
export const FAILOVER_PREFIX = 'failover:';
const TEST_PREFIX = 'test:';

/** Azure's tracking ids are a dozen characters, or a GUID. */
const TRACKING_ID_LENGTH = 100;

/** A Service Health event as each channel tells it, before anyone asks whether it matters. */
export type Incident = {
  readonly source: SignalSource;
  readonly subscriptionId: string | undefined;
  readonly trackingId: string;
  /** `Incident`, `Maintenance`, `Informational`, `ActionRequired`, `Security`, or what the event says instead. */
  readonly type: string;
  readonly informational: boolean;
  readonly synthetic: boolean;
  readonly state: Signal['state'];
  readonly found: Impacts;
  readonly at: string | undefined;
  readonly since: string | undefined;
  readonly title: string;
};

/** Why these impacts never change a route although the incident might; undefined where one of them does. */
const whyNoRegion = (impacts: readonly Impact[]): string | undefined => {
  if (impacts.length === 0) return 'it names no service with a region';
  if (impacts.some(({ region }) => region !== null && region !== 'global')) return undefined;
  if (impacts.every(({ region }) => region === 'global')) return 'its region is Global, which no failover helps';
  return 'no table knows the names of its regions';
};

const whyNot = (incident: Incident): string | undefined => {
  if (incident.synthetic) return 'it is a test alert (IsSynthetic)';
  if (incident.type !== 'Incident') return `its type is ${incident.type || 'not given'}, not Incident`;
  if (incident.informational) return 'its level is Informational: availability is not affected';
  return whyNoRegion(incident.found.impacts);
};

/** Why an event cannot become a signal: without these three no fact could be filed or ordered. */
const whyUnreadable = ({ trackingId, subscriptionId, at }: Incident): string | undefined => {
  if (trackingId === '') return 'it has no tracking id';
  if (trackingId.length > TRACKING_ID_LENGTH || /^(failover|test):/i.test(trackingId)) {
    return 'its tracking id is not one of Azure';
  }
  if (subscriptionId === undefined) return 'it names no subscription';
  return at === undefined ? 'it has no readable time' : undefined;
};

/**
 * The one signal of a Service Health event. A test keeps its tracking id under a prefix of its own,
 * so that a test can never close, or open, a real incident.
 */
export const readIncident = (incident: Incident): Reading => {
  const { trackingId, subscriptionId, at, since, state } = incident;
  const what = `Service Health event ${oneLine(trackingId, TRACKING_ID_LENGTH) || '(no tracking id)'}`;
  const unreadable = whyUnreadable(incident);
  if (unreadable !== undefined || subscriptionId === undefined || at === undefined) {
    return { signals: [], ignored: [{ what, reason: `${unreadable}; the sweep will find the incident if it is one` }] };
  }
  const reason = whyNot(incident);
  const signal: Signal = {
    source: incident.source,
    subscriptionId,
    trackingId: incident.synthetic ? `${TEST_PREFIX}${trackingId}` : trackingId,
    state,
    impacts: incident.found.impacts,
    resourceId: null,
    at,
    since: since !== undefined && since < at ? since : at,
    title: incident.title,
    acts: reason === undefined,
    why: reason ?? 'it is an incident of Service Health',
  };
  return { signals: [signal], ignored: incident.found.unread.map((left) => ({ what, reason: `it has ${left}` })) };
};
