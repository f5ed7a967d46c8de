import { tooWide } from './forbidden.ts';
import { holesTag } from './holes.ts';
import { formatPrefix } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';
import type { Tag } from './tagTable.ts';

/** What can be wrong with addresses we are told to route. */
export const tagFaultCodes = [
  'TAG_MISSING', // the file has no such tag
  'TAG_EMPTY', // the tag has no IPv4 prefix
  'TAG_FORBIDDEN', // it holds private, reserved or the site's own addresses
  'TAG_TOO_WIDE', // it holds a prefix shorter than any real tag has
  'TAG_REGION', // it is of another region than before, by its own word
  'TAG_SHRANK', // too large a share of its addresses is gone since the last good file
  'TAG_GREW', // gateway management gained as much as it had: what is added to it is led around the firewall
  'TAG_SWALLOWS', // gateway management holds too much of a tag that is to be routed
  'ALWAYS_ROUTE_FORBIDDEN', // the same of a prefix in the site's alwaysRoute
] as const;
export type TagFaultCode = (typeof tagFaultCodes)[number];

/** `why` completes a sentence that begins with the tag's name. */
export type TagFault = { readonly code: TagFaultCode; readonly why: string };

const list = (set: RangeSet): string => {
  const cidrs = set.cidrs();
  return cidrs.slice(0, 3).join(', ') + (cidrs.length > 3 ? ` and ${cidrs.length - 3} more` : '');
};

/** What makes a set dangerous to route, or undefined. */
export const dangerIn = (set: RangeSet, forbidden: RangeSet): TagFault | undefined => {
  const wide = tooWide(set);
  // 10.0.0.0/8 is too wide, too, but that it is private says more.
  if (wide && !forbidden.covers(RangeSet.fromPrefixes([wide]))) {
    return { code: 'TAG_TOO_WIDE', why: `holds ${formatPrefix(wide.start, wide.length)}, wider than any real tag` };
  }
  if (!set.meets(forbidden)) return undefined;
  return { code: 'TAG_FORBIDDEN', why: `holds addresses that must never be routed: ${list(set.intersect(forbidden))}` };
};

/** Why a tag must not be routed, or undefined. */
export const faultOf = (tag: Tag | undefined, forbidden: RangeSet): TagFault | undefined => {
  if (!tag) return { code: 'TAG_MISSING', why: 'is not in the file' };
  if (tag.ipv4.isEmpty) return { code: 'TAG_EMPTY', why: 'has no IPv4 prefix' };
  return dangerIn(tag.ipv4, forbidden);
};

/**
 * Why a tag that was sound must not be believed any more, or undefined. `mostLost` is the share of its addresses (0 to
 * 1) at which it is not: half of them gone is enough where it is 0.5.
 */
export const faultSince = (
  tag: Tag | undefined,
  before: Tag,
  forbidden: RangeSet,
  mostLost: number,
): TagFault | undefined => {
  const fault = faultOf(tag, forbidden);
  if (fault || !tag) return fault;
  if (tag.region.toLowerCase() !== before.region.toLowerCase()) {
    return { code: 'TAG_REGION', why: `is of region "${tag.region}" and was of "${before.region}"` };
  }
  const had = before.ipv4.size;
  // What was added elsewhere does not make up for what is gone.
  const lost = before.ipv4.subtract(tag.ipv4).size;
  const gained = tag.ipv4.subtract(before.ipv4).size;
  if (tag.name.toLowerCase() === holesTag.toLowerCase() && gained >= had) {
    return { code: 'TAG_GREW', why: `gained ${gained} addresses to the ${had} it had in the last good file` };
  }
  if (lost === 0 || lost < had * mostLost) return undefined;
  return { code: 'TAG_SHRANK', why: `lost ${lost} of the ${had} addresses it had in the last good file` };
};
