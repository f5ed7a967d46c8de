import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect, Fault } from '../simulator/arm/faults.ts';
import type { RecordedExchange } from '../simulator/arm/recorded.ts';
import { DEFAULT_DURATIONS } from '../simulator/arm/settings.ts';
import { type Journey, recordedDurations, type Stage, startJourney, startStage } from './support/journey.ts';
import { failOver, prefixesOf, putsOf } from './support/landing.ts';

let stage: Stage;
let right: string[];
beforeAll(async () => {
  stage = await startStage(recordedDurations);
  const calm = await startJourney(stage);
  await failOver(calm);
  right = prefixesOf(stage, calm);
});
afterAll(() => stage.close());

type Target = 'firewall' | 'routeTable' | 'poll' | 'read';

const matchOf = (journey: Journey, target: Target): Fault['match'] => {
  if (target === 'poll') return { url: `/subscriptions/${journey.subscriptionId}/.*/operations/` };
  if (target === 'read') return { method: 'GET', resource: journey.ids.firewall };
  return { method: 'PUT', resource: journey.ids[target] };
};

/** `puts`: what ARM saw of the target; `gap`: seconds between the first two of them at least. */
type Passing = {
  readonly name: string;
  readonly target: Target;
  readonly effect: Effect;
  readonly times?: number;
  readonly nth?: number;
  readonly puts?: number;
  readonly gap?: number;
};

const passing: readonly Passing[] = [
  { name: 'a 412 of the firewall', target: 'firewall', effect: { kind: 'etagMismatch' }, puts: 2 },
  { name: 'a 412 of the table', target: 'routeTable', effect: { kind: 'etagMismatch' }, puts: 2 },
  {
    name: 'a lock of the firewall',
    target: 'firewall',
    effect: { kind: 'lock', retryAfterSeconds: 12 },
    times: 3,
    puts: 4,
    gap: 12,
  },
  {
    name: 'a conflict without Retry-After',
    target: 'firewall',
    effect: { kind: 'conflict' },
    times: 2,
    puts: 3,
    gap: 5,
  },
  {
    name: 'a throttle of ten minutes',
    target: 'routeTable',
    effect: { kind: 'throttle', retryAfterSeconds: 600 },
    puts: 2,
    gap: 600,
  },
  { name: 'a throttled read', target: 'read', effect: { kind: 'throttle', retryAfterSeconds: 90 }, gap: 90 },
  { name: 'a 500 of a write', target: 'firewall', effect: { kind: 'serverError' }, times: 2, puts: 3, gap: 5 },
  { name: 'a 500 of a read', target: 'read', effect: { kind: 'serverError' } },
  { name: 'an HTML 503 of a write', target: 'routeTable', effect: { kind: 'unavailable' }, puts: 2, gap: 5 },
  { name: 'HTML 503s of polls', target: 'poll', effect: { kind: 'unavailable' }, times: 3, nth: 2 },
  { name: 'a throttled poll', target: 'poll', effect: { kind: 'throttle', retryAfterSeconds: 400 }, nth: 2, gap: 400 },
  {
    name: 'a connection cut before the write',
    target: 'firewall',
    effect: { kind: 'connectionReset', applied: false },
    puts: 2,
  },
  {
    name: 'a connection cut after the firewall took it',
    target: 'firewall',
    effect: { kind: 'connectionReset', applied: true },
    puts: 1,
  },
  {
    name: 'a connection cut after the table took it',
    target: 'routeTable',
    effect: { kind: 'connectionReset', applied: true },
    puts: 1,
  },
  {
    name: 'connections cut while polling',
    target: 'poll',
    effect: { kind: 'connectionReset', applied: false },
    times: 2,
  },
  { name: 'a write that arrives twice', target: 'firewall', effect: { kind: 'duplicate' }, puts: 1 },
  {
    name: 'a firewall operation that ends Failed',
    target: 'firewall',
    effect: { kind: 'operationFails', code: 'InternalServerError', message: 'An error occurred.' },
    puts: 2,
  },
  {
    name: 'a firewall that stays Updating',
    target: 'firewall',
    effect: { kind: 'staysUpdating', seconds: 300 },
    puts: 1,
  },
  {
    name: 'a table that stays Updating',
    target: 'routeTable',
    effect: { kind: 'staysUpdating', seconds: 120 },
    puts: 1,
  },
  {
    name: 'an operation of fifty minutes',
    target: 'firewall',
    effect: { kind: 'operationTakes', seconds: 3_000 },
    puts: 1,
  },
];

describe('trouble that passes ends in the right table', () => {
  it.each(passing)('$name', async ({ target, effect, times, nth, puts, gap }) => {
    const journey = await startJourney(stage);
    const fault = stage.arm.plantFault({
      match: matchOf(journey, target),
      effect,
      ...(times === undefined ? {} : { times }),
      ...(nth === undefined ? {} : { nth }),
    });
    await failOver(journey);
    fault.remove();
    expect(fault.strikes).toBe(times ?? 1);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
    expect(prefixesOf(stage, journey)).toEqual(right);
    expect(journey.calls().early).toBe(0);
    expect(journey.notices.filter(({ kind }) => kind === 'cloudReady')).toHaveLength(1);
    expect(routesAfterFirewall(journey)).toBeGreaterThanOrEqual(DEFAULT_DURATIONS.azureFirewalls.update);
    if (puts !== undefined)
      expect(putsOf(journey, journey.ids[target as 'firewall']).map(({ status }) => status)).toHaveLength(puts);
    if (gap !== undefined) expect(gapAfterFirst(journey, target)).toBeGreaterThanOrEqual(gap);
  });
});

it('a table that somebody else writes by turns with us is tried at once twice, then with pauses that grow', async () => {
  const journey = await startJourney(stage);
  stage.arm.plantFault({ match: matchOf(journey, 'routeTable'), effect: { kind: 'etagMismatch' }, times: 5 });
  await failOver(journey);
  expect(prefixesOf(stage, journey)).toEqual(right);
  const at = putsOf(journey, journey.ids.routeTable).map((put) => put.at / 1_000);
  const gaps = at.slice(1).map((time, index) => Math.round(time - (at[index] ?? 0)));
  expect(gaps).toEqual([0, 0, 5, 10, 15]);
});

/** Simulated seconds from the firewall write that counted, its answer lost or not, to the table's. */
const routesAfterFirewall = (journey: Journey): number => {
  const took = ({ status, fault }: RecordedExchange): boolean => status < 300 || fault === 'duplicate';
  const firewall = putsOf(journey, journey.ids.firewall).findLast(took);
  const table = putsOf(journey, journey.ids.routeTable).find(took);
  return ((table?.at ?? Number.NaN) - (firewall?.at ?? Number.NaN)) / 1_000;
};

/** Simulated seconds between the first refused call and the next of its kind. */
const gapAfterFirst = (journey: Journey, target: Target): number => {
  const match = matchOf(journey, target);
  const calls = journey
    .exchanges()
    .filter(({ method, url }) => (match.method === undefined || method === match.method) && fits(url, match));
  const refused = calls.findIndex(({ fault }) => fault !== undefined);
  const [first, second] = calls.slice(refused, refused + 2);
  return first === undefined || second === undefined ? Number.NaN : (second.at - first.at) / 1_000;
};

const fits = (url: string, match: Fault['match']): boolean =>
  match.url === undefined ? url.includes(`${match.resource}?`) : new RegExp(match.url, 'i').test(url);
