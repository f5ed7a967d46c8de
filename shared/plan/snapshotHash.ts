import { byCodeUnit, digestOf, isObject, type Json } from '../base/canonical.ts';
import type { SnapshotResource } from './snapshot.ts';

/**
 * Members, lower-case, that ARM fills in, counts up or keeps as references back: a change of them is no change of the
 * landing zone. Marked readOnly in Microsoft.Network's published API.
 */
const volatileMembers = new Set([
  'etag',
  'provisioningstate',
  'resourceguid',
  'hasbgpoverride',
  // counted or measured
  'ingressbytestransferred',
  'egressbytestransferred',
  'connectionstatus',
  'tunnelconnectionstatus',
  // back references
  'firewalls',
  'firewallpolicies',
  'childpolicies',
]);

/** The same, of members whose names mean something else in other resources: member, and the roles in which it is one. */
const volatileIn: Readonly<Record<string, readonly string[]>> = {
  subnets: ['routeTable', 'onPremRouteTable', 'networkSecurityGroup'],
  networkinterfaces: ['networkSecurityGroup'],
  ipconfiguration: ['publicIp'],
  ipgroups: ['firewall'],
  ipconfigurations: ['virtualNetwork'],
  size: ['ruleCollectionGroup'],
};

const nameOf = (value: Json): string | null =>
  isObject(value) && typeof value['name'] === 'string' ? value['name'].toLowerCase() : null;

/** ARM spells ids in changing case. */
const isId = (text: string): boolean => /^\/subscriptions\//i.test(text);

const still = (value: Json, role: string): Json => {
  if (typeof value === 'string') return isId(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) {
    const items: Json[] = value.map((item: Json) => still(item, role));
    // Named children have no order of their own: rules go by their collections' priority.
    return items.every((item) => nameOf(item) !== null)
      ? items.sort((a, b) => byCodeUnit(nameOf(a) ?? '', nameOf(b) ?? ''))
      : items;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>)
      .filter(([key]) => {
        const name = key.toLowerCase();
        return !volatileMembers.has(name) && !(volatileIn[name]?.includes(role) ?? false);
      })
      .map(([key, member]) => [key, still(member, role)]),
  );
};

/** SHA-256 over the resources without what ARM fills in, whatever their order and the case of their ids. */
export const hashOfResources = (resources: readonly SnapshotResource[]): string =>
  digestOf(
    resources
      .map(({ id, role, body }) => ({ id: id.toLowerCase(), role, body: still(body, role) }))
      .sort((a, b) => byCodeUnit(a.id, b.id)),
  );
