import { isObject, type JsonObject } from '../base/canonical.ts';
import { entityTagOf } from '../base/entityTag.ts';
import type {
  BesideFirewall,
  NetworkRule,
  ObservedIpGroup,
  ObservedPolicy,
  ObservedRuleGroup,
  RuleCollection,
} from './observed.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === 'string');
const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Addresses and references are compared without regard to case, as ARM does. */
export const keyOf = (id: string): string => id.toLowerCase();

/** Where a policy's rule collection groups are listed; a group's id is this, a slash and its name. */
export const ruleGroupsOf = (policyId: string): string => `${policyId}/ruleCollectionGroups`;

/** What a firewall or policy refers to under that name in its properties. */
export const referenceIn = (raw: JsonObject | undefined, name: string): string | null => {
  const id = text(member(member(member(raw, 'properties'), name), 'id'));
  return id === '' ? null : id;
};

/** Azure knows a parent and its child; a circle of references, which it refuses, must not hang us. */
const mostPolicies = 5;

/**
 * The policies whose rules a firewall goes through, as far as `of` knows them: a parent before its child, since a
 * parent's rules come first whatever the priorities. Source: Azure Firewall Manager, "policy overview", hierarchy.
 */
export const policyChain = (policyId: string | null, of: (id: string) => JsonObject | undefined): string[] => {
  const chain: string[] = [];
  let next = policyId;
  while (next !== null && chain.length < mostPolicies && !chain.includes(next)) {
    chain.unshift(next);
    next = referenceIn(of(next), 'basePolicy');
  }
  return chain;
};

const networkRuleOf = (raw: unknown): NetworkRule => ({
  name: text(member(raw, 'name')),
  protocols: texts(member(raw, 'ipProtocols')),
  sourceAddresses: texts(member(raw, 'sourceAddresses')),
  sourceIpGroups: texts(member(raw, 'sourceIpGroups')),
  destinationAddresses: texts(member(raw, 'destinationAddresses')),
  destinationIpGroups: texts(member(raw, 'destinationIpGroups')),
  destinationFqdns: texts(member(raw, 'destinationFqdns')),
  destinationPorts: texts(member(raw, 'destinationPorts')),
});

/** A rule collection of a group; rules of other kinds (application, NAT) are left out. */
const policyCollectionOf = (raw: unknown): RuleCollection => ({
  name: text(member(raw, 'name')),
  priority: numberOf(member(raw, 'priority')),
  action: text(member(member(raw, 'action'), 'type')),
  rules: list(member(raw, 'rules'))
    .filter((rule) => text(member(rule, 'ruleType')).toLowerCase() === 'networkrule')
    .map(networkRuleOf),
});

/** A rule collection group as ARM sent it. */
export const observeRuleGroup = (raw: JsonObject): ObservedRuleGroup => {
  const properties = member(raw, 'properties');
  return {
    id: text(raw['id']),
    name: text(raw['name']),
    etag: entityTagOf(raw),
    provisioningState: text(member(properties, 'provisioningState')),
    priority: numberOf(member(properties, 'priority')),
    collections: list(member(properties, 'ruleCollections')).map(policyCollectionOf),
    raw,
  };
};

/** Parents first. A group stands in its policy's list, or was read by itself. */
export const observePolicies = (policyId: string | null, beside: BesideFirewall): ObservedPolicy[] => {
  const at = (id: string) => beside.get(keyOf(id));
  return policyChain(policyId, at).map((id) => {
    const listed = list(at(ruleGroupsOf(id))?.['value']).filter(isObject) as JsonObject[];
    return {
      id,
      provisioningState: text(member(member(at(id), 'properties'), 'provisioningState')),
      groups: listed.map(observeRuleGroup),
    };
  });
};

/** An IP group as ARM sent it. */
export const observeIpGroup = (raw: JsonObject): ObservedIpGroup => {
  const properties = member(raw, 'properties');
  const tags = isObject(raw['tags']) ? raw['tags'] : {};
  return {
    id: text(raw['id']),
    etag: entityTagOf(raw),
    provisioningState: text(member(properties, 'provisioningState')),
    addresses: texts(member(properties, 'ipAddresses')),
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, text(value)])),
    raw,
  };
};
