import { byCodeUnit } from '../../shared/base/canonical.ts';
import { routingBy } from '../../shared/plan/routing.ts';
import { type Ownership, ownersOf } from '../../shared/ranges/extraOwners.ts';
import { type Prefix, parsePrefix } from '../../shared/ranges/prefix.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { Figures } from './figures.ts';

/** What an address is to the table drawn. */
export type Kind = 'home' | 'added' | 'azure' | 'nobody' | 'hole';

/** The address space as one choice of routes divides it. */
export type Picture = {
  /** Which routes are drawn: `summarize` at the limit where it costs something, else the exact list. */
  readonly drawn: 'summarize' | 'exact';
  /** Routes to the firewall. */
  readonly routes: readonly Prefix[];
  /** By kind; disjoint. */
  readonly sets: Readonly<Record<Kind, RangeSet>>;
  readonly extra: RangeSet;
  readonly owners: Ownership;
};

const chosenRoutes = ({ subject, summary }: Figures) => {
  const { fewest } = summary;
  const possible = fewest !== undefined && subject.room >= fewest && subject.room >= 1;
  const cover = possible ? summary.cover(Math.min(subject.room, summary.most)) : undefined;
  if (cover && !cover.extra.isEmpty) {
    return {
      drawn: 'summarize',
      routes: cover.prefixes,
      holes: RangeSet.fromPrefixes(cover.holes),
      extra: cover.extra,
    } as const;
  }
  const exact = routingBy('exact', subject.routingInput);
  const routes = 'why' in exact ? [] : exact.toFirewall.map(parsePrefix);
  const holes = 'why' in exact ? RangeSet.empty : exact.holes;
  return { drawn: 'exact', routes, holes, extra: RangeSet.empty } as const;
};

/** What the routes of a subject cover, by kind. Pure. */
export const pictureOf = (figures: Figures, tags: TagTable): Picture => {
  const { subject } = figures;
  const { drawn, routes, holes, extra } = chosenRoutes(figures);
  const needed = subject.wanted.subtract(holes);
  const known = tags.everything;
  return {
    drawn,
    routes: [...routes].sort((a, b) => a.start - b.start),
    sets: {
      home: needed.subtract(subject.added),
      added: needed.intersect(subject.added),
      azure: extra.intersect(known),
      nobody: extra.subtract(known),
      hole: holes,
    },
    extra,
    owners: ownersOf(extra, tags),
  };
};

/** Addresses of the extra by the region that has them, most first; those of no AzureCloud region left out. */
export const regionShares = ({ owners }: Picture): Ownership['regions'] =>
  [...owners.regions].sort((a, b) => b.addresses - a.addresses || byCodeUnit(a.region, b.region));
