import { describe, expect, it } from 'vitest';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import type { Snapshot, SnapshotResource } from '../shared/plan/snapshot.ts';
import { moveInput, s2sSite, stepOf } from './support/moveData.ts';
import { changed, idIn, newGroup, oldGroup, snapshotOf } from './support/zoneData.ts';

describe('a site-to-site site', () => {
  const site = s2sSite({ sharedKey: 'https://vault.example/secrets/rig-07' });
  const plan = makeMovePlan(moveInput({ site, snapshot: snapshotOf({ vpn: 's2s' }) }));

  it('gets its connection without a key in the plan, and no profile', () => {
    expect(plan.applyable).toBe(true);
    expect(stepOf(plan, 'connection to-device')).toMatchObject({
      kind: 'sharedKey',
      after: ['resourceGroup', 'localNetworkGateway device', 'gateway'],
      body: { properties: { virtualNetworkGateway1: { id: idIn(newGroup, 'virtualNetworkGateways/vngw') } } },
    });
    expect(JSON.stringify(plan)).not.toMatch(/BytesTransferred|connectionStatus/);
    expect(plan.steps.some(({ kind }) => kind === 'profile')).toBe(false);
    expect(stepOf(plan, 'bundle').after).toContain('connection to-device');
  });

  it('needs a source of its key when the old region answers nothing', () => {
    const planOf = (reason: 'outage' | 'planned') =>
      makeMovePlan(moveInput({ site: s2sSite(), snapshot: snapshotOf({ vpn: 's2s' }), reason }));
    expect(planOf('outage').blockers.map(({ code }) => code)).toEqual(['MOVE_SECRET']);
    expect(planOf('planned').applyable).toBe(true);
  });

  it('has the site that is the default of its gateway before the gateway', () => {
    const site = { id: idIn(oldGroup, 'localNetworkGateways/device') };
    const routed = changed(snapshotOf({ vpn: 's2s' }), 'gateway', (old) => ({ ...old, gatewayDefaultSite: site }));
    const ordered = makeMovePlan(moveInput({ site: s2sSite({ sharedKey: `${vault}a` }), snapshot: routed }));
    expect(stepOf(ordered, 'gateway').after).toContain('localNetworkGateway device');
    expect(stepOf(plan, 'gateway').after).not.toContain('localNetworkGateway device');
  });

  const tunnel = snapshotOf({ vpn: 's2s' });
  const second = tunnel.resources
    .filter(({ role }) => role === 'connection')
    .map((one) => ({ ...one, id: `${one.id}-2`, body: { ...one.body, id: `${one.id}-2`, name: 'to-device-2' } }));
  const two = { ...tunnel, resources: [...tunnel.resources, ...second] };
  const vault = 'https://vault.example/secrets/';

  it('gives no two connections one key', () => {
    const planned = (move: Record<string, unknown>) =>
      makeMovePlan(moveInput({ site: s2sSite(move), snapshot: two, reason: 'outage' }));
    expect(planned({ sharedKey: `${vault}a` }).blockers).toEqual([
      expect.objectContaining({ code: 'MOVE_SECRET', remedy: expect.stringContaining('move.sharedKeys') }),
    ]);
    const each = planned({ sharedKeys: { 'to-device': `${vault}a`, 'TO-DEVICE-2': `${vault}b` } });
    expect(each.blockers).toEqual([]);
    expect(each.secrets.map(({ source }) => source)).toEqual([`${vault}a`, `${vault}b`]);
  });
});

describe('a connection to another gateway of Azure', () => {
  const hub: SnapshotResource = {
    role: 'connection',
    id: idIn(oldGroup, 'connections/to-hub'),
    body: {
      id: idIn(oldGroup, 'connections/to-hub'),
      name: 'to-hub',
      location: 'uksouth',
      properties: {
        connectionType: 'Vnet2Vnet',
        virtualNetworkGateway1: { id: idIn(oldGroup, 'virtualNetworkGateways/vngw') },
        virtualNetworkGateway2: { id: idIn('/subscriptions/s/resourceGroups/hub', 'virtualNetworkGateways/hubgw') },
      },
    },
  };
  const withHub = (snapshot: Snapshot) => ({ ...snapshot, resources: [...snapshot.resources, hub] });

  it('stays behind, and is told', () => {
    const plan = makeMovePlan(moveInput({ snapshot: withHub(snapshotOf()) }));
    expect(plan.blockers).toEqual([]);
    expect(plan.steps.some(({ id }) => id.startsWith('connection'))).toBe(false);
    expect(plan.notes).toContainEqual(expect.stringMatching(/^The connection to-hub \(Vnet2Vnet\) stays behind/));
  });

  it('is no connection to the device', () => {
    const tunnel = snapshotOf({ vpn: 's2s' });
    const lost = { ...tunnel, resources: tunnel.resources.filter(({ role }) => role !== 'connection') };
    const { blockers } = makeMovePlan(moveInput({ site: s2sSite(), snapshot: withHub(lost) }));
    expect(blockers.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('no connection to the device'),
    );
  });
});
