import { stampFirewalls } from './accept.ts';
import { groupBody } from './groups.ts';
import type { ResourceId } from './ids.ts';
import { parentId, parseId, resourceGroupId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt } from './json.ts';
import { isWhole, kindOf } from './kinds/all.ts';
import { build, newEtag, stamp } from './shape.ts';
import type { World } from './world.ts';

/**
 * Puts a resource there as if it had been made long ago; the resource group comes with it. A type nobody can write
 * through the API is kept as it is given.
 */
export function seed(resourceId: string, body: JsonObject, world: World): ResourceId {
  const id = parseId(resourceId);
  if (id === undefined || (id.types.length > 1 && !stands(id)))
    throw new Error(`only a whole resource can be seeded, not ${resourceId}`);
  const { store, newGuid } = world.env;
  const group = resourceGroupId(id);
  const location = stringAt(body, 'location') ?? 'global';
  if (id.namespace === undefined || store.get(group) === undefined)
    store.put(
      group,
      groupBody(group, id.resourceGroup, location, id.namespace === undefined ? objectAt(body, 'tags') : {}),
    );
  if (id.namespace === undefined) return id;
  const kind = kindOf(id);
  const stored = store.get(id.text);
  if (kind === undefined) {
    const type = `${id.namespace}/${id.types.join('/')}`;
    store.put(id.text, { id: id.text, name: id.names[0] ?? '', type, ...structuredClone(body) });
    return id;
  }
  const parent = kind.location === 'parent' ? parentId(id) : undefined;
  const there = stringAt(store.get(parent?.text ?? '')?.body, 'location');
  if (parent !== undefined && there === undefined) throw new Error(`there is no ${parent.text} for ${resourceId}`);
  const given = there === undefined ? body : { ...body, location: there };
  const complete = build(kind, stored?.id ?? id, given, stored?.body, newGuid);
  store.put(id.text, complete).made = true;
  kind.finish?.(id, complete, world.env);
  stamp(kind, complete, newEtag(kind, newGuid), 'Succeeded');
  return id;
}

/** Whether a child is stored by itself, and its parent is there. */
function stands(id: ResourceId): boolean {
  const kind = kindOf(id);
  return kind !== undefined && isWhole(kind, id);
}

/** Takes a resource away at once; a resource group takes everything in it along. */
export function removeSeed(resourceId: string, world: World): void {
  const { store } = world.env;
  const id = parseId(resourceId);
  if (id === undefined || (!store.delete(resourceId) && id.types.length === 0))
    throw new Error(`there is no ${resourceId} to remove`);
  if (id.namespace !== undefined) return;
  for (const other of store.all()) {
    const inside = other.id.resourceGroup.toLowerCase() === id.resourceGroup.toLowerCase();
    if (inside && other.id.subscription.toLowerCase() === id.subscription.toLowerCase()) store.delete(other.id.text);
  }
}

/** Somebody else's operation on a resource: it locks, and changes nothing but the etag when it ends. */
export function occupy(resourceId: string, seconds: number, world: World): void {
  const stored = world.env.store.get(resourceId);
  if (stored === undefined) throw new Error(`there is no ${resourceId} to occupy`);
  const kind = kindOf(stored.id);
  if (kind !== undefined) stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Updating');
  const firewalls = kind?.affects?.(stored.id, world.env) ?? [];
  stampFirewalls(firewalls, 'Updating', world);
  world.operations.start(
    {
      name: `Put${kind?.noun ?? 'Resource'}Operation`,
      resource: stored.id.text,
      ...(kind?.provider === undefined ? {} : { provider: kind.provider }),
      alsoHolds: firewalls.map(({ id }) => id.text),
      subscription: stored.id.subscription,
      location: stringAt(stored.body, 'location') ?? 'global',
      apiVersion: '2025-03-01',
      seconds,
      firstRetryAfter: 10,
      onDone: () => {
        if (kind !== undefined) stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Succeeded');
        stampFirewalls(firewalls, 'Succeeded', world);
      },
    },
    world.env.newGuid(),
    world.clock.now(),
  );
}
