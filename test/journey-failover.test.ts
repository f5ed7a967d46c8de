import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incident, type Journey, type Stage, services, startJourney, startStage } from './support/journey.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const routesOf = (journey: Journey): string[] => {
  const table = stage.arm.read(journey.ids.routeTable) as {
    properties: { routes: { name: string; properties: { addressPrefix: string } }[] };
  };
  return table.properties.routes.map((route) => route.properties.addressPrefix).sort();
};

describe('a service failover and the way back', () => {
  it('goes from the event to proven tables, waits for the device, and comes back by a person', async () => {
    const journey = await startJourney(stage);
    await journey.word({ action: 'plan' });
    await journey.word({ action: 'resume' });
    await journey.work();
    const home = await journey.state();
    expect(home.inPlace?.mode).toBe('home');
    expect(home.run?.steps.find((step) => step.id === 'deviceConfirm')?.status).toBe('waiting');
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect((await journey.state()).lastRuns[0]?.outcome).toBe('protected');
    const homeRoutes = routesOf(journey);
    const homeFile = (await journey.state()).device.confirmed?.checksum;

    journey.mark();
    await journey.event(incident(journey.subscriptionId));
    await journey.work();
    const over = await journey.state();
    expect(over.inPlace).toMatchObject({
      mode: 'serviceFailover',
      services: [...services].sort(),
      target: 'usgovtexas',
    });
    expect(over.singlyEncryptedSince).toBe('2026-07-20T02:40:00.000Z');
    expect(journey.calls()).toMatchObject({ writes: 2 });
    expect(journey.calls().reads).toBeLessThanOrEqual(8);
    expect(routesOf(journey).length).toBeGreaterThan(homeRoutes.length);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    expect(await journey.state()).toMatchObject({ singlyEncryptedSince: null, run: null });

    journey.mark();
    await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at: '2026-07-20T05:00:00.000Z' }));
    await journey.work();
    const waiting = (await journey.state()).waiting;
    expect(waiting?.why).toContain('may still be in US Gov Texas');
    expect(journey.calls().writes).toBe(0);
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const back = await journey.state();
    expect(back.inPlace).toMatchObject({ mode: 'home', services: [] });
    expect(back.lastRuns[0]?.outcome).toBe('protected');
    expect(routesOf(journey)).toEqual(homeRoutes);
    expect(back.device.confirmed?.checksum).toBe(homeFile);
    expect(journey.calls()).toMatchObject({ writes: 2 });
    expect(journey.calls().reads).toBeLessThanOrEqual(8);
  });
});
