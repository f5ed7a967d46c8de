import type { JsonObject } from './json.ts';
import { KINDS } from './kinds/all.ts';
import { countOf } from './market.ts';
import type { World } from './world.ts';

const TEXTS: Readonly<Record<string, string>> = {
  VirtualNetworks: 'Virtual Networks',
  PublicIPAddresses: 'Public IP Addresses',
  StandardSkuPublicIpAddresses: 'Public IP Addresses - Standard',
  RouteTables: 'Route Tables',
  RoutesPerRouteTable: 'Routes per Route Table',
  AzureFirewalls: 'Azure Firewalls',
  VirtualNetworkGateways: 'Virtual Network Gateways',
};

/** The network usages of a location as limits, overrides and stored resources make them; items per parent say 0 (networking 1.1). */
export function defaultUsages(subscription: string, location: string, world: World): JsonObject[] {
  const { limits } = world.env;
  const counted = (name: string) => {
    const type = name === 'PublicIPAddresses' ? 'publicIPAddresses' : KINDS.find((kind) => kind.usage === name)?.type;
    return type === undefined ? 0 : countOf(type, subscription, location, world);
  };
  const own: Readonly<Record<string, number>> = {
    RouteTables: limits.routeTablesPerSubscription,
    RoutesPerRouteTable: limits.routesPerTable,
  };
  return Object.entries(TEXTS).map(([value, localizedValue]) => {
    const override = world.market.usage(location, value);
    return {
      currentValue: override.current ?? counted(value),
      id: `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}/usages/${value}`,
      limit: override.limit ?? own[value] ?? world.market.limit(location, value),
      name: { localizedValue, value },
      unit: 'Count',
    };
  });
}
