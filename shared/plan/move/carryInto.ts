import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import { routeOf } from '../observe.ts';
import { listIn, objectIn, withProperties } from './json.ts';
import { resourceFits } from './standing.ts';

export type CarriedInto = {
  /** The table with the routes of others as they are to be. */
  readonly raw: JsonObject;
  /** How many are not in the table as they should be, or still in it. */
  readonly missing: number;
};

const fits = (actual: Json, route: JsonObject): boolean =>
  isObject(actual) && resourceFits(actual as JsonObject, route);

/** One name, or one prefix: Azure takes no two such routes in one table. */
const rivals = (a: Json, b: Json): boolean => {
  const [one, other] = [routeOf(a), routeOf(b)];
  return (
    one.name.toLowerCase() === other.name.toLowerCase() ||
    one.addressPrefix.toLowerCase() === other.addressPrefix.toLowerCase()
  );
};

/**
 * Routes of others that come along, put into the table of the new side. A name alone says nothing: an earlier move may
 * have left a route there that has changed at home since.
 *
 * | table        | a route of that name or prefix, but another | then                                    |
 * | ------------ | ------------------------------------------- | --------------------------------------- |
 * | made by us   | what an earlier move carried                | replaced                                |
 * | made by us   | carried before, and no longer wanted        | taken out                               |
 * | somebody's   | theirs                                      | stays, and the carried one is missing   |
 */
export const carryInto = (
  table: JsonObject,
  carried: readonly JsonObject[],
  made: boolean,
  retired: readonly string[] = [],
): CarriedInto => {
  const there = listIn(objectIn(table, 'properties'), 'routes');
  const lacking = carried.filter((route) => !there.some((actual) => fits(actual, route)));
  const leftOver = (actual: Json) => made && retired.includes(`routes/${routeOf(actual).name.toLowerCase()}`);
  const gone = there.filter(leftOver);
  const stays = made
    ? there.filter((actual) => !gone.includes(actual) && !lacking.some((route) => rivals(actual, route)))
    : there;
  const comes = lacking.filter((route) => !stays.some((actual) => rivals(actual, route)));
  const raw = withProperties(table, (properties) => ({ ...properties, routes: [...stays, ...comes] }));
  return { raw, missing: lacking.length + gone.length };
};
