import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../shared/plan/snapshot.ts';
import type { Preflight, SideSnapshots } from '../shared/record/move.ts';
import { sweep } from '../shared/sweep.ts';
import { seedLandingZone } from '../simulator/arm/landingZone.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const hour = 60 * 60 * 1_000;

const sweepAfter = async (journey: Journey, ms: number): Promise<void> => {
  stage.clock.advance(ms);
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

/** A landing zone with two routes of somebody else; one sweep put ours in place, the next one kept watch. */
const watched = async (): Promise<Journey> => {
  const route = (name: string, addressPrefix: string) => ({
    name,
    properties: { addressPrefix, nextHopType: 'Internet' },
  });
  const journey = await startJourney(stage, {
    zone: { routes: [route('first', '8.8.8.8/32'), route('second', '8.8.4.4/32')] },
  });
  await sweepAfter(journey, 0);
  await sweepAfter(journey, 0);
  return journey;
};

const kept = async (journey: Journey): Promise<SideSnapshots> => {
  const home = (await journey.state()).snapshots?.home;
  if (!home) throw new Error('nothing is kept');
  return home;
};
const blobs = (journey: Journey) => journey.ports.archive.list(`snapshots/${journey.site}/`);
const failing = ({ checks }: Preflight): string[] => checks.filter(({ ok }) => !ok).map(({ id }) => id);
const alarms = (journey: Journey, title: RegExp) => journey.notices.filter((notice) => title.test(notice.title));

/** Somebody takes all routes out that are not ours. */
const dropForeignRoutes = (journey: Journey): void => {
  const table = stage.arm.read(journey.ids.routeTable) as { properties: { routes: { name: string }[] } };
  const routes = table.properties.routes.filter(({ name }) => name.startsWith('asefo-'));
  stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes } } as never);
};

describe('the snapshot of a landing zone', () => {
  it('is kept by the sweep, whole, and a new blob is written only where something changed', async () => {
    const journey = await watched();
    const { good } = await kept(journey);
    const before = await blobs(journey);
    const snapshot = JSON.parse((await journey.ports.archive.read(good?.blob ?? '')) ?? '') as Snapshot;
    expect(snapshot.resources.map(({ role }) => role).sort()).toEqual([
      'firewall',
      'gateway',
      'onPremRouteTable',
      'publicIp',
      'publicIp',
      'resourceGroup',
      'routeTable',
      'virtualNetwork',
    ]);
    await sweepAfter(journey, hour);
    const { good: after, doubtful } = await kept(journey);
    expect(await blobs(journey)).toEqual(before);
    expect(after).toEqual({ ...good, at: after?.at });
    expect(Date.parse(after?.at ?? '') - Date.parse(good?.at ?? '')).toBeGreaterThanOrEqual(hour);
    expect(doubtful).toBeNull();
  });

  it('has the connection of a site-to-site device and its other end, and not the key', async () => {
    const journey = await startJourney(stage);
    const { resourceGroup, gateway } = journey.ids;
    const idOf = (type: string) => `${resourceGroup}/providers/Microsoft.Network/${type}/rig`;
    const location = 'usgovvirginia';
    const localNetworkGateway2 = { id: idOf('localNetworkGateways') };
    const ends = { virtualNetworkGateway1: { id: gateway }, localNetworkGateway2 };
    stage.arm.seed(localNetworkGateway2.id, {
      location,
      properties: { gatewayIpAddress: '192.0.2.7', localNetworkAddressSpace: { addressPrefixes: ['10.80.0.0/24'] } },
    });
    stage.arm.seed(idOf('connections'), {
      location,
      properties: { connectionType: 'IPsec', sharedKey: 'do-not-tell', ...ends },
    });
    await sweepAfter(journey, 0);
    await sweepAfter(journey, 0);
    const text = (await journey.ports.archive.read((await kept(journey)).good?.blob ?? '')) ?? '';
    const { resources, secrets } = JSON.parse(text) as Snapshot;
    expect(resources.map(({ role }) => role)).toEqual(expect.arrayContaining(['connection', 'localNetworkGateway']));
    expect(secrets.map(({ what }) => what)).toContain('shared key');
    expect(text).not.toContain('do-not-tell');
    // In an outage nobody could read it.
    expect(failing((await journey.state()).preflight as Preflight)).toEqual(['secrets']);
  });

  it('that lost something is kept beside the good one, told once, and believed at the second sight', async () => {
    const journey = await watched();
    const { good } = await kept(journey);
    dropForeignRoutes(journey);
    await sweepAfter(journey, hour);
    const doubted = await kept(journey);
    expect(doubted.good).toEqual(good);
    expect(doubted.doubtful?.lost).toEqual([
      '2 of 2 foreign routes of the route table routetable are gone: first, second.',
    ]);
    await sweepAfter(journey, 10 * 60 * 1_000);
    expect(alarms(journey, /lacks something/)).toHaveLength(1);

    await sweepAfter(journey, hour);
    const believed = await kept(journey);
    expect(believed.doubtful).toBeNull();
    expect(believed.good?.hash).toBe(doubted.doubtful?.hash);
    expect((await journey.state()).told.filter((key) => key.startsWith('snapshot '))).toEqual([]);
  });

  it('that lost something is believed at once where a person says so', async () => {
    const journey = await watched();
    dropForeignRoutes(journey);
    await sweepAfter(journey, hour);
    const { doubtful } = await kept(journey);
    await journey.word({ action: 'acceptSnapshot' });
    expect(await kept(journey)).toMatchObject({ good: { hash: doubtful?.hash }, doubtful: null });
    await expect(journey.word({ action: 'acceptSnapshot' })).rejects.toThrow('is in doubt');
  });

  it('that was good before is good again where a person says so', async () => {
    const journey = await watched();
    const { good } = await kept(journey);
    dropForeignRoutes(journey);
    await sweepAfter(journey, hour);
    await journey.word({ action: 'acceptSnapshot' });
    const version = /-([0-9a-f]{12})\.json$/.exec(good?.blob ?? '')?.[1];
    await journey.word({ action: 'useSnapshot', version });
    expect((await kept(journey)).good).toMatchObject({ blob: good?.blob, hash: good?.hash });
    const none = journey.word({ action: 'useSnapshot', version: '000000000000' });
    await expect(none).rejects.toMatchObject({ code: 'ERR_NOTHING_WAITS' });
  });

  it('stays as it is where the landing zone cannot be read, and the look does not suffer', async () => {
    const journey = await watched();
    const { good } = await kept(journey);
    const fault = stage.arm.plantFault({
      // The look itself does not need it.
      match: { url: journey.ids.onPremRouteTable },
      times: 'always',
      effect: { kind: 'serverError' },
    });
    await sweepAfter(journey, hour);
    fault.remove();
    expect(await kept(journey)).toMatchObject({
      good,
      doubtful: null,
      trouble: { why: expect.stringContaining('Azure') },
    });
    expect((await journey.state()).attention).toBeNull();
    await sweepAfter(journey, hour);
    expect((await kept(journey)).trouble).toBeUndefined();
  });
});

describe('the snapshot of a warm standby', () => {
  it('is kept once it stands, without what is not ours, and forgotten when it is taken down', async () => {
    const journey = await startJourney(stage, { site: { move: { standby: 'warm' } } });
    await sweepAfter(journey, 0);
    await sweepAfter(journey, 0);
    expect((await journey.state()).snapshots?.target).toBeUndefined();

    const { subscriptionId } = journey;
    const resourceGroup = `ase-${journey.site}-usgovtexas`;
    const there = { subscriptionId, resourceGroup, location: 'usgovtexas', gatewayPublicIpAddress: '52.127.90.1' };
    const ids = seedLandingZone(stage.arm, { ...there, firewallPublicIpAddress: '52.127.90.2' });
    const ours = Object.values(ids).filter((id) => id !== ids.resourceGroup && id !== ids.firewallPublicIp);
    for (const id of ours)
      stage.arm.seed(id, { ...(stage.arm.read(id) as object), tags: { 'asefo-site': journey.site } } as never);
    await sweepAfter(journey, hour);
    const { good } = (await journey.state()).snapshots?.target ?? {};
    const { resources } = JSON.parse((await journey.ports.archive.read(good?.blob ?? '')) ?? '') as Snapshot;
    expect(resources.map(({ id }) => id).sort()).toEqual([...ours].sort());

    stage.arm.remove(ids.resourceGroup);
    await sweepAfter(journey, hour);
    expect((await journey.state()).snapshots?.target).toBeUndefined();
    expect(alarms(journey, /lacks something/)).toEqual([]);
  });
});

describe('the preflight of a move', () => {
  it('passes, is told when it fails and when it is over, and not each time', async () => {
    const journey = await watched();
    expect(failing((await journey.state()).preflight as Preflight)).toEqual([]);
    stage.arm.setUsage('usgovtexas', 'PublicIPAddresses', { limit: 1 });
    await sweepAfter(journey, hour);
    expect(alarms(journey, /could not move/)).toEqual([]);

    await sweepAfter(journey, 6 * hour);
    await sweepAfter(journey, 6 * hour);
    expect(failing((await journey.state()).preflight as Preflight)).toEqual(['quota']);
    const told = alarms(journey, /could not move to US Gov Texas now/);
    expect(told.map(({ kind }) => kind)).toEqual(['alarm']);
    expect(told[0]?.text).toMatch(/^quota: .*PublicIPAddresses: 2 needed, 1 of 1 free/);

    stage.arm.setUsage('usgovtexas', 'PublicIPAddresses', { limit: 1_000 });
    await sweepAfter(journey, 6 * hour);
    await sweepAfter(journey, 6 * hour);
    expect(alarms(journey, /all checks pass again/).map(({ kind }) => kind)).toEqual(['over']);
  });

  it('knows what Azure allows of routes in the target, where the site says discover', async () => {
    const journey = await startJourney(stage, { routeBudget: { limit: 'discover' } });
    await sweepAfter(journey, 0);
    await sweepAfter(journey, 0);
    stage.arm.setUsage('usgovtexas', 'RoutesPerRouteTable', { limit: 100 });
    const { preflight } = (await journey.word({ action: 'preflight' })) as { preflight: Preflight };
    stage.arm.setUsage('usgovtexas', 'RoutesPerRouteTable', { limit: 400 });
    expect(failing(preflight)).toEqual(['budget']);
    expect(preflight.routeLimit).toMatchObject({ region: 'usgovtexas', routes: 100 });
  });

  it('hears from Azure what is offered there and what the app may do', async () => {
    const journey = await watched();
    const now = async () => ((await journey.word({ action: 'preflight' })) as { preflight: Preflight }).preflight;
    const unknown = (await now()).checks.filter(({ text }) => text.startsWith('Not known')).map(({ id }) => id);
    // Only the platform tells where the app runs.
    expect(unknown).toEqual(['placement']);
    const open = stage.arm.closeRegion('usgovtexas', ['virtualNetworkGateways']);
    expect(failing(await now())).toEqual(['sku']);
    open();
    const lift = stage.arm.deny({
      kind: 'scope',
      resource: `/subscriptions/${journey.subscriptionId}`,
      actions: ['write'],
    });
    expect(failing(await now())).toEqual(['permissions']);
    lift();
  });

  it("finds a stranger's resource at a name of its own, before a move would stop there", async () => {
    const journey = await watched();
    const group = `${journey.ids.resourceGroup}-usgovtexas`;
    const gateway = journey.ids.gateway.replace(journey.ids.resourceGroup, group);
    stage.arm.seed(gateway, { ...(stage.arm.read(journey.ids.gateway) as object), location: 'usgovtexas' } as never);
    const { preflight } = (await journey.word({ action: 'preflight' })) as { preflight: Preflight };
    expect(failing(preflight)).toContain('names');
    expect((await journey.state()).preflight).toEqual(preflight);
  });

  it('on demand asks the region that is left nothing, though it is dead', async () => {
    const journey = await watched();
    const lift = stage.arm.silence('usgovvirginia');
    journey.mark();
    await journey.word({ action: 'preflight' });
    lift();
    const asked = journey.exchanges().map(({ url }) => url.toLowerCase());
    expect(asked.length).toBeGreaterThan(3);
    const home = `${journey.ids.resourceGroup}/`.toLowerCase();
    expect(asked.filter((url) => url.includes(home) || url.includes('usgovvirginia'))).toEqual([]);
    expect(journey.calls().writes).toBe(0);
  });
});
