import type { JsonObject } from '../base/canonical.ts';
import type { SideName } from '../base/side.ts';

/** What a resource is to its site. */
export type Role =
  | 'resourceGroup'
  | 'virtualNetwork'
  | 'routeTable'
  | 'onPremRouteTable'
  | 'networkSecurityGroup'
  | 'publicIp'
  | 'firewall'
  | 'firewallPolicy'
  | 'ruleCollectionGroup'
  | 'ipGroup'
  | 'gateway'
  | 'localNetworkGateway'
  | 'connection';

/** One resource as ARM sent it. */
export type SnapshotResource = { readonly id: string; readonly role: Role; readonly body: JsonObject };

/** Something that cannot be read back: where it is needed, and where it comes from on the other side. */
export type Secret = { readonly what: string; readonly resource: string; readonly source: string };

/** A landing zone as it stood: all that a move needs when its region answers nothing. */
export type Snapshot = {
  readonly site: string;
  readonly side: SideName;
  readonly region: string;
  /** ISO; not part of the hash. */
  readonly takenAt: string;
  /** SHA-256 over the resources without what ARM fills in or counts up. */
  readonly hash: string;
  /** Sorted by id; ids in ARM's own spelling. */
  readonly resources: readonly SnapshotResource[];
  readonly secrets: readonly Secret[];
  /** What is referred to and Azure would not show; absent where everything could be read. */
  readonly unread?: readonly { readonly id: string; readonly role: Role; readonly why: string }[];
};
