import { byCodeUnit } from '../../shared/base/canonical.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import { findRegion } from '../../shared/base/geography.ts';
import { platformAddress, specialRanges } from '../../shared/ranges/forbidden.ts';
import { parseAddress, parsePrefix } from '../../shared/ranges/prefix.ts';
import { type Prefix6, parsePrefix6 } from '../../shared/ranges/prefix6.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { tagRank } from '../../shared/ranges/tagRank.ts';
import type { Tag, TagTable } from '../../shared/ranges/tagTable.ts';

/** One tag that lists an address, or some of a range. */
export type OwningTag = {
  readonly tag: string;
  /** As in the file: a region code, or '' for a global tag. */
  readonly region: string;
  /** How many of the addresses asked for; null for IPv6, where nobody counts. */
  readonly addresses: number | null;
  /** The prefixes of the tag, as published, that hold them or lie among them. */
  readonly prefixes: readonly string[];
  /** Where the tag itself may be used: `UDR`, `FW`, ... */
  readonly features: readonly string[];
};

/** Whose an address or a range is, by the file alone. */
export type Owner = {
  readonly asked: string;
  /** Empty for IPv6. */
  readonly set: RangeSet;
  /** The most particular first: regional tags, global ones, AzureCloud. */
  readonly tags: readonly OwningTag[];
  /** Of the AzureCloud tags, by display name where it is known. */
  readonly regions: readonly string[];
  /** Addresses that no tag lists. */
  readonly nobodys: number;
  /** Never led to the firewall: gateway management, Azure's own address. */
  readonly hole: RangeSet;
  /** Private, reserved or otherwise special: no route may cover it. */
  readonly special: RangeSet;
};

const regionsOf = (tags: readonly OwningTag[], table: TagTable): string[] => {
  const codes = tags.filter(({ tag }) => /^azurecloud\./i.test(tag)).map(({ region }) => region);
  return [...new Set(codes)].sort(byCodeUnit).map((code) => {
    const region = findRegion(table.cloud, code);
    return region ? `${region.displayName} (${region.name})` : code;
  });
};

const particularFirst = (a: OwningTag, b: OwningTag): number =>
  tagRank(a.tag) - tagRank(b.tag) || (b.addresses ?? 0) - (a.addresses ?? 0) || byCodeUnit(a.tag, b.tag);

const owning = (tag: Tag, addresses: number | null, prefixes: readonly string[]): OwningTag => {
  const { name, region, networkFeatures } = tag;
  return { tag: name, region, addresses, prefixes, features: networkFeatures };
};

/** Whose the addresses of a set are; `asked` is how the person wrote it. */
const ownerOf = (asked: string, set: RangeSet, table: TagTable): Owner => {
  const tags = table
    .shares(set)
    .map(({ tag, addresses }) => {
      const published = tag.addressPrefixes.filter((text) => !text.includes(':'));
      const prefixes = published.filter((text) => RangeSet.fromPrefixes([text]).meets(set));
      return owning(tag, addresses, prefixes);
    })
    .sort(particularFirst);
  const managers = table.get('GatewayManager')?.ipv4 ?? RangeSet.empty;
  return {
    asked,
    set,
    tags,
    regions: regionsOf(tags, table),
    nobodys: set.subtract(table.everything).size,
    hole: managers.union(platformAddress).intersect(set),
    special: specialRanges.intersect(set),
  };
};

const meets6 = (a: Prefix6, b: Prefix6): boolean => {
  const shift = BigInt(128 - Math.min(a.length, b.length));
  return a.start >> shift === b.start >> shift;
};

const owner6 = (asked: string, prefix: Prefix6, table: TagTable): Owner => {
  const tags = table.tags
    .flatMap((tag) => {
      const prefixes = tag.ipv6.filter((text) => meets6(parsePrefix6(text), prefix));
      return prefixes.length > 0 ? [owning(tag, null, prefixes)] : [];
    })
    .sort(particularFirst);
  const none = RangeSet.empty;
  return { asked, set: none, tags, regions: regionsOf(tags, table), nobodys: 0, hole: none, special: none };
};

/** Whose a written address or CIDR is, IPv4 or IPv6. Throws ERR_PREFIX where it is neither. */
export const findOwner = (text: string, table: TagTable): Owner => {
  if (text.includes(':')) return owner6(text, parsePrefix6(text.includes('/') ? text : `${text}/128`), table);
  if (text.includes('/')) return ownerOf(text, RangeSet.fromPrefixes([parsePrefix(text)]), table);
  if (!/^[\d.]+$/.test(text)) {
    throw new AutomationError('ERR_PREFIX', `"${text.slice(0, 60)}" is not an address.`, {
      remedy: 'Write an IPv4 or IPv6 address or a CIDR, such as 52.244.64.1 or 52.244.64.0/18.',
    });
  }
  const address = parseAddress(text);
  return ownerOf(text, RangeSet.fromIntervals([[address, address]]), table);
};
