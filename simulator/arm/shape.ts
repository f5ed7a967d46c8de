import type { ResourceId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt, without } from './json.ts';
import type { ChildKind, Kind } from './kinds/kind.ts';

export type State = 'Succeeded' | 'Updating' | 'Deleting' | 'Failed';

const OWN_KEYS = ['name', 'id', 'etag', 'eTag', 'type', 'properties'];
const OWN_PROPERTIES = ['provisioningState', 'resourceGuid'];

function buildChild(
  kind: Kind,
  child: ChildKind,
  parent: ResourceId,
  given: JsonObject,
  before: readonly JsonObject[],
) {
  const name = stringAt(given, 'name') ?? '';
  const previous = before.find((item) => stringAt(item, 'name')?.toLowerCase() === name.toLowerCase());
  const type = `Microsoft.Network/${kind.type}/${child.segment}`;
  return {
    name,
    id: `${parent.text}/${child.segment}/${name}`,
    ...without(given, OWN_KEYS),
    properties: child.defaults(
      without(objectAt(given, 'properties'), OWN_PROPERTIES),
      previous === undefined ? undefined : objectAt(previous, 'properties'),
    ),
    ...(child.typed ? { type } : {}),
  };
}

/**
 * The full resource a request body stands for: what the provider works out is filled in, what the body leaves out is
 * gone, what nobody knows is kept. Etag and state come with `stamp`.
 */
export function build(
  kind: Kind,
  id: ResourceId,
  given: JsonObject,
  previous: JsonObject | undefined,
  newGuid: () => string,
): JsonObject {
  const before = previous === undefined ? undefined : objectAt(previous, 'properties');
  const properties = kind.defaults(
    without(objectAt(given, 'properties'), [...OWN_PROPERTIES, ...kind.readOnly]),
    before,
  );
  for (const child of kind.children) {
    const items = objectsAt(properties, child.property);
    const earlier = objectsAt(before, child.property);
    properties[child.property] = items.map((item) => buildChild(kind, child, id, item, earlier));
  }
  return structuredClone({
    name: id.names.at(-1) ?? '',
    id: id.text,
    type: kind.shownType ?? `Microsoft.Network/${kind.type}`,
    ...without(given, OWN_KEYS),
    ...kind.outerDefaults?.(given),
    properties: {
      ...(kind.guid ? { resourceGuid: stringAt(before, 'resourceGuid') ?? newGuid() } : {}),
      ...properties,
    },
  });
}

/**
 * Puts an etag and a state on a resource, in place; every child carries its parent's etag (recorded). With `only`,
 * the other children keep saying Succeeded.
 */
export function stamp(kind: Kind, body: JsonObject, etag: string, state: State, only?: string): void {
  body[kind.etagKey ?? 'etag'] = etag;
  const properties = objectAt(body, 'properties');
  properties['provisioningState'] = state;
  for (const child of kind.children) {
    for (const item of objectsAt(properties, child.property)) {
      item['etag'] = etag;
      const concerned = only === undefined || stringAt(item, 'name')?.toLowerCase() === only.toLowerCase();
      objectAt(item, 'properties')['provisioningState'] = child.alwaysSucceeded || !concerned ? 'Succeeded' : state;
    }
  }
}

/** `W/"guid"` of the network provider; a bare guid of virtual appliances. */
export function newEtag(kind: Kind | undefined, newGuid: () => string): string {
  return kind?.provider === 'nfv' ? newGuid() : `W/"${newGuid()}"`;
}

export function etagOf(kind: Kind | undefined, body: JsonObject | undefined): string | undefined {
  return stringAt(body, kind?.etagKey ?? 'etag');
}

/** The ETag header: what the body says, for virtual appliances in quotes (recorded). */
export function etagHeaderOf(kind: Kind | undefined, body: JsonObject): string | undefined {
  const etag = kind?.etagHeader === true ? etagOf(kind, body) : undefined;
  return etag === undefined || kind?.provider !== 'nfv' ? etag : `"${etag}"`;
}
