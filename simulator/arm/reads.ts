import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { childNotFound, missingGroup, parentNotFound, resourceNotFound } from './found.ts';
import type { ResourceId } from './ids.ts';
import { keyOf, parentId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt } from './json.ts';
import { childKindOf, isWhole, kindOf } from './kinds/all.ts';
import type { ChildKind, Kind } from './kinds/kind.ts';
import { etagHeaderOf } from './shape.ts';
import type { Stored } from './store.ts';
import type { Call, World } from './world.ts';

/** A stored resource as GET shows it: a copy, with the back references worked out. */
export function presented(stored: Stored, world: World): JsonObject {
  const copy = structuredClone(stored.body);
  kindOf(stored.id)?.present?.(stored.id, copy, world.env);
  return copy;
}

export function childOf(parent: JsonObject, child: ChildKind, name: string): JsonObject | undefined {
  return objectsAt(objectAt(parent, 'properties'), child.property).find(
    (item) => stringAt(item, 'name')?.toLowerCase() === name.toLowerCase(),
  );
}

/** The resource or child with this id as it stands; undefined when it is not there. */
export function lookUp(id: ResourceId, world: World): JsonObject | undefined {
  const own = world.env.store.get(id.text);
  if (own !== undefined) return presented(own, world);
  const parent = parentId(id);
  const kind = kindOf(id);
  const child = kind === undefined ? undefined : childKindOf(kind, id);
  const stored = parent === undefined ? undefined : world.env.store.get(parent.text);
  if (stored === undefined || child === undefined) return undefined;
  return childOf(presented(stored, world), child, id.names[1] ?? '');
}

/** GET of a resource or of a child with an address of its own. */
export function getResource(id: ResourceId, world: World): Answer {
  const refused = missingGroup(id, world);
  if (refused !== undefined) return refused;
  const body = lookUp(id, world);
  if (body !== undefined) {
    const kind = kindOf(id);
    const etag =
      kind === undefined || (!isWhole(kind, id) && kind.provider === 'nfv') ? undefined : etagHeaderOf(kind, body);
    const pretty = kind?.provider === 'nfv' ? { pretty: true } : {};
    return { status: 200, headers: etag === undefined ? {} : { etag }, body, ...pretty };
  }
  const parent = parentId(id);
  if (parent === undefined) return resourceNotFound(id);
  return world.env.store.get(parent.text) === undefined
    ? parentNotFound(id, parent.text, 'read')
    : childNotFound(id.text);
}

/** One page of `items`, with an absolute nextLink to the following one. */
export function page(items: readonly JsonObject[], call: Call, world: World): Answer {
  const size = world.env.limits.itemsPerPage;
  const token = [...call.url.searchParams].find(([key]) => key.toLowerCase() === '$skiptoken')?.[1] ?? '0';
  const from = Number.parseInt(token, 10);
  if (!(from >= 0)) return gatewayError(400, 'InvalidSkipToken', `The skip token '${token}' is invalid.`);
  const value = items.slice(from, from + size);
  if (from + size >= items.length) return { status: 200, body: { value } };
  const next = new URL(`${world.endpoint()}${call.url.pathname}${call.url.search}`);
  for (const key of [...next.searchParams.keys()])
    if (key.toLowerCase() === '$skiptoken') next.searchParams.delete(key);
  next.searchParams.set('$skipToken', String(from + size));
  return { status: 200, body: { value, nextLink: next.toString() } };
}

/** All resources of a kind in a subscription or resource group. */
export function listResources(
  kind: Kind,
  scope: { subscription: string; resourceGroup: string | undefined },
  call: Call,
  world: World,
): Answer {
  const { subscription, resourceGroup } = scope;
  const refused = resourceGroup === undefined ? undefined : missingGroup({ subscription, resourceGroup }, world);
  if (refused !== undefined) return refused;
  const found = world.env.store.ofType(kind.type, scope);
  return page(
    found.map((stored) => presented(stored, world)),
    call,
    world,
  );
}

/** The children of one resource that are stored by themselves, such as a policy's rule collection groups. */
export function listNested(kind: Kind, parent: ResourceId, call: Call, world: World): Answer {
  const refused = missingGroup(parent, world);
  if (refused !== undefined) return refused;
  if (world.env.store.get(parent.text) === undefined) return resourceNotFound(parent);
  const prefix = `${keyOf(parent.text)}/`;
  const found = world.env.store.ofType(kind.type, parent).filter(({ id }) => keyOf(id.text).startsWith(prefix));
  const shown = page(
    found.map((stored) => presented(stored, world)),
    call,
    world,
  );
  return kind.provider === 'nfv' ? { ...shown, pretty: true } : shown;
}

/** The children of one resource, such as the routes of a table. */
export function listChildren(child: ChildKind, parent: ResourceId, call: Call, world: World): Answer {
  const refused = missingGroup(parent, world);
  if (refused !== undefined) return refused;
  const stored = world.env.store.get(parent.text);
  if (stored === undefined) return resourceNotFound(parent);
  return page(objectsAt(objectAt(presented(stored, world), 'properties'), child.property), call, world);
}
