import { isObject, type JsonObject } from '../base/canonical.ts';
import { entityTagOf } from '../base/entityTag.ts';
import { AutomationError } from '../base/errors.ts';

/** What an answer lacks, in words; null where it is whole. */
type Check = (body: JsonObject) => string | null;

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);

const firstOf = (checks: readonly Check[]): Check => {
  return (body) => checks.reduce<string | null>((found, check) => found ?? check(body), null);
};

/** A list whose items have a name and what else `parts` says: an object for those that end in `{}`, else a list. */
const listOf = (path: string, parts: readonly string[] = []): Check => {
  return (body) => {
    const items = at(body, path);
    if (!Array.isArray(items)) return path;
    const faults = items.map((item, index) => {
      const name = at(item, 'name');
      if (typeof name !== 'string' || name === '') return `the name of ${path}[${index}]`;
      const absent = parts.find((part) =>
        part.endsWith('{}') ? !isObject(at(item, part.slice(0, -2))) : !Array.isArray(at(item, part)),
      );
      return absent === undefined ? null : `${absent.replace('{}', '')} of ${name} in ${path}`;
    });
    return faults.find((fault) => fault !== null) ?? null;
  };
};

const arrayAt = (path: string): Check => {
  return (body) => (Array.isArray(at(body, path)) ? null : path);
};

const etag: Check = (body) => (entityTagOf(body) === null ? 'etag' : null);

/** Rules of a firewall with a policy stand there: its own lists are never written. A PUT without its addresses deallocates it. */
const firewall: Check = (body) =>
  typeof at(body, 'properties.firewallPolicy.id') === 'string'
    ? null
    : firstOf([
        listOf('properties.ipConfigurations', ['properties{}']),
        listOf('properties.networkRuleCollections', ['properties.rules']),
        listOf('properties.applicationRuleCollections', ['properties.rules']),
        listOf('properties.natRuleCollections', ['properties.rules']),
      ])(body);

const ruleGroup = firstOf([etag, listOf('properties.ruleCollections', ['rules'])]);

/** The groups of a policy as one list: ours that were missing there would be written as if nothing were. */
const ruleGroups: Check = (body) => {
  const groups = listOf('value', ['properties{}'])(body);
  if (groups !== null) return groups;
  const faults = (body['value'] as readonly JsonObject[]).map((group) => {
    const fault = ruleGroup(group);
    return fault === null ? null : `${fault} of ${String(group['name'])}`;
  });
  return faults.find((fault) => fault !== null) ?? null;
};

/** By type of Microsoft.Network, what ARM always sends (recorded, and published as examples) and we write from. */
const checks: Readonly<Record<string, Check>> = {
  routetables: firstOf([etag, listOf('properties.routes', ['properties{}'])]),
  azurefirewalls: firstOf([etag, firewall]),
  ipgroups: firstOf([etag, arrayAt('properties.ipAddresses')]),
  // A move writes these where it builds, over what others have added.
  // No route may cover its ranges.
  virtualnetworks: firstOf([
    etag,
    listOf('properties.subnets', ['properties{}']),
    arrayAt('properties.addressSpace.addressPrefixes'),
  ]),
  networksecuritygroups: firstOf([etag, listOf('properties.securityRules', ['properties{}'])]),
  // What groups there are is read from it: ours would seem not to be there.
  firewallpolicies: arrayAt('properties.ruleCollectionGroups'),
  'firewallpolicies/rulecollectiongroups': ruleGroup,
};

const checkOf = (id: string): Check | undefined => {
  const [type = '', , child, name, ...more] =
    /\/providers\/Microsoft\.Network\/(.+)$/i.exec(id)?.[1]?.toLowerCase().split('/') ?? [];
  if (more.length > 0) return undefined;
  if (child === undefined) return checks[type];
  const childType = `${type}/${child}`;
  if (name !== undefined) return checks[childType];
  return childType === 'firewallpolicies/rulecollectiongroups' ? ruleGroups : undefined;
};

const shortMs = 10_000;

/** Throws ERR_AZURE_UNAVAILABLE where something is missing: asked again, ARM sends all of it. */
const mustBeWhole = (id: string, missing: string | null): void => {
  if (missing === null) return;
  throw new AutomationError('ERR_AZURE_UNAVAILABLE', `Azure's answer about ${id} is not whole: ${missing} is missing`, {
    remedy:
      'Nothing to do: nothing was written from it, and it is read again. If it stays, see what Azure shows of the resource.',
    retry: 'later',
    retryAfterMs: shortMs,
  });
};

/**
 * The answer, unless it lacks what a PUT made of it would then delete, or an entity tag that keeps the PUT from
 * deleting what others wrote meanwhile. Throws ERR_AZURE_UNAVAILABLE.
 */
export const whole = (id: string, body: JsonObject): JsonObject => {
  mustBeWhole(id, checkOf(id)?.(body) ?? null);
  return body;
};

/** The items of a page of a list, which is sent even where there are none. Throws ERR_AZURE_UNAVAILABLE. */
export const itemsOf = (id: string, page: JsonObject): readonly JsonObject[] => {
  mustBeWhole(id, arrayAt('value')(page));
  return (page['value'] as readonly unknown[]).filter((item): item is JsonObject => isObject(item));
};
