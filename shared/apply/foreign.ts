import { digestOf, isObject, type JsonObject } from '../base/canonical.ts';
import type { ObservedFirewall } from '../plan/observed.ts';
import { isOurs } from '../plan/ownership.ts';
import { ourGroupIn, sameName } from '../plan/ruleOrder.ts';
import { firewallBody, routeTableBody } from './body.ts';

/** A route's id follows from its place: one that is written for the first time has none yet. */
const withoutId = ({ id: _, ...route }: JsonObject): JsonObject => route;

/** Hash of everything in the table that is not ours, unknown members included; what ARM fills in left out. */
export const foreignInRouteTable = (raw: JsonObject, namePrefix: string): string =>
  digestOf(
    routeTableBody(raw, (existing) =>
      [...existing].filter(([name]) => !isOurs(name, namePrefix)).map(([, route]) => withoutId(route as JsonObject)),
    ),
  );

/** The same for a firewall; collections of the product's other sites are not strangers: they come and go as ours does. */
export const foreignInFirewall = (raw: JsonObject, namePrefix: string): string => {
  const body = firewallBody(raw, namePrefix, () => ({ name: namePrefix }));
  const properties = isObject(body['properties']) ? (body['properties'] as JsonObject) : {};
  const network = properties['networkRuleCollections'];
  const foreign = Array.isArray(network)
    ? network.filter((child) => !isObject(child) || !isOurs(String(child['name']), namePrefix))
    : [];
  return digestOf({ ...body, properties: { ...properties, networkRuleCollections: foreign } });
};

/** The same for our rule collection group: the collections in it that are not ours. Other groups no write of ours touches. */
export const foreignInRuleGroup = (firewall: ObservedFirewall, ourName: string): string => {
  const properties = ourGroupIn(firewall, ourName)?.raw['properties'];
  const collections = isObject(properties) ? properties['ruleCollections'] : [];
  return digestOf(
    (Array.isArray(collections) ? collections : []).filter(
      (collection) => !isObject(collection) || !sameName(String(collection['name']), ourName),
    ),
  );
};
