import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { keyOf, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, without } from '../json.ts';
import { readPrefix } from '../prefix.ts';
import type { Limits } from '../settings.ts';
import { checkChildNames, checkCidr, unparsable } from './checks.ts';
import type { Env, Kind } from './kind.ts';

const HOP_TYPES = ['virtualnetworkgateway', 'vnetlocal', 'internet', 'virtualappliance', 'none'];

function checkHop(route: JsonObject, index: number): Answer | undefined {
  const name = stringAt(route, 'name') ?? '';
  const properties = objectAt(route, 'properties');
  const hop = stringAt(properties, 'nextHopType') ?? '';
  const address = properties['nextHopIpAddress'] ?? '';
  if (!HOP_TYPES.includes(hop.toLowerCase())) {
    const path = `properties.routes[${index}].properties.nextHopType`;
    return unparsable('InvalidJson', `Error converting value "${hop}" to type 'RouteNextHopType'. Path '${path}'.`);
  }
  if (hop.toLowerCase() === 'virtualappliance') {
    // Quoted in terraform-provider-azurerm#20365.
    const message = `NextHopIpAddress cannot be Null or Empty in route ${name} when NextHopType is VirtualAppliance.`;
    return address === '' ? providerError(400, 'MissingNextHopIpAddress', message) : undefined;
  }
  // That it is refused is documented; the code is our guess.
  const message = `NextHopIpAddress must be Null or Empty in route ${name} when NextHopType is ${hop}.`;
  return address === '' ? undefined : providerError(400, 'InvalidNextHopIpAddress', message);
}

function checkRoute(id: ResourceId, route: JsonObject, index: number): Answer | undefined {
  const name = stringAt(route, 'name') ?? '';
  const prefix = stringAt(objectAt(route, 'properties'), 'addressPrefix') ?? '';
  if (readPrefix(prefix).kind !== 'tag') {
    const refused = checkCidr(prefix, `${id.text}/routes/${name}`);
    if (refused !== undefined) return refused;
  }
  return checkHop(route, index);
}

function checkConflicts(routes: readonly JsonObject[]): Answer | undefined {
  const holders = new Map<string, string>();
  for (const route of routes) {
    const prefix = readPrefix(stringAt(objectAt(route, 'properties'), 'addressPrefix') ?? '');
    if (prefix.kind !== 'cidr' && prefix.kind !== 'tag') continue;
    const name = stringAt(route, 'name') ?? '';
    const holder = holders.get(prefix.key);
    if (holder !== undefined) {
      // Quoted in cloud-provider-azure#657.
      const message = `Route: ${holder} conflicts with Route: ${name}. Routes cannot have the same AddressPrefix.`;
      return providerError(400, 'RouteConflict', message);
    }
    holders.set(prefix.key, name);
  }
  return undefined;
}

/** No real error body for too many routes is known; this one is formed after the security group's twin, SecurityRuleCountLimitReached. */
function checkLimits(routes: readonly JsonObject[], limits: Limits): Answer | undefined {
  if (routes.length > limits.routesPerTable) {
    const message = `A route table cannot have more than ${limits.routesPerTable} routes.`;
    return providerError(400, 'RouteCountLimitReached', message);
  }
  const tags = routes.filter(
    (route) => readPrefix(stringAt(objectAt(route, 'properties'), 'addressPrefix') ?? '').kind === 'tag',
  );
  if (tags.length <= limits.serviceTagRoutesPerTable) return undefined;
  const message = `A route table cannot have more than ${limits.serviceTagRoutesPerTable} routes with a service tag.`;
  return providerError(400, 'ServiceTagRouteCountLimitReached', message);
}

function check(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const routes = objectsAt(objectAt(body, 'properties'), 'routes');
  const named = checkChildNames(id, body, 'routes');
  if (named !== undefined) return named;
  for (const [index, route] of routes.entries()) {
    const refused = checkRoute(id, route, index);
    if (refused !== undefined) return refused;
  }
  return checkConflicts(routes) ?? checkLimits(routes, env.limits);
}

function subnetsUsing(id: string, env: Env): JsonObject[] {
  return env.store
    .naming('virtualNetworks', id)
    .flatMap(({ body }) => objectsAt(objectAt(body, 'properties'), 'subnets'))
    .filter((subnet) => sameId(referenceAt(objectAt(subnet, 'properties'), 'routeTable'), id))
    .map((subnet) => ({ id: stringAt(subnet, 'id') ?? '' }));
}

function network(body: JsonObject): unknown {
  const properties = without(objectAt(body, 'properties'), ['provisioningState']);
  const routes = objectsAt(properties, 'routes').map((route) => {
    const own = without(objectAt(route, 'properties'), ['provisioningState']);
    return { ...without(route, ['etag']), properties: own };
  });
  return { ...properties, routes };
}

export const routeTables: Kind = {
  type: 'routeTables',
  group: 'RouteTables',
  noun: 'RouteTable',
  duration: 'routeTables',
  retryAfter: { put: 2, delete: 2 },
  usage: 'RouteTables',
  etagHeader: true,
  guid: true,
  readOnly: ['subnets'],
  children: [
    {
      property: 'routes',
      segment: 'routes',
      typed: true,
      alwaysSucceeded: false,
      own: { group: 'Routes', noun: 'Route', duration: 'routes' },
      defaults: (given) => ({ ...given, hasBgpOverride: given['hasBgpOverride'] ?? false }),
    },
  ],
  defaults: (given) => ({
    ...given,
    disableBgpRoutePropagation: given['disableBgpRoutePropagation'] ?? false,
    disablePeeringRoute: given['disablePeeringRoute'] ?? 'None',
    routes: given['routes'] ?? [],
  }),
  check,
  checkDelete: (id, env) => {
    const users = subnetsUsing(id.text, env);
    if (users.length === 0) return undefined;
    const message = `Route table ${id.names[0] ?? ''} is in use and cannot be deleted.`;
    return providerError(400, 'InUseRouteTableCannotBeDeleted', message);
  },
  references: () => [],
  instant: (before, after) => isDeepStrictEqual(network(before), network(after)),
  present: (id, body, env) => {
    const users = subnetsUsing(keyOf(id.text), env);
    if (users.length > 0) body['properties'] = { ...objectAt(body, 'properties'), subnets: users };
  },
};
