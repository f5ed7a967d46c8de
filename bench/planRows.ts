import { existsSync, readFileSync } from 'node:fs';
import { readSites, type Site } from '../shared/base/site.ts';
import { makePlan } from '../shared/plan/makePlan.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { type Decision, settledDecision } from '../shared/scope/decision.ts';
import type { Row } from './measure.ts';

const folder = new URL('../../shared/data/service-tags/', import.meta.url);
const government = new URL('ServiceTags_AzureGovernment_20260720.json', folder);
const publicFile = new URL('ServiceTags_Public_20251028.json', folder);

const services = ['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage'];

const siteOf = (cloud: string, homeRegion: string, gateway: string): Site => {
  const network = {
    virtualNetwork: 'vnet',
    gateway: 'vngw',
    gatewayPublicIpAddresses: [gateway],
    firewall: 'firewall',
    firewallPrivateIpAddress: '172.16.1.4',
    routeTable: 'routetable',
    clientAddressPool: '192.168.150.0/24',
  };
  const site = { id: 'rig-07', subscriptionId: 's', resourceGroup: 'g', homeRegion, services, network };
  const [read] = readSites(JSON.stringify({ cloud, sites: [{ ...site, policy: { shadow: false } }] }), 'bench');
  if (!read) throw new Error('the bench has no site');
  return read;
};

const failover = (site: Site): Decision =>
  settledDecision({ mode: 'serviceFailover', services, target: site.failover.name });

const planFor = (site: Site, tags: TagTable): Plan =>
  makePlan({
    site,
    decision: failover(site),
    desired: desiredSets({ site, services, tags }),
    tags,
    table: { routes: [], provisioningState: 'Succeeded' },
    firewall: null,
    network: {
      gatewayPublicIpAddresses: site.network.gatewayPublicIpAddresses ?? [],
      gatewaySubnet: null,
      addressSpace: [],
      firewallPrivateIpAddress: '172.16.1.4',
      clientAddressPool: ['192.168.150.0/24'],
    },
    approval: null,
  });

/** Planning as a whole, on the real files beside the project; without them there is nothing to measure. */
export const planRows = (): Row[] => {
  if (!existsSync(government) || !existsSync(publicFile)) return [];
  const virginia = siteOf('AzureGovernment', 'usgovvirginia', '13.72.5.4');
  const london = siteOf('Public', 'uksouth', '51.140.20.4');
  const tags = parseTagFile(readFileSync(government, 'utf8'), 'government');
  const text = readFileSync(publicFile, 'utf8');
  return [
    {
      name: 'P1',
      title: 'government failover planned from parsed tags (148 routes)',
      contenders: [{ name: 'ours', run: () => planFor(virginia, tags).routeTable.routes.length }],
      limits: [{ ms: 10 }],
    },
    {
      name: 'P2',
      title: 'UK failover planned from the text of the public file (404 routes)',
      contenders: [
        { name: 'ours', run: () => planFor(london, parseTagFile(text, 'public')).routeTable.routes.length },
        { name: 'JSON.parse alone', run: () => JSON.parse(text), isYardstick: true },
      ],
      limits: [{ ms: 60 }],
    },
  ];
};
