import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import type { Blocker } from '../blocker.ts';
import { type AddressShift, moveAddresses, straddles } from './addressMap.ts';
import type { Mapping } from './movePlan.ts';
import type { IdMap } from './resourceIds.ts';

/** How ids and addresses of the old side are spelt on the new one. */
export type Carriage = {
  readonly ids: IdMap;
  readonly shifts: readonly AddressShift[];
};

export type Carried = {
  readonly body: JsonObject;
  readonly mappings: readonly Mapping[];
  readonly notes: readonly string[];
  /** What would mean something else on the new side: nothing is built from such a body. */
  readonly faults: readonly Blocker[];
};

const isId = (text: string): boolean => text.toLowerCase().startsWith('/subscriptions/');

/** A list's item by its name, so that a reader finds it. */
const itemOf = (at: string, item: Json, index: number): string => {
  if (!isObject(item)) return at;
  const { name } = item as JsonObject;
  return `${at}/${typeof name === 'string' ? name : index + 1}`;
};

/** A path as people read it: `properties` is in every other place, and says nothing. */
const below = (at: string, name: string): string => (name === 'properties' ? at : at === '' ? name : `${at}/${name}`);

const homeless = (resource: string, at: string, text: string): Blocker => ({
  code: 'MOVE_ADDRESSES',
  message: `${resource}: ${at} is ${text}, which has no place in the new range.`,
  remedy: "Give move.addressSpace and move.clientAddressPool the size of home's, or larger.",
});

const missing = (resource: string, at: string, id: string): Blocker => ({
  code: 'MOVE_REFERENCE',
  message: `${resource}: ${at} names ${id}, which is not in the snapshot.`,
  remedy: 'Let a sweep take a snapshot that has it, or take it out, while the old side stands.',
});

/** Members that a resource makes no sense without: a firewall without its policy would have no rules, a subnet be open. */
const needed = new Set(
  ['firewallPolicy', 'basePolicy', 'publicIPAddress', 'subnet', 'routeTable', 'virtualHub'].concat(
    'networkSecurityGroup',
    'virtualNetworkGateway1',
    'virtualNetworkGateway2',
    'localNetworkGateway2',
    'gatewayDefaultSite',
  ),
);

/** A security rule without one of its application security groups would be about other machines. */
const isNeeded = (at: string): boolean =>
  needed.has(at.slice(at.lastIndexOf('/') + 1)) || /\/(source|destination)ApplicationSecurityGroups\/\d+$/i.test(at);

/** A writable body with every id and address as the new side has it; what changed, and what could not come along. */
export const carryBody = (body: JsonObject, resource: string, how: Carriage): Carried => {
  const finds = { mappings: [] as Mapping[], notes: [] as string[], faults: [] as Blocker[] };

  const textAt = (text: string, at: string): string | undefined => {
    if (isId(text)) return how.ids.toNew(text) ?? undefined;
    const moved = moveAddresses(text, how.shifts);
    if (moved === null) finds.faults.push(homeless(resource, at, text));
    else if (moved !== text) finds.mappings.push({ resource, where: at, before: text, after: moved });
    else if (straddles(text, how.shifts))
      finds.notes.push(`${resource}: ${at} stays ${text}, wider than the range that changes.`);
    return moved ?? text;
  };

  const listAt = (list: readonly Json[], at: string): Json[] =>
    list.flatMap((item, index) => {
      const carried = valueAt(item, itemOf(at, item, index));
      // A rule without one of its groups would allow, or deny, something else.
      if (carried === undefined && typeof item === 'string') finds.faults.push(missing(resource, at, item));
      return carried === undefined ? [] : [carried];
    });

  const objectAt = (object: JsonObject, at: string): JsonObject | undefined => {
    const { id } = object;
    if (typeof id === 'string' && isId(id) && how.ids.toNew(id) === null) {
      if (isNeeded(at)) finds.faults.push(missing(resource, at, id));
      else finds.notes.push(`${resource}: ${at} named ${id}, which stays behind.`);
      return undefined;
    }
    return Object.fromEntries(
      Object.entries(object).flatMap(([name, member]) => {
        const carried = valueAt(member, below(at, name));
        return carried === undefined ? [] : [[name, carried]];
      }),
    );
  };

  /** undefined: a reference to what stays behind. */
  const valueAt = (value: Json, at: string): Json | undefined => {
    if (typeof value === 'string') return textAt(value, at);
    if (Array.isArray(value)) return listAt(value, at);
    return isObject(value) ? objectAt(value as JsonObject, at) : value;
  };

  const properties = valueAt(body['properties'] ?? {}, '') ?? {};
  return { body: { ...body, properties }, ...finds };
};
