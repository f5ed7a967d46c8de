import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import type { MovePlan } from '../shared/plan/move/movePlan.ts';
import type { Snapshot } from '../shared/plan/snapshot.ts';
import { moveInput, p2sSite, propertiesOf, s2sSite, stepOf } from './support/moveData.ts';
import { changed, newGroup, oldGroup, snapshotOf } from './support/zoneData.ts';

const pooled = (...addressPrefixes: string[]): Snapshot =>
  changed(snapshotOf(), 'gateway', (old) => {
    const client = old['vpnClientConfiguration'] as JsonObject;
    return { ...old, vpnClientConfiguration: { ...client, vpnClientAddressPool: { addressPrefixes } } };
  });

const spaced = (...addressPrefixes: string[]): Snapshot =>
  changed(snapshotOf(), 'virtualNetwork', (old) => ({ ...old, addressSpace: { addressPrefixes } }));

const codesOf = ({ blockers }: MovePlan): string[] => blockers.map(({ code }) => code);

const poolsIn = (plan: MovePlan): unknown => {
  const client = propertiesOf(stepOf(plan, 'gateway'))['vpnClientConfiguration'] as JsonObject;
  return (client['vpnClientAddressPool'] as JsonObject)['addressPrefixes'];
};

const own = '192.168.150.0/24';
const elsewhere = p2sSite({ clientAddressPool: '192.168.160.0/24' });

describe("the gateway's client pools", () => {
  it('stay as they are where the site changes none, whatever their number', () => {
    const plan = makeMovePlan(moveInput({ snapshot: pooled('10.77.0.0/24', own) }));
    expect(codesOf(plan)).toEqual([]);
    expect(poolsIn(plan)).toEqual(['10.77.0.0/24', own]);
  });

  it('stay but for the one of the site, where that is another in the target', () => {
    const plan = makeMovePlan(moveInput({ site: elsewhere, snapshot: pooled('10.77.0.0/24', own) }));
    expect(codesOf(plan)).toEqual([]);
    expect(poolsIn(plan)).toEqual(['10.77.0.0/24', '192.168.160.0/24']);
  });

  it('are led to the new one where there is but one, whatever its name', () => {
    expect(poolsIn(makeMovePlan(moveInput({ site: elsewhere, snapshot: pooled('10.77.0.0/24') })))).toEqual([
      '192.168.160.0/24',
    ]);
  });

  it('need a name where there are several and none is the one of the site', () => {
    const plan = makeMovePlan(moveInput({ site: elsewhere, snapshot: pooled('10.77.0.0/24', '10.78.0.0/24') }));
    expect(codesOf(plan)).toEqual(['MOVE_ADDRESSES']);
    expect(plan.blockers[0]?.message).toContain('10.77.0.0/24, 10.78.0.0/24');
    expect(plan.blockers[0]?.remedy).toContain('network.clientAddressPool');
  });

  it('are known by their network where ARM shows host bits', () => {
    const plan = makeMovePlan(moveInput({ site: elsewhere, snapshot: pooled('192.168.150.1/24') }));
    expect(codesOf(plan)).toEqual([]);
    expect(poolsIn(plan)).toEqual(['192.168.160.0/24']);
  });
});

describe("the VNet's ranges", () => {
  /** The way home, from a target that stands with these ranges to a home that has those. */
  const back = (there: Snapshot, home: Snapshot): MovePlan => {
    const resources = JSON.parse(
      JSON.stringify(there.resources).replaceAll(oldGroup, newGroup),
    ) as Snapshot['resources'];
    const existing = new Map(home.resources.map(({ id, body }) => [id.toLowerCase(), body]));
    const snapshot = { ...there, side: 'target', resources } as Snapshot;
    return makeMovePlan(moveInput({ snapshot, from: 'target', to: 'home', reason: 'return', existing }));
  };
  const two = spaced('172.16.0.0/16', '10.50.0.0/16');

  it('are no hindrance where there are two, neither out nor back', () => {
    expect(codesOf(makeMovePlan(moveInput({ snapshot: two })))).toEqual([]);
    expect(codesOf(back(two, two))).toEqual([]);
  });

  it('cannot be two where the site names one for the target', () => {
    const plan = makeMovePlan(moveInput({ site: p2sSite({ addressSpace: '172.18.0.0/16' }), snapshot: two }));
    expect(codesOf(plan)).toEqual(['MOVE_ADDRESSES']);
    expect(plan.blockers[0]?.remedy).toContain('Leave move.addressSpace out');
  });

  it('lead back to those of home, where each side has its own', () => {
    const plan = back(spaced('172.18.0.0/16'), spaced('172.16.0.0/16'));
    expect(codesOf(plan)).toEqual([]);
    expect(plan.applyable).toBe(true);
  });

  it('are told by both names where home has not what was added in the target', () => {
    const plan = back(two, spaced('172.16.0.0/16'));
    expect(codesOf(plan)).toEqual(['MOVE_ADDRESSES']);
    expect(plan.blockers[0]?.message).toMatch(
      /^The VNet of ukwest has .*, that of uksouth 172.16.0.0\/16; where 10.50/,
    );
    expect(plan.blockers[0]?.remedy).toContain('Give the VNet of uksouth the same ranges');
  });

  it('may be more at home than in the target', () => {
    expect(codesOf(back(spaced('172.16.0.0/16'), two))).toEqual([]);
  });
});

describe('a subnet of two kinds of addresses', () => {
  it('counts by its IPv4 range, wherever that stands', () => {
    const doubled = changed(snapshotOf(), 'virtualNetwork', (old) => ({
      ...old,
      subnets: (old['subnets'] as readonly JsonObject[]).map((subnet) => {
        const { addressPrefix, ...rest } = subnet['properties'] as JsonObject;
        return { ...subnet, properties: { ...rest, addressPrefixes: ['fd00:db8:7::/64', addressPrefix as string] } };
      }),
    }));
    const plan = makeMovePlan(moveInput({ snapshot: doubled }));
    expect(plan.applyable).toBe(true);
    expect(plan.table).toEqual(makeMovePlan(moveInput()).table);
  });
});

describe('two routes that become one', () => {
  const site = p2sSite({ clientAddressPool: '192.168.160.0/24' });
  const prepared = (nextHopType: string): MovePlan =>
    makeMovePlan(
      moveInput({
        site,
        snapshot: changed(snapshotOf(), 'onPremRouteTable', (old) => ({
          ...old,
          routes: [
            ...(old['routes'] as readonly JsonObject[]),
            { name: 'ToTarget', properties: { addressPrefix: '192.168.160.0/24', nextHopType } },
          ],
        })),
      }),
    );

  it('are written once where both lead to one hop: Azure takes no table that has both', () => {
    const plan = prepared('VirtualNetworkGateway');
    expect(codesOf(plan)).toEqual([]);
    const routes = propertiesOf(stepOf(plan, 'onPremRouteTable'))['routes'] as readonly JsonObject[];
    expect(routes.map(({ name }) => name)).toEqual(['ToInternet', 'ToOnprem']);
    expect(plan.notes.join()).toContain('the route ToTarget is left out; ToOnprem is for 192.168.160.0/24 there, too');
  });

  it('are in the way of the move where they lead to two', () => {
    const plan = prepared('Internet');
    expect(codesOf(plan)).toEqual(['MOVE_ADDRESSES']);
    expect(plan.blockers[0]?.message).toContain('ToOnprem and ToTarget');
  });
});

describe('what lies behind the device, by its local network gateway', () => {
  const behind = (...addressPrefixes: string[]): Snapshot =>
    changed(snapshotOf({ vpn: 's2s' }), 'localNetworkGateway', (old) => ({
      ...old,
      localNetworkAddressSpace: { addressPrefixes },
    }));
  const planOf = (snapshot: Snapshot, addressSpace?: string): MovePlan =>
    makeMovePlan(
      moveInput({ site: s2sSite({ sharedKey: 'https://vault.example/secrets/a', addressSpace }), snapshot }),
    );

  it('must not overlap the range that the VNet gets in the target, though the site names another', () => {
    const plan = planOf(behind('10.80.0.0/24', '10.9.4.0/24'), '10.9.0.0/16');
    expect(plan.blockers).toEqual([
      expect.objectContaining({
        code: 'MOVE_ADDRESSES',
        message: expect.stringContaining('10.9.0.0/16 overlaps on-premises 10.9.4.0/24'),
      }),
    ]);
    expect(codesOf(planOf(behind('10.80.0.0/24', '10.9.4.0/24')))).toEqual([]);
  });

  it('may hold the ranges of the VNet where it does so at home', () => {
    expect(codesOf(planOf(behind('172.16.0.0/12'), '172.18.0.0/16'))).toEqual([]);
  });
});

describe('two of one name, in two resource groups', () => {
  const shared = `${oldGroup}-shared`;
  const moved = (snapshot: Snapshot, from: string, to: string): Snapshot =>
    JSON.parse(JSON.stringify(snapshot).replaceAll(`${oldGroup}${network}${from}`, `${shared}${network}${to}`));
  const network = '/providers/Microsoft.Network/';
  const doubled = (): Snapshot => {
    const snapshot = snapshotOf();
    const nsg = snapshot.resources.filter(({ role }) => role === 'networkSecurityGroup');
    const second = JSON.parse(JSON.stringify(nsg).replaceAll(oldGroup, shared)) as Snapshot['resources'];
    return { ...snapshot, resources: [...snapshot.resources, ...second] };
  };

  it.each([
    ['public addresses', moved(snapshotOf(), 'publicIPAddresses/firewall-ip', 'publicIPAddresses/vngw-ip')],
    [
      'firewall policies',
      moved(snapshotOf({ firewall: 'policy' }), 'firewallPolicies/company', 'firewallPolicies/policy'),
    ],
    ['security groups', doubled()],
  ])('%s are in the way of the move, and told by their ids', (_, snapshot) => {
    const plan = makeMovePlan(moveInput({ snapshot }));
    expect(codesOf(plan)).toContain('MOVE_REFERENCE');
    expect(plan.blockers.map(({ message }) => message).join()).toContain(`${shared}${network}`);
    expect(plan).toMatchObject({ applyable: false, steps: [] });
  });
});
