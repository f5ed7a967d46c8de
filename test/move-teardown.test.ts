import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeTeardownPlan, type TeardownInput } from '../shared/plan/move/makeTeardownPlan.ts';
import type { SnapshotResource } from '../shared/plan/snapshot.ts';
import { p2sSite } from './support/moveData.ts';
import { changed, idIn, oldGroup, snapshotOf, type ZoneParts } from './support/zoneData.ts';

const made = (one: SnapshotResource): SnapshotResource => ({
  ...one,
  body: { ...one.body, tags: { ...(one.body['tags'] as JsonObject), 'asefo-site': 'rig-07' } },
});

/** A landing zone that holds nothing but itself; the real one has a server in its default subnet. */
const alone = (parts: ZoneParts = {}) =>
  changed(snapshotOf(parts), 'virtualNetwork', (network) => ({
    ...network,
    subnets: (network['subnets'] as readonly JsonObject[]).slice(1),
  })).resources;

const wholeOf = (resources: readonly SnapshotResource[]): string[] =>
  resources.filter(({ role }) => role !== 'resourceGroup').map(({ id }) => id);

const tearDown = (more: Partial<TeardownInput> = {}) => {
  const resources = more.resources ?? alone().map(made);
  return makeTeardownPlan({
    site: p2sSite(),
    side: 'home',
    livesOn: 'target',
    purpose: 'cancel',
    why: ['a person said so'],
    resources,
    contents: wholeOf(resources),
    namePrefix: 'asefo-',
    ...more,
  });
};

describe('taking a side down', () => {
  it('is building in reverse, the resource group last', () => {
    const { steps, writes } = tearDown();
    const order = steps.map(({ id }) => id);
    expect(order.slice(0, 2).sort()).toEqual(['delete firewall firewall', 'delete gateway vngw']);
    expect(order.at(-1)).toBe('delete resourceGroup ase-rig-07');
    expect(order.indexOf('delete virtualNetwork vnet')).toBeLessThan(order.indexOf('delete routeTable routetable'));
    expect(writes.every((one) => one.writes === 1)).toBe(true);
    expect(steps.every(({ kind, stopHere }) => kind === 'delete' && stopHere === 'works')).toBe(true);
  });

  it('takes policies with their groups, children before parents, then IP groups', () => {
    const order = tearDown({ resources: alone({ firewall: 'policy' }).map(made) }).steps.map(({ id }) => id);
    expect(order.filter((id) => /olicy|ipGroup/.test(id))).toEqual([
      'delete firewallPolicy policy',
      'delete firewallPolicy company',
      'delete ipGroup clients',
      'delete ipGroup servers',
    ]);
    expect(order.some((id) => id.includes('ruleCollectionGroup'))).toBe(false);
  });

  it('takes of ours only what may go', () => {
    const [firewall] = alone().filter(({ role }) => role === 'firewall');
    const { steps, notes } = tearDown({ only: [firewall?.id ?? ''] });
    expect(steps.map(({ id }) => id)).toEqual(['delete firewall firewall']);
    expect(notes).toContain('vngw stays: it was not made for this site by this move.');
  });

  it('takes connections before gateways', () => {
    const order = tearDown({ resources: alone({ vpn: 's2s' }).map(made) }).steps.map(({ id }) => id);
    expect(order.indexOf('delete connection to-device')).toBeLessThan(order.indexOf('delete gateway vngw'));
    expect(order.indexOf('delete connection to-device')).toBeLessThan(
      order.indexOf('delete localNetworkGateway device'),
    );
  });

  it('leaves what has not our tag, and the group it stands in', () => {
    const resources = alone().map((one) => (one.role === 'publicIp' ? one : made(one)));
    const { steps, notes } = tearDown({ resources });
    expect(steps.some(({ id }) => /publicIp|resourceGroup/.test(id))).toBe(false);
    expect(notes).toContain('vngw-ip stays: it was not made for this site by a move.');
    expect(notes.join()).toContain('The resource group ase-rig-07 stays: something else is in it.');
  });

  it('takes what was there before us only to retire a side, and by its id', () => {
    expect(tearDown({ resources: alone() }).steps).toEqual([]);
    const { steps } = tearDown({ resources: alone(), purpose: 'retire' });
    expect(steps.length).toBe(alone().length);
    expect(steps.every(({ ownedById }) => ownedById === true)).toBe(true);
  });

  it.each([
    [
      'a server in its network',
      snapshotOf().resources,
      ['vnet stays: nic uses it.', 'routetable stays: vnet uses it.'],
    ],
    [
      'another firewall on its policy',
      changed({ ...snapshotOf(), resources: alone({ firewall: 'policy' }) }, 'firewallPolicy', (policy) => ({
        ...policy,
        firewalls: [{ id: idIn(oldGroup, 'azureFirewalls/other') }],
      })).resources,
      ['policy stays: other uses it.', 'clients stays: policy uses it.'],
    ],
  ])('leaves what something else uses: %s', (_, resources, notes) => {
    const plan = tearDown({ resources, purpose: 'retire' });
    expect(plan.notes).toEqual(expect.arrayContaining(notes));
    const gone = plan.steps.map(({ resource }) => resource.split('/').at(-1));
    for (const note of notes) expect(gone).not.toContain(note.split(' ')[0]);
  });

  it('leaves a firewall that another site lives by, and what that stands on', () => {
    const shared = changed({ ...snapshotOf(), resources: alone() }, 'firewall', (old) => ({
      ...old,
      networkRuleCollections: [{ name: 'asefo-other', properties: { priority: 201, rules: [] } }],
    }));
    const plan = tearDown({ resources: shared.resources, purpose: 'retire' });
    expect(plan.notes).toEqual(
      expect.arrayContaining([
        'firewall stays: it has our rules for another site.',
        'firewall-ip stays: firewall uses it.',
        'vnet stays: firewall uses it.',
      ]),
    );
    expect(plan.steps.map(({ id }) => id)).toEqual([
      'delete onPremRouteTable routetableonprem',
      'delete gateway vngw',
      'delete publicIp vngw-ip',
    ]);
  });

  it('takes our own group off a policy that stays', () => {
    const resources = alone({ firewall: 'policy' }).map((one) => (/policies\/[a-z]+$/i.test(one.id) ? one : made(one)));
    const order = tearDown({ resources }).steps.map(({ id }) => id);
    expect(order).toContain('delete ruleCollectionGroup asefo-rig-07');
    expect(order).not.toContain('delete ruleCollectionGroup operations');
  });

  it('leaves the resource group where nobody could tell what is in it', () => {
    expect(tearDown({ contents: null }).steps.some(({ id }) => id.includes('resourceGroup'))).toBe(false);
  });

  it('never takes down where the site lives', () => {
    const plan = tearDown({ livesOn: 'home' });
    expect(plan).toMatchObject({ applyable: false, blockers: [{ code: 'MOVE_RESIDENCE' }] });
  });
});
