import type { JsonObject } from '../../simulator/arm/json.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { ManualClock } from '../../simulator/clock.ts';
import type { RawAnswer } from './rawArm.ts';
import { call, NETWORK } from './rawArm.ts';

const location = 'usgovtexas';

/** The ids of a landing zone that is made by requests alone. */
export const ZONE = {
  network: `${NETWORK}/virtualNetworks/net`,
  gateway: `${NETWORK}/virtualNetworkGateways/gw`,
  gatewayIp: `${NETWORK}/publicIPAddresses/gw-ip`,
  firewall: `${NETWORK}/azureFirewalls/fw`,
  firewallIp: `${NETWORK}/publicIPAddresses/fw-ip`,
  routes: `${NETWORK}/routeTables/routes`,
} as const;

export const staticIp = (sku = 'Standard', method = 'Static'): JsonObject => ({
  location,
  sku: { name: sku },
  properties: { publicIPAllocationMethod: method },
});

export const subnet = (name: string, addressPrefix: string, table?: string): JsonObject => ({
  name,
  properties: { addressPrefix, ...(table === undefined ? {} : { routeTable: { id: table } }) },
});

export const network = (...subnets: JsonObject[]): JsonObject => ({
  location,
  properties: { addressSpace: { addressPrefixes: ['172.17.0.0/16'] }, subnets },
});

export const routeTable = (...routes: JsonObject[]): JsonObject => ({ location, properties: { routes } });

const configuration = (subnetName: string, address: string): JsonObject[] => [
  {
    name: 'config',
    properties: { subnet: { id: `${ZONE.network}/subnets/${subnetName}` }, publicIPAddress: { id: address } },
  },
];

export const firewall = (properties: JsonObject = {}): JsonObject => ({
  location,
  properties: { ipConfigurations: configuration('AzureFirewallSubnet', ZONE.firewallIp), ...properties },
});

export const gateway = (properties: JsonObject = {}): JsonObject => ({
  location,
  properties: {
    gatewayType: 'Vpn',
    vpnType: 'RouteBased',
    sku: { name: 'VpnGw1AZ', tier: 'VpnGw1AZ' },
    ipConfigurations: configuration('GatewaySubnet', ZONE.gatewayIp),
    vpnClientConfiguration: {
      vpnClientAddressPool: { addressPrefixes: ['192.168.160.0/24'] },
      vpnClientProtocols: ['IkeV2'],
      vpnAuthenticationTypes: ['Certificate'],
      vpnClientRootCertificates: [{ name: 'root', properties: { publicCertData: 'YSByb290' } }],
    },
    ...properties,
  },
});

/** Seeds everything that a firewall and a gateway need. */
export function seedGround(arm: Arm): void {
  arm.seed(ZONE.routes, routeTable());
  arm.seed(
    ZONE.network,
    network(
      subnet('default', '172.17.0.0/24'),
      subnet('AzureFirewallSubnet', '172.17.1.0/24'),
      subnet('GatewaySubnet', '172.17.2.0/27', ZONE.routes),
    ),
  );
  arm.seed(ZONE.gatewayIp, staticIp());
  arm.seed(ZONE.firewallIp, staticIp());
}

/** Sends a write and lets as much simulated time pass as it needs; returns the accepting answer. */
export async function done(
  arm: Arm,
  clock: ManualClock,
  method: string,
  id: string,
  body?: JsonObject,
): Promise<RawAnswer> {
  const accepted = await call(arm, method, id, body);
  clock.advance(3_000_000);
  return accepted;
}
