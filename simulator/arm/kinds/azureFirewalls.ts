import { isIPv6 } from 'node:net';
import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt } from '../json.ts';
import { checkChildNames } from './checks.ts';
import type { ChildKind, Env, Kind } from './kind.ts';
import { checkPlacement, configurationsOf, networkOf } from './placement.ts';
import { allocateInSubnet, subnetWith } from './subnetAddresses.ts';

const COLLECTIONS = ['networkRuleCollections', 'applicationRuleCollections', 'natRuleCollections'] as const;

// The arrays a classic rule always has in an answer, whatever was sent.
const RULE_ARRAYS: Readonly<Record<(typeof COLLECTIONS)[number], readonly string[]>> = {
  networkRuleCollections: [
    'protocols',
    'sourceAddresses',
    'destinationAddresses',
    'destinationPorts',
    'sourceIpGroups',
    'destinationIpGroups',
    'destinationFqdns',
  ],
  applicationRuleCollections: ['sourceAddresses', 'protocols', 'targetFqdns', 'fqdnTags', 'sourceIpGroups'],
  natRuleCollections: ['protocols', 'sourceAddresses', 'destinationAddresses', 'destinationPorts', 'sourceIpGroups'],
};

function collection(property: (typeof COLLECTIONS)[number]): ChildKind {
  return {
    property,
    segment: property,
    typed: false,
    alwaysSucceeded: true,
    defaults: (given) => ({
      ...given,
      rules: objectsAt(given, 'rules').map((rule) => {
        const empty = Object.fromEntries(RULE_ARRAYS[property].map((key): [string, []] => [key, []]));
        return { ...empty, ...rule };
      }),
    }),
  };
}

function checkCollections(body: JsonObject, property: string): Answer | undefined {
  const priorities = new Map<number, string>();
  for (const item of objectsAt(objectAt(body, 'properties'), property)) {
    const name = stringAt(item, 'name') ?? '';
    const priority = objectAt(item, 'properties')['priority'];
    // 100 to 65000 (published API). The codes of these two refusals are our guess.
    if (typeof priority !== 'number' || priority < 100 || priority > 65_000) {
      const message = `Rule collection ${name} has an invalid priority. It must be between 100 and 65000.`;
      return providerError(400, 'AzureFirewallRuleCollectionInvalidPriority', message);
    }
    const holder = priorities.get(priority);
    if (holder !== undefined) {
      const message = `Rule collections ${holder} and ${name} have the same priority ${priority}.`;
      return providerError(400, 'AzureFirewallRuleCollectionPriorityConflict', message);
    }
    priorities.set(priority, name);
  }
  return undefined;
}

/** Documented in the firewall's questions and answers; the codes are our guess. */
function checkCreation(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  if ((id.names[0] ?? '').length > 50) {
    const message = `Azure Firewall name ${id.names[0]} is longer than 50 characters.`;
    return providerError(400, 'AzureFirewallNameTooLong', message);
  }
  const network = networkOf(body);
  if (network !== undefined && network.resourceGroup.toLowerCase() !== id.resourceGroup.toLowerCase()) {
    const message = `Azure Firewall ${id.text} and virtual network ${network.text} must be in the same resource group.`;
    return providerError(400, 'AzureFirewallVnetInDifferentResourceGroup', message);
  }
  return checkPlacement(id, body, { noun: 'AzureFirewall', subnet: 'AzureFirewallSubnet' }, env);
}

function check(id: ResourceId, body: JsonObject, env: Env, previous: JsonObject | undefined): Answer | undefined {
  const misplaced = previous === undefined ? checkCreation(id, body, env) : undefined;
  if (misplaced !== undefined) return misplaced;
  const properties = objectAt(body, 'properties');
  const classic = COLLECTIONS.some((property) => objectsAt(properties, property).length > 0);
  if (referenceAt(properties, 'firewallPolicy') !== undefined && classic) {
    const message = `Firewall policy and rule collections cannot be both specified for Azure Firewall ${id.text}.`;
    return providerError(400, 'AzureFirewallPolicyAndRuleCollectionsConflict', message);
  }
  for (const property of COLLECTIONS) {
    const refused = checkChildNames(id, body, property) ?? checkCollections(body, property);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** The private address comes with the finished firewall: the first free one of its subnet (recorded: 10.0.0.4 of 10.0.0.0/24). */
function finish(id: ResourceId, body: JsonObject, env: Env): void {
  for (const configuration of configurationsOf(body)) {
    const subnet = subnetWith(referenceAt(configuration, 'subnet'), env);
    if (subnet === undefined || configuration['privateIPAddress'] !== undefined) continue;
    const address = allocateInSubnet(subnet, id.text, env);
    if (address !== undefined) configuration['privateIPAddress'] = address;
  }
}

export const azureFirewalls: Kind = {
  type: 'azureFirewalls',
  group: 'AzureFirewalls',
  noun: 'AzureFirewall',
  duration: 'azureFirewalls',
  retryAfter: { put: 10, delete: 10 },
  usage: 'AzureFirewalls',
  etagHeader: true,
  guid: false,
  readOnly: ['hubIPAddresses', 'ipGroups'],
  children: [
    {
      property: 'ipConfigurations',
      segment: 'azureFirewallIpConfigurations',
      typed: true,
      alwaysSucceeded: true,
      defaults: (given, previous) => {
        const kept = previous?.['privateIPAddress'];
        return {
          privateIPAllocationMethod: 'Dynamic',
          ...given,
          ...(kept === undefined ? {} : { privateIPAddress: kept }),
        };
      },
    },
    ...COLLECTIONS.map(collection),
  ],
  defaults: (given) => ({
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    threatIntelMode: 'Alert',
    additionalProperties: {},
    ...given,
    ipConfigurations: given['ipConfigurations'] ?? [],
    networkRuleCollections: given['networkRuleCollections'] ?? [],
    applicationRuleCollections: given['applicationRuleCollections'] ?? [],
    natRuleCollections: given['natRuleCollections'] ?? [],
  }),
  check,
  references: (body) =>
    [
      ...configurationsOf(body).flatMap((item) => [referenceAt(item, 'subnet'), referenceAt(item, 'publicIPAddress')]),
      referenceAt(objectAt(body, 'properties'), 'firewallPolicy'),
      ...classicRules(body).flatMap((rule) => [
        ...stringsAt(rule, 'sourceIpGroups'),
        ...stringsAt(rule, 'destinationIpGroups'),
      ]),
    ].filter((id) => id !== undefined),
  finish,
};

/** Every rule of the firewall's own collections. */
export function classicRules(body: JsonObject): JsonObject[] {
  return COLLECTIONS.flatMap((property) => objectsAt(objectAt(body, 'properties'), property))
    .map((item) => objectAt(item, 'properties'))
    .flatMap((item) => objectsAt(item, 'rules'));
}

/** An IPv6 address in a rule is accepted and then makes the firewall fail (Azure Firewall known issues, 10/2023). */
export function ipv6InRules(body: JsonObject): string | undefined {
  return objectsAt(objectAt(body, 'properties'), 'networkRuleCollections')
    .flatMap((item) => objectsAt(objectAt(item, 'properties'), 'rules'))
    .flatMap((rule) => [...stringsAt(rule, 'sourceAddresses'), ...stringsAt(rule, 'destinationAddresses')])
    .find((address) => isIPv6(address.split('/')[0] ?? ''));
}
