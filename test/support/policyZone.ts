import type { JsonObject, JsonObjectInput } from '../../simulator/arm/json.ts';
import type { Journey, SiteChange, Stage } from './journey.ts';
import { startJourney } from './journey.ts';
import type { Raw } from './landing.ts';

export type PolicyIds = {
  readonly policy: string;
  readonly parent: string;
  /** Our rule collection group. */
  readonly group: string;
  readonly ipGroup: string;
  /** An id in the site's resource group: `ipGroups/x`. */
  of(path: string): string;
};

export type PolicyJourney = Journey & { readonly policyIds: PolicyIds };

export type PolicyWorld = {
  /** Groups of other people in the policy, and in its parent: by name. */
  readonly groups?: Readonly<Record<string, JsonObjectInput>>;
  readonly parentGroups?: Readonly<Record<string, JsonObjectInput>>;
};

const location = 'usgovvirginia';

/** A network rule, from anywhere to these. */
export const rule = (given: Readonly<Record<string, string | readonly string[]>>): JsonObject =>
  ({
    ruleType: 'NetworkRule',
    name: 'rule',
    ipProtocols: ['Any'],
    sourceAddresses: ['*'],
    destinationAddresses: [],
    destinationPorts: ['*'],
    ...given,
  }) as JsonObject;

/** A group of one collection, both of one priority. */
export const group = (priority: number, action: 'Allow' | 'Deny', rules: readonly JsonObject[]): JsonObject =>
  ({
    properties: {
      priority,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'lockdown',
          priority,
          action: { type: action },
          rules,
        },
      ],
    },
  }) as unknown as JsonObject;

/** A landing zone whose firewall has a policy, with a parent where there are groups for one. */
export const startPolicyJourney = async (
  stage: Stage,
  world: PolicyWorld = {},
  change: SiteChange = {},
): Promise<PolicyJourney> => {
  const journey = await startJourney(stage, { ...change, zone: { networkRuleCollections: [], ...change.zone } });
  const { arm } = stage;
  const of = (path: string) => `${journey.ids.resourceGroup}/providers/Microsoft.Network/${path}`;
  const name = `asefo-${journey.site}`;
  const policy = of('firewallPolicies/policy');
  const parent = of('firewallPolicies/base');
  const policyIds = {
    policy,
    parent,
    group: `${policy}/ruleCollectionGroups/${name}`,
    ipGroup: of(`ipGroups/${name}`),
    of,
  };
  if (world.parentGroups !== undefined) arm.seed(parent, { location, properties: {} });
  arm.seed(policy, {
    location,
    properties: world.parentGroups === undefined ? {} : { basePolicy: { id: parent } },
  });
  for (const [each, body] of Object.entries(world.parentGroups ?? {}))
    arm.seed(`${parent}/ruleCollectionGroups/${each}`, body);
  for (const [each, body] of Object.entries(world.groups ?? {}))
    arm.seed(`${policy}/ruleCollectionGroups/${each}`, body);
  attach(stage, journey, policy);
  return Object.assign(journey, { policyIds });
};

/** The firewall gets this policy, and loses the rules of its own, as when it is migrated. */
export const attach = (stage: Stage, journey: Journey, policy: string): void => {
  const firewall = stage.arm.read(journey.ids.firewall) as Raw & { properties: Raw };
  const properties = { ...firewall.properties, firewallPolicy: { id: policy }, networkRuleCollections: [] };
  stage.arm.seed(journey.ids.firewall, { ...firewall, properties } as never);
};

/** Rules of our collection in the policy, as ARM holds them now. */
export const ourRules = (stage: Stage, { policyIds }: PolicyJourney): readonly Raw[] => {
  const held = stage.arm.read(policyIds.group) as { properties: { ruleCollections: { rules: Raw[] }[] } } | undefined;
  return held?.properties.ruleCollections[0]?.rules ?? [];
};

/** What our IP group holds now; null where there is none. */
export const inOurIpGroup = (stage: Stage, { policyIds }: PolicyJourney): readonly string[] | null => {
  const held = stage.arm.read(policyIds.ipGroup) as { properties: { ipAddresses: string[] } } | undefined;
  return held?.properties.ipAddresses ?? null;
};
