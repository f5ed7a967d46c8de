import { readAddress } from '../base/address.ts';
import { platformAddress } from './forbidden.ts';
import { RangeSet } from './rangeSet.ts';
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
