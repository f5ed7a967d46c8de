import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outage, type PlanJson, serviceNames, siteEntry, subscription, tagNames, usual } from './cliPlanData.ts';
import { type Folder, newFolder, projectFolder, spawnCli, spawnRun } from './cliRun.ts';
import { commonAlert } from './eventsData.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

describe('the command in a process of its own', () => {
  it('prints the JSON alone and exits with 0; nothing is written', async () => {
    const words = [...usual(folder), '--event', folder.write('event.json', outage())];
    const before = folder.files();
    const { code, out, err } = await spawnCli(['plan', ...words, '--json'], folder.path);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((JSON.parse(out) as PlanJson).decision.mode).toBe('serviceFailover');
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), null, 2)}\n`);
    expect(folder.files()).toEqual(before);
  });

  it('exits with 2 and prints the JSON where the plan is blocked', async () => {
    const words = usual(folder, siteEntry({ routeBudget: { limit: 20 } }));
    const { code, out, err } = await spawnCli(['plan', ...words, '--json'], folder.path);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect((JSON.parse(out) as PlanJson).blockers[0]?.code).toBe('ROUTE_BUDGET');
  });

  it('exits with 1, says what, where and what to do, and shows no stack', async () => {
    const words = usual(folder);
    folder.write('tags.json', '{"cloud":');
    const { code, out, err } = await spawnCli(['plan', ...words, '--json'], folder.path);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^ERR_TAG_FILE: tags\.json is cut off after 9 characters: .+\n {2}Download .+\n$/);
  });

  it('is found through npm, wherever the person stands', async () => {
    const words = usual(folder);
    const npm = ['--prefix', projectFolder, 'run', '--silent', 'cli', '--', 'plan', ...words, '--json'];
    const { code, out, err } = await spawnRun('npm', npm, folder.path);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((JSON.parse(out) as PlanJson).site).toBe('rig-07');
  });

  it('prints colours only to a terminal', async () => {
    const { out } = await spawnCli(['plan', ...usual(folder)], folder.path);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('rig-07: home: ');
  });
});

const data = fileURLToPath(new URL('../../shared/data/service-tags/', import.meta.url));
const real = { gov: 'ServiceTags_AzureGovernment_20260720.json', public: 'ServiceTags_Public_20251028.json' };
const absent = !existsSync(data);
const why = absent ? ' (skipped: no ../shared/data/service-tags beside the project)' : '';

describe.skipIf(absent)(`plans from the files that Microsoft published${why}`, () => {
  const planReal = async (file: string, site: unknown, cloud: string, events: readonly unknown[]) => {
    copyFileSync(join(data, file), join(folder.path, file));
    folder.write('sites.json', { cloud, sites: [site] });
    const given = events.flatMap((event, index) => ['--event', folder.write(`event-${index}.json`, event)]);
    const words = ['plan', '--sites', 'sites.json', '--site', 'rig-07', '--service-tags', file, ...given, '--json'];
    const { code, out, err } = await spawnCli(words, folder.path);
    expect(err).toBe('');
    return { code, plan: JSON.parse(out) as PlanJson };
  };
  const hops = ({ routeTable }: PlanJson) => {
    const internet = routeTable.routes.filter((route) => route.nextHopType === 'Internet');
    const gateway = internet.filter(
      (route) => route.addressPrefix.endsWith('/32') && /^(13\.72\.5\.4|51\.140\.20\.4)\//.test(route.addressPrefix),
    );
    return {
      firewall: routeTable.routes.length - internet.length,
      managers: internet.length - gateway.length,
      gateway: gateway.length,
    };
  };
  const government = siteEntry({}, {}, { gatewayPublicIpAddresses: ['13.72.5.4'] });

  it('of the government fail over in 148 routes', async () => {
    const { code, plan } = await planReal(real.gov, government, 'AzureGovernment', [outage()]);
    expect(code).toBe(0);
    expect(plan.decision).toMatchObject({ mode: 'serviceFailover', services: tagNames, target: 'usgovtexas' });
    expect(hops(plan)).toEqual({ firewall: 142, managers: 5, gateway: 1 });
    expect(plan.addresses).toEqual({ wanted: 479_697, added: 2_912, holes: 51 });
    expect(plan.budget).toMatchObject({ limit: 400, needed: 148, headroom: 252, strategy: 'exact' });
  });

  it('of the government need 129 routes at home', async () => {
    const { code, plan } = await planReal(real.gov, government, 'AzureGovernment', []);
    expect(code).toBe(0);
    expect(plan.decision).toMatchObject({ mode: 'home', services: [], target: null });
    expect(hops(plan)).toEqual({ firewall: 123, managers: 5, gateway: 1 });
  });

  it('of UK South do not fit, and the blocker says by how much', async () => {
    const site = siteEntry(
      { homeRegion: 'uksouth', failoverRegion: 'ukwest' },
      {},
      { gatewayPublicIpAddresses: ['51.140.20.4'] },
    );
    const event = commonAlert({
      subscriptionId: subscription,
      services: serviceNames.map((name) => [name, 'UK South'] as const),
    });
    const { code, plan } = await planReal(real.public, site, 'Public', [event]);
    expect(code).toBe(2);
    expect(hops(plan)).toEqual({ firewall: 400, managers: 3, gateway: 1 });
    expect(plan.budget).toMatchObject({ limit: 400, needed: 404, headroom: -4, strategy: null });
    expect(plan.blockers.map((blocker) => blocker.code)).toEqual(['ROUTE_BUDGET']);
    expect(plan.blockers[0]?.message).toContain(
      '404 routes are needed (400 prefixes + 4 holes), the limit is 400: 4 too many',
    );
    expect(plan.fallback).toMatchObject({ mode: 'regionMove', target: 'ukwest', routes: 294, limit: 400, fits: true });
  });
});
