import { describe, expect, it } from 'vitest';
import { readEventGrid } from '../shared/events/eventGrid.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import { operationEvent } from './eventsData.ts';

const id = (path: string) => `/subscriptions/Sub-1/resourceGroups/RG/providers/${path}`;

describe('a failover operation', () => {
  it.each([
    ['Microsoft.Storage/storageAccounts/failover/action', 'Microsoft.Storage/storageAccounts/Acc', '', 'Storage'],
    ['Microsoft.Sql/servers/failoverGroups/failover/action', 'Microsoft.Sql/servers/s1', '/failoverGroups/g', 'Sql'],
    [
      'Microsoft.Sql/servers/failoverGroups/forceFailoverAllowDataLoss/action',
      'Microsoft.Sql/servers/s1',
      '/failoverGroups/g',
      'Sql',
    ],
    [
      'Microsoft.DocumentDB/databaseAccounts/failoverPriorityChange/action',
      'Microsoft.DocumentDB/databaseAccounts/c1',
      '',
      'AzureCosmosDB',
    ],
    [
      'Microsoft.EventHub/namespaces/disasterRecoveryConfigs/failover/action',
      'Microsoft.EventHub/namespaces/n1',
      '/disasterRecoveryConfigs/alias',
      'EventHub',
    ],
    [
      'Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs/failover/action',
      'Microsoft.ServiceBus/namespaces/n1',
      '/disasterRecoveryConfigs/alias',
      'ServiceBus',
    ],
    ['Microsoft.Devices/iotHubs/failover/action', 'Microsoft.Devices/IotHubs/h1', '', 'AzureIoTHub'],
  ])('%s on %s%s opens a fact for %s', (operation, owner, child, service) => {
    const [signal] = readEventGrid(
      operationEvent({ operation: operation.toUpperCase(), resource: id(owner + child) }),
    ).signals;
    const resourceId = id(owner).toLowerCase();
    expect(signal).toMatchObject({
      source: 'eventGrid',
      subscriptionId: 'sub-1',
      resourceId,
      trackingId: `failover:${resourceId}`,
      state: 'open',
      acts: true,
      impacts: [{ serviceName: service, region: null, regionName: '', state: 'open' }],
    });
  });

  it('says the same as a CloudEvent, in an array, with a Date, and as an alert on the activity log', () => {
    const resource = id('Microsoft.Storage/storageAccounts/acc');
    const at = '2026-03-01T10:00:00.500Z';
    const event = operationEvent({ resource, at });
    const { eventType, eventTime, dataVersion, ...rest } = event;
    const cloud = { ...rest, type: eventType, time: eventTime, source: '/subscriptions/Sub-1', specversion: '1.0' };
    const alert = {
      schemaId: 'azureMonitorCommonAlertSchema',
      data: {
        essentials: { monitoringService: 'Activity Log - Administrative', alertTargetIDs: [resource] },
        alertContext: {
          eventSource: 'Administrative',
          operationName: event.data.operationName,
          status: 'Succeeded',
          eventTimestamp: at,
          claims: '{"name":"Secret Person"}',
        },
      },
    };
    const expected = readEventGrid(event);
    expect(expected.signals).toHaveLength(1);
    expect(JSON.stringify(expected)).not.toContain('Secret');
    expect(readEventGrid(cloud)).toEqual(expected);
    expect(readEventGrid([event])).toEqual(expected);
    expect(readEventGrid(operationEvent({ resource, at: new Date(at) }))).toEqual(expected);
    expect(readServiceHealth(alert)).toEqual(expected);
    expect(readEvent(cloud)).toEqual(expected);
  });

  it.each(['Started', 'Accepted', 'Failed', ''])('in the activity log with status "%s" is ignored', (status) => {
    const record = {
      operationName: { value: 'Microsoft.Storage/storageAccounts/failover/action' },
      eventTimestamp: '2026-03-01T10:00:00Z',
      resourceId: id('Microsoft.Storage/storageAccounts/acc'),
      status: { value: status },
    };
    expect(readEvent(record)).toMatchObject({
      signals: [],
      ignored: [{ reason: expect.stringContaining('not Succeeded') }],
    });
  });

  it.each([
    [
      'inside a region',
      'Microsoft.Sql/servers/databases/failover/action',
      undefined,
      'it fails over inside its region, no route change',
    ],
    ['nobody knows', 'Microsoft.Cache/redis/failover/action', undefined, 'unknown failover operation, no route change'],
    ['of another kind', 'Microsoft.Storage/storageAccounts/listKeys/action', undefined, 'not a failover operation'],
    [
      'on a resource of another type',
      'Microsoft.Storage/storageAccounts/failover/action',
      'Microsoft.Compute/virtualMachines/vm',
      'it names no resource of microsoft.storage/storageaccounts',
    ],
  ])('%s is ignored', (_name, operation, path, reason) => {
    const resource = id(path ?? `${operation.split('/').slice(0, 2).join('/')}/x`);
    const reading = readEventGrid(operationEvent({ operation, resource }));
    expect(reading).toMatchObject({ signals: [], ignored: [{ reason }] });
  });

  it.each([
    ['Microsoft.Resources.ResourceActionFailure', 'did not succeed'],
    ['Microsoft.Resources.ResourceActionCancel', 'did not succeed'],
    ['Microsoft.Resources.ResourceWriteSuccess', 'not a type of event'],
    ['Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated', 'health of one resource'],
    ['Microsoft.EventGrid.SubscriptionValidationEvent', 'handshake'],
  ])('told by an event of type %s is ignored', (type, reason) => {
    expect(readEventGrid(operationEvent({ type }))).toMatchObject({
      signals: [],
      ignored: [{ reason: expect.stringContaining(reason) }],
    });
  });
});

describe('what is no event', () => {
  it.each([
    ['null', null],
    ['a string', 'x'],
    ['no array of events', []],
    ['an alert', { schemaId: 'x', data: {} }],
  ])('%s is refused', (_name, payload) => {
    expect(() => readEventGrid(payload)).toThrowError(expect.objectContaining({ code: 'ERR_EVENT' }));
  });

  it('is left aside in an array with others', () => {
    const reading = readEventGrid([7, operationEvent()]);
    expect(reading.signals).toHaveLength(1);
    expect(reading.ignored).toEqual([{ what: 'an item of the array', reason: 'not an event of Event Grid' }]);
  });
});
