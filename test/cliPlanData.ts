import { readSyntheticTags, syntheticGateways } from '../simulator/tags/syntheticTags.ts';
import type { Folder } from './cliRun.ts';
import { type AlertParts, commonAlert } from './eventsData.ts';

export const subscription = '0d1c2b3a-0000-4000-8000-00000000c0de';
export const home = 'USGov Virginia';
export const away = 'USGov Texas';
export const tagNames = ['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage'];
export const serviceNames = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'];
export const firewall = '172.16.1.4';

type Parts = Readonly<Record<string, unknown>>;

/** One site entry as the issue prints it, with the synthetic file's gateway; `parts` replace whole members. */
export const siteEntry = (parts: Parts = {}, policy: Parts = {}, network: Parts = {}) => ({
  id: 'rig-07',
  subscriptionId: subscription,
  resourceGroup: 'ase-rig-07',
  homeRegion: 'usgovvirginia',
  failoverRegion: 'usgovtexas',
  services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
  globalTags: ['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'],
  alwaysRoute: [],
  resources: [],
  firewallRule: { ports: '*', priority: 200 },
  routeBudget: { limit: 400, reserve: 0, strategies: ['exact'], maxExtraPercent: 1 },
  ...parts,
  network: {
    vpn: 'p2s',
    virtualNetwork: 'vnet',
    gateway: 'vngw',
    gatewayPublicIpAddresses: [syntheticGateways.usgovvirginia],
    firewall: 'firewall',
    firewallPrivateIpAddress: firewall,
    routeTable: 'routetable',
    onPremRouteTable: 'routetableonprem',
    clientAddressPool: '192.168.150.0/24',
    ...network,
  },
  policy: {
    serviceFailover: 'auto',
    regionMove: 'ask',
    failback: 'ask',
    soak: 'PT1H',
    drift: 'tell',
    tagUpdates: 'auto',
    shadow: false,
    ...policy,
  },
});

export const sitesFile = (...sites: readonly unknown[]) => ({ cloud: 'AzureGovernment', sites });

/** An alert of the incident that hits all four services at home. */
export const outage = (parts: AlertParts = {}) =>
  commonAlert({
    subscriptionId: subscription,
    services: serviceNames.map((name) => [name, home] as const),
    ...parts,
  });

/** The form of a tags file, as far as tests change it. */
export type TagsFile = {
  changeNumber: number;
  cloud: string;
  values: { name: string; properties: { addressPrefixes: string[]; [key: string]: unknown } }[];
};

const text = readSyntheticTags();

/** The synthetic file, changed. */
export const tagsWith = (change: (file: TagsFile) => void): TagsFile => {
  const file = JSON.parse(text) as TagsFile;
  change(file);
  return file;
};

/** Prefixes of one tag of a file. */
export const prefixesIn = (file: TagsFile, name: string): string[] => {
  const tag = file.values.find((value) => value.name.toLowerCase() === name.toLowerCase());
  if (!tag) throw new Error(`the file has no tag ${name}`);
  return tag.properties.addressPrefixes;
};

export const setPrefixes = (name: string, change: (prefixes: string[]) => string[]) => (file: TagsFile) => {
  const tag = file.values.find((value) => value.name.toLowerCase() === name.toLowerCase());
  if (!tag) throw new Error(`the file has no tag ${name}`);
  tag.properties.addressPrefixes = change(tag.properties.addressPrefixes);
};

/** Puts sites and synthetic tags in the folder; the words of `plan` that name them. */
export const usual = (folder: Folder, site: unknown = siteEntry()): string[] => [
  '--sites',
  folder.write('sites.json', sitesFile(site)),
  '--site',
  'rig-07',
  '--service-tags',
  folder.write('tags.json', text),
];

/** A route table as ARM returns it. */
export const tableOf = (
  routes: readonly { name: string; addressPrefix: string; nextHopType: string; nextHopIpAddress?: string }[],
) => ({
  id: '/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/routeTables/routetable',
  name: 'routetable',
  etag: 'W/"1"',
  properties: {
    provisioningState: 'Succeeded',
    disableBgpRoutePropagation: false,
    routes: routes.map(({ name, ...properties }) => ({
      id: `/x/routes/${name}`,
      name,
      etag: 'W/"1"',
      properties: { provisioningState: 'Succeeded', ...properties, hasBgpOverride: false },
      type: 'Microsoft.Network/routeTables/routes',
    })),
  },
});

export type PlanJson = {
  readonly site: string;
  readonly decision: { mode: string; services: string[]; target: string | null; reasons: string[] };
  readonly approval: { why: string } | null;
  readonly applyable: boolean;
  readonly blockers: { code: string; message: string; remedy: string }[];
  readonly budget: {
    limit: number;
    reserve: number;
    foreign: number;
    needed: number;
    headroom: number;
    strategy: string | null;
    attempts: { strategy: string; routes: number; extraAddresses: number }[];
  };
  readonly routeTable: {
    routes: PlanRoute[];
    add: PlanRoute[];
    remove: PlanRoute[];
    change: { before: PlanRoute; after: PlanRoute }[];
    unchanged: number;
  };
  readonly firewall: { destinations: string[] };
  readonly device: { added: string[] };
  readonly steps: { id: string; title: string; resource: string; stopHere: string }[];
  readonly digest: string;
  readonly fallback: { mode: string; target: string; routes: number; limit: number; fits: boolean } | null;
  readonly addresses: { wanted: number; added: number; holes: number };
  readonly alarms: string[];
  readonly notes: string[];
};

export type PlanRoute = { name: string; addressPrefix: string; nextHopType: string; nextHopIpAddress?: string };
