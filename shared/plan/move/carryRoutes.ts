import { isObject, type JsonObject } from '../../base/canonical.ts';
import { listIn, objectIn, textIn, withProperties } from './json.ts';
import type { Mapping } from './movePlan.ts';

/** Stands for the new firewall's private address, which is not known before it stands. */
export const newFirewall = '{newFirewall}';

/** A body, or a route, with the address in its place. */
export const withNewFirewall = <T extends JsonObject>(body: T, address: string): T =>
  JSON.parse(JSON.stringify(body).replaceAll(`"${newFirewall}"`, JSON.stringify(address))) as T;

export type CarriedRoutes = {
  /** The table as it is created. */
  readonly body: JsonObject;
  /** Routes that can be written only when the new firewall stands. */
  readonly later: readonly JsonObject[];
  readonly mappings: readonly Mapping[];
};

const leadsTo = (route: JsonObject, addresses: readonly string[]): boolean =>
  addresses.includes(textIn(route['properties'], 'nextHopIpAddress'));

/**
 * | table          | created with                        | later                                    |
 * | -------------- | ----------------------------------- | ---------------------------------------- |
 * | the site's own | nothing, its gateway's routes taken | every route of others, in its one PUT    |
 * | any other      | what does not lead to the firewall  | all, once the firewall's address is known |
 */
export const carryRoutes = (
  table: JsonObject,
  name: string,
  oldFirewall: readonly string[],
  isMain: boolean,
  isOurs: (name: string) => boolean,
): CarriedRoutes => {
  const routes = listIn(table['properties'], 'routes').filter(isObject) as JsonObject[];
  const foreign = routes.filter((route) => !isMain || !isOurs(textIn(route, 'name')));
  const leading = foreign.filter((route) => leadsTo(route, oldFirewall));
  const hopped = (route: JsonObject): JsonObject =>
    withProperties(route, (properties) => ({ ...properties, nextHopIpAddress: newFirewall }));
  const moved = foreign.map((route) => (leading.includes(route) ? hopped(route) : route));
  const mappings = leading.map((route) => ({
    resource: name,
    where: `routes/${textIn(route, 'name')}/nextHopIpAddress`,
    before: textIn(route['properties'], 'nextHopIpAddress'),
    after: "the new firewall's address",
  }));
  if (isMain) {
    return {
      body: {
        ...table,
        properties: { ...objectIn(table, 'properties'), disableBgpRoutePropagation: false, routes: [] },
      },
      later: moved,
      mappings,
    };
  }
  const body = withProperties(table, (properties) => ({
    ...properties,
    routes: foreign.filter((route) => !leading.includes(route)),
  }));
  return { body, later: moved.filter((route) => leadsTo(route, [newFirewall])), mappings };
};
