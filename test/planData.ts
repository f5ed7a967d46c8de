import type { JsonObject } from '../shared/base/canonical.ts';
import type { Site } from '../shared/base/site.ts';
import { makePlan } from '../shared/plan/makePlan.ts';
import { observeFirewall, observeRouteTable } from '../shared/plan/observe.ts';
import type { Route } from '../shared/plan/observed.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { type Decision, settledDecision } from '../shared/scope/decision.ts';
import { siteOf } from './rangesData.ts';

type PlanInput = Parameters<typeof makePlan>[0];

export const firewallAddress = '172.16.1.4';
export const toFirewall = { nextHopType: 'VirtualAppliance', nextHopIpAddress: firewallAddress };
export const toInternet = { nextHopType: 'Internet' };

export const smallSite = (more: Record<string, unknown> = {}, network: Record<string, unknown> = {}): Site =>
  siteOf(
    'AzureGovernment',
    { homeRegion: 'usgovvirginia', failoverRegion: 'usgovtexas', globalTags: [], services: ['Storage'], ...more },
    network,
  );

/** A tags file with these prefixes of the home region, of Storage in the failover region, and of gateway management. */
export const tagsOf = (parts: {
  readonly home: readonly string[];
  readonly storage?: readonly string[];
  readonly managers?: readonly string[];
}): TagTable => {
  const tag = (name: string, region: string, addressPrefixes: readonly string[]) => ({
    name,
    properties: { changeNumber: 1, region, systemService: '', addressPrefixes },
  });
  const values = [
    tag('AzureCloud.usgovvirginia', 'usgovvirginia', parts.home),
    tag('Storage.USGovTexas', 'usgovtexas', parts.storage ?? ['30.0.0.0/24']),
    // Somewhere else unless a test says so: a file without it is not believed.
    tag('GatewayManager', '', parts.managers ?? ['31.255.255.0/26']),
  ];
  return parseTagFile(JSON.stringify({ changeNumber: 7, cloud: 'AzureGovernment', values }), 'the test');
};

export const decisionFor = (services: readonly string[] = []): Decision =>
  settledDecision({
    mode: services.length > 0 ? 'serviceFailover' : 'home',
    services,
    target: services.length > 0 ? 'usgovtexas' : null,
    reasons: ['a reason'],
  });

/** A route table as ARM sends it, with members that we do not know. */
export const tableJson = (routes: readonly Route[], provisioningState = 'Succeeded'): JsonObject => ({
  id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/routetable',
  etag: 'W/"1"',
  location: 'usgovvirginia',
  tags: { owner: 'somebody' },
  properties: {
    provisioningState,
    disableBgpRoutePropagation: false,
    unknownOfTable: { kept: true },
    routes: routes.map(({ name, ...properties }) => ({
      name,
      etag: 'W/"1"',
      properties: { ...properties, provisioningState, unknownOfRoute: name },
    })),
  },
});

export const firewallJson = (
  collections: readonly JsonObject[] = [],
  more: Readonly<Record<string, JsonObject | string>> = {},
): JsonObject => ({
  id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/firewall',
  etag: 'W/"2"',
  location: 'usgovvirginia',
  properties: {
    provisioningState: 'Succeeded',
    ipConfigurations: [
      { name: 'ip', properties: { privateIPAddress: firewallAddress, provisioningState: 'Succeeded' } },
    ],
    networkRuleCollections: collections,
    unknownOfFirewall: [1, 2, 3],
    ...more,
  },
});

export const network: PlanInput['network'] = {
  gatewayPublicIpAddresses: [],
  gatewaySubnet: '172.16.2.0/27',
  addressSpace: ['172.16.0.0/16'],
  firewallPrivateIpAddress: firewallAddress,
  clientAddressPool: ['192.168.150.0/24'],
};

/** A plan on a table with these routes and a firewall of these collections. */
export const planOn = (parts: {
  readonly site?: Site;
  readonly tags: TagTable;
  readonly services?: readonly string[];
  readonly table?: JsonObject;
  readonly firewall?: JsonObject;
  readonly more?: Partial<PlanInput>;
}): Plan => {
  const { site = smallSite(), tags, services = [] } = parts;
  return makePlan({
    site,
    decision: decisionFor(services),
    desired: desiredSets({ site, services, tags }),
    tags,
    table: observeRouteTable(parts.table ?? tableJson([])),
    firewall: observeFirewall(parts.firewall ?? firewallJson()),
    network,
    deviceListHash: null,
    approval: null,
    ...parts.more,
  });
};
