import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { sweep } from '../shared/sweep.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const azureAllows = (routes: number): void =>
  stage.arm.setUsages('usgovvirginia', [
    { currentValue: 0, limit: routes, unit: 'Count', name: { value: 'RoutesPerRouteTable', localizedValue: 'Routes' } },
  ]);

const asked = (journey: Journey): number =>
  journey.exchanges().filter(({ url }) => /locations\/usgovvirginia\/usages/i.test(url)).length;

const sweepNow = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

const discover = { routeBudget: { limit: 'discover' } };

describe('a site that leaves its limit to Azure', () => {
  it('plans with what Azure allows; the status says whose word that is; an outage asks nothing more', async () => {
    azureAllows(1_000);
    const journey = await atHome(stage, discover);
    expect((await journey.state()).lastPlan).toMatchObject({ limit: 1_000, limitFrom: 'azure' });
    expect(renderStatusText(await overview(journey.ports))).toMatch(/of 1000 routes, .*the limit is Azure's word/s);
    await failOver(journey);
    await confirm(journey);
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'serviceFailover' });
    expect(asked(journey)).toBe(0);
  });

  it('fails over all the same where Azure does not say: 400, with the reason, until it does', async () => {
    const silence = stage.arm.plantFault({
      match: { url: '/usages' },
      times: 'always',
      effect: { kind: 'unavailable' },
    });
    const journey = await atHome(stage, discover);
    await failOver(journey);
    const { lastPlan, network } = await journey.state();
    expect(lastPlan).toMatchObject({ applyable: true, limit: 400, limitFrom: 'default' });
    expect(lastPlan?.notes.join()).toMatch(
      /routeBudget\.limit is discover, but Azure did not say \(.+\): 400 is taken/,
    );
    expect(network?.routeLimit).toMatchObject({ routes: null });
    await confirm(journey);
    silence.remove();
    azureAllows(600);
    await sweepNow(journey);
    expect((await journey.state()).lastPlan).toMatchObject({ limit: 600, limitFrom: 'azure' });
  });

  it('does not believe fewer routes than the table holds', async () => {
    azureAllows(1);
    const journey = await atHome(stage, { ...discover, zone: { routes: theirs } });
    const { lastPlan } = await journey.state();
    expect(lastPlan).toMatchObject({ applyable: true, limit: 400, limitFrom: 'default' });
    expect(lastPlan?.notes.join()).toMatch(/Azure says 1 route, fewer than the \d+ that are in the table/);
  });
});

const theirs = ['198.18.7.0/24', '198.18.8.0/24'].map((addressPrefix) => ({
  name: addressPrefix.replace('/', '_'),
  properties: { addressPrefix, nextHopType: 'Internet' },
}));
