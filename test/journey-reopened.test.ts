import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../shared/plan/plan.ts';
import { leftBy } from '../shared/record/progress.ts';
import { newSite } from '../shared/record/state.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const at = (minutes: number): string => new Date(Date.parse('2026-07-20T05:00:00Z') + minutes * 60_000).toISOString();

/** Failed over; the incident is over and the way back approved, so that only the device is waited for. */
const onTheWayBack = async (): Promise<{ journey: Journey; away: readonly string[] }> => {
  const journey = await atHome(stage);
  await failOver(journey);
  await confirm(journey);
  const away = prefixesOf(stage, journey);
  await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at: at(0) }));
  await journey.work();
  await journey.word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
  await journey.work();
  return { journey, away };
};

describe('an incident that opens anew on the way back', () => {
  it('keeps every route where the table was locked after the device had confirmed', async () => {
    const { journey, away } = await onTheWayBack();
    stage.arm.occupy(journey.ids.routeTable, 240);
    await journey.word({ action: 'confirmDevice' });
    for (let message = 0; message < 4; message += 1) await journey.step();
    await journey.event(incident(journey.subscriptionId, { status: 'Active', at: at(10) }));
    await journey.work();
    expect(prefixesOf(stage, journey)).toEqual(away);
    expect(await journey.state()).toMatchObject({
      inPlace: { mode: 'serviceFailover' },
      lastRuns: expect.arrayContaining([expect.objectContaining({ outcome: 'superseded' })]),
    });
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });

  it('lets the way back go on where nothing opens', async () => {
    const { journey, away } = await onTheWayBack();
    await confirm(journey);
    expect(prefixesOf(stage, journey).length).toBeLessThan(away.length);
    expect((await journey.state()).inPlace?.mode).toBe('home');
  });
});

describe('who has left', () => {
  const planOf = (services: readonly string[], retained: number): Plan =>
    ({ decision: { services }, retained }) as unknown as Plan;
  const away = { ...newSite('rig'), mayBeAway: ['Storage', 'EventHub'] };
  const now = Date.parse(at(0));

  it('is nobody while routes stay for the device; they are leaving', () => {
    expect(leftBy(away, planOf(['Storage'], 12), now)).toEqual({ left: [], leaving: ['EventHub'] });
  });

  it('is who was leaving, when the routes are gone', () => {
    const leaving = { ...newSite('rig'), leaving: ['EventHub'] };
    expect(leftBy(leaving, planOf(['Storage'], 0), now)).toEqual({
      left: [{ service: 'EventHub', at: at(0) }],
      leaving: [],
    });
  });

  it('is not who is wanted again', () => {
    const leaving = { ...newSite('rig'), leaving: ['EventHub'], left: [{ service: 'Storage', at: at(0) }] };
    expect(leftBy(leaving, planOf(['EventHub', 'Storage'], 0), now)).toEqual({ left: [], leaving: [] });
  });
});
