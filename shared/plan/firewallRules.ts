import type { Site } from '../base/site.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { type IpGroupChange, planIpGroup } from './ipGroup.ts';
import type { NetworkRule, ObservedFirewall, ObservedNetwork, RuleCollection } from './observed.ts';
import { ruleGroupsOf } from './observePolicy.ts';
import { collectionNameFor } from './ownership.ts';
import { ourGroupIn, ownPolicy, sameName } from './ruleOrder.ts';

/** What becomes of our collection on the firewall, or in its policy. */
export type FirewallChange = {
  /** The firewall's ARM id; plans of before 2026-12 have none. */
  readonly resource?: string;
  /** The desired set uncut: what the firewall must allow. */
  readonly destinations: readonly string[];
  readonly before: RuleCollection | null;
  readonly after: RuleCollection;
  readonly changed: boolean;
  /**
   * Where the firewall has a policy: our rules are in a rule collection group of it. Group and collection have one
   * priority, `after.priority`; `priorityBefore` is the group's, null where there is none. Absent with classic rules.
   */
  readonly policy?: { readonly id: string; readonly group: string; readonly priorityBefore: number | null };
  /** The group that holds our rule's destinations, where the site wants one. */
  readonly ipGroup?: IpGroupChange;
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
        rule.sourceIpGroups.map((id) => id.toLowerCase()).sort(),
        [...rule.destinationAddresses].sort(),
        rule.destinationIpGroups.map((id) => id.toLowerCase()).sort(),
        [...rule.destinationFqdns].sort(),
        [...rule.destinationPorts].sort(),
      ]),
    ]);
  return flat(a) === flat(b);
};

/** The site's priority, or the next one free where a foreign collection, or group of the policy, has it: two of one priority have no order. */
const priorityFor = (site: Site, firewall: ObservedFirewall | null, ourName: string): number => {
  const neighbours = firewall === null ? [] : neighboursOf(firewall, ourName);
  const taken = new Set(neighbours.map(({ priority }) => priority));
  let { priority } = site.firewallRule;
  while (taken.has(priority) && priority < 65_000) priority += 1;
  return priority;
};

/** What stands beside our collection, or beside and in our group, each with a priority that ours must not have. */
export const neighboursOf = (
  firewall: ObservedFirewall,
  ourName: string,
): { readonly name: string; readonly priority: number }[] =>
  (firewall.policyId === null
    ? [...firewall.networkRuleCollections]
    : [...(ownPolicy(firewall)?.groups ?? []), ...(ourGroupIn(firewall, ourName)?.collections ?? [])]
  ).filter(({ name }) => !sameName(name, ourName));

/** Our collection as the firewall, or our group in its policy, has it now. */
export const ourCollectionIn = (firewall: ObservedFirewall, ourName: string): RuleCollection | null => {
  const among =
    firewall.policyId === null ? firewall.networkRuleCollections : (ourGroupIn(firewall, ourName)?.collections ?? []);
  return among.find(({ name }) => sameName(name, ourName)) ?? null;
};

const policyOf = (firewall: ObservedFirewall | null, ourName: string): FirewallChange['policy'] => {
  if (firewall === null || firewall.policyId === null) return undefined;
  const group = ourGroupIn(firewall, ourName);
  return {
    id: firewall.policyId,
    group: group?.id ?? `${ruleGroupsOf(firewall.policyId)}/${ourName}`,
    priorityBefore: group?.priority ?? null,
  };
};

/** One rule for what the home region needs and one for what failed over; or one that refers to the group with both. */
const rulesFor = (
  site: Site,
  desired: DesiredSets,
  network: ObservedNetwork,
  ipGroup: IpGroupChange | null,
): NetworkRule[] => {
  if (ipGroup !== null) {
    return [{ ...ruleFor(site, network, 'wanted', RangeSet.empty), destinationIpGroups: [ipGroup.id] }];
  }
  const rules = [ruleFor(site, network, 'home', desired.home)];
  return desired.added.isEmpty ? rules : [...rules, ruleFor(site, network, 'failover', desired.added)];
};

/** Our collection with all that the desired set needs, against what the firewall has of it. */
export const planFirewall = (
  site: Site,
  desired: DesiredSets,
  network: ObservedNetwork,
  firewall: ObservedFirewall | null,
  namePrefix: string,
  tags: readonly string[] = [],
): FirewallChange => {
  const name = collectionNameFor(site.id, namePrefix);
  const before = firewall === null ? null : ourCollectionIn(firewall, name);
  const wanted = desired.wanted.cidrs();
  const ipGroup = planIpGroup(site, wanted, firewall, namePrefix);
  const rules = rulesFor(site, desired, network, ipGroup);
  // A tag that is routed must be allowed as itself: Azure refreshes both, at its own time.
  if (tags.length > 0) rules.push({ ...ruleFor(site, network, 'tags', RangeSet.empty), destinationAddresses: tags });
  const after: RuleCollection = { name, priority: priorityFor(site, firewall, name), action: 'Allow', rules };
  const policy = policyOf(firewall, name);
  const moved = policy !== undefined && policy.priorityBefore !== after.priority;
  return {
    resource: site.ids.firewall,
    destinations: [...wanted, ...tags],
    before,
    after,
    changed: before === null || moved || !sameRules(before, after),
    ...(policy === undefined ? {} : { policy }),
    ...(ipGroup === null ? {} : { ipGroup }),
  };
};

/** What a write of our rules goes to, or sets to work: the firewall, its policy, our group. */
export const partsOfFirewall = (firewall: ObservedFirewall, ourName: string): FirewallPart[] =>
  [firewall, ownPolicy(firewall), ourGroupIn(firewall, ourName)].filter((part) => part !== null);

/** A resource and its state. */
export type FirewallPart = { readonly id: string; readonly provisioningState: string };
