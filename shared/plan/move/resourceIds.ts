import { byCodeUnit } from '../../base/canonical.ts';
import type { Role, SnapshotResource } from '../snapshot.ts';

const networkPart = /\/providers\/microsoft\.network\/(.+)$/i;

/** `publicIPAddresses/gw-ip`, of an id of Microsoft.Network; null of any other. */
const inNetwork = (id: string): string | null => networkPart.exec(id)?.[1] ?? null;

/** The last part of an id. */
export const nameIn = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** The id of the whole resource that a child's id lies in; the id itself of a whole one. */
export const wholeResource = (id: string): string => {
  const inside = inNetwork(id);
  if (inside === null) return id;
  return id.slice(0, id.length - inside.length) + inside.split('/').slice(0, 2).join('/');
};

/**
 * | an id of             | becomes                                                        |
 * | -------------------- | -------------------------------------------------------------- |
 * | what goes along      | the same type and name in the new resource group; children too |
 * | Microsoft.Network    | null: it stays behind, since it is bound to its region         |
 * | anything else        | itself                                                         |
 */
export type IdMap = {
  readonly toNew: (id: string) => string | null;
  /** Ids of two resources that would have one id in the one resource group. */
  readonly collisions: readonly string[];
};

/** `group`: the resource group's id on the new side. Every resource goes there, wherever it stood. */
export const idMapOf = (resources: readonly SnapshotResource[], group: string): IdMap => {
  const along = new Set(resources.map(({ id }) => id.toLowerCase()));
  const groups = new Set(resources.filter(({ role }) => role === 'resourceGroup').map(({ id }) => id.toLowerCase()));
  const toNew = (id: string): string | null => {
    if (groups.has(id.toLowerCase())) return group;
    const inside = inNetwork(id);
    if (inside === null) return id;
    const goes = along.has(id.toLowerCase()) || along.has(wholeResource(id).toLowerCase());
    return goes ? `${group}/providers/Microsoft.Network/${inside}` : null;
  };
  const seen = new Map<string, string>();
  const collisions: string[] = [];
  for (const { id, role } of [...resources].sort((a, b) => byCodeUnit(a.id.toLowerCase(), b.id.toLowerCase()))) {
    const key = (toNew(id) ?? id).toLowerCase();
    if (seen.has(key) && role !== 'resourceGroup') collisions.push(`${seen.get(key)} and ${id}`);
    seen.set(key, id);
  }
  return { toNew, collisions };
};

const roles: Readonly<Record<string, Role>> = {
  publicipaddresses: 'publicIp',
  routetables: 'routeTable',
  networksecuritygroups: 'networkSecurityGroup',
  virtualnetworks: 'virtualNetwork',
  azurefirewalls: 'firewall',
  firewallpolicies: 'firewallPolicy',
  'firewallpolicies/rulecollectiongroups': 'ruleCollectionGroup',
  ipgroups: 'ipGroup',
  virtualnetworkgateways: 'gateway',
  localnetworkgateways: 'localNetworkGateway',
  connections: 'connection',
};

/**
 * What a resource is to a move, by its id alone: for what nothing refers to yet, such as a public address whose
 * gateway was never created. null of what a move never makes.
 */
export const roleOfId = (id: string): Role | null => {
  const inside = inNetwork(id);
  if (inside === null) return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(id) ? 'resourceGroup' : null;
  const types = inside.split('/').filter((_, index) => index % 2 === 0);
  return roles[types.join('/').toLowerCase()] ?? null;
};
