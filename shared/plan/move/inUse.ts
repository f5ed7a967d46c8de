import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import type { Role, SnapshotResource } from '../snapshot.ts';
import { listIn, objectIn, textIn } from './json.ts';
import { wholeResource } from './resourceIds.ts';
import { writable } from './writable.ts';

const idsIn = (list: readonly Json[]): string[] =>
  list
    .filter(isObject)
    .map((item) => textIn(item as JsonObject, 'id'))
    .filter((id) => id !== '');

const ofSubnets = (network: JsonObject): string[] =>
  listIn(network, 'subnets').flatMap((subnet) => {
    const properties = objectIn(subnet, 'properties');
    return [
      ...idsIn(listIn(properties, 'ipConfigurations')),
      ...idsIn(listIn(properties, 'privateEndpoints')),
      ...idsIn(listIn(properties, 'serviceAssociationLinks')),
    ];
  });

const users: Readonly<Partial<Record<Role, (properties: JsonObject) => readonly string[]>>> = {
  virtualNetwork: ofSubnets,
  routeTable: (table) => idsIn(listIn(table, 'subnets')),
  onPremRouteTable: (table) => idsIn(listIn(table, 'subnets')),
  networkSecurityGroup: (group) => [...idsIn(listIn(group, 'subnets')), ...idsIn(listIn(group, 'networkInterfaces'))],
  firewallPolicy: (policy) => [...idsIn(listIn(policy, 'firewalls')), ...idsIn(listIn(policy, 'childPolicies'))],
  ipGroup: (group) => [...idsIn(listIn(group, 'firewalls')), ...idsIn(listIn(group, 'firewallPolicies'))],
  publicIp: (address) =>
    [textIn(address['ipConfiguration'], 'id'), textIn(address['natGateway'], 'id')].filter((id) => id !== ''),
};

/** Whole resources that use this one, by what ARM says of it; lower-case ids. */
export const usersOf = ({ role, id, body }: SnapshotResource): string[] => [
  ...new Set(
    (users[role]?.(objectIn(body, 'properties')) ?? [])
      .map((user) => wholeResource(user).toLowerCase())
      .filter((user) => user !== id.toLowerCase()),
  ),
];

export type Kept = { readonly resource: SnapshotResource; readonly by: readonly string[] };

/** Does this one refer to that? What ARM itself notes of users does not count: it is no reference of its own. */
const refersTo = (one: SnapshotResource, id: string): boolean =>
  JSON.stringify(writable(one.role, one.body)).toLowerCase().includes(`"${id.toLowerCase()}"`);

/** What of these may go, since nothing that stays uses it, and what stays with who uses it. `staying`: what stays anyway. */
export const withoutUsed = (
  resources: readonly SnapshotResource[],
  staying: readonly SnapshotResource[],
): { readonly go: readonly SnapshotResource[]; readonly kept: readonly Kept[] } => {
  let go = [...resources];
  const kept: Kept[] = [];
  for (;;) {
    const going = new Set(go.map(({ id }) => id.toLowerCase()));
    const stay = [...staying, ...kept.map(({ resource }) => resource)];
    const used = go.flatMap((resource) => {
      const by = new Set([
        ...usersOf(resource).filter((user) => !going.has(user)),
        ...stay.filter((one) => refersTo(one, resource.id)).map(({ id }) => id.toLowerCase()),
      ]);
      return by.size > 0 ? [{ resource, by: [...by] }] : [];
    });
    if (used.length === 0) return { go, kept };
    kept.push(...used);
    go = go.filter((resource) => !used.some((one) => one.resource === resource));
  }
};
