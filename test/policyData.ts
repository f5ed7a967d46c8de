import type { JsonObject } from '../shared/base/canonical.ts';
import { observeFirewall } from '../shared/plan/observe.ts';
import type { ObservedFirewall } from '../shared/plan/observed.ts';
import { firewallJson } from './planData.ts';

const network = '/subscriptions/s/resourceGroups/hub/providers/Microsoft.Network';

export const policyId = `${network}/firewallPolicies/child`;
export const parentId = `${network}/firewallPolicies/parent`;
export const groupIdOf = (name: string, policy = policyId): string => `${policy}/ruleCollectionGroups/${name}`;
export const ipGroupId = (name: string): string => `${network}/ipGroups/${name}`;

export type RuleParts = { readonly name: string; readonly [member: string]: string | readonly string[] };

export const networkRule = (parts: RuleParts): JsonObject => ({
  ruleType: 'NetworkRule',
  ipProtocols: ['Any'],
  sourceAddresses: ['*'],
  destinationAddresses: [],
  destinationPorts: ['*'],
  ...parts,
});

export const collectionJson = (
  name: string,
  priority: number,
  action: 'Allow' | 'Deny' | 'DNAT',
  rules: readonly JsonObject[],
): JsonObject => ({
  ruleCollectionType: action === 'DNAT' ? 'FirewallPolicyNatRuleCollection' : 'FirewallPolicyFilterRuleCollection',
  name,
  priority,
  action: { type: action },
  rules,
});

/** A rule collection group as ARM sends it, with members that we do not know. */
export const groupJson = (
  name: string,
  priority: number,
  ruleCollections: readonly JsonObject[],
  { policy = policyId, state = 'Succeeded' }: { policy?: string; state?: string } = {},
): JsonObject => ({
  id: groupIdOf(name, policy),
  name,
  type: 'Microsoft.Network/FirewallPolicies/RuleCollectionGroups',
  etag: 'b38e9f34-4d99-4c64-8d1c-b91cd75e950b',
  location: 'usgovvirginia',
  unknownBesideGroup: true,
  properties: { size: '0.001 MB', priority, ruleCollections, provisioningState: state, unknownOfGroup: [1] },
});

export const ipGroupJson = (
  id: string,
  ipAddresses: readonly string[],
  tags: Readonly<Record<string, string>> = {},
  provisioningState = 'Succeeded',
): JsonObject => ({
  id,
  name: id.split('/').at(-1) ?? '',
  type: 'Microsoft.Network/IpGroups',
  eTag: '58a7cb5b-aa45-45fe-8c92-e7e9f2d274ae',
  location: 'usgovvirginia',
  tags,
  properties: { ipAddresses, provisioningState, firewalls: [], firewallPolicies: [], unknownOfIpGroup: 1 },
});

const policyJson = (
  id: string,
  groups: readonly JsonObject[],
  basePolicy: string | null,
  state: string,
): JsonObject => ({
  id,
  etag: 'cff11c70-7ef3-4caa-81d5-4130216cb88f',
  properties: {
    provisioningState: state,
    ruleCollectionGroups: groups.map((group) => ({ id: String(group['id']) })),
    ...(basePolicy === null ? {} : { basePolicy: { id: basePolicy } }),
  },
});

export type PolicyWorld = {
  readonly groups?: readonly JsonObject[];
  readonly parentGroups?: readonly JsonObject[];
  readonly ipGroups?: readonly JsonObject[];
  readonly policyState?: string;
  readonly firewallState?: string;
};

/** Everything there is, by id as it is asked for: firewall, policies, their lists and groups, IP groups. */
export const policyResources = (firewallId: string, world: PolicyWorld): Map<string, JsonObject> => {
  const { groups = [], parentGroups, ipGroups = [], policyState = 'Succeeded', firewallState = 'Succeeded' } = world;
  const firewall = firewallJson([], { firewallPolicy: { id: policyId }, provisioningState: firewallState });
  const parent =
    parentGroups === undefined
      ? []
      : ([
          [parentId, policyJson(parentId, parentGroups, null, 'Succeeded')],
          [`${parentId}/ruleCollectionGroups`, { value: parentGroups }],
        ] as const);
  return new Map<string, JsonObject>([
    [firewallId, { ...firewall, id: firewallId }],
    [policyId, policyJson(policyId, groups, parentGroups === undefined ? null : parentId, policyState)],
    [`${policyId}/ruleCollectionGroups`, { value: groups }],
    ...groups.map((group): [string, JsonObject] => [String(group['id']), group]),
    ...parent,
    ...ipGroups.map((group): [string, JsonObject] => [String(group['id']), group]),
  ]);
};

/** What is beside the firewall, as a look finds it. */
export const besideOf = (resources: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> =>
  new Map([...resources].map(([id, raw]) => [id.toLowerCase(), raw]));

/** A firewall with a policy, observed. */
export const firewallWith = (world: PolicyWorld): ObservedFirewall => {
  const resources = policyResources('/firewall', world);
  const raw = resources.get('/firewall');
  if (raw === undefined) throw new Error('no firewall');
  return observeFirewall(raw, besideOf(resources));
};
