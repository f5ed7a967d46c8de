import type { JsonObject } from './json.ts';
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
  return Object.entries(TEXTS).map(([value, localizedValue]) => ({
    currentValue: world.market.current(subscription, location, value, world),
    id: `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}/usages/${value}`,
    limit: world.market.limit(location, value, world),
    name: { localizedValue, value },
    unit: 'Count',
  }));
}
