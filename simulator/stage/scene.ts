import { readSyntheticTags, syntheticGateways } from '../tags/syntheticTags.ts';

/** What is played: a cloud's tags file, a site in one of its regions, and the incident it suffers. */
export interface Scene {
  readonly cloud: 'Public' | 'AzureGovernment' | 'China';
  readonly tagsText: string;
  readonly tagsFrom: string;
  readonly siteId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly home: { readonly name: string; readonly displayName: string };
  readonly failover: { readonly name: string; readonly displayName: string };
  readonly gatewayPublicIpAddress: string;
  /** Where the failover region's public addresses come from: a prefix of its own. */
  readonly failoverAddresses: string;
  /** Service Health's names of the services that fail. */
  readonly serviceNames: readonly string[];
  readonly sitesFile: unknown;
}

/** A pair per cloud whose routes fit 400; the gateway's address where the real file is played. */
const pairs = {
  Public: { home: ['norwayeast', 'Norway East'], failover: ['norwaywest', 'Norway West'], gateway: null },
  AzureGovernment: {
    home: ['usgovvirginia', 'USGov Virginia'],
    failover: ['usgovtexas', 'USGov Texas'],
    gateway: '13.72.5.4',
  },
  China: { home: ['chinaeast2', 'China East 2'], failover: ['chinanorth2', 'China North 2'], gateway: null },
} as const;

/** Of the Public file the pair that a whole region's failure is told of: its home table fits, its failover does not. */
const movePairs = {
  ...pairs,
  Public: { home: ['uksouth', 'UK South'], failover: ['ukwest', 'UK West'], gateway: null },
};

/** What a story needs otherwise than the usual scene has it. */
export interface SceneChange {
  /** The pair of regions for stories of whole regions. */
  readonly forMoves?: boolean;
  readonly serviceNames?: readonly string[];
  /** Members of the site in the sites file. */
  readonly site?: Readonly<Record<string, unknown>>;
}

interface TagsFile {
  readonly cloud: Scene['cloud'];
  readonly values: readonly {
    readonly name: string;
    readonly properties: { readonly addressPrefixes: readonly string[] };
  }[];
}

/** Some address of the region, where nobody has told the gateway's: the fifth of its first IPv4 range. */
function someAddress(file: TagsFile, suffixes: readonly string[]): string {
  const tag = file.values.find((value) => suffixes.includes(value.name.toLowerCase()));
  const prefix = tag?.properties.addressPrefixes.find((text) => /\/(1\d|2[0-4])$/.test(text) && !text.includes(':'));
  if (prefix === undefined) throw new Error('the service tags file has no ranges of the region that is played');
  return (prefix.split('/')[0] ?? '').replace(/\d+$/, '4');
}

const codes: Readonly<Record<string, string>> = { norwayeast: 'norwaye' };

const regionTag = (region: string): string => `azurecloud.${codes[region] ?? region}`;

export function makeScene(given?: { readonly text: string; readonly from: string }, change: SceneChange = {}): Scene {
  const tagsText = given?.text ?? readSyntheticTags();
  const file = JSON.parse(tagsText) as TagsFile;
  const pair = (change.forMoves ? movePairs : pairs)[file.cloud];
  if (pair === undefined)
    throw new Error(`${given?.from}: cloud ${String(file.cloud)} is not Public, AzureGovernment or China`);
  const [home = '', homeName = ''] = pair.home;
  const [failover = '', failoverName = ''] = pair.failover;
  const known = given === undefined ? syntheticGateways.usgovvirginia : pair.gateway;
  const gateway = known ?? someAddress(file, [regionTag(home)]);
  const siteId = 'rig-07';
  const subscriptionId = '6d2f1c54-0a11-4c56-9d5c-3a4f7b0e9a07';
  const resourceGroup = `ase-${siteId}`;
  return {
    cloud: file.cloud,
    tagsText,
    tagsFrom: given?.from ?? 'our own synthetic file',
    siteId,
    subscriptionId,
    resourceGroup,
    home: { name: home, displayName: homeName },
    failover: { name: failover, displayName: failoverName },
    gatewayPublicIpAddress: gateway,
    failoverAddresses: `${someAddress(file, [regionTag(failover)]).replace(/\d+$/, '0')}/24`,
    serviceNames: change.serviceNames ?? ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'],
    sitesFile: {
      cloud: file.cloud,
      sites: [
        {
          id: siteId,
          subscriptionId,
          resourceGroup,
          homeRegion: home,
          failoverRegion: failover,
          services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
          network: {
            vpn: 'p2s',
            virtualNetwork: 'vnet',
            gateway: 'vngw',
            firewall: 'firewall',
            routeTable: 'routetable',
            onPremRouteTable: 'routetableonprem',
            clientAddressPool: '192.168.150.0/24',
          },
          ...change.site,
        },
      ],
    },
  };
}

/** The alert an action group posts for the scene's incident (common alert schema). */
export function alertOf(scene: Scene, status: 'Active' | 'Resolved', atMs: number): object {
  const at = new Date(atMs).toISOString();
  const target = `/subscriptions/${scene.subscriptionId}`;
  return {
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId: `${target}/providers/Microsoft.AlertsManagement/alerts/0a69cbb6`,
        alertRule: 'service-health',
        severity: 'Sev4',
        signalType: 'Activity Log',
        monitorCondition: 'Fired',
        monitoringService: 'ServiceHealth',
        alertTargetIDs: [target],
        originAlertId: `0a69cbb6-${status}`,
        firedDateTime: at,
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        channels: 1,
        eventSource: 2,
        eventTimestamp: at,
        eventDataId: `0a69cbb6-${status}`,
        level: 2,
        operationName: 'Microsoft.ServiceHealth/incident/action',
        status,
        properties: {
          title: `Power event - ${scene.home.displayName}${status === 'Resolved' ? ' - Mitigated' : ''}`,
          service: scene.serviceNames[0],
          region: scene.home.displayName,
          incidentType: 'Incident',
          trackingId: 'VT5X-9K8',
          impactStartTime: new Date(atMs - 12 * 60_000).toISOString(),
          impactedServices: JSON.stringify(
            scene.serviceNames.map((name) => ({
              ServiceName: name,
              ImpactedRegions: [{ RegionName: scene.home.displayName }],
            })),
          ),
          communication: '<p>Engineers are investigating a power event in one datacenter.</p>',
          stage: status,
          isHIR: 'false',
          version: '0.1.1',
        },
      },
    },
  };
}
