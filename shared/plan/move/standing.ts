import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import { childName, childPaths, isChildList, wholeLists } from './childPaths.ts';
import type { MoveStep } from './movePlan.ts';
import { moveTag, siteTag } from './moveTags.ts';

/** Members that ARM takes and never gives back: nothing can be said of them. */
const writeOnly = new Set(['sharedkey', 'radiusserversecret', 'authorizationkey', 'secret', 'password']);

/** Members whose letters' case has a meaning. Everywhere else ARM spells words, names and ids as it likes. */
const exactly = new Set(['publiccertdata', 'tags']);

/** ARM leaves out what was never set. */
const saysNothing = (planned: Json): boolean =>
  planned === null ||
  planned === false ||
  (Array.isArray(planned) && planned.length === 0) ||
  (isObject(planned) && Object.keys(planned).length === 0);

/** `exact`: case counts. `whole`: a child more is a difference. */
type Compare = { readonly exact: boolean; readonly whole?: boolean };

const textFits = (actual: string, planned: string, { exact }: Compare): boolean =>
  exact ? actual === planned : actual.toLowerCase() === planned.toLowerCase();

/** Named children one by one, further ones aside: ARM or a person adds them. Anything else as a set. */
const listFits = (actual: readonly Json[], planned: readonly Json[], compare: Compare): boolean => {
  if (isChildList(planned) && (compare.whole !== true || actual.length === planned.length)) {
    const byName = new Map(actual.map((item) => [childName(item), item]));
    return planned.every((item) => valueFits(byName.get(childName(item)), item, compare));
  }
  const left = [...actual];
  for (const item of planned) {
    const at = left.findIndex((candidate) => valueFits(candidate, item, compare));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
};

const objectFits = (actual: JsonObject, planned: JsonObject, compare: Compare): boolean => {
  const members = new Map(Object.entries(actual).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(planned).every(([name, value]) => {
    const key = name.toLowerCase();
    if (writeOnly.has(key) || name === moveTag) return true;
    const how = { exact: compare.exact || exactly.has(key), whole: wholeLists.has(key) };
    return memberFits(key, members.get(key), value, how);
  });
};

const memberFits = (key: string, actual: Json | undefined, planned: Json, compare: Compare): boolean => {
  if (key === 'location' && typeof actual === 'string' && typeof planned === 'string')
    return textFits(actual.replaceAll(' ', ''), planned.replaceAll(' ', ''), compare);
  return valueFits(actual, planned, compare);
};

const valueFits = (actual: Json | undefined, planned: Json, compare: Compare): boolean => {
  if (actual === undefined || actual === null) return saysNothing(planned);
  if (Array.isArray(planned)) return Array.isArray(actual) && listFits(actual, planned, compare);
  if (isObject(planned)) return isObject(actual) && objectFits(actual as JsonObject, planned as JsonObject, compare);
  if (typeof planned === 'string') return typeof actual === 'string' && textFits(actual, planned, compare);
  return actual === planned;
};

/**
 * Is the resource as planned? Every member planned is there with that value; what ARM or others added, the case of
 * names and ids, the order of lists and secrets that ARM never shows do not count.
 */
export const resourceFits = (actual: JsonObject, planned: JsonObject): boolean =>
  objectFits(actual, planned, { exact: false });

/**
 * | standing          | means                                                                      |
 * | ----------------- | -------------------------------------------------------------------------- |
 * | `absent`          | nothing is there                                                           |
 * | `ours-as-planned` | ours, settled, with every value planned and nothing retired                 |
 * | `ours-different`  | ours and settled, but not as planned: the same PUT makes it so             |
 * | `strangers`       | there without our tag: never touched                                       |
 * | `unsettled`       | ours, and ARM is still at work on it: look again                           |
 * | `failed`          | ours, and the last write to it failed: the same PUT repairs it             |
 */
export type Standing = 'absent' | 'ours-as-planned' | 'ours-different' | 'strangers' | 'unsettled' | 'failed';

/** A child (rule collection group, subnet) has no tags: it is its parent's, whose own step came before. */
const isChild = (id: string): boolean => {
  const inProvider = id.split(/\/providers\//i)[1];
  return inProvider !== undefined && inProvider.split('/').length > 3;
};

/** Did a move of this site make it? */
export const hasOurTag = (actual: JsonObject, siteId: string): boolean => {
  const { tags } = actual;
  return (
    isObject(tags) && Object.entries(tags).some(([name, value]) => name.toLowerCase() === siteTag && value === siteId)
  );
};

/** Has it still what an earlier move put there and nobody wants any more? */
const hasRetired = (actual: JsonObject, retired: readonly string[] = []): boolean => {
  const there = childPaths(actual, () => false);
  return retired.some((path) => there.has(path));
};

/** Where a resource group keeps what is known of it says nothing of what is in it, and cannot be changed. */
const isGroup = (id: string): boolean => !/\/providers\//i.test(id);

const withoutLocation = ({ location: _, ...body }: JsonObject): JsonObject => body;

/** Tags of somebody else's resource stay as they are: it has not got ours, and need not. */
const withoutTags = ({ tags: _, ...body }: JsonObject): JsonObject => body;

/** How what was just read stands to a `put` or `delete` step. `actual`: null where ARM said 404. */
export const standingOf = (
  actual: JsonObject | null,
  step: Pick<MoveStep, 'resource' | 'body' | 'ownedById' | 'leaveAsIs' | 'retired'>,
  siteId: string,
): Standing => {
  if (actual === null) return 'absent';
  const tagged = hasOurTag(actual, siteId);
  if (!tagged && step.ownedById !== true && !isChild(step.resource)) return 'strangers';
  const properties = isObject(actual['properties']) ? actual['properties'] : {};
  const state = String(properties['provisioningState'] ?? 'Succeeded').toLowerCase();
  if (state === 'failed' || state === 'canceled') return 'failed';
  if (state !== 'succeeded') return 'unsettled';
  if (step.leaveAsIs === true) return 'ours-as-planned';
  const body = step.body ?? {};
  const planned = isGroup(step.resource) ? withoutLocation(body) : body;
  const fits = resourceFits(actual, tagged || isChild(step.resource) ? planned : withoutTags(planned));
  return fits && !hasRetired(actual, step.retired) ? 'ours-as-planned' : 'ours-different';
};
