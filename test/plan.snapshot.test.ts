import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../shared/base/canonical.ts';
import type { SnapshotResource } from '../shared/plan/snapshot.ts';
import { hashOfResources } from '../shared/plan/snapshotHash.ts';
import { lossesOf } from '../shared/plan/snapshotLosses.ts';
import { onlyOwn, stands } from '../shared/plan/snapshotOwn.ts';
import { referencesOf } from '../shared/plan/snapshotReferences.ts';
import { secretSources, secretsOf, withoutSecrets } from '../shared/plan/snapshotSecrets.ts';
import { acceptDoubtful, verdict } from '../shared/record/snapshotVerdict.ts';
import { changed, group, idOf, movingSite, snapshotOf, zoneResources } from './snapshotData.ts';

/** The same value with every member of that name replaced, wherever it stands. */
const everywhere = (value: unknown, name: string, by: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => everywhere(item, name, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, key === name ? by : everywhere(member, name, by)]),
  );
};

const subnetsOf = (resources: readonly SnapshotResource[]): JsonObject[] =>
  resources.flatMap(({ body }) => (body['properties'] as unknown as { subnets: JsonObject[] }).subnets);

const hash = (resources: unknown): string => hashOfResources(resources as SnapshotResource[]);

describe('the hash of a snapshot', () => {
  const before = hashOfResources(zoneResources());

  const network = zoneResources().filter(({ role }) => role === 'virtualNetwork');
  const zone = zoneResources();

  it.each([
    ['etags', zone, everywhere(zone, 'etag', 'W/"2"')],
    ['provisioning states', zone, everywhere(zone, 'provisioningState', 'Updating')],
    ['what a subnet is used by', network, everywhere(network, 'ipConfigurations', undefined)],
    ['the order of resources', zone, [...zone].reverse()],
    ['the case of ids', zone, JSON.parse(JSON.stringify(zone).replaceAll('/resourceGroups/', '/resourcegroups/'))],
    ['the order of subnets', network, everywhere(network, 'subnets', subnetsOf(network).reverse())],
  ])('does not change with %s', (_, resources, other) => {
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(resources));
    expect(hash(other)).toBe(hash(resources));
  });

  it.each([
    ['a route', changed('routeTable', (p) => ({ ...p, routes: [] }))],
    ['a public address', changed('publicIp', (p) => ({ ...p, ipAddress: '20.0.0.9' }))],
    ['the SKU of the gateway', changed('gateway', (p) => ({ ...p, sku: { name: 'VpnGw2AZ' } }))],
    ['a resource', zoneResources().slice(1)],
  ])('changes with %s', (_, resources) => expect(hash(resources)).not.toBe(before));
});

describe('what a resource refers to', () => {
  const rules = (property: string) => [
    { name: 'c', properties: { rules: [{ name: 'r', [property]: [idOf('ipGroups', 'partners')] }] } },
  ];
  const of = (role: SnapshotResource['role'], properties: JsonObject) =>
    referencesOf({ id: group, role, body: { properties } }).map(
      ({ id, role: found }) => `${found} ${id.split('/').at(-1)}`,
    );

  it.each([
    [
      'a subnet its route table',
      'virtualNetwork',
      { subnets: [{ properties: { routeTable: { id: '/t' } } }] },
      'routeTable t',
    ],
    [
      'a firewall its management address',
      'firewall',
      { managementIpConfiguration: { properties: { publicIPAddress: { id: '/m' } } } },
      'publicIp m',
    ],
    ['a firewall its policy', 'firewall', { firewallPolicy: { id: '/p' } }, 'firewallPolicy p'],
    [
      'a classic rule its IP groups',
      'firewall',
      { networkRuleCollections: rules('destinationIpGroups') },
      'ipGroup partners',
    ],
    ['a policy its parent', 'firewallPolicy', { basePolicy: { id: '/parent' } }, 'firewallPolicy parent'],
    [
      'a policy its groups of rules',
      'firewallPolicy',
      { ruleCollectionGroups: [{ id: '/p/g' }] },
      'ruleCollectionGroup g',
    ],
    [
      "a policy's rule its IP groups",
      'ruleCollectionGroup',
      { ruleCollections: [{ rules: [{ sourceIpGroups: ['/g/here'] }] }] },
      'ipGroup here',
    ],
    [
      'a policy the IP groups that its intrusion detection lets pass',
      'firewallPolicy',
      {
        intrusionDetection: { configuration: { bypassTrafficSettings: [{ name: 'b', sourceIpGroups: ['/g/quiet'] }] } },
      },
      'ipGroup quiet',
    ],
    [
      'a gateway its addresses',
      'gateway',
      { ipConfigurations: [{ properties: { publicIPAddress: { id: '/ip' } } }] },
      'publicIp ip',
    ],
    ['a gateway its default site', 'gateway', { gatewayDefaultSite: { id: '/site' } }, 'localNetworkGateway site'],
    [
      'a network its security groups',
      'virtualNetwork',
      { subnets: [{ properties: { networkSecurityGroup: { id: '/nsg' } } }] },
      'networkSecurityGroup nsg',
    ],
    ['a connection its other end', 'connection', { localNetworkGateway2: { id: '/site' } }, 'localNetworkGateway site'],
  ] as const)('%s', (_, role, properties, expected) => expect(of(role, properties as never)).toEqual([expected]));
});

describe('secrets', () => {
  const connection: SnapshotResource = {
    id: idOf('connections', 'rig'),
    role: 'connection',
    body: { properties: { connectionType: 'IPsec', sharedKey: 'hush', nested: [{ radiusServerSecret: 'hush' }] } },
  };

  it('are taken out of what is kept, wherever they stand', () => {
    expect(JSON.stringify(withoutSecrets(connection.body))).not.toContain('hush');
  });

  it('of a connection come from the Key Vault that the site names, else from the side that is left', () => {
    const sharedKey = 'https://vault.example.net/secrets/rig';
    expect(secretsOf(movingSite({ sharedKey }), [connection])).toMatchObject([
      { what: 'shared key', source: sharedKey },
    ]);
    expect(secretsOf(movingSite(), [connection])).toMatchObject([{ source: secretSources.alive }]);
  });

  it('of the clients stay on the device', () => {
    expect(secretsOf(movingSite(), zoneResources())).toMatchObject([{ source: secretSources.onDevice }]);
  });

  it('of a RADIUS server come from the Key Vault that the site names, else nobody but a person has them', () => {
    const zone = changed('gateway', (p) => ({ ...p, vpnClientConfiguration: { radiusServerAddress: '10.0.0.4' } }));
    const radiusSecret = 'https://vault.example.net/secrets/radius';
    expect(secretsOf(movingSite({ radiusSecret }), zone)).toMatchObject([{ source: radiusSecret }]);
    expect(secretsOf(movingSite(), zone)).toMatchObject([{ source: secretSources.byHand }]);
  });
});

const good = snapshotOf(zoneResources());
const lossesIn = (resources: readonly SnapshotResource[], more = {}) =>
  lossesOf(good, snapshotOf(resources, more), 'asefo-');

describe('what a snapshot lost', () => {
  it('is nothing where nothing is missing, and a first one is taken as it is', () => {
    expect(lossesIn(zoneResources())).toEqual({ lost: [], essential: false, unseen: false });
    expect(lossesOf(null, good, 'asefo-').lost).toEqual([]);
  });

  it.each([
    ['a resource', zoneResources().filter(({ id }) => !id.endsWith('vngw-ip')), 'The public address vngw-ip is gone.'],
    [
      'half of the rules of others',
      changed('firewall', (p) => ({
        ...p,
        networkRuleCollections: [
          { name: 'operations', properties: { rules: [{ name: 'rule-0' }, { name: 'rule-1' }] } },
        ],
      })),
      '2 of 4 foreign rules of the firewall firewall are gone: operations/rule-2, operations/rule-3.',
    ],
    [
      'the foreign routes',
      changed('routeTable', (p) => ({ ...p, routes: [] })),
      '2 of 2 foreign routes of the route table routetable are gone: first, second.',
    ],
    [
      'one rule of others',
      changed('firewall', (p) => ({
        ...p,
        networkRuleCollections: [
          {
            name: 'operations',
            properties: { rules: [{ name: 'rule-0' }, { name: 'rule-1' }, { name: 'rule-3' }] },
          },
        ],
      })),
      '1 of 4 foreign rules of the firewall firewall is gone: operations/rule-2.',
    ],
    [
      'a route that may have been renamed',
      changed('routeTable', (p) => ({ ...p, routes: [{ name: 'first' }, { name: 'another' }] })),
      '1 of 2 foreign routes of the route table routetable is gone: second.',
    ],
    [
      'the revocations',
      changed('gateway', (p) => ({
        ...p,
        vpnClientConfiguration: { ...(p['vpnClientConfiguration'] as JsonObject), vpnClientRevokedCertificates: [] },
      })),
      '2 of 2 revoked certificates of the gateway vngw are gone: lost-1, lost-2.',
    ],
    [
      'most subnets',
      changed('virtualNetwork', (p) => ({ ...p, subnets: [{ name: 'default' }] })),
      '2 of 3 subnets of the virtual network vnet are gone: gatewaysubnet, azurefirewallsubnet.',
    ],
    [
      'the route table of a subnet',
      changed('virtualNetwork', (p) => ({
        ...p,
        subnets: (p['subnets'] as readonly JsonObject[]).map((subnet) => {
          if (subnet['name'] !== 'GatewaySubnet') return subnet;
          const { routeTable: _, ...properties } = subnet['properties'] as JsonObject;
          return { ...subnet, properties };
        }),
      })),
      '1 of 3 subnet attachments of the virtual network vnet is gone: gatewaysubnet/route table.',
    ],
  ])('%s', (_, resources, sentence) => {
    expect(lossesIn(resources)).toEqual({ lost: [sentence], essential: false, unseen: false });
  });

  it.each([
    [
      'our own rules and routes',
      changed('firewall', (p) => ({ ...p, networkRuleCollections: (p['networkRuleCollections'] as []).slice(0, 1) })),
    ],
  ])('is not %s', (_, resources) => expect(lossesIn(resources).lost).toEqual([]));

  it('is nothing of a standby but whole resources: what the living side loses goes there, too', () => {
    const fewer = changed('routeTable', (p) => ({ ...p, routes: [] }));
    expect(lossesOf(good, snapshotOf(fewer), 'asefo-', true).lost).toEqual([]);
    const without = zoneResources().filter(({ id }) => !id.endsWith('vngw-ip'));
    expect(lossesOf(good, snapshotOf(without), 'asefo-', true).lost).toEqual(['The public address vngw-ip is gone.']);
  });

  it('is essential where the gateway itself is missing, and said so of a first one, too', () => {
    const without = zoneResources().filter(({ role }) => role !== 'gateway');
    expect(lossesIn(without)).toMatchObject({ essential: true, lost: ['The gateway vngw is gone.'] });
    expect(lossesOf(null, snapshotOf(without), 'asefo-')).toMatchObject({
      essential: true,
      lost: ['There is no gateway.'],
    });
  });

  it('is unseen, not gone, where Azure would not show it', () => {
    const hidden = { id: idOf('publicIPAddresses', 'vngw-ip'), role: 'publicIp' as const, why: 'forbidden' };
    const without = zoneResources().filter(({ id }) => id !== hidden.id);
    expect(lossesIn(without, { unread: [hidden] })).toEqual({
      lost: ['The public address vngw-ip could not be read: forbidden'],
      essential: false,
      unseen: true,
    });
  });
});

describe('a standby', () => {
  const tagged = (one: SnapshotResource): SnapshotResource => ({
    ...one,
    body: { ...one.body, tags: { 'asefo-site': 'rig-07' } },
  });
  const child: SnapshotResource = {
    id: `${idOf('firewallPolicies', 'policy')}/ruleCollectionGroups/one`,
    role: 'ruleCollectionGroup',
    body: {},
  };
  const policy: SnapshotResource = { id: idOf('firewallPolicies', 'policy'), role: 'firewallPolicy', body: {} };

  it('is what has the tag of the site, and the children of that; a stranger is no part of it', () => {
    const zone = zoneResources().map((one) => (one.role === 'gateway' ? one : tagged(one)));
    const roles = (resources: readonly SnapshotResource[]) =>
      onlyOwn(snapshotOf(resources)).resources.map(({ role }) => role);
    expect(roles(zone)).not.toContain('gateway');
    expect(roles(zone)).toHaveLength(zone.length - 1);
    expect(roles([tagged(policy), child])).toEqual(['firewallPolicy', 'ruleCollectionGroup']);
    expect(roles([policy, child])).toEqual([]);
  });

  it('stands where there is a network, a firewall or a gateway', () => {
    expect(stands(snapshotOf(zoneResources()))).toBe(true);
    expect(
      stands(snapshotOf(zoneResources().filter(({ role }) => role === 'resourceGroup' || role === 'publicIp'))),
    ).toBe(false);
  });
});

describe('what becomes of a side when it was read again', () => {
  const pointer = (hash: string) => ({ blob: hash, hash, at: '2026-07-20T03:00:00.000Z' });
  const [old, next] = [pointer('old'), pointer('next')];
  const lost = (over: object = {}) => ({ lost: ['a thing is gone'], essential: false, unseen: false, ...over });
  const doubted = { good: old, doubtful: { ...pointer('doubtful'), lost: ['a thing is gone'] } };

  it.each([
    ['nothing is missing: good', doubted, lost({ lost: [] }), { good: next, doubtful: null }],
    [
      'something is missing: beside the good one',
      { good: old, doubtful: null },
      lost(),
      { good: old, doubtful: { ...next, lost: ['a thing is gone'] } },
    ],
    ['the same is missing again: good', doubted, lost(), { good: next, doubtful: null }],
    [
      'something else is missing: doubtful anew',
      doubted,
      lost({ lost: ['another'] }),
      { good: old, doubtful: { ...next, lost: ['another'] } },
    ],
    [
      'the gateway is missing again: never by itself',
      doubted,
      lost({ essential: true }),
      { good: old, doubtful: { ...next, lost: ['a thing is gone'] } },
    ],
    [
      'it cannot be seen again: the good one stays',
      doubted,
      lost({ unseen: true }),
      { good: old, doubtful: { ...next, lost: ['a thing is gone'] } },
    ],
    [
      'it never could be seen: better than none',
      { ...doubted, good: null },
      lost({ unseen: true }),
      { good: next, doubtful: null },
    ],
  ])('%s', (_, kept, losses, expected) => expect(verdict(kept, next, losses)).toEqual(expected));

  it('a person may say that what is gone was meant to go', () => {
    expect(acceptDoubtful(doubted)).toEqual({ good: pointer('doubtful'), doubtful: null });
  });
});
