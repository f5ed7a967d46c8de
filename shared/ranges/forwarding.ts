import { type Prefix, parsePrefix, prefixSize } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';

/** A route as longest prefix match sees it; a route whose prefix is a tag is given as its prefixes, one by one. */
export type Forwarding = {
  /** IPv4 text; IPv6 routes have no part in this. */
  readonly addressPrefix: string;
  /** Whatever tells two next hops apart, such as `VirtualAppliance 172.16.1.4`. */
  readonly hop: string;
  /**
   * Decides between routes with one prefix, lower first (then the earlier in the list). Azure: an explicit prefix
   * beats a regional tag, which beats a top-level one, then AzureCloud.<region>, then AzureCloud.
   */
  readonly rank?: number;
};

type Row = Prefix & { readonly hop: string; readonly rank: number };

/** Which addresses go to which hop when the longest prefix wins; an address under no route is in no set. Throws ERR_PREFIX. */
export const forwarded = (routes: readonly Forwarding[]): ReadonlyMap<string, RangeSet> => {
  const rows: Row[] = routes
    .filter((route) => !route.addressPrefix.includes(':'))
    .map(({ addressPrefix, hop, rank = 0 }) => ({ ...parsePrefix(addressPrefix), hop, rank }));
  // Array.sort is stable, so the earlier of two equals stays in front.
  rows.sort((a, b) => a.start - b.start || a.length - b.length || a.rank - b.rank);
  const pieces = new Map<string, [first: number, last: number][]>();
  for (const [first, last, hop] of winners(rows)) {
    const list = pieces.get(hop);
    if (list) list.push([first, last]);
    else pieces.set(hop, [[first, last]]);
  }
  return new Map([...pieces].map(([hop, list]) => [hop, RangeSet.fromIntervals(list)]));
};

/**
 * Prefixes are nested or disjoint. Walking them by start, the stack holds those around the current address, the
 * longest on top; each piece between two ends belongs to the top.
 *
 *     |-------------- /16 to A -------------|
 *          |--- /24 to B ---|
 *     AAAAA BBBBBBBBBBBBBBBBB AAAAAAAAAAAAAA
 */
function* winners(rows: readonly Row[]): Generator<readonly [first: number, last: number, hop: string]> {
  const around: { last: number; hop: string }[] = [];
  let at = 0;
  let previous: Row | undefined;
  for (const row of rows) {
    if (previous && previous.start === row.start && previous.length === row.length) continue;
    previous = row;
    for (let top = around.at(-1); top && top.last < row.start; top = around.at(-1)) {
      if (at <= top.last) yield [at, top.last, top.hop];
      at = Math.max(at, top.last + 1);
      around.pop();
    }
    const top = around.at(-1);
    if (top && at < row.start) yield [at, row.start - 1, top.hop];
    at = row.start;
    around.push({ last: row.start + prefixSize(row.length) - 1, hop: row.hop });
  }
  for (let top = around.pop(); top; top = around.pop()) {
    if (at <= top.last) yield [at, top.last, top.hop];
    at = Math.max(at, top.last + 1);
  }
}
