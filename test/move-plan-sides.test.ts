import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { sideOf } from '../shared/base/side.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { makeStandbyPlan } from '../shared/plan/move/makeStandbyPlan.ts';
import { resourceFits } from '../shared/plan/move/standing.ts';
import type { Role, Snapshot } from '../shared/plan/snapshot.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { moveInput, moveTags, p2sSite, propertiesOf, s2sSite, stepOf } from './support/moveData.ts';
import { changed, idIn, newGroup, oldGroup, snapshotOf } from './support/zoneData.ts';

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

  it('says that a gateway that stands keeps the RADIUS secret that it has', () => {
    const snapshot = changed(snapshotOf(), 'gateway', (old) => ({
      ...old,
      vpnClientConfiguration: { ...(old['vpnClientConfiguration'] as JsonObject), radiusServerAddress: '10.1.1.1' },
    }));
    const site = p2sSite({ radiusSecret: 'https://vault.example/secrets/radius' });
    const first = makeMovePlan(moveInput({ site, snapshot }));
    const said = expect.stringMatching(/^vngw: .*keeps the RADIUS secret/);
    expect(first.notes).not.toContainEqual(said);
    const { resource, body } = stepOf(first, 'gateway');
    const stands = new Map([...existing, [resource.toLowerCase(), stood(body)]]);
    expect(makeMovePlan(moveInput({ site, snapshot, existing: stands })).notes).toContainEqual(said);
  });

  it('takes out what is gone at home, and leaves what others have put there', () => {
    const fewer = changed(snapshotOf(), 'firewall', (old) => ({
      ...old,
      networkRuleCollections: (old['networkRuleCollections'] as readonly JsonObject[]).filter(
        ({ name }) => name !== 'operations',
      ),
    }));
    const plan = makeMovePlan(moveInput({ existing, snapshot: fewer, before: standby }));
    expect(stepOf(plan, 'firewall').retired).toEqual(['properties/networkrulecollections/operations']);
    expect(plan.writes.map(({ resource }) => resource.split('/').at(-1))).toContain('firewall');
    expect(plan.notes).toContain(
      'firewall: networkrulecollections/operations was brought there before and is no longer on the side that is left; it is taken out.',
    );
    const firewallThere = existing.get(firewall) ?? {};
    const properties = firewallThere['properties'] as JsonObject;
    const theirs = { name: 'of-others', properties: { priority: 900 } };
    const list = [...(properties['networkRuleCollections'] as readonly JsonObject[]), theirs];
    const added = { ...firewallThere, properties: { ...properties, networkRuleCollections: list } };
    const again = makeMovePlan(moveInput({ existing: new Map([...existing, [firewall, added]]), before: standby }));
    expect(again.digest).toBe(warm.digest);
  });

  it('deletes a rule collection group that is gone at home, from a policy of ours only', () => {
    const company = snapshotOf({ firewall: 'policy' });
    const built = makeStandbyPlan(moveInput({ snapshot: company }));
    const stands = new Map(built.steps.map(({ resource, body }) => [resource.toLowerCase(), stood(body)]));
    const fewer = { ...company, resources: company.resources.filter(({ id }) => !id.endsWith('/operations')) };
    const plan = makeStandbyPlan(moveInput({ snapshot: fewer, existing: stands, before: built }));
    const gone = 'delete ruleCollectionGroup policy/operations';
    expect(stepOf(plan, gone)).toMatchObject({ kind: 'delete', after: ['firewallPolicy policy'] });
    expect(stepOf(plan, 'rules').after).toContain(gone);
  });

  it('takes a route of others out of the table when it is gone at home', () => {
    const fewer = changed(snapshotOf(), 'routeTable', (old) => ({
      ...old,
      routes: (old['routes'] as readonly JsonObject[]).filter(({ name }) => name !== 'management'),
    }));
    expect(stepOf(makeMovePlan(moveInput({ snapshot: fewer, before: cold })), 'routes').retired).toEqual([
      'routes/management',
    ]);
    expect(stepOf(makeMovePlan(moveInput({ before: cold })), 'routes').retired).toBeUndefined();
  });
});

describe('the way back', () => {
  const site = p2sSite();
  /** What a sweep keeps of the target: all that the move put there. */
  const movedFrom = (stood: Snapshot): Snapshot => {
    const target = makeMovePlan(moveInput({ snapshot: stood }));
    const led = (body: JsonObject): JsonObject =>
      JSON.parse(JSON.stringify(body).replaceAll('{newFirewall}', '172.16.1.4'));
    return {
      ...stood,
      side: 'target' as const,
      resources: stood.resources.map((one) => {
        const id = one.id.replace(oldGroup, newGroup);
        const put = target.steps.findLast(({ resource, body }) => resource === id && body !== undefined);
        const routed = { ...(put?.body?.['properties'] as JsonObject), routes: target.carriedRoutes };
        const properties = one.role === 'routeTable' ? { properties: routed } : {};
        return { ...one, id, body: led({ id, ...put?.body, ...properties }) };
      }),
    };
  };
  const standing = ({ resources }: Snapshot) => new Map(resources.map(({ id, body }) => [id.toLowerCase(), body]));
  const moved = movedFrom(snapshotOf());
  const home = standing(snapshotOf());
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

  it('says that home gets no zones where it is built anew', () => {
    const said = /get no zones; which home had is not known any more/;
    expect(back({ existing: new Map() }).defaults).toContainEqual(expect.stringMatching(said));
    expect(back().defaults.join()).not.toMatch(said);
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

  it('is blocked where home would still trust a root certificate that was taken off meanwhile', () => {
    const fewer = changed(moved, 'gateway', (old) => ({
      ...old,
      vpnClientConfiguration: { ...(old['vpnClientConfiguration'] as JsonObject), vpnClientRootCertificates: [] },
    }));
    expect(back({ snapshot: fewer }).blockers).toEqual([
      expect.objectContaining({ message: expect.stringContaining('would let in whoever has a certificate of root') }),
    ]);
  });

  const company = snapshotOf({ firewall: 'policy' });
  const operations = 'ruleCollectionGroup policy/operations';
  const changedRule = (snapshot: Snapshot) =>
    changed(snapshot, 'ruleCollectionGroup', (old) =>
      JSON.parse(JSON.stringify(old).replaceAll('192.0.2.123', '192.0.2.99')),
    );

  it('leaves the rule collection groups of a policy that is not ours, and says where they differ', () => {
    const plan = back({ snapshot: movedFrom(company), existing: standing(changedRule(company)) });
    expect(stepOf(plan, operations)).toMatchObject({ leaveAsIs: true, ownedById: true });
    expect(plan.writes.map(({ resource }) => resource)).not.toContainEqual(expect.stringContaining('operations'));
    expect(plan.notes).toContain(
      'operations: the rule collection allowed is another on the side that is left, and stays as it stands.',
    );
  });

  it('puts no group of others into a policy that is not ours', () => {
    const without = standing(company);
    without.delete(idIn(oldGroup, 'firewallPolicies/policy/ruleCollectionGroups/operations').toLowerCase());
    const plan = back({ snapshot: movedFrom(company), existing: without });
    expect(plan.steps.map(({ id }) => id)).not.toContain(operations);
    expect(plan.notes).toContainEqual(expect.stringMatching(/^The rule collection group operations does not stand in/));
  });

  it.each<[string, Role, string, JsonObject, RegExp]>([
    [
      'a rule collection',
      'firewall',
      'networkRuleCollections',
      { name: 'added-while-away', properties: { priority: 444, action: { type: 'Allow' }, rules: [] } },
      /^firewall: the rule collection added-while-away of the side that is left does not come along/,
    ],
    [
      'a route that home has otherwise',
      'routeTable',
      'routes',
      { name: 'management', properties: { addressPrefix: '198.18.77.0/24', nextHopType: 'Internet' } },
      /^routetable: the route management is another on the side that is left/,
    ],
    [
      'an on-premises route',
      'onPremRouteTable',
      'routes',
      { name: 'added', properties: { addressPrefix: '198.18.78.0/24', nextHopType: 'Internet' } },
      /^routetableonprem: the route added of the side that is left does not come along/,
    ],
  ])('says that %s of others was made while the site lived elsewhere', (_, role, list, item, said) => {
    const lived = changed(moved, role, (old) => ({
      ...old,
      [list]: [...((old[list] ?? []) as readonly JsonObject[]).filter(({ name }) => name !== item['name']), item],
    }));
    expect(back({ snapshot: lived }).notes).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
  });

  it('says nothing where nothing has changed', () => {
    const same = movedFrom(company);
    const said = back({ snapshot: same, existing: standing(company) }).notes;
    expect(said.filter((text) => /side that is left/.test(text))).toEqual([]);
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

describe("the target's resource group", () => {
  it("is home's with the region behind it, which is never cut", () => {
    const { target } = p2sSite({}, { resourceGroup: 'x'.repeat(90) });
    expect(target.resourceGroup).toBe(`${'x'.repeat(83)}-ukwest`);
  });
});
