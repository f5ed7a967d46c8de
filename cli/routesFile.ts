import { isObject } from '../shared/base/canonical.ts';
import { routeOf } from '../shared/plan/observe.ts';
import type { Route } from '../shared/plan/observed.ts';
import type { Io } from './command.ts';
import { parseJson, readTextFile } from './files.ts';
import { misused } from './options.ts';

const saved = 'the answer of GET .../routeTables/NAME, or an array of its routes';
const remedy = `Save ${saved}.`;

/** `az` prints a route's properties beside its name; ARM puts them one deeper. */
const asArm = (route: Record<string, unknown>): Record<string, unknown> =>
  isObject(route['properties']) ? route : { name: route['name'], properties: route };

const readRoute = (value: unknown, index: number, path: string): Route => {
  const route = isObject(value) ? routeOf(asArm(value)) : null;
  const lacks =
    route === null
      ? 'is not an object'
      : route.name === ''
        ? 'has no name'
        : route.addressPrefix === ''
          ? 'has no addressPrefix'
          : route.nextHopType === ''
            ? 'has no nextHopType'
            : null;
  if (route !== null && lacks === null) return route;
  const name = route?.name ? ` ("${route.name.slice(0, 80)}")` : '';
  throw misused(`${path}: route number ${index + 1}${name} ${lacks}.`, remedy);
};

/** The list of routes in what ARM or `az` returns, or undefined where there is none. */
const listIn = (value: unknown, path: string): unknown => {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return undefined;
  if (value['nextLink']) throw misused(`${path} is one page of several: it has a nextLink.`, remedy);
  if (isObject(value['properties'])) return value['properties']['routes'];
  return value['value'] ?? value['routes'];
};

/** The routes of a table as ARM returns it: the table, the answer of its `routes` list, or a bare array. Throws ERR_USAGE. */
export const readRoutesFile = async (path: string, io: Pick<Io, 'cwd'>): Promise<readonly Route[]> => {
  const value = parseJson(await readTextFile(path, io), path, saved);
  const list = listIn(value, path);
  if (Array.isArray(list)) return list.map((route, index) => readRoute(route, index, path));
  throw misused(`${path} is not a route table as ARM returns it: it has no list of routes.`, remedy);
};
