import type { JsonObject } from '../base/canonical.ts';
import type { DiscoveredLimit } from './routeLimit.ts';

/** A route as ARM spells it; `nextHopIpAddress` only with VirtualAppliance. */
export type Route = {
  readonly name: string;
  readonly addressPrefix: string;
  readonly nextHopType: string;
  readonly nextHopIpAddress?: string;
};

export type ObservedRouteTable = {
  readonly id: string;
  readonly etag: string | null;
  readonly provisioningState: string;
  readonly routes: readonly Route[];
  /** The very JSON ARM sent; what we write back is merged on it. */
  readonly raw: JsonObject;
};

/** A network rule, classic or of a policy, as far as reachability needs it. */
export type NetworkRule = {
  readonly name: string;
  readonly protocols: readonly string[];
  readonly sourceAddresses: readonly string[];
  readonly sourceIpGroups: readonly string[];
  readonly destinationAddresses: readonly string[];
  readonly destinationIpGroups: readonly string[];
  readonly destinationFqdns: readonly string[];
  readonly destinationPorts: readonly string[];
};

export type RuleCollection = {
  readonly name: string;
  readonly priority: number;
  readonly action: string;
  readonly rules: readonly NetworkRule[];
};

/** A rule collection group of a Firewall Policy; of its collections the network rules alone, since only they decide here. */
export type ObservedRuleGroup = {
  readonly id: string;
  readonly name: string;
  readonly etag: string | null;
  readonly provisioningState: string;
  readonly priority: number;
  readonly collections: readonly RuleCollection[];
  readonly raw: JsonObject;
};

export type ObservedPolicy = {
  readonly id: string;
  readonly provisioningState: string;
  readonly groups: readonly ObservedRuleGroup[];
};

export type ObservedIpGroup = {
  readonly id: string;
  readonly etag: string | null;
  readonly provisioningState: string;
  readonly addresses: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly raw: JsonObject;
};

/** What decides beside a firewall what it lets through, as ARM sent it, by lower-case id: policies, lists of rule collection groups, IP groups. */
export type BesideFirewall = ReadonlyMap<string, JsonObject>;

export type ObservedFirewall = {
  readonly id: string;
  readonly etag: string | null;
  readonly provisioningState: string;
  readonly privateIpAddress: string | null;
  /** Id of an attached Firewall Policy; classic rules may not be written then. */
  readonly policyId: string | null;
  readonly networkRuleCollections: readonly RuleCollection[];
  /** The attached policy last, its parents before it, as their rules are gone through. */
  readonly policies: readonly ObservedPolicy[];
  /** By lower-case id; one that could not be read is not there. */
  readonly ipGroups: ReadonlyMap<string, ObservedIpGroup>;
  readonly raw: JsonObject;
};

/** What seldom changes around a site; read once, refreshed by the sweep. Addresses and prefixes as text. */
export type ObservedNetwork = {
  readonly gatewayPublicIpAddresses: readonly string[];
  readonly gatewaySubnet: string | null;
  readonly addressSpace: readonly string[];
  readonly firewallPrivateIpAddress: string | null;
  readonly clientAddressPool: readonly string[];
  /** What is IPv6 of the VNet and the gateway; nothing is planned by it. Absent where there is none. */
  readonly ipv6LeftOut?: readonly string[];
  /** Why the gateway's addresses could not be read; planning is blocked then. */
  readonly unread?: string;
  /** How many routes Azure allows in a table; only where the site's limit is `discover`. */
  readonly routeLimit?: DiscoveredLimit;
};

/** What planning and verifying need of ARM; implemented in `azure/`. */
export interface ResourceReader {
  /** The resource's JSON as ARM sends it. Throws ERR_AZURE_*; 404 is ERR_AZURE_NOT_FOUND naming the id. */
  get(id: string): Promise<JsonObject>;
}
