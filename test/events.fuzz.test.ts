import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import { readEventGrid } from '../shared/events/eventGrid.ts';
import { readHealthEvents } from '../shared/events/healthEvents.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import type { Reading } from '../shared/events/signal.ts';
import { commonAlert, healthEvent, legacyAlert, operationEvent } from './eventsData.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Anything goes, as long as what comes back can be filed, or the error is ours. */
const survives = (read: () => Reading): void => {
  let reading: Reading;
  try {
    reading = read();
  } catch (error) {
    expect(error).toBeInstanceOf(AutomationError);
    expect((error as AutomationError).code).toBe('ERR_EVENT');
    return;
  }
  expect(reading.signals.length + reading.ignored.length).toBeGreaterThan(0);
  for (const signal of reading.signals) {
    expect(signal.subscriptionId).not.toBe('');
    expect(signal.trackingId).not.toBe('');
    expect(signal.at).toMatch(iso);
    expect(signal.since).toMatch(iso);
    expect(signal.title.length).toBeLessThanOrEqual(200);
    expect(signal.impacts.some(({ serviceName, regionName }) => serviceName === '*' || regionName === '*')).toBe(false);
  }
};

const readers: readonly ((payload: unknown) => Reading)[] = [
  readServiceHealth,
  readEventGrid,
  readEvent,
  (payload) => readHealthEvents('s', payload),
];

const anything = fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true, withObjectString: true });

/** Values that a careless reader trips over, put where a string is expected. */
const odd = fc.oneof(
  anything,
  fc.constantFrom<unknown>(
    '__proto__',
    'constructor',
    '*',
    '',
    'x'.repeat(3_000),
    '\u0000\uD800',
    Number.NaN,
    -1,
    [],
    {},
  ),
  fc.constant({ value: 'Active', localizedValue: 'Aktiv' }),
);

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): readonly Path[] =>
  value !== null && typeof value === 'object'
    ? [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
    : [path];

const replaced = (value: unknown, [head, ...rest]: Path, by: unknown): unknown => {
  if (head === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === head ? replaced(item, rest, by) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [head]: replaced(object[head], rest, by) };
};

const seeds: readonly unknown[] = [
  commonAlert(),
  commonAlert({ properties: { impactedServices: [{ ServiceName: 'A', ImpactedRegions: [{ RegionName: 'B' }] }] } }),
  legacyAlert(),
  healthEvent(),
  { value: [healthEvent({ status: 'Resolved' })] },
  [operationEvent()],
];

/** A real event with one part of it replaced by something odd. */
const bent = fc.constantFrom(...seeds).chain((seed) => {
  const paths = pathsOf(seed);
  return fc.tuple(fc.constantFrom(...paths), odd, fc.constantFrom(...paths), odd).map(([one, by, other, and]) => {
    const once = replaced(seed, one, by);
    try {
      return replaced(once, other, and);
    } catch {
      return once;
    }
  });
});

describe('hostile payloads', () => {
  it('of any shape are read or refused, never worse', () => {
    fc.assert(
      fc.property(anything, (payload) => {
        for (const read of readers) survives(() => read(payload));
      }),
      { numRuns: 2_000 },
    );
  });

  it('that are real events with parts bent are read or refused, never worse', () => {
    fc.assert(
      fc.property(bent, (payload) => {
        for (const read of readers) survives(() => read(payload));
      }),
      { numRuns: 3_000 },
    );
  });

  it('nested a hundred thousand deep are refused', () => {
    let deep: unknown = [];
    for (let n = 0; n < 100_000; n += 1) deep = n % 2 === 0 ? [deep] : { value: deep, data: deep };
    for (const read of readers) survives(() => read(deep));
    const impactedServices = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    survives(() => readServiceHealth(commonAlert({ properties: { impactedServices } })));
  });

  it('as long as a megabyte keep no more impacts than Azure could have, and those of regions it has first', () => {
    const regions = Array.from({ length: 60_000 }, (_, n) => `Region ${n}`);
    const reading = readServiceHealth(commonAlert({ services: [['Storage', ...regions, 'USGov Virginia']] }));
    expect(reading.signals[0]?.impacts).toHaveLength(1_000);
    expect(reading.signals[0]?.impacts[0]?.region).toBe('usgovvirginia');
    expect(reading.ignored[0]?.reason).toBe('it has 59001 impacted regions beyond the 1000 that are kept');
    survives(() => readEvent(Array.from({ length: 200_000 }, () => 0)));
    survives(() => readEventGrid(Array.from({ length: 200_000 }, () => ({ eventType: 'x' }))));
  });

  it('of a megabyte of slashes cost no more than to read them', () => {
    const resource = `${'/'.repeat(2_046)}x`;
    const events = Array.from({ length: 480 }, () => operationEvent({ resource }));
    const started = performance.now();
    expect(readEventGrid(events).signals).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('name a subscription that one could have, or none', () => {
    const long = 's'.repeat(65);
    const readings = [
      readEventGrid(
        operationEvent({
          resource: `/subscriptions/${long}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a`,
        }),
      ),
      readServiceHealth(commonAlert({ subscriptionId: long })),
      readServiceHealth(legacyAlert({ subscriptionId: long })),
      readHealthEvents(long, healthEvent()),
    ];
    expect(readings.map(({ signals }) => signals)).toEqual([[], [], [], []]);
    expect(readings.map(({ ignored }) => ignored[0]?.reason)).toEqual([
      'its subscription is none that Azure has',
      ...Array(3).fill('it names no subscription; the sweep will find the incident if it is one'),
    ]);
  });

  it('with keys of the prototype change no prototype and find none', () => {
    const payload: unknown = JSON.parse(
      '{"__proto__":{"schemaId":"azureMonitorCommonAlertSchema"},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(() => readServiceHealth(payload)).toThrowError(expect.objectContaining({ code: 'ERR_EVENT' }));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
