import type { JsonObject } from './json.ts';

/** What the vendor's PowerShell script was run with, and what has happened since. */
export interface VendorScript {
  /** The prefixes of the tags file it read; it leaves IPv6 out. */
  readonly prefixes: readonly string[];
  /** Prefixes of an older run: the script never removes any. */
  readonly stale?: readonly string[];
  /** The two single addresses it always adds. */
  readonly extra?: readonly string[];
  /** Name and priority of its network collection; the application collection has the same priority. */
  readonly collection?: string;
  readonly priority?: number;
}

const EXTRA = ['204.79.197.219/32', '13.107.7.190/32'];

function everything(script: VendorScript): string[] {
  const all = [...(script.stale ?? []), ...script.prefixes, ...(script.extra ?? EXTRA)];
  return [...new Set(all)].filter((prefix) => !prefix.includes(':'));
}

/** One route per prefix, named by its position, to the firewall. */
export function vendorRoutes(script: VendorScript, firewallAddress: string): JsonObject[] {
  return everything(script).map((addressPrefix, index) => ({
    name: `route_${index + 1}`,
    properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: firewallAddress },
  }));
}

/** One rule per prefix (anything, from anywhere) in a single network collection, and an application collection beside it. */
export function vendorCollections(script: VendorScript): { network: JsonObject[]; application: JsonObject[] } {
  const name = script.collection ?? 'networkRules';
  const priority = script.priority ?? 100;
  const rules = everything(script).map((prefix) => ({
    name: `${prefix}${name}`,
    protocols: ['Any'],
    sourceAddresses: ['*'],
    destinationAddresses: [prefix],
    destinationPorts: ['*'],
  }));
  const application = {
    name: 'ase-urls',
    protocols: [
      { protocolType: 'Http', port: 80 },
      { protocolType: 'Https', port: 443 },
    ],
    sourceAddresses: ['*'],
    targetFqdns: ['*.databoxedge.azure.com', '*.servicebus.windows.net', '*.core.windows.net'],
  };
  const action = { type: 'Allow' };
  return {
    network: [{ name, properties: { priority, action, rules } }],
    application: [{ name: 'appRules', properties: { priority, action, rules: [application] } }],
  };
}
