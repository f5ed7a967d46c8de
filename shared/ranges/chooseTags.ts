import { byCodeUnit } from '../base/canonical.ts';
import { type Prefix, prefixSize } from './prefix.ts';
import { RangeSet } from './rangeSet.ts';
import { canBeRoute, tagRoutesPerTable } from './tagRank.ts';
import type { TagTable } from './tagTable.ts';

/** A tag that could be a route to the firewall; `set` is all of its IPv4 addresses. */
export type TagCandidate = { readonly name: string; readonly set: RangeSet };

/** One tag chosen: `saved` routes fewer than without it, its own route already counted. */
export type TagChoice = { readonly name: string; readonly saved: number };

export type TagRoutes = {
  /** In the order chosen. */
  readonly tags: readonly TagChoice[];
  /** Routes to the firewall beside the tags: those prefixes of the minimal list that no chosen tag makes needless. */
  readonly prefixes: readonly Prefix[];
  /** What `prefixes` hold. */
  readonly explicit: RangeSet;
  /** Holes under `prefixes`, each a route to the Internet. No tag chosen holds any. */
  readonly holes: readonly Prefix[];
  /** All of them: tags, prefixes and holes. */
  readonly routes: number;
};

export type ChooseTagsInput = {
  /** What must reach the firewall, with the holes in it. */
  readonly wanted: RangeSet;
  readonly holes: RangeSet;
  readonly forbidden: RangeSet;
  readonly candidates: readonly TagCandidate[];
  /** Tag routes that may be used; 25 unless foreign routes of the table have taken some. */
  readonly mostTags?: number;
};

/**
 * The tags of a file that could be routes for a wanted set: usable in routes and firewalls both, and wholly inside
 * what must reach the firewall. With a tag that reaches further, unwanted traffic would follow it. By name.
 */
export const tagCandidates = (table: TagTable, wanted: RangeSet, holes: RangeSet): TagCandidate[] => {
  const needed = wanted.subtract(holes);
  return table.tags
    .filter((tag) => canBeRoute(tag))
    .map((tag) => ({ name: tag.name, set: tag.routed.ipv4 }))
    .filter(({ set }) => !set.isEmpty && needed.covers(set))
    .sort((a, b) => byCodeUnit(a.name, b.name));
};

/** One prefix of the minimal list: what of it no tag carries yet, and the routes it costs, its holes included. */
type Piece = { readonly prefix: Prefix; left: RangeSet; readonly routes: number };

/** A candidate at work: which pieces it touches, and what choosing it would save as things stand. */
type Bidder = {
  readonly candidate: TagCandidate;
  readonly touched: readonly number[];
  saved: number;
  isStale: boolean;
};

/**
 * Routes by tag where that saves routes: again and again the tag that saves most (equal ones by name), until none
 * saves any or no more tags are allowed; the rest is the exact list. What reaches the firewall is exactly the wanted
 * set without its holes. Candidates that reach beyond it, or into forbidden space, are passed over.
 */
export const chooseTags = (input: ChooseTagsInput): TagRoutes => {
  const { wanted, holes, forbidden, candidates, mostTags = tagRoutesPerTable } = input;
  const pieces = piecesOf(wanted, holes);
  const allowed = wanted.subtract(holes).subtract(forbidden);
  const bidders = candidates
    .filter(({ set }) => !set.isEmpty && allowed.covers(set))
    .sort((a, b) => byCodeUnit(a.name, b.name))
    .map((candidate): Bidder => ({ candidate, touched: touchedBy(candidate.set, pieces), saved: 0, isStale: true }));
  const tags: TagChoice[] = [];
  while (tags.length < mostTags) {
    const best = bestOf(bidders, pieces);
    if (!best) break;
    tags.push({ name: best.candidate.name, saved: best.saved });
    take(best, bidders, pieces);
  }
  return resultOf(tags, pieces, holes);
};

/** The minimal list; a prefix that is nothing but holes needs no route at all. */
const piecesOf = (wanted: RangeSet, holes: RangeSet): Piece[] =>
  wanted.prefixes().flatMap((prefix) => {
    const whole = RangeSet.fromPrefixes([prefix]);
    if (!holes.meetsInterval(prefix.start, lastOf(prefix))) return [{ prefix, left: whole, routes: 1 }];
    const inside = holes.clip(prefix.start, lastOf(prefix));
    const left = whole.subtract(inside);
    if (left.isEmpty) return [];
    return [{ prefix, left, routes: 1 + inside.prefixes().length }];
  });

const lastOf = ({ start, length }: Prefix): number => start + prefixSize(length) - 1;

const touchedBy = (set: RangeSet, pieces: readonly Piece[]): number[] =>
  pieces.flatMap(({ prefix }, index) => (set.meetsInterval(prefix.start, lastOf(prefix)) ? [index] : []));

/** The routes that choosing the tag makes needless, less its own. */
const savingOf = ({ candidate, touched }: Bidder, pieces: readonly Piece[]): number => {
  let saved = -1;
  for (const index of touched) {
    const piece = pieces[index];
    if (piece && !piece.left.isEmpty && candidate.set.covers(piece.left)) saved += piece.routes;
  }
  return saved;
};

const bestOf = (bidders: readonly Bidder[], pieces: readonly Piece[]): Bidder | undefined => {
  let best: Bidder | undefined;
  for (const bidder of bidders) {
    if (bidder.isStale) {
      bidder.saved = savingOf(bidder, pieces);
      bidder.isStale = false;
    }
    if (bidder.saved > (best?.saved ?? 0)) best = bidder;
  }
  return best;
};

const take = ({ candidate, touched }: Bidder, bidders: readonly Bidder[], pieces: readonly Piece[]): void => {
  for (const index of touched) {
    const piece = pieces[index];
    // Only what lies in the piece: a tag may have 100,000 prefixes, and touch as many pieces.
    if (piece) piece.left = piece.left.subtract(candidate.set.clip(piece.prefix.start, lastOf(piece.prefix)));
  }
  const changed = new Set(touched);
  for (const bidder of bidders) if (bidder.touched.some((index) => changed.has(index))) bidder.isStale = true;
};

const resultOf = (tags: readonly TagChoice[], pieces: readonly Piece[], holes: RangeSet): TagRoutes => {
  const prefixes = pieces.filter(({ left }) => !left.isEmpty).map(({ prefix }) => prefix);
  const explicit = RangeSet.fromPrefixes(prefixes);
  const under = holes.intersect(explicit).prefixes();
  return { tags, prefixes, explicit, holes: under, routes: tags.length + prefixes.length + under.length };
};
