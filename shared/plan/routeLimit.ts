import type { JsonObject } from '../base/canonical.ts';
import { counted } from '../base/counted.ts';

/** Where Azure does not say: its default for years. In 2026 it was raised, in public regions at least. */
export const defaultRouteLimit = 400;

/** Who says how many routes a table may hold: the sites file, Azure's usages, or nobody. */
export type LimitSource = 'site' | 'azure' | 'default';

/** What Azure says of the tables of one region; asked only where the site's limit is `discover`. */
export type DiscoveredLimit = {
  readonly region: string;
  /** null where Azure never said. */
  readonly routes: number | null;
  /** When it said so, else when it was asked (ISO). */
  readonly at: string;
  /** Why it did not say when last asked; null where it did. */
  readonly why: string | null;
};

export type RouteLimit = {
  readonly limit: number;
  readonly from: LimitSource;
  /** What the reader of a plan must know of it, as a sentence; null where nothing. */
  readonly note: string | null;
};

/**
 * How many routes the table may hold, those of others included. `held` is how many there are now.
 *
 * | the site says | Azure says                     | limit                            | from    |
 * | ------------- | ------------------------------ | -------------------------------- | ------- |
 * | a number      | (is not asked)                 | that number                      | site    |
 * | discover      | as many as there are, or more  | what it says, or last said       | azure   |
 * | discover      | fewer than there are           | 400, or as many as there are     | default |
 * | discover      | nothing, or was not asked      | 400, or as many as there are     | default |
 */
export const routeLimitOf = (
  asked: number | 'discover',
  discovered: DiscoveredLimit | undefined,
  held: number,
): RouteLimit => {
  if (asked !== 'discover') return { limit: asked, from: 'site', note: null };
  const said = discovered?.routes ?? null;
  if (said !== null && said >= held) {
    const late = discovered?.why ? `Azure did not tell its limit of routes today (${discovered.why})` : null;
    const note = late && `${late}; ${counted(said, 'route')} is what it said on ${discovered?.at}.`;
    return { limit: said, from: 'azure', note };
  }
  const limit = Math.max(defaultRouteLimit, held);
  const taken = held > defaultRouteLimit ? `${limit}, which the table holds already, is` : `${limit} is`;
  return {
    limit,
    from: 'default',
    note: `routeBudget.limit is discover, but ${reason(discovered, held)}: ${taken} taken.`,
  };
};

const reason = (discovered: DiscoveredLimit | undefined, held: number): string => {
  if (discovered === undefined) return 'Azure was not asked (planning from files never does)';
  if (discovered.routes === null) return `Azure did not say (${discovered.why ?? 'no reason given'})`;
  return `Azure says ${counted(discovered.routes, 'route')}, fewer than the ${held} that are in the table`;
};

/** `RoutesPerRouteTable` among the usages of a region; null where it is not there or no number of routes. */
export const limitInUsages = (items: readonly JsonObject[]): number | null => {
  const nameOf = ({ name }: JsonObject): unknown =>
    typeof name === 'object' && name !== null && 'value' in name ? name['value'] : undefined;
  const found = items.find((item) => String(nameOf(item)).toLowerCase() === 'routesperroutetable');
  const limit = found?.['limit'];
  return typeof limit === 'number' && Number.isInteger(limit) && limit > 0 ? limit : null;
};
