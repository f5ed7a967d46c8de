import type { Site } from '../base/site.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { Blocker } from './blocker.ts';
import type { NetworkRule, ObservedFirewall, ObservedNetwork, RuleCollection } from './observed.ts';
import { collectionNameFor } from './ownership.ts';

/** What becomes of our collection on the firewall. */
export type FirewallChange = {
  /** The desired set uncut: what the firewall must allow. */
  readonly destinations: readonly string[];
  readonly before: RuleCollection | null;
  readonly after: RuleCollection;
  readonly changed: boolean;
};

/** Ports the services speak on, for `ports: "services"`; 53/123 for what the device itself needs. Sources: each service's networking page. */
const servicePorts: Readonly<Record<string, readonly string[]>> = {
  Storage: ['443', '445'],
  AzureKeyVault: ['443'],
  EventHub: ['443', '5671', '5672', '9093'],
  ServiceBus: ['443', '5671', '5672', '9350-9354'],
  Sql: ['1433', '11000-11999'],
  AzureIoTHub: ['443', '5671', '8883'],
};

const portsFor = (site: Site): { protocols: string[]; destinationPorts: string[] } => {
  if (site.firewallRule.ports === '*') return { protocols: ['Any'], destinationPorts: ['*'] };
  const ports = new Set(['53', '80', '123', '443', ...site.services.flatMap((service) => servicePorts[service] ?? [])]);
  return {
    protocols: ['TCP', 'UDP'],
    destinationPorts: [...ports].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
  };
};

/** Where allowed traffic may come from: the device's side of the tunnel, and the gateway's subnet. */
export const sourcesFor = (site: Site, network: ObservedNetwork): string[] => {
  const device = site.network.vpn === 's2s' ? site.network.onPremAddressPrefixes : network.clientAddressPool;
  return [...new Set([...device, ...(network.gatewaySubnet ? [network.gatewaySubnet] : [])])];
};

const ruleFor = (site: Site, network: ObservedNetwork, purpose: string, destinations: RangeSet): NetworkRule => ({
  name: purpose,
  ...portsFor(site),
  sourceAddresses: sourcesFor(site, network),
  sourceIpGroups: [],
  destinationAddresses: destinations.cidrs(),
  destinationIpGroups: [],
  destinationFqdns: [],
});

/** Equal in effect: order of addresses and IpGroups aside, and ARM's `TCP` for `Tcp`. */
const sameRules = (a: RuleCollection, b: RuleCollection): boolean => {
  const flat = (collection: RuleCollection) =>
    JSON.stringify([
      collection.priority,
      collection.action.toLowerCase(),
      collection.rules.map((rule) => [
        rule.name.toLowerCase(),
        rule.protocols.map((protocol) => protocol.toLowerCase()).sort(),
        [...rule.sourceAddresses].sort(),
        [...rule.sourceIpGroups].sort(),
        [...rule.destinationAddresses].sort(),
        [...rule.destinationIpGroups].sort(),
        [...rule.destinationFqdns].sort(),
        [...rule.destinationPorts].sort(),
      ]),
    ]);
  return flat(a) === flat(b);
};

/** The site's priority, or the next one free where a foreign collection has it: two of one priority have no order. */
const priorityFor = (site: Site, firewall: ObservedFirewall | null, ourName: string): number => {
  const foreign = (firewall?.networkRuleCollections ?? []).filter(
    (c) => c.name.toLowerCase() !== ourName.toLowerCase(),
  );
  const taken = new Set(foreign.map((collection) => collection.priority));
  let { priority } = site.firewallRule;
  while (taken.has(priority) && priority < 65_000) priority += 1;
  return priority;
};

/** Our collection: one rule for what the home region needs and one for what failed over, each with many destinations. */
export const planFirewall = (
  site: Site,
  desired: DesiredSets,
  network: ObservedNetwork,
  firewall: ObservedFirewall | null,
  namePrefix: string,
  tags: readonly string[] = [],
): FirewallChange => {
  const name = collectionNameFor(site.id, namePrefix);
  const before = firewall?.networkRuleCollections.find((c) => c.name.toLowerCase() === name.toLowerCase()) ?? null;
  const rules = [ruleFor(site, network, 'home', desired.home)];
  if (!desired.added.isEmpty) rules.push(ruleFor(site, network, 'failover', desired.added));
  // A tag that is routed must be allowed as itself: Azure refreshes both, at its own time.
  if (tags.length > 0) rules.push({ ...ruleFor(site, network, 'tags', RangeSet.empty), destinationAddresses: tags });
  const after: RuleCollection = { name, priority: priorityFor(site, firewall, name), action: 'Allow', rules };
  return {
    destinations: [...desired.wanted.cidrs(), ...tags],
    before,
    after,
    changed: before === null || !sameRules(before, after),
  };
};

/** What on the firewall stands in the way of writing our collection. */
export const firewallBlockers = (site: Site, firewall: ObservedFirewall | null): Blocker[] => {
  if (firewall === null || firewall.policyId === null) return [];
  return [
    {
      code: 'FIREWALL_POLICY',
      message: `The firewall ${site.network.firewall} has the policy ${firewall.policyId} attached; Azure ignores or refuses classic rules beside it.`,
      remedy: 'Firewall policies are not supported yet. Use a firewall with classic rules for this site.',
    },
  ];
};
