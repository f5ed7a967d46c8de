import { describe, expect, it } from 'vitest';
import { readHealthEvents } from '../shared/events/healthEvents.ts';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import type { Signal } from '../shared/events/signal.ts';
import { commonAlert, healthEvent, legacyAlert } from './eventsData.ts';

const only = (reading: { signals: readonly Signal[] }): Signal => {
  const [signal, ...more] = reading.signals;
  if (!signal || more.length > 0) throw new Error(`expected one signal, got ${reading.signals.length}`);
  return signal;
};

describe('a Service Health alert', () => {
  it('says the same in both schemas, whatever the types of its numbers', () => {
    const parts = { subscriptionId: 'SUB-1', services: [['Key Vault', 'UK South', 'UK West']] } as const;
    const common = only(readServiceHealth(commonAlert(parts)));
    expect(common).toEqual(only(readServiceHealth(legacyAlert(parts))));
    expect(common).toMatchObject({ subscriptionId: 'sub-1', acts: true, state: 'open' });
  });

  it('takes impactedServices as an array too', () => {
    const impactedServices = [{ ServiceName: 'Storage', ImpactedRegions: [{ RegionName: 'North Europe' }] }];
    const signal = only(readServiceHealth(commonAlert({ properties: { impactedServices } })));
    expect(signal.impacts).toEqual([
      { serviceName: 'Storage', region: 'northeurope', regionName: 'North Europe', state: 'open' },
    ]);
  });

  it('falls back on service and region where impactedServices cannot be read', () => {
    const properties = { impactedServices: '[{', service: 'Event Hubs', region: 'East US 2' };
    expect(only(readServiceHealth(commonAlert({ properties }))).impacts).toMatchObject([
      { serviceName: 'Event Hubs', region: 'eastus2' },
    ]);
  });

  it.each([
    ['status Resolved', { status: 'Resolved', stage: 'Active' }, 'closed'],
    ['stage Resolved', { status: 'Active', stage: 'Resolved' }, 'closed'],
    ['stage RCA', { status: 'Active', stage: 'RCA' }, 'closed'],
    ['status Updated', { status: 'Updated', stage: 'Active' }, 'open'],
    ['status In Progress', { status: 'In Progress', stage: 'Active' }, 'open'],
  ] as const)('with %s is read for what it says, not for the other word', (_name, parts, state) => {
    const signal = only(readServiceHealth(commonAlert(parts)));
    expect(signal.state).toBe(state);
    expect(signal.impacts.every((impact) => impact.state === state)).toBe(true);
  });

  it('never looks at monitorCondition', () => {
    const alert = commonAlert();
    alert.data.essentials.monitorCondition = 'Resolved';
    expect(only(readServiceHealth(alert)).state).toBe('open');
  });

  it.each([
    ['a test alert', { properties: { IsSynthetic: 'True' } }, 'test alert'],
    ['a test alert of the legacy schema', { properties: { isSynthetic: true } }, 'test alert'],
    ['maintenance', { incidentType: 'Maintenance' }, 'type is Maintenance'],
    ['a security notice', { incidentType: 'Security' }, 'type is Security'],
    ['an action required', { incidentType: 'ActionRequired' }, 'type is ActionRequired'],
    ['an informational type', { incidentType: 'Informational' }, 'type is Informational'],
    ['an informational level by number', { level: 4 }, 'level is Informational'],
    ['an informational level by word', { level: 'Informational' }, 'level is Informational'],
    ['region Global', { services: [['Azure DNS', 'Global']] }, 'Global'],
    ['a region nobody knows', { services: [['Storage', 'Atlantis Central']] }, 'no table knows'],
    ['no service at all', { services: [] }, 'no service with a region'],
  ] as const)('about %s is recorded and does not act', (_name, parts, why) => {
    const signal = only(readServiceHealth(commonAlert(parts)));
    expect(signal.acts).toBe(false);
    expect(signal.why).toContain(why);
  });

  it('acts for the region it knows beside one that it does not', () => {
    const signal = only(readServiceHealth(commonAlert({ services: [['Storage', 'Global', 'Atlantis', 'UK South']] })));
    expect(signal.acts).toBe(true);
    expect(signal.impacts.map(({ region }) => region)).toEqual(['global', null, 'uksouth']);
  });

  it('keeps a test apart from the incident whose tracking id it bears', () => {
    const signal = only(
      readServiceHealth(commonAlert({ trackingId: 'AB12-CD3', properties: { isSynthetic: 'true' } })),
    );
    expect(signal.trackingId).toBe('test:AB12-CD3');
  });

  it.each([
    ['2026-03-01T10:00:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00.1274414', '2026-03-01T10:00:00.127Z'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T12:00:00.5+02:00', '2026-03-01T10:00:00.500Z'],
    ['yesterday', '2026-03-01T10:00:05.127Z'],
  ])('dated %s is dated %s', (written, at) => {
    expect(only(readServiceHealth(commonAlert({ at: written }))).at).toBe(at);
  });

  it('cannot have begun after it was told', () => {
    const signal = only(readServiceHealth(commonAlert({ at: '2026-03-01T10:00:00Z', since: '2026-03-02T00:00:00Z' })));
    expect(signal.since).toBe(signal.at);
  });

  it('keeps its title as text, cut to 200 characters and one line', () => {
    const title = `<script>alert(1)</script>\n${'x'.repeat(500)}`;
    const signal = only(readServiceHealth(commonAlert({ properties: { title } })));
    expect(signal.title).toHaveLength(200);
    expect(signal.title).toMatch(/^<script>alert\(1\)<\/script> x+$/);
  });

  it.each([
    ['no tracking id', { trackingId: '' }],
    ['the tracking id of an operation', { trackingId: 'failover:/subscriptions/a/b' }],
    ['a tracking id as long as a book', { trackingId: 'x'.repeat(5_000) }],
    ['no subscription', { subscriptionId: '' }],
  ])('with %s is ignored with the reason', (_name, parts) => {
    const reading = readServiceHealth(commonAlert(parts));
    expect(reading.signals).toEqual([]);
    expect(reading.ignored[0]?.reason).toContain('the sweep will find');
  });

  it('cannot speak of the incident as a whole by calling a service *', () => {
    const reading = readServiceHealth(
      commonAlert({
        services: [
          ['*', '*'],
          ['Storage', 'UK South'],
        ],
      }),
    );
    expect(only(reading).impacts.map(({ serviceName }) => serviceName)).toEqual(['Storage']);
    expect(reading.ignored[0]?.reason).toContain('without a readable name');
  });
});

describe('what is no alert', () => {
  it.each([
    ['null', null],
    ['a string', 'azureMonitorCommonAlertSchema'],
    ['an array', [commonAlert()]],
    ['an object without schemaId', { data: {} }],
    ['a schemaId that is a number', { schemaId: 7 }],
    ['a common alert without its content', { schemaId: 'azureMonitorCommonAlertSchema', data: {} }],
    ['a legacy alert without its record', { schemaId: 'Microsoft.Insights/activityLogs', data: { context: {} } }],
  ])('%s is refused', (_name, payload) => {
    expect(() => readServiceHealth(payload)).toThrowError(expect.objectContaining({ code: 'ERR_EVENT' }));
  });

  it.each(['Resource Health', 'ResourceHealth', 'Log Alerts V2', 'Activity Log - Policy'])(
    'an alert of %s is ignored',
    (monitoringService) => {
      const alert = { ...commonAlert(), data: { essentials: { monitoringService }, alertContext: {} } };
      expect(readServiceHealth(alert)).toMatchObject({
        signals: [],
        ignored: [{ reason: expect.stringContaining('neither') }],
      });
    },
  );
});

describe('an event of Microsoft.ResourceHealth', () => {
  it('speaks of the same incident, services and regions as the alert', () => {
    const alert = only(readServiceHealth(commonAlert({ subscriptionId: 'S' })));
    const event = only(readHealthEvents('S', healthEvent()));
    expect(event).toMatchObject({ subscriptionId: alert.subscriptionId, trackingId: alert.trackingId, acts: true });
    expect(event.impacts).toEqual(alert.impacts);
  });

  it('tells one region recovered before the other', () => {
    const item = healthEvent({ services: [['Storage', 'UK South', 'UK West']] }, (region) =>
      region === 'UK West' ? 'Resolved' : 'Active',
    );
    const signal = only(readHealthEvents('s', item));
    expect(signal.state).toBe('open');
    expect(signal.impacts.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('is as new as the newest of its regions', () => {
    const item = healthEvent({ at: '2026-03-01T10:00:00Z' });
    const [impact] = item.properties.impact;
    const regions = impact?.impactedRegions.map((region) => ({ ...region, lastUpdateTime: '2026-03-01T10:30:00Z' }));
    const newer = { ...item, properties: { ...item.properties, impact: [{ ...impact, impactedRegions: regions }] } };
    expect(only(readHealthEvents('s', newer)).at).toBe('2026-03-01T10:30:00.000Z');
  });

  it('that lists a region twice has it open while one of them is', () => {
    for (const open of [0, 1]) {
      let nth = 0;
      const item = healthEvent({ services: [['Storage', 'UK South', 'UK South']] }, () =>
        nth++ === open ? 'Active' : 'Resolved',
      );
      expect(only(readHealthEvents('s', item)).impacts).toMatchObject([{ region: 'uksouth', state: 'open' }]);
    }
  });

  it('closes every region when it is resolved as a whole', () => {
    const signal = only(readHealthEvents('s', healthEvent({ status: 'Resolved' })));
    expect(signal.state).toBe('closed');
    expect(signal.impacts.map(({ state }) => state)).toEqual(['closed']);
  });

  it.each(['PlannedMaintenance', 'HealthAdvisory', 'SecurityAdvisory', 'Billing'])(
    'of type %s does not act',
    (eventType) => {
      const item = healthEvent();
      item.properties.eventType = eventType;
      expect(only(readHealthEvents('s', item)).acts).toBe(false);
    },
  );

  it('is informational only where every level given says so', () => {
    const item = healthEvent({ level: 'Informational' });
    expect(only(readHealthEvents('s', item)).acts).toBe(false);
    const warned = { ...item, properties: { ...item.properties, level: 'Warning' } };
    expect(only(readHealthEvents('s', warned)).acts).toBe(true);
  });

  it.each([null, 'x', {}, { name: 'A' }, { name: 'A', properties: {} }])(
    'that is %o is ignored, never thrown',
    (item) => {
      expect(readHealthEvents('s', item)).toMatchObject({ signals: [], ignored: [{ reason: expect.any(String) }] });
    },
  );
});
