import type { JsonObject } from '../../base/canonical.ts';
import type { Site } from '../../base/site.ts';
import type { Role } from '../snapshot.ts';
import type { CarriedResource } from './carryResource.ts';
import { objectIn, textIn } from './json.ts';
import { nameIn, wholeResource } from './resourceIds.ts';

/** Minutes, as the vendor and users report them: a gateway "often 45 minutes or more", a firewall 5 to 7, the rest at once. */
export const buildMinutes: Readonly<Record<Role, number>> = {
  resourceGroup: 1,
  publicIp: 1,
  routeTable: 1,
  onPremRouteTable: 1,
  networkSecurityGroup: 1,
  virtualNetwork: 1,
  ipGroup: 1,
  firewallPolicy: 1,
  ruleCollectionGroup: 2,
  firewall: 8,
  gateway: 45,
  localNetworkGateway: 1,
  connection: 2,
};

export const nouns: Readonly<Record<Role, string>> = {
  resourceGroup: 'resource group',
  publicIp: 'public address',
  routeTable: 'route table',
  onPremRouteTable: 'on-premises route table',
  networkSecurityGroup: 'network security group',
  virtualNetwork: 'virtual network',
  ipGroup: 'IP group',
  firewallPolicy: 'firewall policy',
  ruleCollectionGroup: 'rule collection group',
  firewall: 'firewall',
  gateway: 'VPN gateway',
  localNetworkGateway: 'local network gateway',
  connection: 'connection',
};

/** Short and stable: what the site names goes by its role, everything else by role and name. */
export const stepIdOf = (side: Site, { role, id, name }: CarriedResource): string => {
  if (role === 'ruleCollectionGroup') return `${role} ${nameIn(wholeResource(id))}/${name}`;
  const own = Object.values(side.ids).some((known) => known?.toLowerCase() === id.toLowerCase());
  return own ? role : `${role} ${name}`;
};

/** What a resource is created after: what it refers to, and its parent. */
const builtOn: Readonly<Record<Role, readonly Role[]>> = {
  resourceGroup: [],
  publicIp: ['resourceGroup'],
  routeTable: ['resourceGroup'],
  onPremRouteTable: ['resourceGroup'],
  networkSecurityGroup: ['resourceGroup'],
  ipGroup: ['resourceGroup'],
  localNetworkGateway: ['resourceGroup'],
  virtualNetwork: ['resourceGroup', 'routeTable', 'onPremRouteTable', 'networkSecurityGroup'],
  firewallPolicy: ['resourceGroup', 'ipGroup'],
  ruleCollectionGroup: ['resourceGroup', 'ipGroup', 'firewallPolicy'],
  firewall: ['resourceGroup', 'virtualNetwork', 'publicIp', 'ipGroup', 'firewallPolicy', 'ruleCollectionGroup'],
  gateway: ['resourceGroup', 'virtualNetwork', 'publicIp', 'localNetworkGateway'],
  connection: ['resourceGroup', 'gateway', 'localNetworkGateway'],
};

const mentions = (body: JsonObject, id: string): boolean =>
  JSON.stringify(body).toLowerCase().includes(`"${id.toLowerCase()}"`);

/** Of these only the ones that it names: a gateway may name a site as its default, and need not wait for another. */
const byName = (one: Role, other: Role): boolean =>
  other === 'publicIp' || (one === 'gateway' && other === 'localNetworkGateway');

/** Must the other stand before this one? Of public addresses and parent policies only those it names. */
export const needs = (one: CarriedResource, other: CarriedResource): boolean => {
  if (one.role === 'firewallPolicy' && other.role === 'firewallPolicy')
    return textIn(objectIn(one.body, 'properties')['basePolicy'], 'id').toLowerCase() === other.id.toLowerCase();
  return builtOn[one.role].includes(other.role) && (!byName(one.role, other.role) || mentions(one.body, other.id));
};

const writtenAlone: readonly Role[] = [
  'virtualNetwork',
  'firewall',
  'firewallPolicy',
  'routeTable',
  'onPremRouteTable',
];

/** What Azure writes one after the other: a VNet's subnets, a firewall, a policy with its groups, IP groups at all. */
export const keyOf = ({ role, id }: CarriedResource): string | undefined => {
  if (role === 'ipGroup') return 'ipGroups';
  if (role === 'ruleCollectionGroup') return wholeResource(id).toLowerCase();
  return writtenAlone.includes(role) ? id.toLowerCase() : undefined;
};

/** The id of the policy that is attached to the firewall; null of a classic one. */
export const policyOf = (resources: readonly CarriedResource[]): string | null => {
  const firewall = resources.find(({ role }) => role === 'firewall');
  const id = firewall ? textIn(objectIn(firewall.body, 'properties')['firewallPolicy'], 'id') : '';
  return id === '' ? null : id;
};
