import { tooWide } from './forbidden.ts';
import { formatPrefix } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';
import type { Tag } from './tagTable.ts';

/** What can be wrong with addresses we are told to route. */
export type TagFaultCode =
  | 'TAG_MISSING' // the file has no such tag
  | 'TAG_EMPTY' // the tag has no IPv4 prefix
  | 'TAG_FORBIDDEN' // it holds private, reserved or the site's own addresses
  | 'TAG_TOO_WIDE' // it holds a prefix shorter than any real tag has
  | 'TAG_SHRANK' // half of its addresses or more are gone since the last good file
  | 'ALWAYS_ROUTE_FORBIDDEN'; // the same of a prefix in the site's alwaysRoute

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

/** Why a tag must not be believed, or undefined; `before` is the same tag in the last good file, where there is one. */
export const faultOf = (tag: Tag | undefined, before: Tag | undefined, forbidden: RangeSet): TagFault | undefined => {
  if (!tag) return { code: 'TAG_MISSING', why: 'is not in the file' };
  if (tag.ipv4.isEmpty) return { code: 'TAG_EMPTY', why: 'has no IPv4 prefix' };
  const danger = dangerIn(tag.ipv4, forbidden);
  if (danger) return danger;
  if (!before || before.ipv4.isEmpty) return undefined;
  const kept = tag.ipv4.intersect(before.ipv4).size;
  const had = before.ipv4.size;
  // What was added elsewhere does not make up for what is gone.
  if (kept * 2 > had) return undefined;
  return { code: 'TAG_SHRANK', why: `lost ${had - kept} of the ${had} addresses it had in the last good file` };
};
