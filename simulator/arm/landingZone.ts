import type { JsonObject, JsonObjectInput } from './json.ts';
import type { Arm } from './server.ts';
import type { VendorScript } from './vendorScript.ts';
import { vendorCollections, vendorRoutes } from './vendorScript.ts';

/** One device's landing zone in Azure: what there is and what it is called. */
export interface LandingZone {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly gatewayPublicIpAddress: string;
  readonly virtualNetwork?: string;
  readonly gateway?: string;
  readonly firewall?: string;
  readonly routeTable?: string;
  readonly onPremRouteTable?: string;
  readonly firewallPrivateIpAddress?: string;
  readonly firewallPublicIpAddress?: string;
  readonly clientAddressPool?: string;
  readonly addressSpace?: string;
  readonly subnets?: { readonly default: string; readonly gateway: string; readonly firewall: string };
  /** Routes of other people in the gateway subnet's table. */
  readonly routes?: readonly JsonObjectInput[];
  /** The network rule collections of other people; by default one that lets clients ask for the time. */
  readonly networkRuleCollections?: readonly JsonObjectInput[];
  /** A site-to-site tunnel (Pro R's older flow) instead of point-to-site clients. */
  readonly siteToSite?: {
    readonly gatewayIpAddress: string;
    readonly addressPrefixes: readonly string[];
    readonly sharedKey: string;
  };
  /** Seeds table and firewall as the vendor's PowerShell script leaves them. */
  readonly vendorScript?: VendorScript;
}

/** The ids of what was seeded. */
export interface LandingZoneIds {
  readonly resourceGroup: string;
  readonly virtualNetwork: string;
  readonly gateway: string;
  readonly gatewayPublicIp: string;
  readonly firewall: string;
  readonly firewallPublicIp: string;
  readonly routeTable: string;
  readonly onPremRouteTable: string;
  /** Only of a site-to-site zone. */
  readonly localGateway?: string;
  readonly connection?: string;
}

const DEFAULTS = {
  virtualNetwork: 'vnet',
  gateway: 'vngw',
  firewall: 'firewall',
  routeTable: 'routetable',
  onPremRouteTable: 'routetableonprem',
  firewallPrivateIpAddress: '172.16.1.4',
  firewallPublicIpAddress: '52.127.10.20',
  clientAddressPool: '192.168.150.0/24',
  addressSpace: '172.16.0.0/16',
  subnets: { default: '172.16.0.0/24', gateway: '172.16.2.0/27', firewall: '172.16.1.0/24' },
} as const;

type Zone = LandingZone & Required<Pick<LandingZone, keyof typeof DEFAULTS>>;

/** The ids a zone's resources have or would have. */
export function landingZoneIds(zone: LandingZone): LandingZoneIds {
  const all = { ...DEFAULTS, ...zone };
  const resourceGroup = `/subscriptions/${all.subscriptionId}/resourceGroups/${all.resourceGroup}`;
  const network = `${resourceGroup}/providers/Microsoft.Network`;
  return {
    resourceGroup,
    virtualNetwork: `${network}/virtualNetworks/${all.virtualNetwork}`,
    gateway: `${network}/virtualNetworkGateways/${all.gateway}`,
    gatewayPublicIp: `${network}/publicIPAddresses/${all.gateway}-ip`,
    firewall: `${network}/azureFirewalls/${all.firewall}`,
    firewallPublicIp: `${network}/publicIPAddresses/${all.firewall}-ip`,
    routeTable: `${network}/routeTables/${all.routeTable}`,
    onPremRouteTable: `${network}/routeTables/${all.onPremRouteTable}`,
    ...(zone.siteToSite === undefined
      ? {}
      : {
          localGateway: `${network}/localNetworkGateways/${all.gateway}-site`,
          connection: `${network}/connections/${all.gateway}-connection`,
        }),
  };
}

function publicIp(zone: Zone, address: string): JsonObject {
  const properties = { publicIPAllocationMethod: 'Static', ipAddress: address };
  return { location: zone.location, sku: { name: 'Standard' }, properties };
}

function virtualNetwork(zone: Zone, ids: LandingZoneIds): JsonObject {
  const subnet = (name: string, addressPrefix: string, table: string) => ({
    name,
    properties: { addressPrefix, routeTable: { id: table } },
  });
  return {
    location: zone.location,
    properties: {
      addressSpace: { addressPrefixes: [zone.addressSpace] },
      subnets: [
        subnet('default', zone.subnets.default, ids.onPremRouteTable),
        subnet('GatewaySubnet', zone.subnets.gateway, ids.routeTable),
        subnet('AzureFirewallSubnet', zone.subnets.firewall, ids.onPremRouteTable),
      ],
    },
  };
}

/** The way back: to the Internet directly, and to the clients through the gateway. */
function onPremRouteTable(zone: Zone): JsonObject {
  const route = (name: string, addressPrefix: string, nextHopType: string) => ({
    name,
    properties: { addressPrefix, nextHopType },
  });
  return {
    location: zone.location,
    properties: {
      routes: [
        route('ToInternet', '0.0.0.0/0', 'Internet'),
        route('ToOnprem', zone.clientAddressPool, 'VirtualNetworkGateway'),
      ],
    },
  };
}

function timeServers(zone: Zone): JsonObject {
  const rule = {
    name: 'ntp',
    protocols: ['UDP'],
    sourceAddresses: [zone.clientAddressPool],
    destinationAddresses: ['192.0.2.123'],
    destinationPorts: ['123'],
  };
  return { name: 'operations', properties: { priority: 300, action: { type: 'Allow' }, rules: [rule] } };
}

function firewall(zone: Zone, ids: LandingZoneIds): JsonObjectInput {
  const vendor = zone.vendorScript === undefined ? undefined : vendorCollections(zone.vendorScript);
  const others = zone.networkRuleCollections ?? [timeServers(zone)];
  return {
    location: zone.location,
    properties: {
      ipConfigurations: [
        {
          name: 'firewall-ipconfig',
          properties: {
            privateIPAddress: zone.firewallPrivateIpAddress,
            publicIPAddress: { id: ids.firewallPublicIp },
            subnet: { id: `${ids.virtualNetwork}/subnets/AzureFirewallSubnet` },
          },
        },
      ],
      networkRuleCollections: [...others, ...(vendor?.network ?? [])],
      applicationRuleCollections: [...(vendor?.application ?? [])],
    },
  };
}

function clients(zone: Zone): JsonObject {
  return {
    vpnClientAddressPool: { addressPrefixes: [zone.clientAddressPool] },
    vpnClientProtocols: ['IkeV2'],
    vpnAuthenticationTypes: ['Certificate'],
    vpnClientRootCertificates: [
      { name: 'root', properties: { publicCertData: Buffer.from('a root certificate').toString('base64') } },
    ],
  };
}

function seedTunnel(arm: Pick<Arm, 'seed'>, zone: Zone, ids: LandingZoneIds): void {
  const { siteToSite: site, location } = zone;
  if (site === undefined || ids.localGateway === undefined || ids.connection === undefined) return;
  const { gatewayIpAddress, addressPrefixes, sharedKey } = site;
  arm.seed(ids.localGateway, {
    location,
    properties: { gatewayIpAddress, localNetworkAddressSpace: { addressPrefixes } },
  });
  const [virtualNetworkGateway1, localNetworkGateway2] = [{ id: ids.gateway }, { id: ids.localGateway }];
  arm.seed(ids.connection, {
    location,
    properties: { connectionType: 'IPsec', virtualNetworkGateway1, localNetworkGateway2, sharedKey },
  });
}

function gateway(zone: Zone, ids: LandingZoneIds): JsonObject {
  return {
    location: zone.location,
    properties: {
      gatewayType: 'Vpn',
      vpnType: 'RouteBased',
      vpnGatewayGeneration: 'Generation1',
      sku: { name: 'VpnGw1AZ', tier: 'VpnGw1AZ', capacity: 2 },
      ipConfigurations: [
        {
          name: 'gateway-ipconfig',
          properties: {
            publicIPAddress: { id: ids.gatewayPublicIp },
            subnet: { id: `${ids.virtualNetwork}/subnets/GatewaySubnet` },
          },
        },
      ],
      ...(zone.siteToSite === undefined ? { vpnClientConfiguration: clients(zone) } : {}),
    },
  };
}

/** Seeds a whole landing zone: group, tables, network, addresses, firewall and point-to-site gateway, all Succeeded. */
export function seedLandingZone(arm: Pick<Arm, 'seed'>, zone: LandingZone): LandingZoneIds {
  const all: Zone = { ...DEFAULTS, ...zone };
  const ids = landingZoneIds(zone);
  const vendor = zone.vendorScript === undefined ? [] : vendorRoutes(zone.vendorScript, all.firewallPrivateIpAddress);
  arm.seed(ids.resourceGroup, { location: all.location });
  arm.seed(ids.routeTable, { location: all.location, properties: { routes: [...(zone.routes ?? []), ...vendor] } });
  arm.seed(ids.onPremRouteTable, onPremRouteTable(all));
  arm.seed(ids.virtualNetwork, virtualNetwork(all, ids));
  arm.seed(ids.firewallPublicIp, publicIp(all, all.firewallPublicIpAddress));
  arm.seed(ids.gatewayPublicIp, publicIp(all, all.gatewayPublicIpAddress));
  arm.seed(ids.firewall, firewall(all, ids));
  arm.seed(ids.gateway, gateway(all, ids));
  seedTunnel(arm, all, ids);
  return ids;
}
