import { byNumber, counted } from '../../shared/base/counted.ts';
import { type StrategyName, strategyNames } from '../../shared/base/sites.ts';
import { routingBy } from '../../shared/plan/routing.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { Cover, Summary } from '../../shared/ranges/summarize.ts';
import { extraAt, summaryOf } from './curve.ts';
import type { Subject } from './subject.ts';

/** What one strategy makes of a subject. */
export type StrategyFigures = {
  readonly strategy: StrategyName;
  /** Holes included; null where it has no routing at all. */
  readonly routes: number | null;
  /** Room less routes; negative by as much as it does not fit. */
  readonly headroom: number | null;
  readonly extraAddresses: number | null;
  /** Of the wanted addresses. */
  readonly percent: number | null;
  /** Routes whose prefix is a service tag. */
  readonly tagRoutes: number;
  /** Why it cannot be taken; null where it can. */
  readonly why: string | null;
};

export type Figures = {
  readonly subject: Subject;
  readonly strategies: readonly StrategyFigures[];
  /** The first that fits, in the order of the site; null where none does. */
  readonly chosen: StrategyName | null;
  /** Of the chosen strategy; of the exact list where none fits. */
  readonly headroom: number;
  /** The fewest routes at any price; null where none are possible. */
  readonly fewest: number | null;
  /** The fewest routes for at most 1 % and 5 % extra. */
  readonly within: { readonly onePercent: number | null; readonly fivePercent: number | null };
  readonly summary: Summary;
  /** What `summarize` leads to the firewall beyond the wanted addresses, with as many routes as there is room for. */
  readonly extra: RangeSet;
};

const tooMany = (over: number): string | null => (over > 0 ? `${counted(over, 'route')} too many` : null);

const byPlan = (strategy: StrategyName, subject: Subject): StrategyFigures => {
  const routing = routingBy(strategy, subject.routingInput);
  if ('why' in routing) {
    const { routes, extraAddresses, why } = routing;
    return { strategy, routes, headroom: null, extraAddresses, percent: null, tagRoutes: 0, why };
  }
  const routes = routing.toFirewall.length + routing.toInternet.length;
  const headroom = subject.room - routes;
  return {
    strategy,
    routes,
    headroom,
    extraAddresses: 0,
    percent: 0,
    tagRoutes: routing.tags.length,
    why: tooMany(-headroom),
  };
};

const coverOf = ({ room }: Subject, summary: Summary): Cover | undefined =>
  room < 1 ? undefined : summary.cover(Math.min(room, summary.most));

/** As the plan's `summarize`, refusals with their price; from the curve that is there anyway. */
const bySummary = (subject: Subject, summary: Summary): StrategyFigures => {
  const { room, maxExtraPercent, wanted } = subject;
  const none = { strategy: 'summarize', routes: null, headroom: null, extraAddresses: null, percent: null } as const;
  const no = (why: string): StrategyFigures => ({ ...none, tagRoutes: 0, why });
  if (room < 1) return no(`there is room for ${counted(Math.max(0, room), 'route')}`);
  if (summary.fewest === undefined) return no('wanted addresses are ones that no route may cover');
  if (room < summary.fewest)
    return no(
      byNumber(
        summary.fewest,
        'the fewest possible is 1 route',
        `the fewest possible are ${counted(summary.fewest, 'route')}`,
      ),
    );
  const extraAddresses = extraAt(summary, room);
  const cover = coverOf(subject, summary);
  const routes = (cover?.prefixes.length ?? 0) + (cover?.holes.length ?? 0);
  const percent = wanted.isEmpty ? 0 : (extraAddresses / wanted.size) * 100;
  const why = percent > maxExtraPercent ? `more extra than the ${maxExtraPercent} % allowed` : null;
  return { strategy: 'summarize', routes, headroom: room - routes, extraAddresses, percent, tagRoutes: 0, why };
};

/** Every strategy on a subject, whatever the site lists. Pure. */
export const figuresOf = (subject: Subject): Figures => {
  const summary = summaryOf(subject);
  const strategies = strategyNames.map((name) =>
    name === 'summarize' ? bySummary(subject, summary) : byPlan(name, subject),
  );
  const found = (name: StrategyName) => strategies.find(({ strategy }) => strategy === name);
  const chosen = subject.strategies.find((name) => found(name)?.why === null) ?? null;
  return {
    subject,
    strategies,
    chosen,
    headroom: found(chosen ?? 'exact')?.headroom ?? 0,
    fewest: summary.fewest ?? null,
    within: { onePercent: summary.smallestFor(1) ?? null, fivePercent: summary.smallestFor(5) ?? null },
    summary,
    extra: coverOf(subject, summary)?.extra ?? RangeSet.empty,
  };
};
