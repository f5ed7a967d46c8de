import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackoff } from '../simulator/host/backoff.ts';
import { type Host, HostError, startHost } from '../simulator/host/host.ts';
import { parseHostSettings } from '../simulator/host/hostJson.ts';
import { parseSchedule } from '../simulator/host/schedule.ts';
import { parseTimeSpan } from '../simulator/host/timeSpan.ts';
import { behaviour, seen } from './fixtures/hostapp/seen.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
const clock = { time: 0, now: () => clock.time };

const start = (runTimers: boolean): Promise<Host> =>
  startHost({
    load: () => import('./fixtures/hostapp/timers.ts'),
    hostJson: new URL('./fixtures/hostapp/host.json', import.meta.url),
    storageConnectionString: 'UseDevelopmentStorage=true',
    keys: { function: 'f', master: 'm' },
    settings: { SWEEP: '12:00:00' },
    clock,
    runTimers,
  });

describe('the timer trigger', () => {
  let host: Host;
  beforeEach(() => {
    seen.length = 0;
    behaviour.hold = undefined;
    clock.time = at('2026-05-01T10:02:30Z');
  });
  afterEach(() => host.close());
  const runs = (name: string) => seen.filter((one) => one.name === name);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 100));

  it('follows the clock it is given and passes the library its camel-cased timer', async () => {
    host = await start(true);
    await settle();
    expect(runs('everyFiveMinutes')).toEqual([]);
    clock.time = at('2026-05-01T10:05:00Z');
    await expect.poll(() => runs('everyFiveMinutes').length).toBe(1);
    clock.time = at('2026-05-01T10:10:01Z');
    await expect.poll(() => runs('everyFiveMinutes').length).toBe(2);
    expect(runs('everyFiveMinutes').map(({ input }) => input)).toEqual([
      {
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '0001-01-01T00:00:00+00:00',
          next: '2026-05-01T10:05:00.000+00:00',
          lastUpdated: '0001-01-01T00:00:00+00:00',
        },
        isPastDue: false,
      },
      expect.objectContaining({
        scheduleStatus: {
          last: '2026-05-01T10:05:00.000+00:00',
          next: '2026-05-01T10:10:00.000+00:00',
          lastUpdated: '2026-05-01T10:05:00.000+00:00',
        },
      }),
    ]);
  });

  it('runs at start where the function says so, once', async () => {
    host = await start(true);
    await expect.poll(() => runs('atStart').length).toBe(1);
    await settle();
    expect(runs('atStart')).toHaveLength(1);
  });

  it('never runs one timer twice at once', async () => {
    let release = (): void => {};
    behaviour.hold = new Promise((resolve) => {
      release = resolve;
    });
    host = await start(true);
    clock.time = at('2026-05-01T10:05:00Z');
    await expect.poll(() => runs('everyFiveMinutes').length).toBe(1);
    clock.time = at('2026-05-01T10:21:00Z');
    const fired = host.fireTimer('everyFiveMinutes');
    await settle();
    expect(runs('everyFiveMinutes')).toHaveLength(1);
    release();
    expect((await fired).outcome).toBe('succeeded');
    expect(runs('everyFiveMinutes')).toHaveLength(2);
  });

  it('stays still with runTimers off, and fires by hand and through the admin door', async () => {
    host = await start(false);
    clock.time = at('2026-05-02T00:00:00Z');
    await settle();
    expect(seen).toEqual([]);
    await host.fireTimer('everyFiveMinutes');
    const headers = { 'x-functions-key': 'm', 'content-type': 'application/json' };
    const answer = await fetch(`${host.url}/admin/functions/everyFiveMinutes`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(202);
    await expect.poll(() => runs('everyFiveMinutes').length).toBe(2);
    await expect(host.fireTimer('nobody')).rejects.toThrow(HostError);
  });
});

describe('schedules', () => {
  it.each([
    ['0 */5 * * * *', '2026-05-01T10:02:30Z', '2026-05-01T10:05:00'],
    ['0 */5 * * * *', '2026-05-01T10:05:00Z', '2026-05-01T10:10:00'],
    ['*/5 * * * *', '2026-05-01T10:02:30Z', '2026-05-01T10:05:00'],
    ['0 30 9 * * Mon-Fri', '2026-05-01T10:00:00Z', '2026-05-04T09:30:00'],
    ['0 0 0 1 january *', '2026-05-01T10:00:00Z', '2027-01-01T00:00:00'],
    ['0 0 12 29 2 *', '2026-05-01T10:00:00Z', '2028-02-29T12:00:00'],
    ['15,45 59 23 31 12 *', '2026-12-31T23:59:15Z', '2026-12-31T23:59:45'],
    ['0 0 10/6 * * *', '2026-05-01T11:00:00Z', '2026-05-01T16:00:00'],
    ['0 0 0 13 * 5', '2026-05-01T00:00:00Z', '2026-11-13T00:00:00'],
    ['* * * * * *', '2026-05-01T10:00:00.500Z', '2026-05-01T10:00:01'],
    ['01:30:00', '2026-05-01T10:00:00Z', '2026-05-01T11:30:00'],
  ])('%s after %s comes at %s', (text, from, expected) => {
    expect(iso(parseSchedule(text).next(at(from)))).toBe(expected);
  });

  it.each([
    ['0 0 * *', 'neither'],
    ['60 * * * * *', '"60" is not a second'],
    ['0 0 0 * * 7', '"7" is not a day-of-week'],
    ['0 0 0 * Foo *', '"Foo" is not a month'],
    ['0 */0 * * * *', 'step'],
    ['0 30-10 * * * *', 'backwards'],
    ['00:00:00', 'no length'],
  ])('refuses %s and says why', (text, why) => {
    expect(() => parseSchedule(text)).toThrow(why);
  });

  it('refuses a day that no month has', () => {
    expect(() => parseSchedule('0 0 0 31 2 *').next(0)).toThrow('never comes');
  });
});

describe('settings', () => {
  it.each([
    ['00:00:02', 2000],
    ['1.02:03:04.5', 93_784_500],
    ['2', 172_800_000],
    ['24:00:00', undefined],
    ['2 s', undefined],
  ])('reads the TimeSpan %s as %s', (text, ms) => {
    expect(parseTimeSpan(text)).toBe(ms);
  });

  it("reads the project's own host.json", async () => {
    const { default: json } = await import('../host.json', { with: { type: 'json' } });
    expect(parseHostSettings(json)).toMatchObject({
      routePrefix: 'api',
      functionTimeoutMs: 300_000,
      queues: {
        maxPollingIntervalMs: 500,
        visibilityTimeoutMs: 10_000,
        batchSize: 16,
        newBatchThreshold: 16,
        maxDequeueCount: 5,
        messageEncoding: 'base64',
      },
    });
  });

  it.each([
    [{ version: '1.0' }, 'version'],
    [{ version: '2.0', functionTimeout: '5 minutes' }, 'functionTimeout'],
    [{ version: '2.0', extensions: { queues: { batchSize: 33 } } }, 'batchSize'],
    [{ version: '2.0', extensions: { queues: { messageEncoding: 'utf8' } } }, 'messageEncoding'],
  ])('refuses %j', (json, why) => {
    expect(() => parseHostSettings(json)).toThrow(why);
  });

  it('doubles the polling delay up to the most, and starts again at a message', () => {
    const next = createBackoff(2000, () => 0.5);
    const delays = [true, false, false, false, false, false, false].map((found) => Math.round(next(found)));
    expect(delays).toEqual([100, 200, 300, 500, 900, 1700, 2000]);
    expect(next(true)).toBe(100);
  });
});
