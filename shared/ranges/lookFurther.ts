import { Summary, type SummaryInput } from './summarize.ts';

/** No sites file allows more routes in a table. */
export const mostRoutes = 10_000;

/** Prefixes times routes that may be looked at: about a tenth of a second. Real lists stay far below. */
export const mostWork = 20_000_000;

/**
 * A number of routes that may lie beyond `input.most`, such as the fewest possible: the summary is made again for more
 * and more routes until `find` finds it. `routes` is null where it takes more than the `lookedAt` that were tried. `first` is the summary of `input`, if it is there.
 */
export const lookFurther = (
  input: SummaryInput,
  find: (summary: Summary) => number | undefined,
  first = new Summary(input),
): { readonly routes: number | null; readonly lookedAt: number } => {
  const affordable = Math.floor(mostWork / Math.max(1, input.wanted.prefixes().length));
  const far = Math.max(input.most, Math.min(mostRoutes, affordable));
  for (let summary = first; ; summary = new Summary({ ...input, most: Math.min(far, summary.most * 4) })) {
    const routes = find(summary);
    const lookedAt = summary.most;
    if (routes !== undefined) return { routes, lookedAt };
    if (lookedAt >= far) return { routes: null, lookedAt };
  }
};
