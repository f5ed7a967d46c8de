import { isObject, type JsonObject } from '../base/canonical.ts';
import { entityTagOf } from '../base/entityTag.ts';
import type {
  BesideFirewall,
  NetworkRule,
  ObservedFirewall,
  ObservedIpGroup,
  ObservedRouteTable,
  Route,
  RuleCollection,
} from './observed.ts';
import { observeIpGroup, observePolicies } from './observePolicy.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === 'string');
const propertiesOf = (value: unknown): Record<string, unknown> =>
  isObject(value) && isObject(value['properties']) ? value['properties'] : {};

/** A route of ARM's JSON; the hop's address only where there is one. */
export const routeOf = (raw: unknown): Route => {
  const properties = propertiesOf(raw);
  const hopAddress = textOrNull(properties['nextHopIpAddress']);
  return {
    name: isObject(raw) ? text(raw['name']) : '',
    addressPrefix: text(properties['addressPrefix']),
    nextHopType: text(properties['nextHopType']),
    ...(hopAddress === null ? {} : { nextHopIpAddress: hopAddress }),
  };
};

/** A route table as ARM sent it; missing parts read as empty, never as an error. */
export const observeRouteTable = (raw: JsonObject): ObservedRouteTable => {
  const properties = propertiesOf(raw);
  return {
    id: text(raw['id']),
    etag: entityTagOf(raw),
    provisioningState: text(properties['provisioningState']),
    routes: list(properties['routes']).map(routeOf),
    raw,
  };
};

const ruleOf = (raw: unknown): NetworkRule => {
  const rule = isObject(raw) ? raw : {};
  return {
    name: text(rule['name']),
    protocols: texts(rule['protocols']),
    sourceAddresses: texts(rule['sourceAddresses']),
    sourceIpGroups: texts(rule['sourceIpGroups']),
    destinationAddresses: texts(rule['destinationAddresses']),
    destinationIpGroups: texts(rule['destinationIpGroups']),
    destinationFqdns: texts(rule['destinationFqdns']),
    destinationPorts: texts(rule['destinationPorts']),
  };
};

/** A classic network rule collection of ARM's JSON. */
export const collectionOf = (raw: unknown): RuleCollection => {
  const properties = propertiesOf(raw);
  const action = isObject(properties['action']) ? text(properties['action']['type']) : '';
  return {
    name: isObject(raw) ? text(raw['name']) : '',
    priority: typeof properties['priority'] === 'number' ? properties['priority'] : 0,
    action,
    rules: list(properties['rules']).map(ruleOf),
  };
};

/** An Azure Firewall as ARM sent it, with what was read beside it: without that, a policy reads as one without rules. */
export const observeFirewall = (raw: JsonObject, beside: BesideFirewall = new Map()): ObservedFirewall => {
  const properties = propertiesOf(raw);
  const addresses = list(properties['ipConfigurations']).map((item) =>
    textOrNull(propertiesOf(item)['privateIPAddress']),
  );
  const policy = properties['firewallPolicy'];
  const policyId = isObject(policy) ? textOrNull(policy['id']) : null;
  return {
    id: text(raw['id']),
    etag: entityTagOf(raw),
    provisioningState: text(properties['provisioningState']),
    privateIpAddress: addresses.find((address) => address !== null) ?? null,
    policyId,
    networkRuleCollections: list(properties['networkRuleCollections']).map(collectionOf),
    policies: observePolicies(policyId, beside),
    ipGroups: new Map(
      [...beside]
        .filter(([id]) => /\/ipgroups\/[^/]+$/.test(id))
        .map(([id, group]): [string, ObservedIpGroup] => [id, observeIpGroup(group)]),
    ),
    raw,
  };
};
