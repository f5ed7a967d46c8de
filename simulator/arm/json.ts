/** Any JSON value; the world is kept as raw JSON so that properties nobody knows survive. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** JSON that is only looked at; what callers may pass in. */
export type JsonInput = null | boolean | number | string | readonly JsonInput[] | JsonObjectInput;
export interface JsonObjectInput {
  readonly [key: string]: JsonInput;
}

/** A copy of our own, to be changed at will. */
export function copyOf(input: JsonObjectInput): JsonObject {
  return structuredClone(input) as JsonObject;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one that is not attached. */
export function objectAt(owner: JsonObject | undefined, key: string): JsonObject {
  const value = owner?.[key];
  return isObject(value) ? value : {};
}

/** The objects of the array at `key`; anything else counts as an empty array. */
export function objectsAt(owner: JsonObject | undefined, key: string): JsonObject[] {
  const value = owner?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function stringAt(owner: JsonObject | undefined, key: string): string | undefined {
  const value = owner?.[key];
  return typeof value === 'string' ? value : undefined;
}

export function stringsAt(owner: JsonObject | undefined, key: string): string[] {
  const value = owner?.[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The `id` of the reference at `key`, as in `{ "subnet": { "id": "..." } }`. */
export function referenceAt(owner: JsonObject | undefined, key: string): string | undefined {
  return stringAt(objectAt(owner, key), 'id');
}

export function without(owner: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(owner).filter(([key]) => !keys.includes(key)));
}
