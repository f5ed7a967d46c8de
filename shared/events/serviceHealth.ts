import { isObject } from '../base/canonical.ts';
import { readActivityLog } from './activityLog.ts';
import { whyNoMove } from './failoverOperation.ts';
import { at, field, folded, notAnEvent, nothing, subscriptionIn, text } from './payload.ts';
import type { Reading } from './signal.ts';

const firstSubscription = (ids: readonly unknown[]): string | undefined => {
  for (const id of ids) {
    const found = subscriptionIn(id);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Common alert schema: the record is `data.alertContext`. The subscription is the alert's target; the record has none.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
 */
const readCommon = (payload: Record<string, unknown>): Reading => {
  const essentials = at(payload, 'data', 'essentials');
  const record = at(payload, 'data', 'alertContext');
  if (!isObject(essentials) || !isObject(record)) {
    throw notAnEvent(
      'The alert says it follows the common alert schema, but has no data.essentials or data.alertContext.',
    );
  }
  const listed = field(essentials, 'alertTargetIDs');
  const targets = Array.isArray(listed) ? listed : [listed];
  const service = folded(field(essentials, 'monitoringService'));
  const operation = text(field(record, 'operationName'));
  const fromServiceHealth =
    service === 'servicehealth' || operation.toLowerCase().startsWith('microsoft.servicehealth/');
  if (!fromServiceHealth && whyNoMove(operation) === 'not a failover operation') {
    const rule = text(field(essentials, 'alertRule'), 80);
    const told = operation === '' ? '' : ` about ${operation}`;
    return nothing(
      `alert of ${text(field(essentials, 'monitoringService'), 60) || 'an unnamed service'}${told}${rule && ` (rule ${rule})`}`,
      'neither a Service Health alert nor a failover operation',
    );
  }
  return readActivityLog(
    // The envelope knows for certain what the record says as a number (`eventSource: 2`).
    fromServiceHealth ? { ...record, eventSource: 'ServiceHealth' } : record,
    {
      subscriptionId: firstSubscription([...targets.slice(0, 10), field(essentials, 'alertId')]),
      firedAt: field(essentials, 'firedDateTime'),
      targets: targets.slice(0, 10).map((target) => text(target, 2_048)),
    },
  );
};

/**
 * Legacy webhook: the record is `data.context.activityLog`; `data.status` is always `Activated` and says nothing.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/activity-log-alerts-webhook
 */
const readLegacy = (payload: Record<string, unknown>): Reading => {
  const record = at(payload, 'data', 'context', 'activityLog');
  if (!isObject(record)) throw notAnEvent('The activity log alert has no data.context.activityLog.');
  const source = text(field(record, 'eventSource'), 60);
  const reading = readActivityLog(record);
  if (reading.signals.length > 0 || folded(source) === 'servicehealth') return reading;
  return {
    signals: [],
    ignored: reading.ignored.map(({ what, reason }) => ({ what: `activity log alert of ${source}: ${what}`, reason })),
  };
};

/**
 * The body of an action group's webhook, both alert schemas. Alerts that are not our business are ignored with the
 * reason. Throws ERR_EVENT for what is no alert at all: no object, no `schemaId`, an envelope without its content.
 */
export const readServiceHealth = (payload: unknown): Reading => {
  if (!isObject(payload)) throw notAnEvent('The payload is not an alert: it is not a JSON object.');
  const schema = field(payload, 'schemaId');
  if (typeof schema !== 'string' || schema === '') throw notAnEvent('The payload is not an alert: it has no schemaId.');
  switch (schema.trim().toLowerCase()) {
    case 'azuremonitorcommonalertschema':
      return readCommon(payload);
    case 'microsoft.insights/activitylogs':
      return readLegacy(payload);
    default:
      return nothing(`alert with the schema ${text(schema, 80)}`, 'no schema of activity log alerts');
  }
};
