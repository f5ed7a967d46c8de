import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/data/events/', import.meta.url));

/** True where the recorded events lie beside the project. */
export const hasRecordedEvents = existsSync(folder);

/** For titles of what cannot run without them. */
export const skippedWithout = hasRecordedEvents ? '' : ' (skipped: no ../shared/data/events beside the project)';

/** Names of all recorded events, sorted. */
export const recordedEvents = (): readonly string[] =>
  hasRecordedEvents
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];

/** One recorded event as plain values. */
export const recorded = (name: string): unknown => JSON.parse(readFileSync(`${folder}${name}`, 'utf8'));

/** What varies between the alerts of one incident. */
export type AlertParts = {
  readonly subscriptionId?: string;
  readonly trackingId?: string;
  readonly status?: string;
  readonly stage?: string;
  readonly at?: string;
  readonly since?: string;
  readonly level?: number | string;
  readonly incidentType?: string;
  readonly services?: readonly (readonly [service: string, ...regions: string[]])[];
  readonly properties?: Readonly<Record<string, unknown>>;
};

const SUBSCRIPTION = '0d1c2b3a-0000-4000-8000-00000000c0de';

const impactedServices = (services: NonNullable<AlertParts['services']>) =>
  services.map(([ServiceName, ...regions]) => ({
    ServiceName,
    ImpactedRegions: regions.map((RegionName) => ({ RegionName })),
  }));

const record = (parts: AlertParts) => ({
  eventTimestamp: parts.at ?? '2026-03-01T10:00:00.1234567+00:00',
  operationName: 'Microsoft.ServiceHealth/incident/action',
  status: parts.status ?? 'Active',
  properties: {
    title: 'an outage',
    incidentType: parts.incidentType ?? 'Incident',
    trackingId: parts.trackingId ?? 'AB12-CD3',
    impactStartTime: parts.since ?? '2026-03-01T09:00:00Z',
    impactedServices: JSON.stringify(impactedServices(parts.services ?? [['Storage', 'USGov Virginia']])),
    stage: parts.stage ?? parts.status ?? 'Active',
    ...parts.properties,
  },
});

/** A Service Health alert in the common schema. */
export const commonAlert = (parts: AlertParts = {}) => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      monitoringService: 'ServiceHealth',
      monitorCondition: 'Fired',
      alertTargetIDs: [`/subscriptions/${parts.subscriptionId ?? SUBSCRIPTION}`],
      firedDateTime: '2026-03-01T10:00:05.1274414',
    },
    alertContext: { ...record(parts), channels: 1, eventSource: 2, level: parts.level ?? 2 },
  },
});

/** The same alert in the legacy schema. */
export const legacyAlert = (parts: AlertParts = {}) => ({
  schemaId: 'Microsoft.Insights/activityLogs',
  data: {
    status: 'Activated',
    context: {
      activityLog: {
        ...record(parts),
        channels: 'Admin',
        eventSource: 'ServiceHealth',
        level: parts.level ?? 'Error',
        subscriptionId: parts.subscriptionId ?? SUBSCRIPTION,
      },
    },
    properties: {},
  },
});

/** The item of Microsoft.ResourceHealth/events that tells the same incident. */
export const healthEvent = (parts: AlertParts = {}, regionStatus: (region: string) => string = () => 'Active') => ({
  name: parts.trackingId ?? 'AB12-CD3',
  properties: {
    eventType: 'ServiceIssue',
    status: parts.status ?? 'Active',
    eventLevel: parts.level ?? 'Error',
    title: 'an outage',
    impactStartTime: parts.since ?? '2026-03-01T09:00:00Z',
    lastUpdateTime: parts.at ?? '2026-03-01T10:00:00Z',
    impact: (parts.services ?? [['Storage', 'USGov Virginia']]).map(([impactedService, ...regions]) => ({
      impactedService,
      impactedRegions: regions.map((impactedRegion) => ({ impactedRegion, status: regionStatus(impactedRegion) })),
    })),
  },
});

const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs`;

/** A successful operation as Event Grid tells it. */
export const operationEvent = (parts: { operation?: string; resource?: string; at?: unknown; type?: string } = {}) => ({
  subject: parts.resource ?? RESOURCE,
  eventType: parts.type ?? 'Microsoft.Resources.ResourceActionSuccess',
  eventTime: parts.at ?? '2026-03-01T10:00:00.1234567Z',
  id: 'one',
  dataVersion: '2',
  data: {
    resourceUri: parts.resource ?? RESOURCE,
    operationName: parts.operation ?? 'Microsoft.Storage/storageAccounts/failover/action',
    claims: { name: 'Secret Person' },
  },
});
