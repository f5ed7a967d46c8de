import { existsSync, readFileSync } from 'node:fs';
import { readSites, type Site } from '../shared/base/site.ts';

/** The folder of real data beside the project; it is no part of it. */
const folder = new URL('../../shared/data/', import.meta.url);

export const haveData = existsSync(folder);

/** Goes into the title of what cannot run without it. */
export const needsData = haveData ? '' : ' (skipped: ../shared/data is absent)';

export const dataText = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

export const dataJson = <T>(path: string): T => JSON.parse(dataText(path)) as T;

/** A site with the parts the ranges depend on; the rest is the least a sites file needs. */
export const siteOf = (cloud: string, more: Record<string, unknown>, network: Record<string, unknown> = {}): Site => {
  const site = {
    id: 'rig-07',
    subscriptionId: '00000000-0000-0000-0000-000000000007',
    resourceGroup: 'ase-rig-07',
    services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
    ...more,
    network: {
      vpn: 'p2s',
      virtualNetwork: 'vnet',
      gateway: 'vngw',
      firewall: 'firewall',
      routeTable: 'routetable',
      clientAddressPool: '192.168.150.0/24',
      ...network,
    },
  };
  const [read] = readSites(JSON.stringify({ cloud, sites: [site] }), 'sites.json');
  if (!read) throw new Error('readSites gave no site');
  return read;
};

/** A small pseudo-random source (mulberry32): 0 <= value < 1, the same for a seed on any machine. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};
