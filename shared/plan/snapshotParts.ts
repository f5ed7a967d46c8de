import { isObject } from '../base/canonical.ts';
import { isOurs } from './ownership.ts';
import type { Role, SnapshotResource } from './snapshot.ts';

/** Something a resource has many of; losing one of them is told before it is believed. */
export type Part = {
  readonly noun: string;
  /** Of what it is a part itself: told only where none of those went. */
  readonly within?: string;
  readonly names: readonly string[];
};

type Item = Record<string, unknown>;

const propertiesOf = (value: unknown): Item =>
  isObject(value) && isObject(value['properties']) ? value['properties'] : {};
const items = (value: unknown): Item[] => (Array.isArray(value) ? value.filter(isObject) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
const nameOf = (item: Item): string => String(item['name'] ?? '').toLowerCase();
const objectAt = (value: Item, name: string): Item => (isObject(value[name]) ? (value[name] as Item) : {});

/** Names of children that are not ours: ours come and go with every failover. */
const foreign = (children: readonly Item[], namePrefix: string): Item[] =>
  children.filter((child) => !isOurs(nameOf(child), namePrefix));

const part = (noun: string, names: readonly string[]): Part => ({ noun, names });

/** Collections of classic rules hold rules as they are; those of a policy hold them a level higher. */
const rulesIn = (collections: readonly Item[], namePrefix: string): string[] =>
  foreign(collections, namePrefix).flatMap((collection) => {
    const rules = collection['rules'] ?? propertiesOf(collection)['rules'];
    return items(rules).map((rule) => `${nameOf(collection)}/${nameOf(rule)}`);
  });

const gatewayParts = (properties: Item): Part[] => {
  const client = objectAt(properties, 'vpnClientConfiguration');
  return [
    part('root certificate', items(client['vpnClientRootCertificates']).map(nameOf)),
    part('revoked certificate', items(client['vpnClientRevokedCertificates']).map(nameOf)),
    part('client address pool', texts(objectAt(client, 'vpnClientAddressPool')['addressPrefixes'])),
    part('public address', items(properties['ipConfigurations']).map(nameOf)),
  ];
};

/** What is attached to subnets: a PUT of a subnet that leaves it out takes it off, and the subnet itself stays. */
const attachments = (subnets: readonly Item[]): string[] =>
  subnets.flatMap((subnet) =>
    Object.entries({ routeTable: 'route table', networkSecurityGroup: 'security group' })
      .filter(([member]) => isObject(propertiesOf(subnet)[member]))
      .map(([, noun]) => `${nameOf(subnet)}/${noun}`),
  );

type Reader = (properties: Item, namePrefix: string) => readonly Part[];

const tableParts: Reader = (properties, namePrefix) => [
  part('foreign route', foreign(items(properties['routes']), namePrefix).map(nameOf)),
];

const readers: Readonly<Partial<Record<Role, Reader>>> = {
  virtualNetwork: (properties) => [
    part('subnet', items(properties['subnets']).map(nameOf)),
    { noun: 'subnet attachment', within: 'subnet', names: attachments(items(properties['subnets'])) },
    part('address range', texts(objectAt(properties, 'addressSpace')['addressPrefixes'])),
  ],
  routeTable: tableParts,
  onPremRouteTable: tableParts,
  networkSecurityGroup: (properties) => [part('security rule', items(properties['securityRules']).map(nameOf))],
  firewall: (properties, namePrefix) => [
    part(
      'foreign rule',
      ['networkRuleCollections', 'applicationRuleCollections', 'natRuleCollections'].flatMap((kind) =>
        rulesIn(items(properties[kind]), namePrefix),
      ),
    ),
  ],
  ruleCollectionGroup: (properties, namePrefix) => [
    part('foreign rule', rulesIn(items(properties['ruleCollections']), namePrefix)),
  ],
  ipGroup: (properties) => [part('address', texts(properties['ipAddresses']))],
  gateway: gatewayParts,
  localNetworkGateway: (properties) => [
    part('on-premises range', texts(objectAt(properties, 'localNetworkAddressSpace')['addressPrefixes'])),
  ],
};

/** What of a resource is counted from one snapshot to the next; of our own making nothing is. */
export const partsOf = ({ role, body }: SnapshotResource, namePrefix: string): readonly Part[] =>
  readers[role]?.(propertiesOf(body), namePrefix) ?? [];
