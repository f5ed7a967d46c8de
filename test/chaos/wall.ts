import type { Site } from '../../shared/base/site.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { bareTexts, isOurs, type Named, texts } from './named.ts';

type Rule = {
  readonly destinationAddresses?: readonly string[];
  readonly destinationIpGroups?: readonly string[];
};
type Collection = { readonly name: string; readonly priority?: number; readonly rules?: readonly Rule[] };
type Raw = { readonly name: string; readonly id: string; readonly properties: Record<string, unknown> };

/** What a firewall allows, whether its rules are its own or its policy's. */
export type Allowing = {
  /** Destinations of our rules, IP groups looked up. */
  readonly allowed: RangeSet;
  /** What is not ours, each as text. */
  readonly foreign: readonly string[];
  /** Of our rules alone. */
  readonly ours: string;
};

const read = (arm: Arm, id: string): Raw | undefined => arm.read(id) as unknown as Raw | undefined;

/** The policy that a firewall has; null where its rules are its own. */
export const policyOf = (arm: Arm, { ids }: Site): string | null => {
  const { firewallPolicy } = (read(arm, ids.firewall)?.properties ?? {}) as { firewallPolicy?: { id: string } };
  return firewallPolicy?.id ?? null;
};

/** The rule collection groups of a policy, by id. */
export const groupsOf = (arm: Arm, policy: string): ReadonlyMap<string, Raw> => {
  const prefix = `${policy}/ruleCollectionGroups/`.toLowerCase();
  const ids = arm.ids().filter((id) => id.toLowerCase().startsWith(prefix));
  return new Map(ids.flatMap((id) => (read(arm, id) ? [[id, read(arm, id) as Raw]] : [])));
};

/** What holds a site's rules: by id, in lower case. */
export const isRules = (id: string, { ids }: Site): boolean =>
  id === ids.firewall.toLowerCase() || /\/(firewallpolicies|ipgroups)\/[^/]+(\/rulecollectiongroups\/[^/]+)?$/.test(id);

/** Whether the app makes it at home, too: our group of rules in a policy of others, and our group of addresses. */
export const isOursAnywhere = (id: string): boolean => /\/(rulecollectiongroups|ipgroups)\/asefo-[^/]+$/.test(id);

const addressesOf = (arm: Arm, rules: readonly Rule[]): RangeSet => {
  const inGroups = rules
    .flatMap(({ destinationIpGroups = [] }) => destinationIpGroups)
    .flatMap((id) => (read(arm, id)?.properties['ipAddresses'] ?? []) as readonly string[]);
  return RangeSet.fromPrefixes([
    ...rules.flatMap(({ destinationAddresses = [] }) => destinationAddresses),
    ...inGroups.map((address) => (address.includes('/') ? address : `${address}/32`)),
  ]);
};

/** Its size is ARM's count of what is in it, ids and all. */
const unsized = ({ name, properties: { size: _, ...properties } }: Raw): Named => ({ name, properties });

const inPolicy = (arm: Arm, site: Site, policy: string): Allowing => {
  const groups = [...groupsOf(arm, policy).values()];
  const collections = ({ properties }: Raw) => (properties['ruleCollections'] ?? []) as readonly Collection[];
  const here = groups.filter(isOurs);
  const ours = here.flatMap(collections).filter(isOurs);
  const guests = here.flatMap(collections).filter((one) => !isOurs(one));
  const foreign = [
    ...groups.filter((group) => !isOurs(group)).map(unsized),
    ...guests.map((one) => ({ name: `beside ours: ${one.name}`, properties: { ...one } })),
  ];
  return {
    allowed: addressesOf(
      arm,
      ours.flatMap(({ rules = [] }) => rules),
    ),
    foreign: bareTexts(foreign, site),
    ours: JSON.stringify(ours),
  };
};

const inFirewall = (arm: Arm, site: Site): Allowing => {
  const all = (read(arm, site.ids.firewall)?.properties['networkRuleCollections'] ?? []) as readonly Named[];
  const ours = all.filter(isOurs);
  return {
    allowed: addressesOf(
      arm,
      ours.flatMap((one) => (one.properties['rules'] ?? []) as readonly Rule[]),
    ),
    foreign: bareTexts(
      all.filter((collection) => !isOurs(collection)),
      site,
    ),
    ours: texts(ours),
  };
};

/** Looks at a site's firewall, and at the policy it has now. */
export const allowingOf = (arm: Arm, site: Site): Allowing => {
  const policy = policyOf(arm, site);
  return policy === null ? inFirewall(arm, site) : inPolicy(arm, site, policy);
};
