import { canonicalJson, type Json, type JsonObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import type { ObservedRouteTable, Route } from '../plan/observed.ts';
import { isOurs } from '../plan/ownership.ts';
import type { Plan } from '../plan/plan.ts';
import { overlay, routeTableBody } from './body.ts';

const spelling = (routes: readonly Route[]): string =>
  canonicalJson(
    [...routes]
      .map((route) => [
        route.name,
        route.addressPrefix,
        route.nextHopType.toLowerCase(),
        route.nextHopIpAddress ?? null,
      ])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );

/** Our routes as they were when the plan was made. */
const oursBefore = (plan: Plan): Route[] => {
  const { routes, add, remove, change } = plan.routeTable;
  const added = new Set([...add, ...change.map(({ after }) => after)].map((route) => route.name));
  return [...routes.filter((route) => !added.has(route.name)), ...remove, ...change.map(({ before }) => before)];
};

/** Has the table what the plan wants, or still what the plan saw, or something else (then: plan again)? */
export const routeTableStands = (
  plan: Plan,
  table: ObservedRouteTable,
  namePrefix: string,
): 'after' | 'before' | 'other' => {
  const ours = spelling(table.routes.filter((route) => isOurs(route.name, namePrefix)));
  const wantedPrefixes = new Set(plan.routeTable.routes.map((route) => route.addressPrefix));
  const rival = table.routes.some(
    (route) => !isOurs(route.name, namePrefix) && wantedPrefixes.has(route.addressPrefix),
  );
  if (rival) return 'other';
  if (ours === spelling(plan.routeTable.routes)) return 'after';
  return ours === spelling(oursBefore(plan)) ? 'before' : 'other';
};

const propertiesOf = (route: Route): JsonObject => ({
  addressPrefix: route.addressPrefix,
  nextHopType: route.nextHopType,
  ...(route.nextHopIpAddress === undefined ? {} : { nextHopIpAddress: route.nextHopIpAddress }),
});

/** The whole table as it must be: foreign routes byte for byte, then ours. */
export const routeTableWrite = (plan: Plan, table: ObservedRouteTable, namePrefix: string): JsonObject =>
  routeTableBody(table.raw, (existing: ReadonlyMap<string, Json>) => {
    const foreign = [...existing].filter(([name]) => !isOurs(name, namePrefix)).map(([, route]) => route as JsonObject);
    const ours = plan.routeTable.routes.map((route) =>
      overlay(existing.get(route.name.toLowerCase()), route.name, propertiesOf(route)),
    );
    return [...foreign, ...ours];
  });

/** Found by looking before the write: somebody changed what is ours between planning and writing. */
export const changedMeanwhile = (resource: string): AutomationError =>
  new AutomationError('ERR_PLAN_OUTDATED', `${resource} is no longer as the plan saw it.`, {
    remedy: 'Nothing to do: it is read and planned again.',
    retry: 'now',
  });
