import { isObject, type Json, type JsonObject } from '../base/canonical.ts';

/** Members ARM fills in itself. The published swagger marks them readOnly; sent back, some resource providers refuse them. */
const filledByArm = new Set(['etag', 'provisioningState', 'resourceGuid', 'hasBgpOverride']);
const topLevel = new Set(['name', 'type', ...filledByArm]);
/** Back references that ARM keeps itself. */
const routeTableBackReferences = new Set(['subnets']);
const firewallBackReferences = new Set(['ipGroups']);
const ipGroupBackReferences = new Set(['firewalls', 'firewallPolicies', 'referenceResources']);

const without = (value: JsonObject, names: ReadonlySet<string>): Record<string, Json> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? (value as JsonObject) : {});
const asList = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** A child resource (route, collection, ipConfiguration) as ARM wants it back; what we do not know stays. */
const writableChild = (child: Json, alsoFilled: readonly string[] = []): Record<string, Json> => {
  const object = asObject(child);
  return {
    ...without(object, new Set(['type', 'etag'])),
    properties: without(asObject(object['properties']), new Set([...filledByArm, ...alsoFilled])),
  };
};

const nameOf = (child: Json): string => String(asObject(child)['name'] ?? '').toLowerCase();

/** A rule collection group as ARM wants it back. Its location and size ARM gives, and does not take. */
export const ruleGroupWithout = (raw: JsonObject): JsonObject => ({
  ...without(raw, new Set([...topLevel, 'location'])),
  properties: without(asObject(raw['properties']), new Set([...filledByArm, 'size'])),
});

/** An IP group as ARM wants it back; it spells its etag in two ways. */
export const ipGroupWithout = (raw: JsonObject): JsonObject => ({
  ...without(raw, new Set([...topLevel, 'eTag'])),
  properties: without(asObject(raw['properties']), new Set([...filledByArm, ...ipGroupBackReferences])),
});

/** A new or changed child over what ARM holds of it, so that members we do not know survive. */
export const overlay = (raw: Json | undefined, name: string, properties: JsonObject): Record<string, Json> => {
  const before = raw === undefined ? {} : writableChild(raw);
  return { ...before, name, properties: { ...asObject(before['properties']), ...properties } };
};

/** The body of a PUT of a route table: the raw one with its routes replaced by `routes(foreign and ours as ARM holds them)`. */
export const routeTableBody = (
  raw: JsonObject,
  routes: (existing: ReadonlyMap<string, Json>) => readonly JsonObject[],
): JsonObject => {
  const properties = asObject(raw['properties']);
  const existing = new Map(asList(properties['routes']).map((route) => [nameOf(route), writableChild(route) as Json]));
  return {
    ...without(raw, topLevel),
    properties: {
      ...without(properties, new Set([...filledByArm, ...routeTableBackReferences])),
      routes: routes(existing),
    },
  };
};

/** The body of a PUT of a classic firewall: the raw one with our collection put in, everything else as ARM holds it. */
export const firewallBody = (
  raw: JsonObject,
  collectionName: string,
  collection: (existing: Json | undefined) => JsonObject,
): JsonObject => {
  const properties = asObject(raw['properties']);
  const kind = (name: string) => asList(properties[name]).map((child) => writableChild(child));
  const network = kind('networkRuleCollections');
  const at = network.findIndex((child) => nameOf(child) === collectionName.toLowerCase());
  const ours = collection(at < 0 ? undefined : network[at]);
  return {
    ...without(raw, topLevel),
    properties: {
      ...without(properties, new Set([...filledByArm, ...firewallBackReferences])),
      ...(properties['ipConfigurations'] === undefined
        ? {}
        : {
            ipConfigurations: asList(properties['ipConfigurations']).map((child) =>
              writableChild(child, ['privateIPAddress']),
            ),
          }),
      // Of a firewall with forced tunnelling: one such object instead of a list.
      ...(isObject(properties['managementIpConfiguration'])
        ? { managementIpConfiguration: writableChild(properties['managementIpConfiguration'], ['privateIPAddress']) }
        : {}),
      ...(properties['applicationRuleCollections'] === undefined
        ? {}
        : { applicationRuleCollections: kind('applicationRuleCollections') }),
      ...(properties['natRuleCollections'] === undefined ? {} : { natRuleCollections: kind('natRuleCollections') }),
      networkRuleCollections:
        at < 0 ? [...network, ours] : network.map((child, index) => (index === at ? ours : child)),
    },
  };
};
