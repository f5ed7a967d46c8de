import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import type { Effect } from '../simulator/arm/faults.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf, putsOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const minuteMs = 60_000;

/** Sweeps every half hour for so long, and works off what they send. */
const sweepFor = async (journey: Journey, hours: number): Promise<void> => {
  for (let minutes = 0; minutes < hours * 60; minutes += 30) {
    stage.clock.advance(30 * minuteMs);
    await sweep(journey.ports, 'the timer');
    await journey.work();
  }
};

const disallowed = 'RequestDisallowedByPolicy';
const refusal: Effect = {
  kind: 'answer',
  status: 403,
  body: { error: { code: disallowed, message: 'Resource was disallowed by policy.' } },
};

const refuseFirewall = (journey: Journey, effect: Effect): (() => void) => {
  const match = { method: 'PUT', resource: journey.ids.firewall };
  const fault = stage.arm.plantFault({ match, times: 'always', effect });
  return () => fault.remove();
};

describe('a plan that Azure refuses for good', () => {
  it('is tried again by sweeps ever less often, and told once with when that is', async () => {
    const journey = await atHome(stage);
    const lift = refuseFirewall(journey, refusal);
    await failOver(journey);
    expect(putsOf(journey, journey.ids.firewall)).toHaveLength(1);
    // After one hour, and two more.
    await sweepFor(journey, 4);
    expect(putsOf(journey, journey.ids.firewall)).toHaveLength(3);
    const failed = journey.notices.filter(({ kind }) => kind === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.text).toMatch(/is tried again after 2026-.*resume/);
    lift();
    await sweepFor(journey, 4);
    expect(await journey.state()).toMatchObject({
      inPlace: { mode: 'serviceFailover' },
      attention: null,
      inVain: null,
    });
  });

  it('is tried at once when a person says so', async () => {
    const journey = await atHome(stage);
    const lift = refuseFirewall(journey, refusal);
    await failOver(journey);
    lift();
    await sweepFor(journey, 0.5);
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'home' });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it('is tried at once, too, when a person has every site go on', async () => {
    const journey = await atHome(stage);
    const lift = refuseFirewall(journey, refusal);
    await failOver(journey);
    await journey.word({ action: 'pause', site: '*' });
    lift();
    await journey.word({ action: 'resume', site: '*' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it('is not sent again at once either where Azure takes it, and ends it so', async () => {
    const journey = await atHome(stage);
    refuseFirewall(journey, { kind: 'operationFails', code: disallowed, message: 'no' });
    await failOver(journey);
    expect(putsOf(journey, journey.ids.firewall)).toHaveLength(1);
    expect((await journey.state()).attention?.why).toContain(disallowed);
  });
});

it('an operation that ends Failed is sent again half a minute later, three times in all', async () => {
  const journey = await atHome(stage);
  refuseFirewall(journey, { kind: 'operationFails', code: 'InternalServerError', message: 'An error occurred.' });
  await failOver(journey);
  const sent = journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes('/azureFirewalls/'));
  expect(sent).toHaveLength(3);
  const [first, second, third] = sent.map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(30_000);
});

describe('a sites file that names another route table', () => {
  /** A table like the one there is; from now on it is the site's. */
  const useAnother = async (journey: Journey): Promise<string> => {
    const other = `${journey.ids.routeTable}2`;
    stage.arm.seed(other, { ...structuredClone(stage.arm.read(journey.ids.routeTable)), id: other } as never);
    const file = JSON.parse((await journey.ports.config.read('sites.json')) ?? '') as {
      sites: { network: Record<string, unknown> }[];
    };
    for (const { network } of file.sites) network['routeTable'] = 'routetable2';
    await journey.ports.config.write('sites.json', JSON.stringify(file));
    return other;
  };

  const routesIn = (id: string): number =>
    ((stage.arm.read(id)?.['properties'] as { routes?: unknown[] } | undefined)?.routes ?? []).length;

  it('makes another plan of the same changes, for which a person is asked anew', async () => {
    const journey = await atHome(stage, { policy: { serviceFailover: 'ask' } });
    await failOver(journey);
    const before = (await journey.state()).waiting;
    const other = await useAnother(journey);
    await journey.word({ action: 'resume' });
    await journey.work();
    const { waiting } = await journey.state();
    expect(waiting?.digest).not.toBe(before?.digest);
    await expect(journey.word({ action: 'apply', digest: before?.digest })).rejects.toThrow(/not/);
    journey.mark();
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    expect(putsOf(journey, journey.ids.routeTable)).toHaveLength(0);
    expect(putsOf(journey, other)).toHaveLength(1);
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it('has nothing written to the old one by what was approved before', async () => {
    const journey = await startJourney(stage, { policy: { serviceFailover: 'ask' } });
    await journey.word({ action: 'resume' });
    await journey.work();
    await confirm(journey);
    await failOver(journey);
    const old = prefixesOf(stage, journey);
    const { waiting } = await journey.state();
    await journey.word({ action: 'apply', digest: waiting?.digest });
    const other = await useAnother(journey);
    await journey.work();
    expect(prefixesOf(stage, journey)).toEqual(old);
    // What was approved, the failover of these services, is done where the site's routes are now.
    expect(routesIn(other)).toBeGreaterThan(old.length);
    expect((await journey.state()).lastRuns.map(({ outcome }) => outcome)).toContain('superseded');
  });
});
