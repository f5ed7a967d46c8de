import { describe, expect, it } from 'vitest';
import type { RecordedExchange } from '../simulator/arm/recorded.ts';
import { pollDelays, writesIn } from '../simulator/demo/moveCalls.ts';
import { legHolds, type MoveLeg } from '../simulator/demo/moveLeg.ts';
import { readDemoOptions } from '../simulator/demo/options.ts';
import { type TimelineStep, timelineLines } from '../simulator/demo/timeline.ts';

const exchange = (change: Partial<RecordedExchange>): RecordedExchange => ({
  at: 0,
  label: 'RouteTables_CreateOrUpdate',
  method: 'PUT',
  url: 'https://localhost/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t?api-version=1',
  requestHeaders: {},
  requestBody: undefined,
  status: 201,
  responseHeaders: {},
  responseBody: undefined,
  ...change,
});

const poll = (retryAfterSeconds: number, waitedSeconds: number, earlyBySeconds?: number): RecordedExchange =>
  exchange({
    label: 'Operations_Poll',
    method: 'GET',
    retryAfterSeconds,
    waitedSeconds,
    ...(earlyBySeconds === undefined ? {} : { earlyBySeconds }),
  });

const step = (id: string, startMinute: number, endMinute: number, critical = false): TimelineStep => ({
  id,
  title: id,
  outcome: 'done',
  startMinute,
  endMinute,
  estimateMinutes: 1,
  critical,
});

describe('the figures of a move', () => {
  it('count what Azure took by resource, and not what it refused', () => {
    const table = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t';
    const writes = writesIn([exchange({}), exchange({ status: 429 }), exchange({ status: 200 }), poll(10, 10)]);
    expect(writes).toEqual([{ method: 'PUT', resource: table, count: 2 }]);
  });

  it("count a poll as late by the wall's time, whatever the simulation's speed", () => {
    // 10 s and 10 % of it: 1 s of the wall, which is 200 s of a clock that runs 200 times as fast.
    const delays = pollDelays([poll(10, 10), poll(10, 205), poll(10, 230), poll(20, 15, 5)], 200);
    expect(delays).toEqual({ polls: 4, earlyPolls: 1, latePolls: 1, longestDelayMs: 1_100 });
  });

  it.each([
    ['an early poll', { earlyPolls: 1 }],
    ['a late poll on a clock slow enough to tell', { latePolls: 1, speed: 20 }],
    ['a request to the dead region', { requestsToDeadRegion: 1 }],
    ['a write that nobody approved', { unplannedWrites: ['x: 2, planned 1'] }],
    ['no proof', { checks: [] }],
    ['another outcome', { outcome: 'cancelled' }],
  ] as const)('do not hold with %s', (_, change) => {
    const good = {
      outcome: 'protected',
      checks: ['all wanted addresses go to the firewall'],
      speed: 200,
      earlyPolls: 0,
      latePolls: 1,
      requestsToDeadRegion: 0,
      unplannedWrites: [],
    } as unknown as MoveLeg;
    expect(legHolds(good)).toBe(true);
    expect(legHolds({ ...good, ...change })).toBe(false);
  });
});

describe('the timeline of a move', () => {
  it('is in the order in which steps began, within 80 columns, and its bars stand side by side', () => {
    const lines = timelineLines([
      step('gateway', 2, 49.5, true),
      step('firewall', 2, 8),
      step('a resource of an uncommonly long name', 0, 0.1),
      step('settle', 99.9, 100),
    ]);
    expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual(['a', '*gateway', 'firewall', 'settle']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const bar = (line = '') => [line.indexOf('█'), line.lastIndexOf('█')];
    const [gateway, firewall] = [bar(lines[2]), bar(lines[3])];
    expect(gateway[0]).toBe(firewall[0]);
    expect(gateway[1]).toBeGreaterThan((firewall[1] ?? 0) + 10);
  });
});

describe("the demo's options", () => {
  it('are a service failover at 60 times by default, and a story with a move at 200', () => {
    expect(readDemoOptions([])).toMatchObject({ scenario: 'service-failover', speed: 60, warm: false });
    expect(readDemoOptions(['--scenario', 'region-down', '--standby', 'warm'])).toMatchObject({
      speed: 200,
      warm: true,
      silence: 'refused',
    });
  });

  it.each([
    [['--scenario', 'earthquake'], /"earthquake" is none of service-failover, region-down/],
    [['--speed', '0'], /not a number from 1 to 1000/],
    [['--silence', 'golden'], /"golden" is none of refused, hanging, unavailable/],
    [['--standby', 'hot'], /"hot" is none of cold, warm/],
    [['--what'], /what/],
  ])('refuse %j', (args, message) => {
    expect(() => readDemoOptions(args)).toThrow(message);
  });
});
