import { shortestPrefixLength } from '../../shared/ranges/forbidden.ts';
import { mostRoutes, mostWork } from '../../shared/ranges/lookFurther.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { type Summary, summarize, summarizeWithHoles } from '../../shared/ranges/summarize.ts';
import type { Subject } from './subject.ts';

/** The price of one number of routes, holes included. */
export type Point = { readonly routes: number; readonly extraAddresses: number; readonly percent: number };

/** A point worth a name; its price is null where so few routes do not suffice at all. */
export type Mark = {
  readonly name: 'fewest' | 'limit' | '5 %' | '1 %' | 'exact';
  readonly routes: number;
  readonly extraAddresses: number | null;
  readonly percent: number | null;
};

/** The price of every number of routes, from the fewest possible to the exact list (or as far as was looked). */
export type Curve = {
  readonly summary: Summary;
  /** Empty where no routes at all are possible. */
  readonly points: readonly Point[];
  readonly marks: readonly Mark[];
};

/**
 * How many routes to look at: what the exact list can ever need (each prefix, and each hole in it), but at least the
 * room. With a list out of all proportion the curve ends early, since the work grows with the product of both.
 */
const lookedAt = (wanted: RangeSet, holes: RangeSet, room: number): number => {
  const prefixes = wanted.prefixes().length;
  const needed = prefixes + holes.intersect(wanted).prefixes().length;
  const affordable = Math.floor(mostWork / Math.max(1, prefixes));
  return Math.max(1, Math.min(needed, mostRoutes, Math.max(room, affordable)));
};

/** The product's own way: holes are led around, one route each, and count. */
export const summaryOf = ({ wanted, holes, forbidden, room }: Subject): Summary =>
  summarizeWithHoles({
    wanted,
    holes,
    forbidden,
    most: lookedAt(wanted, holes, room),
    shortest: shortestPrefixLength,
  });

/** `extraAt` for any number of routes: more than were looked at change nothing. */
export const extraAt = (summary: Summary, routes: number): number => summary.extraAt(Math.min(routes, summary.most));

const percentAt = (summary: Summary, routes: number): number => summary.percentAt(Math.min(routes, summary.most));

const markAt = (summary: Summary, name: Mark['name'], routes: number | undefined): Mark[] => {
  if (routes === undefined) return [];
  const extra = extraAt(summary, routes);
  const possible = Number.isFinite(extra);
  return [
    { name, routes, extraAddresses: possible ? extra : null, percent: possible ? percentAt(summary, routes) : null },
  ];
};

/** The whole curve of a subject, its marks by number of routes. */
export const curveOf = (subject: Subject, summary: Summary = summaryOf(subject)): Curve => {
  const { fewest, exact } = summary;
  const points: Point[] = [];
  for (let routes = fewest ?? 1; fewest !== undefined && routes <= (exact ?? summary.most); routes += 1) {
    points.push({ routes, extraAddresses: summary.extraAt(routes), percent: summary.percentAt(routes) });
  }
  const marks = [
    ...markAt(summary, 'fewest', fewest),
    ...markAt(summary, 'limit', subject.room),
    ...markAt(summary, '5 %', summary.smallestFor(5)),
    ...markAt(summary, '1 %', summary.smallestFor(1)),
    ...markAt(summary, 'exact', exact),
  ].sort((a, b) => a.routes - b.routes);
  return { summary, points, marks };
};

/** One way of keeping gateway managers away from the firewall. */
export type Rule = {
  readonly rule: 'around' | 'outside' | 'cut' | 'free';
  readonly says: string;
  readonly fewest: number | null;
  /** Null where it takes more routes than were looked at. */
  readonly exact: number | null;
  /** Null where the room does not suffice. */
  readonly extraAddresses: number | null;
  readonly percent: number | null;
};

/** What the choice of `around` saves: the same room under the other rules one could have. */
export const rulesOf = (subject: Subject, own: Summary): Rule[] => {
  const { wanted, holes, forbidden, room } = subject;
  const most = lookedAt(wanted, RangeSet.empty, room);
  const cut = wanted.subtract(holes);
  const all: [Rule['rule'], string, Summary][] = [
    ['around', 'holes led around, one route each (what plans do)', own],
    [
      'outside',
      'holes outside never covered, those inside let in',
      summarize(wanted, forbidden.union(holes.subtract(wanted)), most),
    ],
    ['cut', 'holes cut out of the routes', summarize(cut, forbidden.union(holes), lookedAt(cut, RangeSet.empty, room))],
    ['free', 'nothing forbidden (a lower bound)', summarize(wanted, RangeSet.empty, most)],
  ];
  return all.map(([rule, says, summary]) => {
    const extra = room < 1 ? Number.POSITIVE_INFINITY : extraAt(summary, room);
    const possible = Number.isFinite(extra);
    return {
      rule,
      says,
      fewest: summary.fewest ?? null,
      exact: summary.exact ?? null,
      extraAddresses: possible ? extra : null,
      percent: possible ? percentAt(summary, room) : null,
    };
  });
};
