import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';
import { below, childName, isChildList, wholeLists } from './childPaths.ts';

/** ARM takes one of the two spellings. */
const insteadOf: Readonly<Record<string, string>> = {
  addressprefix: 'addressprefixes',
  addressprefixes: 'addressprefix',
};

export type Merging = {
  /** Paths of `childPaths`: what earlier moves put there and is no longer wanted. */
  readonly retired: ReadonlySet<string>;
  /** Ours is written as planned, whole. */
  readonly isOurs: (name: string) => boolean;
};

const objects = (actual: JsonObject, planned: JsonObject, path: string, how: Merging): JsonObject => {
  const there = new Map(Object.entries(actual).map(([name, member]) => [name.toLowerCase(), member]));
  const said = new Set(Object.keys(planned).map((name) => name.toLowerCase()));
  const stays = Object.entries(actual).filter(
    ([name]) =>
      !said.has(name.toLowerCase()) &&
      !said.has(insteadOf[name.toLowerCase()] ?? '') &&
      !how.retired.has(below(path, name)),
  );
  const comes = Object.entries(planned).map(([name, member]): [string, Json] => [
    name,
    values(there.get(name.toLowerCase()), member, below(path, name), how),
  ]);
  return Object.fromEntries([...comes, ...stays]);
};

const children = (
  actual: readonly JsonObject[],
  planned: readonly JsonObject[],
  path: string,
  how: Merging,
): readonly Json[] => {
  const there = new Map(actual.map((child) => [childName(child) ?? '', child]));
  const said = new Set(planned.map(childName));
  const stays = [...there].filter(([name]) => !said.has(name) && !how.retired.has(below(path, name)));
  const comes = planned.map((child) => {
    const name = childName(child) ?? '';
    return how.isOurs(name) ? child : values(there.get(name), child, below(path, name), how);
  });
  return [...comes, ...stays.map(([, child]) => child)];
};

const values = (actual: Json | undefined, planned: Json, path: string, how: Merging): Json => {
  if (wholeLists.has(path.slice(path.lastIndexOf('/') + 1))) return planned;
  if (isChildList(planned) && isChildList(actual)) return children(actual, planned, path, how);
  if (isObject(planned) && isObject(actual)) return objects(actual as JsonObject, planned as JsonObject, path, how);
  return planned;
};

/**
 * The body of a PUT over what stands there: what others added stays, what earlier moves put there and is no longer
 * wanted goes, what is planned comes. `actual` as ARM takes it (`writable`).
 */
export const mergedBody = (actual: JsonObject, planned: JsonObject, how: Merging): JsonObject =>
  objects(actual, planned, '', how);
