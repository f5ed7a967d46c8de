import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { largestSitesFile, readSites } from '../shared/base/site.ts';
import { readMessage } from '../shared/record/message.ts';
import { summaryOfPlan } from '../shared/record/planSummary.ts';
import type { SiteState } from '../shared/record/state.ts';
import { planOn, tagsOf } from './planData.ts';
import { away, confirmed, inPlace, offered, pastRun, run, stateOf, step, word } from './recordData.ts';
import { building, moveRecord, pastMove } from './recordMoveData.ts';

/** As much as ARM's words may be when they are scrubbed, and a poll address as long as ARM's longest. */
const armWords = 'x'.repeat(1_510);
const operation = { operationUrl: `https://arm.test/${'o'.repeat(2_000)}`, notBefore: 1 };
const lines = (count: number) => Array.from({ length: count }, (_, at) => `${at} ${'y'.repeat(1_300)}`);

const plan = planOn({ tags: tagsOf({ home: ['30.0.0.0/24'] }) });
const endless = {
  ...plan,
  decision: { ...plan.decision, reasons: lines(300) },
  alarms: lines(300),
  notes: lines(300),
  blockers: lines(300).map((message) => ({ code: 'ROUTE_BUDGET' as const, message, remedy: message })),
};

describe('what is remembered of a plan', () => {
  it('is some lines of each kind, and how many more there are', () => {
    const { reasons, blockers, alarms } = summaryOfPlan(endless, 0);
    expect([reasons.length, reasons.at(-1), blockers.length]).toEqual([61, 'And 240 more; see the plan.', 60]);
    expect(Math.max(...alarms.map(({ length }) => length))).toBeLessThanOrEqual(600);
  });

  it('is all of it where it is short', () => {
    const { reasons, alarms, notes } = summaryOfPlan(plan, 0);
    expect({ reasons, alarms, notes }).toEqual({
      reasons: plan.decision.reasons,
      alarms: plan.alarms,
      notes: plan.notes,
    });
  });
});

describe('the state of a site', () => {
  const worst: SiteState = stateOf({
    adopted: word(),
    paused: word({ reason: 'r'.repeat(1_000) }),
    approved: word(),
    run: run([step('firewall', 'running', { why: armWords, operation }), step('routeTable', 'pending')]),
    inPlace: inPlace(),
    mayBeAway: lines(100).map((line) => line.slice(0, 80)),
    left: lines(100).map((line) => ({ service: line.slice(0, 80), at: '2026-03-23T03:12:00.000Z' })),
    device: { offered: offered(), confirmed: confirmed() },
    lastPlan: { ...away(), ...summaryOfPlan(endless, 0) },
    attention: { why: armWords, since: '2026-03-23T03:12:00.000Z', code: 'RUN_FAILED' },
    lastRuns: Array.from({ length: 10 }, () => pastRun({ why: armWords })),
    lastMoves: Array.from({ length: 5 }, () => pastMove({ why: armWords })),
    told: lines(50).map((line) => `alarm ${line}`),
    move: building({
      steps: Array.from({ length: 40 }, (_, at) => moveRecord(`step ${at}`, 'running', { why: armWords, operation })),
    }),
  });

  it('fits its row even while a move of forty steps goes wrong everywhere', () => {
    expect(JSON.stringify(worst).length).toBeLessThan(480_000);
  });
});

describe('a queue message', () => {
  const look = { kind: 'look', because: 'an event', subscriptionIds: null, arrivedAt: 1 };

  it.each([
    ['a reason of 2,001 characters', { because: 'x'.repeat(2_001) }],
    ['5,001 subscriptions', { subscriptionIds: Array.from({ length: 5_001 }, () => 's') }],
  ])('is not ours with %s', (_what, more) => {
    expect(readMessage(look)).toEqual(look);
    expect(() => readMessage({ ...look, ...more })).toThrow('has a form this version does not know');
  });
});

describe('a sites file', () => {
  it('is refused above its size before it is parsed', () => {
    const text = `{"cloud": "Public", "sites": [], "x": "${'x'.repeat(largestSitesFile)}"}`;
    expect(() => readSites(text, 'sites.json')).toThrow(/sites\.json has .* characters, more than 16,777,216/);
  });

  it('with 5,000 sites is far below it', () => {
    const sites = Array.from({ length: 5_000 }, (_, at) => ({
      id: `rig-${at}`,
      subscriptionId: '00000000-0000-0000-0000-000000000007',
      resourceGroup: `ase-${at}`,
      homeRegion: 'usgovvirginia',
      services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
      network: {
        virtualNetwork: 'v',
        gateway: 'g',
        firewall: 'f',
        routeTable: 'r',
        clientAddressPool: '192.168.150.0/24',
      },
    }));
    const text = JSON.stringify({ cloud: 'AzureGovernment', sites });
    expect(text.length).toBeLessThan(largestSitesFile / 4);
    expect(readSites(text, 'sites.json')).toHaveLength(5_000);
  });
});

describe('the page of limits', () => {
  const page = readFileSync(new URL('../docs/LIMITS.md', import.meta.url), 'utf8');
  const cited = [...page.matchAll(/`(test\/[\w.-]+\.test\.ts)`/g)].map(([, path]) => path ?? '');

  it.each([...new Set(cited)])('names a test that there is: %s', (path) => {
    expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
  });
});
