import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { roleOfId } from '../shared/plan/move/resourceIds.ts';
import { moveInput, p2sSite, propertiesOf, s2sSite, stepOf } from './support/moveData.ts';
import { changed, idIn, newGroup, oldGroup, snapshotOf } from './support/zoneData.ts';

const cold = makeMovePlan(moveInput());

describe('a cold move of a point-to-site site', () => {
  it('builds everything, then moves the device', () => {
    expect(cold.steps.map(({ id }) => id)).toEqual([
      'resourceGroup',
      'networkSecurityGroup nsg',
      'publicIp firewall-ip',
      'publicIp vngw-ip',
      'routeTable',
      'onPremRouteTable',
      'virtualNetwork',
      'firewall',
      'gateway',
      'onPremRouteTable routes',
      'rules',
      'profile',
      'routes',
      'bundle',
      'proof',
      'confirm',
      'settle',
    ]);
    expect(cold).toMatchObject({ applyable: true, blockers: [], region: { from: 'uksouth', to: 'ukwest' } });
  });

  it('takes as long as the gateway and what follows on it', () => {
    expect(cold.criticalPath.steps).toEqual([
      'resourceGroup',
      'networkSecurityGroup nsg',
      'virtualNetwork',
      'gateway',
      'profile',
      'bundle',
      'confirm',
      'settle',
    ]);
    expect(cold.criticalPath.minutes).toBe(50);
  });

  it('writes every resource once, and a table again when the firewall has an address', () => {
    const writes = Object.fromEntries(cold.writes.map((one) => [one.resource.split('/').at(-1), one.writes]));
    expect(writes).toEqual({
      'ase-rig-07-ukwest': 1,
      'firewall-ip': 1,
      nsg: 1,
      'vngw-ip': 1,
      routetable: 2,
      routetableonprem: 2,
      vnet: 1,
      firewall: 1,
      vngw: 1,
    });
  });

  it('creates the route table empty, with propagation on, whatever it was', () => {
    expect(propertiesOf(stepOf(cold, 'routeTable'))).toEqual({ disableBgpRoutePropagation: false, routes: [] });
    expect(cold.carriedRoutes).toEqual([
      {
        name: 'to-update-server',
        properties: {
          addressPrefix: '198.18.7.0/24',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '{newFirewall}',
        },
      },
      { name: 'management', properties: { addressPrefix: '198.18.8.0/24', nextHopType: 'Internet' } },
    ]);
  });

  it('tags what it creates with the site, beside the tags it had', () => {
    const tagged = cold.steps.filter(({ kind }) => kind === 'put');
    expect(tagged.map(({ body }) => body?.['tags'])).toEqual(
      tagged.map(() => ({ owner: 'rig crew', 'asefo-site': 'rig-07', 'asefo-move': 'uksouth-to-ukwest' })),
    );
    expect(tagged.every(({ resource }) => resource.startsWith(newGroup))).toBe(true);
  });
});

describe('what the site did not say', () => {
  it.each([
    ['of a point-to-site site', p2sSite(), 7],
    ['of a site-to-site site', s2sSite(), 7],
    [
      'where it said everything',
      p2sSite({
        targetRegion: 'northeurope',
        resourceGroup: 'elsewhere',
        addressSpace: '10.9.0.0/16',
        clientAddressPool: '192.168.151.0/24',
        zones: ['1'],
        standby: 'warm',
        retireOld: 'never',
      }),
      0,
    ],
  ])('is told as defaults, %s', (_, site, many) => {
    const { defaults } = makeMovePlan(moveInput({ site, snapshot: null }));
    expect(defaults).toHaveLength(many);
    expect(defaults.every((sentence) => /move\.[a-zA-Z]+/.test(sentence))).toBe(true);
  });
});

describe('a target that is not where services fail over to', () => {
  const notes = (move: Record<string, unknown>, more: Record<string, unknown> = {}, to: 'home' | 'target' = 'target') =>
    makeMovePlan(moveInput({ site: p2sSite(move, { services: ['Storage', 'EventHub'], ...more }), to })).notes.join();
  const third = { targetRegion: 'northeurope' };
  const globalTags = ['storage.ukwest', 'EventHub.ukwest'];

  it('is told with the tags that would have them in the tunnel there', () => {
    expect(notes(third)).toContain(
      'Services of site rig-07 fail over to UK West, and its table in North Europe has no ranges of theirs',
    );
    expect(notes(third)).toContain('add to globalTags: Storage.ukwest and EventHub.ukwest.');
    expect(notes(third, { globalTags: globalTags.slice(0, 1) })).toContain('add to globalTags: EventHub.ukwest.');
  });

  it.each([
    ['it is', notes({})],
    ['globalTags names them all', notes(third, { globalTags })],
    ['the site goes home', notes(third, {}, 'home')],
  ])('is not spoken of where %s', (_, text) => {
    expect(text).not.toContain('fail over to');
  });
});

describe('other ranges on the new side', () => {
  const move = { addressSpace: '10.9.0.0/16', clientAddressPool: '192.168.151.0/24' };
  const plan = makeMovePlan(moveInput({ site: p2sSite(move), reason: 'planned' }));
  const text = JSON.stringify(plan.steps.map(({ body }) => body));

  it('keep size and offset, everywhere', () => {
    expect(text).not.toMatch(/172\.16\.|192\.168\.150\./);
    const network = propertiesOf(stepOf(plan, 'virtualNetwork'));
    expect(network).toMatchObject({
      addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
      subnets: [
        { properties: { addressPrefix: '10.9.0.0/24' } },
        { properties: { addressPrefix: '10.9.2.0/27' } },
        { properties: { addressPrefix: '10.9.1.0/24' } },
      ],
    });
    expect(propertiesOf(stepOf(plan, 'gateway'))).toMatchObject({
      vpnClientConfiguration: { vpnClientAddressPool: { addressPrefixes: ['192.168.151.0/24'] } },
    });
  });

  it('are listed for the approver, one by one', () => {
    const listed = plan.mappings.map(
      ({ resource, where, before, after }) => `${resource} ${where}: ${before} -> ${after}`,
    );
    expect(listed).toEqual(
      expect.arrayContaining([
        'firewall networkRuleCollections/operations/rules/ntp/sourceAddresses: 192.168.150.0/24 -> 192.168.151.0/24',
        'firewall networkRuleCollections/operations/rules/one-client/sourceAddresses: 192.168.150.9 -> 192.168.151.9',
        'firewall networkRuleCollections/operations/rules/one-client/sourceAddresses: 172.16.2.0/27 -> 10.9.2.0/27',
        'routetableonprem routes/ToOnprem/addressPrefix: 192.168.150.0/24 -> 192.168.151.0/24',
      ]),
    );
    expect(plan.defaults.join()).not.toMatch(/addressSpace|clientAddressPool/);
  });

  it('are what our own rules allow, too', () => {
    const collections = propertiesOf(stepOf(plan, 'firewall'))['networkRuleCollections'] as readonly JsonObject[];
    expect(collections.at(-1)).toMatchObject({
      name: 'asefo-rig-07',
      properties: { rules: [{ sourceAddresses: ['192.168.151.0/24', '10.9.2.0/27'] }] },
    });
  });

  it.each([
    ['a range too small for the subnets', { addressSpace: '10.9.0.0/24' }, 'MOVE_ADDRESSES'],
    ['a pool in the VNet', { clientAddressPool: '172.16.9.0/24' }, 'MOVE_ADDRESSES'],
  ])('block where they cannot be: %s', (_, wrong, code) => {
    const blocked = makeMovePlan(moveInput({ site: p2sSite(wrong) }));
    expect(blocked.applyable).toBe(false);
    expect(blocked.blockers.map((one) => one.code)).toContain(code);
  });
});

describe('a site that keeps its destinations in an IP group', () => {
  const plan = makeMovePlan(moveInput({ site: p2sSite({}, { firewallRule: { ipGroup: true } }) }));
  const ours = idIn(newGroup, 'ipGroups/asefo-rig-07');

  it('gets it before the firewall, whose rule refers to it', () => {
    expect(stepOf(plan, 'ipGroup asefo-rig-07')).toMatchObject({
      resource: ours,
      body: {
        location: 'ukwest',
        tags: { 'asefo-site': 'rig-07' },
        properties: { ipAddresses: ['20.20.0.0/24', '20.20.2.0/24', '20.20.4.0/24'] },
      },
    });
    expect(stepOf(plan, 'firewall').after).toContain('ipGroup asefo-rig-07');
    const collections = propertiesOf(stepOf(plan, 'firewall'))['networkRuleCollections'] as readonly JsonObject[];
    expect(collections.at(-1)).toMatchObject({ properties: { rules: [{ destinationIpGroups: [ours] }] } });
    expect(plan.writes.filter(({ resource }) => resource.endsWith('/firewall'))).toMatchObject([{ writes: 1 }]);
  });
});

describe('a firewall with a policy', () => {
  const plan = makeMovePlan(moveInput({ snapshot: snapshotOf({ firewall: 'policy' }) }));

  it('gets its groups, its policies and their rules first, ours by a step of its own', () => {
    const order = plan.steps.map(({ id }) => id);
    const comesFirst = (a: string, b: string) =>
      expect(order.indexOf(a), `${a} before ${b}`).toBeLessThan(order.indexOf(b));
    comesFirst('firewallPolicy company', 'firewallPolicy policy');
    comesFirst('ipGroup clients', 'firewallPolicy policy');
    comesFirst('firewallPolicy policy', 'ruleCollectionGroup policy/operations');
    comesFirst('ruleCollectionGroup policy/operations', 'firewall');
    expect(order.filter((id) => id.includes('asefo-'))).toEqual([]);
    expect(stepOf(plan, 'rules').resource).toBe(
      idIn(newGroup, 'firewallPolicies/policy/ruleCollectionGroups/asefo-rig-07'),
    );
  });

  it('refers to the new side alone', () => {
    expect(propertiesOf(stepOf(plan, 'firewallPolicy policy'))).toEqual({
      basePolicy: { id: idIn(newGroup, 'firewallPolicies/company') },
    });
    const text = JSON.stringify(stepOf(plan, 'ruleCollectionGroup policy/operations').body);
    expect(text).toContain(idIn(newGroup, 'ipGroups/clients'));
    expect(text).not.toMatch(/"tags"|"location"/);
  });

  it('never has two of its IP groups, or of its rule collection groups, written side by side', () => {
    const keys = plan.steps
      .filter(({ id }) => /^ipGroup|^ruleCollectionGroup/.test(id))
      .map(({ oneAtATime }) => oneAtATime);
    expect(new Set(keys)).toEqual(new Set(['ipGroups', idIn(newGroup, 'firewallPolicies/policy').toLowerCase()]));
  });

  it('is not built where a rule names a group that is not in the snapshot', () => {
    const snapshot = snapshotOf({ firewall: 'policy' });
    const without = { ...snapshot, resources: snapshot.resources.filter(({ id }) => !id.endsWith('ipGroups/clients')) };
    const blocked = makeMovePlan(moveInput({ snapshot: without }));
    expect(blocked.blockers).toEqual([
      expect.objectContaining({ code: 'MOVE_REFERENCE', message: expect.stringContaining('ipGroups/clients') }),
    ]);
  });
});

describe('what can no longer be ordered', () => {
  it.each([
    ['Basic', 'VpnGw1AZ'],
    ['VpnGw1', 'VpnGw1AZ'],
    ['VpnGw3', 'VpnGw3AZ'],
    ['VpnGw2AZ', 'VpnGw2AZ'],
    ['Standard', 'VpnGw1AZ'],
    ['HighPerformance', 'VpnGw2AZ'],
    ['UltraPerformance', 'VpnGw2AZ'],
  ])('a gateway of %s becomes %s', (before, after) => {
    const snapshot = changed(snapshotOf(), 'gateway', (old) => ({ ...old, sku: { name: before, tier: before } }));
    const plan = makeMovePlan(moveInput({ snapshot }));
    expect(propertiesOf(stepOf(plan, 'gateway'))).toMatchObject({ sku: { name: after, tier: after } });
    expect(plan.defaults.join().includes(`${before} is no longer sold`)).toBe(before !== after);
  });

  it('a Basic, dynamic address becomes Standard and static, and that is said', () => {
    const snapshot = changed(snapshotOf(), 'publicIp', (old) => ({ ...old, publicIPAllocationMethod: 'Dynamic' }));
    const plan = makeMovePlan(moveInput({ snapshot }));
    expect(stepOf(plan, 'publicIp vngw-ip').body).toMatchObject({
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    expect(plan.defaults.join()).toContain('that was dynamic is ordered as Standard and static');
  });

  it('a rule that translates an old public address is left out, and that is said', () => {
    const rule = {
      name: 'rdp',
      protocols: ['TCP'],
      sourceAddresses: ['*'],
      destinationAddresses: ['20.10.2.78'],
      destinationPorts: ['3389'],
      translatedAddress: '172.16.0.5',
      translatedPort: '3389',
    };
    const natRuleCollections = [
      { name: 'nat', properties: { priority: 100, action: { type: 'Dnat' }, rules: [rule] } },
    ];
    const plan = makeMovePlan(
      moveInput({ snapshot: changed(snapshotOf(), 'firewall', (old) => ({ ...old, natRuleCollections })) }),
    );
    expect(propertiesOf(stepOf(plan, 'firewall'))['natRuleCollections']).toEqual([]);
    expect(plan.notes.join()).toContain('the NAT rule rdp of nat translates an old public address');
  });
});

describe('what stops a move', () => {
  const without = (role: string) => {
    const snapshot = snapshotOf();
    return { ...snapshot, resources: snapshot.resources.filter((one) => one.role !== role) };
  };
  const limit = (most: number) => p2sSite({}, { routeBudget: { limit: most } });

  it.each([
    ['no snapshot', { snapshot: null }, 'MOVE_SNAPSHOT'],
    ['a snapshot without a gateway', { snapshot: without('gateway') }, 'MOVE_SNAPSHOT'],
    ['a table that does not fit', { site: limit(6) }, 'ROUTE_BUDGET'],
    [
      'a foreign route that would lead the new home region elsewhere',
      {
        snapshot: changed(snapshotOf(), 'routeTable', (table) => ({
          ...table,
          routes: [{ name: 'shortcut', properties: { addressPrefix: '20.20.4.128/25', nextHopType: 'Internet' } }],
        })),
      },
      'FOREIGN_ROUTE_DIVERTS',
    ],
    [
      'a firewall whose policy is not in the snapshot',
      {
        snapshot: changed(snapshotOf(), 'firewall', (old) => ({
          ...old,
          firewallPolicy: { id: idIn(oldGroup, 'firewallPolicies/policy') },
        })),
      },
      'MOVE_REFERENCE',
    ],
    [
      'an SKU nobody knows',
      { snapshot: changed(snapshotOf(), 'gateway', (old) => ({ ...old, sku: { name: 'ErGw9', tier: 'ErGw9' } })) },
      'MOVE_SKU',
    ],
    [
      'a policy-based gateway, which can no longer be made',
      { snapshot: changed(snapshotOf(), 'gateway', (old) => ({ ...old, vpnType: 'PolicyBased' })) },
      'MOVE_SKU',
    ],
    [
      'a RADIUS server whose secret nobody can read',
      {
        snapshot: changed(snapshotOf(), 'gateway', (old) => ({
          ...old,
          vpnClientConfiguration: { radiusServerAddress: '10.1.1.1' },
        })),
      },
      'MOVE_SECRET',
    ],
    [
      'a check of the target that failed',
      {
        preflight: {
          side: 'target' as const,
          checks: [{ id: 'quota', ok: false, text: 'no address is left', remedy: 'Ask for more.' }],
        },
      },
      'MOVE_PREFLIGHT',
    ],
    [
      'zones that the target has not: Azure refuses the first address that asks for one',
      {
        site: p2sSite({ zones: ['1'] }),
        preflight: {
          side: 'target' as const,
          checks: [{ id: 'zones', ok: false, text: 'UK West has not zone 1.', remedy: 'Take them out.' }],
        },
      },
      'MOVE_PREFLIGHT',
    ],
  ])('%s', (_, more, code) => {
    const plan = makeMovePlan(moveInput(more));
    expect(plan.applyable).toBe(false);
    expect(plan.blockers.map((one) => one.code)).toEqual([code]);
  });

  it('not a check of the other side, nor one that is only told', () => {
    const failed = { id: 'quota', ok: false, text: 'no address is left', remedy: 'Ask for more.' };
    for (const preflight of [
      { side: 'home' as const, checks: [failed] },
      { side: 'target' as const, checks: [{ ...failed, id: 'snapshot' }] },
    ])
      expect(makeMovePlan(moveInput({ preflight })).applyable).toBe(true);
  });

  it('the table counts the hole that the new gateway will need', () => {
    expect(makeMovePlan(moveInput({ site: limit(7) })).table).toEqual({
      routes: 7,
      limit: 7,
      fits: true,
      strategy: 'exact',
    });
    expect(makeMovePlan(moveInput({ site: limit(6) })).table).toMatchObject({ routes: 7, limit: 6, fits: false });
  });
});

describe('any plan', () => {
  const kinds = fc.record({
    firewall: fc.constantFrom('classic' as const, 'policy' as const),
    vpn: fc.constantFrom('p2s' as const, 's2s' as const),
  });

  it('has the same digest whatever the order of the snapshot, its time and the reasons told', () => {
    fc.assert(
      fc.property(kinds, fc.integer(), (parts, seed) => {
        const snapshot = snapshotOf(parts);
        const site = parts.vpn === 's2s' ? s2sSite() : p2sSite();
        const resources = [...snapshot.resources].sort(
          (a, b) => ((a.id.length * seed) % 7) - ((b.id.length * seed) % 7),
        );
        const one = makeMovePlan(moveInput({ site, snapshot }));
        const other = makeMovePlan(
          moveInput({ site, snapshot: { ...snapshot, resources, takenAt: 'later' }, why: ['else'] }),
        );
        expect(other.digest).toBe(one.digest);
        expect(other.steps).toEqual(one.steps);
      }),
      { numRuns: 30 },
    );
  });

  it('names nothing of the old side in a body, but what it says it leaves', () => {
    fc.assert(
      fc.property(kinds, (parts) => {
        const site = parts.vpn === 's2s' ? s2sSite() : p2sSite();
        const text = JSON.stringify(
          makeMovePlan(moveInput({ site, snapshot: snapshotOf(parts) })).steps.map(({ body }) => body),
        );
        expect(text).not.toContain(`${oldGroup}/`);
        expect(text.replaceAll('uksouth-to-ukwest', '')).not.toContain('uksouth');
        expect(text).not.toMatch(/"etag"|provisioningState|resourceGuid|172\.16\.1\.4|20\.10\./);
      }),
      { numRuns: 8 },
    );
  });

  it('makes nothing whose role does not show by its id', () => {
    for (const { role, id } of [...snapshotOf({ firewall: 'policy', vpn: 's2s' }).resources])
      expect(roleOfId(id)).toBe(role === 'onPremRouteTable' ? 'routeTable' : role);
    expect(roleOfId(idIn(oldGroup, 'natGateways/nat'))).toBeNull();
    expect(roleOfId(idIn(oldGroup, 'virtualNetworks/vnet/subnets/default'))).toBeNull();
  });

  it('reads back equal', () => {
    expect(JSON.parse(JSON.stringify(cold))).toEqual(cold);
  });
});
