import { type LandingZone, seedLandingZone } from '../../simulator/arm/landingZone.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { syntheticGateways } from '../../simulator/tags/syntheticTags.ts';

const nameOf = (index: number): string => `rig-${String(index).padStart(4, '0')}`;

const zoneOf = (index: number, subscriptions: readonly string[]): LandingZone => ({
  subscriptionId: subscriptions[index % subscriptions.length] ?? '',
  resourceGroup: `ase-${nameOf(index)}`,
  location: 'usgovvirginia',
  gatewayPublicIpAddress: syntheticGateways.usgovvirginia,
});

const indexes = (sites: number): number[] => Array.from({ length: sites }, (_, index) => index);

/** So many landing zones, dealt out over the subscriptions. */
export const seedSites = (arm: Arm, sites: number, subscriptions: readonly string[]): void => {
  for (const index of indexes(sites)) seedLandingZone(arm, zoneOf(index, subscriptions));
};

const network = {
  vpn: 'p2s',
  virtualNetwork: 'vnet',
  gateway: 'vngw',
  firewall: 'firewall',
  routeTable: 'routetable',
  onPremRouteTable: 'routetableonprem',
  clientAddressPool: '192.168.150.0/24',
};

export const sitesFile = (sites: number, subscriptions: readonly string[]): string =>
  JSON.stringify({
    cloud: 'AzureGovernment',
    sites: indexes(sites).map((index) => ({
      id: nameOf(index),
      subscriptionId: subscriptions[index % subscriptions.length],
      resourceGroup: `ase-${nameOf(index)}`,
      homeRegion: 'usgovvirginia',
      failoverRegion: 'usgovtexas',
      services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
      network,
      policy: { shadow: false },
      routeBudget: { limit: 400 },
    })),
  });

const names = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'];

/** The Service Health alert of one subscription: the region's services are down. */
export const regionFails = (subscriptionId: string, at: string): unknown => ({
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      alertId: `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/1`,
      alertRule: 'service health',
      severity: 'Sev4',
      signalType: 'Activity Log',
      monitorCondition: 'Fired',
      monitoringService: 'ServiceHealth',
      alertTargetIDs: [`/subscriptions/${subscriptionId}`],
      originAlertId: subscriptionId,
      firedDateTime: at,
      essentialsVersion: '1.0',
      alertContextVersion: '1.0',
    },
    alertContext: {
      channels: 1,
      eventSource: 2,
      eventTimestamp: at,
      eventDataId: subscriptionId,
      level: 2,
      operationName: 'Microsoft.ServiceHealth/incident/action',
      properties: {
        title: 'Power event',
        service: 'Storage',
        region: 'USGov Virginia',
        incidentType: 'Incident',
        trackingId: 'FLEET-1',
        impactStartTime: at,
        impactedServices: JSON.stringify(
          names.map((name) => ({ ServiceName: name, ImpactedRegions: [{ RegionName: 'USGov Virginia' }] })),
        ),
        stage: 'Active',
        communication: '<p>We are looking into it.</p>',
      },
      status: 'Active',
    },
  },
});
