import { byNumber, counted } from '../base/counted.ts';
import { isOurs } from './ownership.ts';
import type { Role, Snapshot, SnapshotResource } from './snapshot.ts';
import { partsOf } from './snapshotParts.ts';

/** Without one of these no move can be planned at all. */
export const essentialRoles = [
  'virtualNetwork',
  'gateway',
  'firewall',
  'routeTable',
] as const satisfies readonly Role[];

const nouns: Readonly<Record<Role, string>> = {
  resourceGroup: 'resource group',
  virtualNetwork: 'virtual network',
  routeTable: 'route table',
  onPremRouteTable: 'on-premises route table',
  networkSecurityGroup: 'network security group',
  publicIp: 'public address',
  firewall: 'firewall',
  firewallPolicy: 'firewall policy',
  ruleCollectionGroup: 'rule collection group',
  ipGroup: 'IP group',
  gateway: 'gateway',
  localNetworkGateway: 'local network gateway',
  connection: 'connection',
};

/** What a snapshot lacks. All sentences, the same for the same lack; an empty `lost` means that nothing is missing. */
export type Losses = {
  readonly lost: readonly string[];
  /** A VNet, gateway, firewall or route table is missing. */
  readonly essential: boolean;
  /** Something is perhaps there, and cannot be seen. */
  readonly unseen: boolean;
};

const nameIn = (id: string): string => id.split('/').at(-1) ?? id;
const key = ({ id }: { readonly id: string }): string => id.toLowerCase();
const listed = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');

/** Parts of which any went. One that was renamed counts as gone, too: what it was cannot be told from what it is. */
const shrunk = (before: SnapshotResource, after: SnapshotResource, namePrefix: string): string[] => {
  const now = partsOf(after, namePrefix);
  const told = new Set<string>();
  return partsOf(before, namePrefix).flatMap(({ noun, within, names }, index) => {
    const left = new Set(now[index]?.names ?? []);
    const gone = names.filter((name) => !left.has(name));
    if (gone.length === 0 || (within !== undefined && told.has(within))) return [];
    told.add(noun);
    const of = `${gone.length} of ${counted(names.length, noun)} of the ${nouns[before.role]} ${nameIn(before.id)}`;
    return [`${of} ${byNumber(gone.length, 'is', 'are')} gone: ${listed(gone)}.`];
  });
};

/**
 * What `next` lacks beside the last good snapshot (null: of itself).
 *
 * | compared                                                              | lost when                    |
 * | --------------------------------------------------------------------- | ---------------------------- |
 * | a resource                                                            | it was there, and is not now |
 * | a subnet, rule, certificate, foreign route or range of one resource   | the same                     |
 * | the route table or security group of a subnet                         | the same                     |
 * | VNet, gateway, firewall, route table                                  | there is none at all         |
 * | anything referred to                                                  | Azure would not show it      |
 *
 * Routes, rules and groups of our own making are left out: they come and go. So are the parts of a `standby`, which is
 * brought in step with the living side: what that loses goes there, too.
 */
export const lossesOf = (
  good: Snapshot | null,
  next: Snapshot,
  namePrefix: string,
  standby: boolean = false,
): Losses => {
  const now = new Map(next.resources.map((resource) => [key(resource), resource]));
  const unread = new Map((next.unread ?? []).map((resource) => [key(resource), resource]));
  const before = (good?.resources ?? []).filter(({ id }) => !isOurs(nameIn(id), namePrefix));
  const lacking = essentialRoles.filter((role) => !next.resources.some((resource) => resource.role === role));

  const hidden = [...unread.values()].map(
    ({ id, role, why }) => `The ${nouns[role]} ${nameIn(id)} could not be read: ${why}`,
  );
  const gone = before
    .filter((resource) => !now.has(key(resource)) && !unread.has(key(resource)))
    .map(({ id, role }) => `The ${nouns[role]} ${nameIn(id)} is gone.`);
  const without = lacking
    .filter((role) => ![...before, ...unread.values()].some((resource) => resource.role === role))
    .map((role) => `There is no ${nouns[role]}.`);
  const fewer = before.flatMap((resource) => {
    const after = now.get(key(resource));
    return after === undefined || standby ? [] : shrunk(resource, after, namePrefix);
  });
  return {
    lost: [...without, ...gone, ...fewer, ...hidden],
    essential: lacking.length > 0,
    unseen: unread.size > 0,
  };
};
