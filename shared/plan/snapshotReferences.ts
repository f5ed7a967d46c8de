import { isObject } from '../base/canonical.ts';
import type { Role, SnapshotResource } from './snapshot.ts';

/** A resource that another one names. */
export type Reference = { readonly id: string; readonly role: Role };

type Item = Record<string, unknown>;

const propertiesOf = (value: unknown): Item =>
  isObject(value) && isObject(value['properties']) ? value['properties'] : {};
const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A reference is an object with an id, or, in rules, the id itself. */
const to = (role: Role, ...references: readonly unknown[]): Reference[] =>
  references.flatMap((reference) => {
    const id = isObject(reference) ? reference['id'] : reference;
    return typeof id === 'string' && id.startsWith('/') ? [{ id, role }] : [];
  });

const publicIps = (configurations: readonly unknown[]): Reference[] =>
  configurations.flatMap((configuration) => to('publicIp', propertiesOf(configuration)['publicIPAddress']));

/** IP groups of rules, however deep: classic collections and a policy's nest them differently. */
const ipGroupsIn = (value: unknown): Reference[] => {
  if (Array.isArray(value)) return value.flatMap(ipGroupsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    /^(source|destination)IpGroups$/i.test(name) ? to('ipGroup', ...items(member)) : ipGroupsIn(member),
  );
};

const collections = ['networkRuleCollections', 'applicationRuleCollections', 'natRuleCollections'];

const readers: Readonly<Partial<Record<Role, (properties: Item) => Reference[]>>> = {
  virtualNetwork: ({ subnets }) =>
    items(subnets).flatMap((subnet) => [
      ...to('routeTable', propertiesOf(subnet)['routeTable']),
      ...to('networkSecurityGroup', propertiesOf(subnet)['networkSecurityGroup']),
    ]),
  firewall: (properties) => [
    ...publicIps([...items(properties['ipConfigurations']), properties['managementIpConfiguration']]),
    ...to('firewallPolicy', properties['firewallPolicy']),
    ...collections.flatMap((kind) => ipGroupsIn(properties[kind])),
  ],
  firewallPolicy: ({ basePolicy, ruleCollectionGroups, intrusionDetection }) => [
    ...to('firewallPolicy', basePolicy),
    ...to('ruleCollectionGroup', ...items(ruleCollectionGroups)),
    // What a Premium policy's intrusion detection lets pass.
    ...ipGroupsIn(intrusionDetection),
  ],
  ruleCollectionGroup: ({ ruleCollections }) => ipGroupsIn(ruleCollections),
  gateway: ({ ipConfigurations, gatewayDefaultSite }) => [
    ...publicIps(items(ipConfigurations)),
    ...to('localNetworkGateway', gatewayDefaultSite),
  ],
  connection: ({ localNetworkGateway2 }) => to('localNetworkGateway', localNetworkGateway2),
};

/** What a resource names and a move has to build with it. */
export const referencesOf = ({ role, body }: SnapshotResource): Reference[] =>
  readers[role]?.(propertiesOf(body)) ?? [];
