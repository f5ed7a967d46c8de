import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const government = fileURLToPath(
  new URL('../../shared/data/service-tags/ServiceTags_AzureGovernment_20260720.json', import.meta.url),
);
const missing = existsSync(government) ? '' : ' (skipped: no real service tags beside the project)';

const demo = async (args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, ['simulator/demo.ts', ...args], { cwd: root, timeout: 100_000 });

const summary = async (args: readonly string[]) =>
  JSON.parse((await demo(['--json', '--speed', '300', ...args])).stdout);

const holds = (played: { ok: boolean; failover: Record<string, number>; failback: Record<string, number> }): void => {
  expect(played.ok).toBe(true);
  for (const leg of [played.failover, played.failback]) {
    expect(leg).toMatchObject({ writes: 2, earlyPolls: 0, cloudReady: true, protected: true });
    expect(leg['reads']).toBeLessThanOrEqual(8);
  }
};

describe('the demo', () => {
  it('plays a failover and the way back on our synthetic tags', async () => {
    holds(await summary([]));
  }, 120_000);

  it.skipIf(missing !== '')(
    `plays them on the real government file${missing}`,
    async () => {
      const played = await summary(['--service-tags', government]);
      holds(played);
      expect(played.failover).toMatchObject({ routesBefore: 129, routesAfter: 148 });
      expect(played.failback).toMatchObject({ routesBefore: 148, routesAfter: 129 });
    },
    120_000,
  );

  it('plays a region that fails, the move out of it and the way back', async () => {
    const played = await summary(['--scenario', 'region-down', '--speed', '600']);
    expect(played).toMatchObject({ ok: true, residence: ['target', 'home'], sweepWrites: 0 });
    const [there, back] = played.moves;
    expect(there).toMatchObject({ reason: 'outage', requestsToDeadRegion: 0, earlyPolls: 0, unplannedWrites: [] });
    expect(there.criticalPath.steps).toContain('gateway');
    const step = (id: string) => there.timeline.find((one: { id: string }) => one.id === id);
    // Side by side: the firewall is over long before the gateway.
    expect(step('firewall').startMinute).toBeLessThan(step('gateway').endMinute - 30);
    expect(there.writes.map(({ count }: { count: number }) => count).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
    expect(back).toMatchObject({ reason: 'return', writes: [], outcome: 'protected' });
  }, 120_000);

  it('plays a planned move into another client pool, which nothing takes back', async () => {
    const played = await summary(['--scenario', 'planned-move', '--speed', '600']);
    expect(played).toMatchObject({ ok: true, residence: ['target'], sweepWrites: 0 });
    expect(played.pool.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, true, true]);
  }, 120_000);

  it('plays too many routes: the move is asked for, declined, and not needed', async () => {
    const played = await summary(['--scenario', 'too-many-routes']);
    expect(played).toMatchObject({ ok: true, residence: ['home'], failover: { routes: 160, proven: true } });
    expect(played.blockedBecause).toContain('170 routes are needed');
    expect(played.alternatives.join(' ')).toContain('summarize');
  }, 120_000);

  it('tells a planned move on 80 columns, with the ten lines for the device at the new region', async () => {
    const { stdout } = await demo(['--scenario', 'planned-move', '--speed', '600']);
    expect(stdout).toContain('      6. Choose the region usgovtexas and select Apply.');
    expect(stdout).toContain('10. Confirm on the status page');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  }, 120_000);

  it('tells what it does on 80 columns', async () => {
    const { stdout } = await demo(['--help']);
    expect(stdout).toContain('--service-tags FILE');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
