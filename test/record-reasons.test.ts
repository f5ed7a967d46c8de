import { expect, it } from 'vitest';
import { endRun, noCosts, summaryOf, withStep } from '../shared/record/progress.ts';
import type { Run } from '../shared/record/run.ts';
import { newSite } from '../shared/record/state.ts';

const step = {
  id: 'routeTable',
  title: 'Write the routes',
  status: 'pending',
  startedAt: null,
  endedAt: null,
  operation: null,
  why: null,
  notBefore: null,
  tries: 0,
  foreignHash: null,
} as const;

const run: Run = {
  id: 'run-1',
  digest: 'sha256:a',
  because: 'an event',
  by: 'policy',
  arrivedAt: '2026-07-20T03:00:00.000Z',
  startedAt: '2026-07-20T03:00:01.000Z',
  steps: [step],
  costs: noCosts,
  cloudReadyAt: null,
};

it('a reason without end is cut where it enters the state, so that ten runs of them fit into its row', () => {
  const endless = 'x'.repeat(500_000);
  const failed = withStep(run, 'routeTable', { status: 'failed', why: endless });
  expect(failed.steps[0]?.why).toMatch(/^x{1900,2000} \[\.\.\.\]$/);
  const summary = summaryOf(failed, 'failed', Date.parse(run.startedAt), 1, endless);
  const ended = Array.from({ length: 10 }).reduce(
    (state: ReturnType<typeof newSite>) => endRun(state, summary),
    newSite('rig-07'),
  );
  expect(ended.lastRuns).toHaveLength(10);
  expect(JSON.stringify({ ...ended, run: failed }).length).toBeLessThan(30_000);
});
