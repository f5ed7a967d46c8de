import { describe, expect, it } from 'vitest';
import { readEventGrid } from '../shared/events/eventGrid.ts';
import { readHealthEvents } from '../shared/events/healthEvents.ts';
import { at } from '../shared/events/payload.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import { hasRecordedEvents, recorded, recordedEvents, skippedWithout } from './eventsData.ts';

/** What each recorded file says: `acts` and `shown` become a signal, `ignored` says why, `refused` is no event. */
const rows: readonly (readonly [file: string, end: 'acts' | 'shown' | 'ignored' | 'refused', says: string])[] = [
  ['01-sh-common-resolved-real-storage-northeurope.json', 'acts', 'ZT_1-J90 closed Storage/northeurope'],
  ['04-sh-legacy-active-vm-australiaeast.json', 'shown', 'level is Informational'],
  ['05-sh-legacy-testaction-resolved-global.json', 'shown', 'test alert'],
  ['06-sh-impactedservices-multiregion-escaped-fragment.json', 'refused', 'neither an alert nor an event'],
  ['07-sh-impactedservices-multiregion-parsed.json', 'refused', 'neither an alert nor an event'],
  ['08-activitylog-rest-servicehealth-active-uksouth.json', 'acts', 'NA0F-BJG open Service Fabric/uksouth'],
  ['09-eg-resourceactionsuccess-eventgridschema.json', 'ignored', 'not a failover operation'],
  ['10-eg-resourceactionsuccess-cloudevents.json', 'ignored', 'not a failover operation'],
  ['12-eg-health-availabilitystatuschanged-cloudevents.json', 'ignored', 'health of one resource'],
  ['13-eg-health-availabilitystatuschanged-eventgridschema.json', 'ignored', 'health of one resource'],
  ['15-eg-subscriptionvalidation.json', 'ignored', 'handshake'],
  ['15b-eg-subscriptionvalidation-response.json', 'refused', 'neither an alert nor an event'],
  ['16-am-metric-platform-resolved.json', 'ignored', 'neither a Service Health alert'],
  ['17-am-activitylog-administrative-testaction.json', 'ignored', 'nor a failover operation'],
  ['20-am-budget-legacy-aip.json', 'ignored', 'no schema of activity log alerts'],
  ['23-eg-deadletter-eventgridschema.json', 'ignored', 'not a type of event'],
  ['24-arm-resourcehealth-events-list-example.json', 'acts', 'BC_1-FXZ open Virtual Machines/westus'],
  [
    'constructed/D1-eg-storage-failover-eventgridschema.json',
    'acts',
    'storageaccounts/{storage-name} open Storage/null',
  ],
  [
    'constructed/D3-sh-common-active-multiregion.json',
    'acts',
    'ZT_1-J90 open Storage/northeurope Storage/westeurope Key Vault/northeurope',
  ],
];

/** How a payload ends, and one line that says what became of it. */
const endOf = (payload: unknown): readonly [end: string, says: string] => {
  try {
    const { signals, ignored } = readEvent(payload);
    const [signal] = signals;
    if (!signal) return ['ignored', ignored.map(({ reason }) => reason).join('; ')];
    const impacts = signal.impacts.map(({ serviceName, region }) => `${serviceName}/${region}`);
    return signal.acts ? ['acts', `${signal.trackingId} ${signal.state} ${impacts.join(' ')}`] : ['shown', signal.why];
  } catch (error) {
    return [(error as { code?: string }).code === 'ERR_EVENT' ? 'refused' : 'broken', String(error)];
  }
};

describe.skipIf(!hasRecordedEvents)(`recorded events${skippedWithout}`, () => {
  it('have a row each', () => {
    expect(rows.map(([file]) => file)).toEqual(recordedEvents());
  });

  it.each(rows)('%s: %s', (file, end, says) => {
    const [actual, told] = endOf(recorded(file));
    expect(actual).toBe(end);
    expect(told).toContain(says);
  });

  it('give the subscription that stands between the slashes, and times as UTC milliseconds', () => {
    const [signal] = readServiceHealth(recorded('01-sh-common-resolved-real-storage-northeurope.json')).signals;
    expect(signal).toMatchObject({
      source: 'serviceHealth',
      subscriptionId: '{subscriptionid}',
      at: '2020-03-23T17:51:53.577Z',
      since: '2020-03-23T16:40:51.809Z',
      title: 'Storage - North Europe - Mitigated',
      resourceId: null,
    });
  });

  it('of a storage failover carry the resource and nothing of the claims', () => {
    const reading = readEventGrid(recorded('constructed/D1-eg-storage-failover-eventgridschema.json'));
    const resourceId =
      '/subscriptions/{subscription-id}/resourcegroups/{resource-group}/providers/microsoft.storage/storageaccounts/{storage-name}';
    expect(reading.signals).toHaveLength(1);
    expect(reading.signals[0]).toMatchObject({ resourceId, trackingId: `failover:${resourceId}`, source: 'eventGrid' });
    expect(JSON.stringify(reading)).not.toMatch(/claim|issuer|principal/i);
  });

  it('of the events API are read by item, with the subscription they were asked for', () => {
    const page = at(recorded('24-arm-resourcehealth-events-list-example.json'), 'responses', '200', 'body', 'value');
    const [item] = page as unknown[];
    expect(readHealthEvents('ABC-1', item).signals[0]).toMatchObject({
      subscriptionId: 'abc-1',
      trackingId: 'BC_1-FXZ',
      at: '2018-11-08T00:00:00.000Z',
    });
  });

  it('are read alike one by one and in an array, strangers and all', () => {
    const readable = rows.filter(([, end]) => end !== 'refused').map(([file]) => recorded(file));
    const whole = readEvent([...readable.filter((payload) => !Array.isArray(payload)), 'a stranger']);
    expect(whole.signals.length).toBe(6);
    expect(whole.ignored.at(-1)?.reason).toBe('not an event that can be read');
  });
});
