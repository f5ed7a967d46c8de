import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { sideOf } from '../shared/base/side.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { makeStandbyPlan } from '../shared/plan/move/makeStandbyPlan.ts';
import { resourceFits } from '../shared/plan/move/standing.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import {
  changed,
  idIn,
  moveInput,
  moveTags,
  newGroup,
  oldGroup,
  p2sSite,
  propertiesOf,
  s2sSite,
  snapshotOf,
  stepOf,
} from './support/moveData.ts';

const cold = makeMovePlan(moveInput());

/** The firewall as ARM shows it: with the address that Azure gave it. */
const withAddress = (firewall: JsonObject): JsonObject => {
  const properties = firewall['properties'] as JsonObject;
  const [first] = properties['ipConfigurations'] as readonly JsonObject[];
  const inner = { ...(first?.['properties'] as JsonObject), privateIPAddress: '172.16.1.4' };
  return { ...firewall, properties: { ...properties, ipConfigurations: [{ ...first, properties: inner }] } };
};

describe('a warm move', () => {
  const standby = makeStandbyPlan(moveInput());
  const stood = (body: JsonObject | undefined): JsonObject => ({
    ...body,
    properties: { ...(body?.['properties'] as JsonObject), provisioningState: 'Succeeded' },
  });
  const hopped = (body: JsonObject | undefined): JsonObject =>
    stood(JSON.parse(JSON.stringify(body ?? {}).replaceAll('{newFirewall}', '172.16.1.4')));
  const existing = new Map(
    standby.steps.flatMap(({ kind, resource, body }) =>
      kind === 'put' ? [[resource.toLowerCase(), hopped(body)]] : [],
    ),
  );
  const firewall = idIn(newGroup, 'azureFirewalls/firewall').toLowerCase();
  existing.set(firewall, withAddress(existing.get(firewall) ?? {}));
  const warm = makeMovePlan(moveInput({ existing }));

  it('takes the same steps, but builds nothing: routes, profile, device', () => {
    expect(warm.steps.map(({ id }) => id)).toEqual(cold.steps.map(({ id }) => id));
    expect(warm.writes.map(({ resource }) => resource.split('/').at(-1))).toEqual(['routetable']);
    expect(warm.criticalPath.minutes).toBe(2);
    expect(stepOf(warm, 'gateway').title).toBe('Keep the VPN gateway vngw');
  });

  it('brings in line what the old side has changed since', () => {
    const revoked = changed(snapshotOf(), 'gateway', (old) => ({
      ...old,
      vpnClientConfiguration: {
        ...(old['vpnClientConfiguration'] as JsonObject),
        vpnClientRevokedCertificates: [{ name: 'stolen', properties: { thumbprint: 'FF' } }],
      },
    }));
    const plan = makeMovePlan(moveInput({ existing, snapshot: revoked }));
    expect(plan.writes.map(({ resource }) => resource.split('/').at(-1))).toContain('vngw');
  });
});

describe('the way back', () => {
  const site = p2sSite();
  const target = makeMovePlan(moveInput());
  /** What a sweep keeps of the target: all that the move put there. */
  const moved = {
    ...snapshotOf(),
    side: 'target' as const,
    resources: snapshotOf().resources.map((one) => {
      const id = one.id.replace(oldGroup, newGroup);
      const step = target.steps.find(({ resource }) => resource === id);
      return { ...one, id, body: { id, ...step?.body } };
    }),
  };
  const home = new Map(snapshotOf().resources.map(({ id, body }) => [id.toLowerCase(), body]));
  const back = (more: Parameters<typeof moveInput>[0] = {}) =>
    makeMovePlan(
      moveInput({
        site,
        from: 'target',
        to: 'home',
        reason: 'return',
        snapshot: moved,
        existing: home,
        desired: desiredSets({ site: sideOf(site, 'home'), services: [], tags: moveTags }),
        ...more,
      }),
    );

  it('leaves everything at home as it stands, and writes rules and routes', () => {
    const plan = back();
    expect(plan.applyable).toBe(true);
    const puts = plan.steps.filter(({ kind }) => kind === 'put');
    expect(
      puts.every(
        ({ leaveAsIs, ownedById, resource }) =>
          (leaveAsIs && ownedById && resource.startsWith(`${oldGroup}/`)) || resource === oldGroup,
      ),
    ).toBe(true);
    expect(plan.writes.map(({ resource }) => resource.split('/').at(-1)).sort()).toEqual(['firewall', 'routetable']);
    expect(plan.carriedRoutes).toEqual([]);
  });

  it('could build home again as it was, by an SKU that is sold', () => {
    for (const { resource, body, kind, id } of back().steps) {
      const stood = home.get(resource.toLowerCase());
      if (kind === 'put' && stood !== undefined)
        expect(resourceFits(stood, body ?? {}), resource).toBe(id !== 'gateway');
    }
    expect(propertiesOf(stepOf(back(), 'gateway'))).toMatchObject({ sku: { name: 'VpnGw1AZ' } });
  });

  it('is blocked where home would accept a certificate that was revoked meanwhile', () => {
    const revoked = changed(moved, 'gateway', (old) => {
      const client = old['vpnClientConfiguration'] as JsonObject;
      return {
        ...old,
        vpnClientConfiguration: {
          ...client,
          vpnClientRevokedCertificates: [{ name: 'stolen', properties: { thumbprint: 'FF' } }],
        },
      };
    });
    expect(back({ snapshot: revoked }).blockers).toEqual([
      expect.objectContaining({ message: expect.stringContaining('revoked at the one that is left: stolen') }),
    ]);
  });
});

describe('a standby', () => {
  const plan = makeStandbyPlan(moveInput());

  it('ends with the rules, and routes nothing', () => {
    expect(plan.steps.filter(({ kind }) => kind !== 'put').map(({ id }) => id)).toEqual(['rules']);
    expect(plan.carriedRoutes).toEqual([]);
    expect(plan.steps.every(({ stopHere }) => stopHere === 'works')).toBe(true);
  });

  it('is what a move finds as planned later', () => {
    const bodies = new Map(plan.steps.map(({ id, body }) => [id, body]));
    const later = makeMovePlan(moveInput()).steps.filter(({ kind }) => kind === 'put');
    expect(later.every(({ id, body }) => resourceFits(bodies.get(id) ?? {}, body ?? {}))).toBe(true);
  });

  it('makes no connection, which could open a second tunnel', () => {
    const s2s = makeStandbyPlan(moveInput({ site: s2sSite(), snapshot: snapshotOf({ vpn: 's2s' }) }));
    expect(s2s.applyable).toBe(true);
    expect(s2s.steps.some(({ id }) => id.startsWith('connection'))).toBe(false);
  });
});
