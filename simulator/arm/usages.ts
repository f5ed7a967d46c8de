import type { JsonObject } from './json.ts';
import { stringAt } from './json.ts';
import type { World } from './world.ts';

function item(
  subscription: string,
  location: string,
  name: string,
  text: string,
  current: number,
  limit: number,
): JsonObject {
  return {
    currentValue: current,
    id: `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}/usages/${name}`,
    limit,
    name: { localizedValue: text, value: name },
    unit: 'Count',
  };
}

/** The network usages of a location as the limits and the stored resources make them; items per parent say 0 (networking 1.1). */
export function defaultUsages(subscription: string, location: string, world: World): JsonObject[] {
  const { store, limits } = world.env;
  const here = (type: string) =>
    store
      .ofType(type, { subscription })
      .filter(({ body }) => stringAt(body, 'location')?.toLowerCase() === location.toLowerCase()).length;
  const of = (name: string, text: string, current: number, limit: number) =>
    item(subscription, location, name, text, current, limit);
  return [
    of('VirtualNetworks', 'Virtual Networks', here('virtualNetworks'), 1_000),
    of('PublicIPAddresses', 'Public IP Addresses', here('publicIPAddresses'), 1_000),
    of('RouteTables', 'Route Tables', here('routeTables'), limits.routeTablesPerSubscription),
    of('RoutesPerRouteTable', 'Routes per Route Table', 0, limits.routesPerTable),
    of('AzureFirewalls', 'Azure Firewalls', here('azureFirewalls'), 100),
    of('VirtualNetworkGateways', 'Virtual Network Gateways', here('virtualNetworkGateways'), 100),
  ];
}
