import { commonAlert, healthEvent, legacyAlert, operationEvent } from '../eventsData.ts';

const home = 'USGov Virginia';
const four = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'] as const;
const minute = (n: number): string => new Date(Date.parse('2026-07-20T02:50:00Z') + n * 60_000).toISOString();
const hit = (...names: readonly string[]) => names.map((name) => [name, home] as const);

/** A site's storage account, whose failover is part of the story. */
export const accountIn = (subscriptionId: string): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/logs`;

/**
 * Everything one subscription hears around one incident, in the order it happened: alerts in both schemas, the list's
 * word on single regions, a failover of the site's account told twice, the end, the review, and what must change nothing.
 */
export const incidentStory = (subscriptionId: string): readonly unknown[] => {
  const since = minute(-10);
  const alert = (parts: Parameters<typeof commonAlert>[0]) => commonAlert({ subscriptionId, since, ...parts });
  const item = (parts: Parameters<typeof healthEvent>[0], status?: (region: string) => string) => ({
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events/AB12-CD3`,
    ...healthEvent({ since, ...parts }, status),
  });
  const operation = (at: string) =>
    operationEvent({
      operation: 'Microsoft.Storage/storageAccounts/failover/action',
      resource: accountIn(subscriptionId),
      at,
    });
  return [
    alert({ at: minute(0), services: hit('Storage', 'Quantum Toaster') }),
    legacyAlert({ subscriptionId, since, at: minute(1), services: hit(...four) }),
    alert({ at: minute(2), services: hit(...four), stage: 'Updated' }),
    alert({ at: minute(3), services: hit(...four), properties: { isSynthetic: 'True' }, trackingId: 'TEST-1' }),
    operation(minute(4)),
    operation(minute(9)),
    alert({ at: minute(5), services: hit(...four), incidentType: 'Informational', trackingId: 'INFO-1' }),
    item({ at: minute(6), services: [['Key Vault', home, 'USGov Texas']] }, (region) =>
      region === home ? 'Active' : 'Resolved',
    ),
    alert({ at: minute(7), services: [['Event Hubs', 'Global']], trackingId: 'GLOB-1' }),
    item({ at: minute(20), services: hit('Service Bus') }, () => 'Resolved'),
    alert({ at: minute(30), status: 'Resolved', services: hit(...four) }),
    { ...item({ at: minute(60), services: hit(...four) }), properties: { ...item({}).properties, eventType: 'RCA' } },
  ];
};
