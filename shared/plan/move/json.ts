import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';

/** A member that is an object; empty where it is none. */
export const objectIn = (value: Json | undefined, name: string): JsonObject => {
  const member = isObject(value) ? (value as JsonObject)[name] : undefined;
  return isObject(member) ? (member as JsonObject) : {};
};

/** A member that is a list; empty where it is none. */
export const listIn = (value: Json | undefined, name: string): readonly Json[] => {
  const member = isObject(value) ? (value as JsonObject)[name] : undefined;
  return Array.isArray(member) ? member : [];
};

/** A member that is a text; empty where it is none. */
export const textIn = (value: Json | undefined, name: string): string => {
  const member = isObject(value) ? (value as JsonObject)[name] : undefined;
  return typeof member === 'string' ? member : '';
};

/** The object without these members. */
export const without = (value: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

/** The object with its `properties` changed. */
export const withProperties = (body: JsonObject, change: (properties: JsonObject) => JsonObject): JsonObject => ({
  ...body,
  properties: change(objectIn(body, 'properties')),
});

/** A list member with every object in it changed; absent stays absent. */
export const eachIn = (value: JsonObject, name: string, change: (item: JsonObject) => Json | undefined): JsonObject =>
  Array.isArray(value[name])
    ? {
        ...value,
        [name]: (value[name] as readonly Json[]).flatMap((item) => {
          const changed = isObject(item) ? change(item as JsonObject) : item;
          return changed === undefined ? [] : [changed];
        }),
      }
    : value;
