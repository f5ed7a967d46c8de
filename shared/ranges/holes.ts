import { readAddress } from '../base/address.ts';
import { platformAddress } from './forbidden.ts';
import { RangeSet } from './rangeSet.ts';
import type { TagFault } from './tagFault.ts';
import type { TagTable } from './tagTable.ts';

/** The tag of the ranges that gateways are managed from; in the file of every cloud. */
export const holesTag = 'GatewayManager';

/**
 * The addresses under `routed` that must keep going straight to the Internet, each of which becomes a more specific
 * route: gateway management, the gateway's own public addresses, and 168.63.129.16. The top-level GatewayManager tag
 * is used since it lists ranges that no regional one does. Throws ERR_PREFIX for an address that is none.
 */
export const holesIn = (routed: RangeSet, tags: TagTable, gatewayPublicIps: readonly string[]): RangeSet => {
  const gateways = RangeSet.fromIntervals(
    gatewayPublicIps.map((text) => {
      const { first, last } = readAddress("The gateway's public address", text);
      return [first, last] as const;
    }),
  );
  const managers = tags.get(holesTag)?.ipv4 ?? RangeSet.empty;
  return RangeSet.unionOf([managers, gateways, platformAddress]).intersect(routed);
};

/**
 * The share of a routed tag that gateway management may hold; thirty times the most that any region has (0.17 %, public
 * file of October 2025; tags other than AzureCloud have none). Beyond it the file is wrong: to believe it would lead
 * around the firewall what must go to it.
 */
const mostManaged = 0.05;

/** Why the tag of gateway management must not be believed beside these routed ones, or undefined. */
export const swallowed = (
  managers: RangeSet,
  routed: readonly { readonly tag: string; readonly set: RangeSet }[],
): TagFault | undefined => {
  for (const { tag, set } of routed) {
    const held = managers.intersect(set).size;
    if (held > set.size * mostManaged) {
      return {
        code: 'TAG_SWALLOWS',
        why: `holds ${held} of the ${set.size} addresses of ${tag}, which must be routed`,
      };
    }
  }
  return undefined;
};
