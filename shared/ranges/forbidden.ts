import { readPrefix } from '../base/address.ts';
import type { Site } from '../base/site.ts';
import { type Prefix, prefixSize } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';

/** Where every Azure machine finds DHCP, DNS and its health probe (Azure's "What is IP address 168.63.129.16?"). */
export const platformAddress = RangeSet.fromPrefixes(['168.63.129.16/32']);

/** What is nobody's public unicast address: the IANA special-purpose registry, multicast and the reserved top. */
export const notPublic = RangeSet.fromPrefixes([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the instance metadata service
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/** What no route may ever steer, at any site. */
export const specialRanges = notPublic.union(platformAddress);

/** No route may be shorter. The shortest merged prefix of a real tag is a /14 (public file of October 2025). */
export const shortestPrefixLength = 12;

/** The same prefixes, those below the floor split: two tags side by side may merge to what none of them is. */
export const noneBelowFloor = (prefixes: readonly Prefix[]): Prefix[] =>
  prefixes.flatMap((prefix) => {
    if (prefix.length >= shortestPrefixLength) return [prefix];
    const step = prefixSize(shortestPrefixLength);
    const parts = prefixSize(prefix.length) / step;
    return Array.from({ length: parts }, (_, part) => ({
      start: prefix.start + part * step,
      length: shortestPrefixLength,
    }));
  });

const siteRanges = (site: Site, addressSpace: readonly string[]): RangeSet => {
  const { clientAddressPool, onPremAddressPrefixes } = site.network;
  const own = [...(clientAddressPool ? [clientAddressPool] : []), ...onPremAddressPrefixes, ...addressSpace];
  return RangeSet.fromIntervals(
    own.map((text) => {
      const { first, last } = readPrefix(`Site ${site.id}`, text);
      return [first, last] as const;
    }),
  );
};

/** What no route of this site may cover; `addressSpace` is its VNet's, where known. Throws ERR_PREFIX. */
export const forbiddenFor = (site: Site, addressSpace: readonly string[] = []): RangeSet =>
  specialRanges.union(siteRanges(site, addressSpace));

/**
 * What no tag or `alwaysRoute` prefix of a site may contain: as `forbiddenFor`, but without 168.63.129.16, which a
 * region's range may well span: it becomes a hole (`holesIn`).
 */
export const forbiddenInTags = (site: Site): RangeSet => notPublic.union(siteRanges(site, []));

/** The shortest prefix of the set's minimal list that is below the floor, or undefined. */
export const tooWide = (set: RangeSet): { readonly start: number; readonly length: number } | undefined =>
  set.size < prefixSize(shortestPrefixLength - 1)
    ? undefined
    : set
        .prefixes()
        .filter((prefix) => prefix.length < shortestPrefixLength)
        .sort((a, b) => a.length - b.length || a.start - b.start)[0];
