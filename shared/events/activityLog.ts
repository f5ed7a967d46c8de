import { readOperation } from './failoverOperation.ts';
import { alertImpacts } from './impacts.ts';
import { readIncident } from './incident.ts';
import { field, firstTime, folded, nothing, subscriptionIn, subscriptionOf, text } from './payload.ts';
import type { Reading, Signal } from './signal.ts';

/** What an envelope knows beside the record it carries. */
export type Around = {
  readonly subscriptionId: string | undefined;
  readonly firedAt: unknown;
  readonly targets: readonly string[];
};

const isTrue = (value: unknown): boolean => /^(true|1|yes)$/.test(folded(value));

/** The common schema numbers its levels (3 in the very alert that the legacy one calls `Warning`): 4 is Informational. */
export const isInformational = (level: unknown): boolean => {
  const word = folded(level);
  return word === 'informational' || word === 'information' || Number(word || '0') >= 4;
};

const closingStages = new Set(['resolved', 'rca', 'complete', 'canceled']);

/** `status` and `stage` say what became of an incident; `monitorCondition` stays `Fired` for ever. */
const stateOf = (status: unknown, stage: unknown): Signal['state'] =>
  closingStages.has(folded(status)) || closingStages.has(folded(stage)) ? 'closed' : 'open';

/** The documented types; their spelling follows the documentation whatever the event's casing. */
const types = ['Incident', 'Maintenance', 'Informational', 'ActionRequired', 'Security'];

const typeOf = (properties: unknown, operation: string): string => {
  const written = text(field(properties, 'incidentType'), 40);
  if (written !== '') return types.find((type) => type.toLowerCase() === written.toLowerCase()) ?? written;
  return operation.startsWith('microsoft.servicehealth/incident/') ? 'Incident' : '';
};

const readServiceHealthRecord = (record: unknown, around: Around): Reading => {
  const properties = field(record, 'properties');
  const state = stateOf(field(record, 'status'), field(properties, 'stage'));
  return readIncident({
    source: 'serviceHealth',
    subscriptionId: around.subscriptionId,
    trackingId: text(field(properties, 'trackingId'), 200),
    type: typeOf(properties, folded(field(record, 'operationName'))),
    informational: isInformational(field(record, 'level')),
    synthetic: isTrue(field(properties, 'isSynthetic')),
    state,
    found: alertImpacts(properties, state),
    at: firstTime(field(record, 'eventTimestamp'), field(record, 'submissionTimestamp'), around.firedAt),
    since: firstTime(field(properties, 'impactStartTime')),
    title: text(field(properties, 'defaultLanguageTitle')) || text(field(properties, 'title')),
  });
};

/** Records of operations are written at each turn (Started, Accepted, Succeeded); traffic moves with the last. */
const readOperationRecord = (record: unknown, around: Around): Reading => {
  const operation = text(field(record, 'operationName'));
  const status = folded(field(record, 'status'));
  const resourceIds = [
    text(field(record, 'resourceId'), 2_048),
    text(field(field(record, 'authorization'), 'scope'), 2_048),
    text(field(field(record, 'properties'), 'entity'), 2_048),
    ...around.targets,
  ].filter((id) => id !== '');
  const at = firstTime(field(record, 'eventTimestamp'), field(record, 'submissionTimestamp'), around.firedAt);
  const reading = readOperation({ operation, resourceIds, at });
  if (reading.signals.length === 0 || status === 'succeeded' || status === 'success') return reading;
  return nothing(`${operation} on ${resourceIds[0]}`, `its status is ${status || 'not given'}, not Succeeded`);
};

/** True for a record that Service Health wrote, in any of the three spellings of its origin. */
const isServiceHealth = (record: unknown): boolean =>
  folded(field(record, 'operationName')).startsWith('microsoft.servicehealth/') ||
  folded(field(record, 'eventSource')) === 'servicehealth' ||
  folded(field(record, 'category')) === 'servicehealth';

/** An activity log record, from a webhook or as the REST API lists it: an incident, a failover operation, or neither. */
export const readActivityLog = (record: unknown, around: Partial<Around> = {}): Reading => {
  const whole: Around = {
    subscriptionId:
      around.subscriptionId ??
      subscriptionOf(field(record, 'subscriptionId')) ??
      subscriptionIn(field(record, 'resourceId')),
    firedAt: around.firedAt,
    targets: around.targets ?? [],
  };
  return isServiceHealth(record) ? readServiceHealthRecord(record, whole) : readOperationRecord(record, whole);
};
