import type { JsonObject } from '../../base/canonical.ts';
import type { Blocker } from '../blocker.ts';
import { routeOf } from '../observe.ts';

export type OnePrefix = {
  readonly routes: readonly JsonObject[];
  readonly notes: readonly string[];
  readonly blockers: readonly Blocker[];
};

const hopOf = (route: JsonObject): string => {
  const { nextHopType, nextHopIpAddress = '' } = routeOf(route);
  return `${nextHopType} ${nextHopIpAddress}`.toLowerCase();
};

/**
 * Two routes may have one prefix when they are spelt for the new side, where one of the two was for it all along; Azure
 * takes no table that has both.
 *
 * | they lead to  | then                           |
 * | ------------- | ------------------------------ |
 * | one hop       | the first stays, with a note   |
 * | two hops      | nobody can say which is meant  |
 */
export const onePrefixEach = (table: string, routes: readonly JsonObject[]): OnePrefix => {
  const first = new Map<string, JsonObject>();
  const notes: string[] = [];
  const blockers: Blocker[] = [];
  for (const route of routes) {
    const { name, addressPrefix } = routeOf(route);
    const other = first.get(addressPrefix.toLowerCase());
    if (other === undefined) first.set(addressPrefix.toLowerCase(), route);
    else if (hopOf(other) === hopOf(route))
      notes.push(`${table}: the route ${name} is left out; ${routeOf(other).name} is for ${addressPrefix} there, too.`);
    else
      blockers.push({
        code: 'MOVE_ADDRESSES',
        message: `${table}: the routes ${routeOf(other).name} and ${name} would both be for ${addressPrefix}, and lead to two hops.`,
        remedy: 'Take one of them off the table while the old side stands, or give the new side another range.',
      });
  }
  return { routes: [...first.values()], notes, blockers };
};
