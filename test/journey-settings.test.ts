import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, tableOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** The operator puts a sites file that says something else of the one site. */
const putSite = async (journey: Journey, change: Record<string, unknown>): Promise<void> => {
  const file = JSON.parse((await journey.ports.config.read('sites.json')) ?? '') as { sites: object[] };
  const sites = file.sites.map((site) => ({ ...site, ...change }));
  await journey.ports.config.write('sites.json', JSON.stringify({ ...file, sites }));
};

const sweepNow = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

const driftTold = ({ notices }: Journey): boolean => notices.some(({ kind }) => kind === 'drift');

describe('a sites file that was changed on purpose', () => {
  it('is nobody\u2019s tampering: other rules wait as a change of settings', async () => {
    const journey = await atHome(stage);
    await putSite(journey, { firewallRule: { ports: 'services', priority: 300 } });
    await sweepNow(journey);
    expect((await journey.state()).waiting?.why).toBe("The site's settings changed, and policy.drift is tell.");
    expect(driftTold(journey)).toBe(false);
  });

  it('is no change of the service tags: other addresses wait as a change of settings', async () => {
    const journey = await atHome(stage, { policy: { tagUpdates: 'ask' } });
    await putSite(journey, { alwaysRoute: ['20.140.0.0/24'] });
    await sweepNow(journey);
    expect((await journey.state()).waiting?.why).toBe("The site's settings changed, and policy.tagUpdates is ask.");
  });

  it('excuses nobody who tampers after a change that had no consequence', async () => {
    const journey = await atHome(stage);
    await putSite(journey, { routeBudget: { limit: 500 } });
    await sweepNow(journey);
    expect((await journey.state()).waiting).toBeNull();
    const table = tableOf(stage, journey);
    const victim = table.properties.routes.find(({ name }) => name.startsWith('asefo-'));
    const routes = table.properties.routes.filter((route) => route !== victim);
    stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes } } as never);
    await sweepNow(journey);
    expect((await journey.state()).waiting?.why).toBe('Somebody changed what is ours, and policy.drift is tell.');
    expect(driftTold(journey)).toBe(true);
  });
});
