import type { ResourceId } from '../ids.ts';
import { azureFirewalls } from './azureFirewalls.ts';
import { connections } from './connections.ts';
import { firewallPolicies } from './firewallPolicies.ts';
import { ipGroups } from './ipGroups.ts';
import type { ChildKind, Kind } from './kind.ts';
import { localNetworkGateways } from './localNetworkGateways.ts';
import { networkSecurityGroups } from './networkSecurityGroups.ts';
import { publicIPAddresses } from './publicIPAddresses.ts';
import { routeTables } from './routeTables.ts';
import { ruleCollectionGroups } from './ruleCollectionGroups.ts';
import { virtualNetworkGateways } from './virtualNetworkGateways.ts';
import { virtualNetworks } from './virtualNetworks.ts';

/** Every resource type that can be written through the API. */
export const KINDS: readonly Kind[] = [
  routeTables,
  azureFirewalls,
  publicIPAddresses,
  virtualNetworks,
  virtualNetworkGateways,
  firewallPolicies,
  ruleCollectionGroups,
  ipGroups,
  localNetworkGateways,
  connections,
  networkSecurityGroups,
];

const NETWORK = 'microsoft.network';

/** The kind of the resource itself or of its parent. */
export function kindOf(id: Pick<ResourceId, 'namespace' | 'types'>): Kind | undefined {
  if (id.namespace?.toLowerCase() !== NETWORK) return undefined;
  const own = id.types.join('/').toLowerCase();
  return byType(own) ?? byType(id.types[0]?.toLowerCase());
}

function byType(type: string | undefined): Kind | undefined {
  return KINDS.find((kind) => kind.type.toLowerCase() === type);
}

/** Whether the id names a resource of this kind itself and not a child inside one. */
export function isWhole(kind: Kind, id: Pick<ResourceId, 'types'>): boolean {
  return kind.type.split('/').length === id.types.length;
}

/** The child kind with addresses of its own that the id names, such as routes. */
export function childKindOf(kind: Kind, id: Pick<ResourceId, 'types'>): ChildKind | undefined {
  return kind.children.find(
    (child) => child.own !== undefined && child.segment.toLowerCase() === id.types[1]?.toLowerCase(),
  );
}
