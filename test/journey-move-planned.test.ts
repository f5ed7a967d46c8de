import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSite } from '../shared/base/site.ts';
import { keepSnapshot } from '../shared/keepSnapshot.ts';
import type { MovePlan } from '../shared/plan/move/movePlan.ts';
import { sitesInForce } from '../shared/record/configuration.ts';
import { newMeter, openSession } from '../shared/session.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, notOurs, ours, quickMoves, untilFailed } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const foreignRoute = {
  name: 'to-head-office',
  properties: { addressPrefix: '10.77.0.0/16', nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' },
};
const elsewhere = { clientAddressPool: '192.168.160.0/24', addressSpace: '172.18.0.0/16' };

const startElsewhere = () => startJourney(stage, { site: { move: elsewhere }, zone: { routes: [foreignRoute] } });

const text = (id: string): string => JSON.stringify(stage.arm.read(id));

const move = async (journey: Journey): Promise<MovePlan> => {
  await settledAtHome(journey);
  const { move: plan } = (await journey.word({ action: 'move', reason: 'the rig goes west' })) as { move: MovePlan };
  await journey.word({ action: 'apply', digest: plan.digest });
  return plan;
};

/** Somebody adds a route of their own to the table at home. */
const addRoute = ({ ids }: Journey): void => {
  const table = structuredClone(stage.arm.read(ids.routeTable)) as { properties: { routes: unknown[] } };
  const properties = { ...foreignRoute.properties, addressPrefix: '10.55.0.0/16' };
  table.properties.routes.push({ name: 'new-depot', properties });
  stage.arm.seed(ids.routeTable, table as never);
};

describe('a planned move to another client pool and another address space', () => {
  it('changes them wherever they stand, lists each change, and the site stays there', async () => {
    const journey = await startElsewhere();
    const plan = await move(journey);
    const before = notOurs(stage, journey);
    expect(plan.mappings.map(({ before: from, after }) => [from, after])).toEqual(
      expect.arrayContaining([
        ['192.168.150.0/24', '192.168.160.0/24'],
        ['172.16.0.0/16', '172.18.0.0/16'],
      ]),
    );
    await untilDevice(journey);
    const { ids } = await targetOf(journey);
    const firewallAddress = '172.18.1.4';
    expect(text(ids.virtualNetwork)).toContain('172.18.0.0/16');
    expect(text(ids.gateway)).toContain('192.168.160.0/24');
    expect(text(ids.onPremRouteTable ?? '')).toContain('192.168.160.0/24');
    const table = stage.arm.read(ids.routeTable)?.['properties'] as {
      routes: { name: string; properties: Record<string, unknown> }[];
    };
    expect(table.routes.find(({ name }) => name === 'to-head-office')?.properties).toMatchObject({
      addressPrefix: '10.77.0.0/16',
      nextHopIpAddress: firewallAddress,
    });
    const hops = table.routes
      .filter(({ name }) => name.startsWith('asefo-'))
      .map(({ properties }) => properties['nextHopIpAddress']);
    expect(new Set(hops.filter((hop) => hop !== undefined && hop !== ''))).toEqual(new Set([firewallAddress]));
    for (const id of [ids.virtualNetwork, ids.gateway, ids.onPremRouteTable ?? '', ids.routeTable, ids.firewall]) {
      expect(text(id), id).not.toContain('192.168.150.');
      expect(text(id), id).not.toContain('172.16.');
    }
    const instruction = (await moveOf(journey)).device?.offered?.instruction.join('\n') ?? '';
    expect(instruction).toContain('Enter 172.18.0.0/16, 192.168.160.0/24 in place of the old ranges');

    await finishAtDevice(stage, journey);
    const moved = await journey.state();
    expect(moved.residence).toMatchObject({ side: 'target', because: 'planned', by: 'Ada' });
    expect(moved.device.confirmed?.by).toMatch(/client 192\.168\.160\./);
    expect(notOurs(stage, journey)).toEqual(before);

    const settled = JSON.stringify(stage.arm.ids().map((id) => stage.arm.read(id)));
    journey.mark();
    for (let day = 0; day < 3; day += 1) {
      stage.clock.advance(24 * 3_600_000);
      await sweepOnce(journey);
    }
    expect(journey.calls().writes).toBe(0);
    expect(JSON.stringify(stage.arm.ids().map((id) => stage.arm.read(id)))).toBe(settled);
    expect(await journey.state()).toMatchObject({
      residence: { side: 'target' },
      // The only question left: whether the side it left is to be taken down.
      move: { reason: 'teardown', from: 'home', status: 'awaitingApproval' },
      attention: null,
      waiting: null,
    });
  });

  it('keeps the old side until its retirement is approved, and then leaves what is not the site’s', async () => {
    const journey = await startElsewhere();
    await move(journey);
    await finishAtDevice(stage, journey);
    expect(journey.notices.find(({ kind }) => kind === 'protected')?.text).toContain(
      `move retire --site ${journey.site}`,
    );
    const stranger = `${journey.ids.resourceGroup}/providers/Microsoft.Network/publicIPAddresses/somebodys`;
    stage.arm.seed(stranger, {
      location: 'usgovvirginia',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    const kept = text(stranger);
    const moved = ours(stage, journey).map((id) => [id, text(id)]);
    await journey.word({ action: 'retire' });
    await journey.work();
    expect(stage.arm.read(journey.ids.gateway)).toBeDefined();
    await expect(journey.word({ action: 'apply', digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    expect((await journey.state()).lastMoves?.[0]).toMatchObject({ reason: 'teardown', outcome: 'removed' });
    for (const id of [journey.ids.gateway, journey.ids.firewall, journey.ids.virtualNetwork, journey.ids.routeTable])
      expect(stage.arm.read(id), id).toBeUndefined();
    expect(text(stranger)).toBe(kept);
    expect(stage.arm.read(journey.ids.resourceGroup)).toBeDefined();
    expect(ours(stage, journey).map((id) => [id, text(id)])).toEqual(moved);
    journey.mark();
    await sweepOnce(journey);
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({ residence: { side: 'target' }, attention: null });

    expect((await journey.state()).snapshots?.home).toBeUndefined();
    const { move: back } = (await journey.word({ action: 'move' })) as { move: MovePlan };
    expect(back.steps.find(({ id }) => id === 'gateway')?.title).toMatch(/^Create/);
    expect(back.steps.filter(({ leaveAsIs }) => leaveAsIs)).toEqual([]);
  });

  it('fails where what was to be kept is gone, rather than make it anew', async () => {
    const journey = await startElsewhere();
    await move(journey);
    await finishAtDevice(stage, journey);
    const { move: back } = (await journey.word({ action: 'move' })) as { move: MovePlan };
    expect(back.steps.find(({ id }) => id === 'gateway')).toMatchObject({ leaveAsIs: true });
    stage.arm.remove(journey.ids.gateway);
    await journey.word({ action: 'apply', digest: back.digest });
    const { trouble } = await untilFailed(journey, 'gateway');
    expect(trouble?.remedy).toMatch(/move cancel.*plan the move anew/);
    expect(stage.arm.read(journey.ids.gateway)).toBeUndefined();
  });

  it('is planned anew where home has changed, and the plan that was shown cannot be approved any more', async () => {
    const journey = await startElsewhere();
    await settledAtHome(journey);
    await journey.word({ action: 'move' });
    const shown = await moveOf(journey);
    addRoute(journey);
    stage.clock.advance(2 * 3_600_000);
    await sweepOnce(journey);
    const asked = await moveOf(journey);
    expect(asked).toMatchObject({ reason: 'planned', status: 'awaitingApproval', askedBy: 'Ada' });
    expect(asked.digest).not.toBe(shown.digest);
    expect(journey.notices.at(-1)).toMatchObject({ kind: 'needsApproval', digest: asked.digest });
    await expect(journey.word({ action: 'apply', digest: shown.digest })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
    await sweepOnce(journey);
    expect((await moveOf(journey)).id).toBe(asked.id);
    await journey.word({ action: 'apply', digest: asked.digest });
    await untilDevice(journey);
    expect(text((await targetOf(journey)).ids.routeTable)).toContain('new-depot');
  });

  it('is refused where home was read anew and the plan was not', async () => {
    const journey = await startElsewhere();
    await settledAtHome(journey);
    await journey.word({ action: 'move' });
    const { digest } = await moveOf(journey);
    addRoute(journey);
    const { ports, site } = journey;
    const session = await openSession(ports.sites, site, newMeter());
    await keepSnapshot(
      { session, ports, azure: ports },
      findSite((await sitesInForce(ports.config)).sites, site),
      'home',
    );
    await expect(journey.word({ action: 'apply', digest })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
      remedy: expect.stringContaining('Plan it again'),
    });
    const { digest: anew } = (await journey.word({ action: 'move' })) as { digest: string };
    await journey.word({ action: 'apply', digest: anew });
    expect((await moveOf(journey)).status).toBe('running');
  });

  it('cannot retire the side the site lives on, nor move where it lives', async () => {
    const journey = await startElsewhere();
    await move(journey);
    await expect(journey.word({ action: 'retire' })).rejects.toMatchObject({ code: 'ERR_NOTHING_WAITS' });
    await finishAtDevice(stage, journey);
    await expect(journey.word({ action: 'move', to: 'usgovtexas' })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(journey.word({ action: 'move', to: 'usgovarizona' })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    const { move: back } = (await journey.word({ action: 'move', to: 'usgovvirginia' })) as { move: MovePlan };
    expect(back).toMatchObject({ reason: 'planned', to: 'home', applyable: true });
    expect((await moveOf(journey)).status).toBe('awaitingApproval');
  });
});
