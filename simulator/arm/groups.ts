import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { methodNotAllowed } from './found.ts';
import type { ResourceId } from './ids.ts';
import { resourceGroupId, sameId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt } from './json.ts';
import { kindOf } from './kinds/all.ts';
import { plainLocation } from './locations.ts';
import { operationUrl } from './operations.ts';
import { page } from './reads.ts';
import type { Stored } from './store.ts';
import type { Call, World } from './world.ts';

/** A resource group as ARM returns it. */
export function groupBody(id: string, name: string, location: string, tags: JsonObject): JsonObject {
  const type = 'Microsoft.Resources/resourceGroups';
  return { id, name, type, location, tags, properties: { provisioningState: 'Succeeded' } };
}

function notFound(id: ResourceId): Answer {
  return gatewayError(404, 'ResourceGroupNotFound', `Resource group '${id.resourceGroup}' could not be found.`);
}

function put(id: ResourceId, stored: Stored | undefined, call: Call, world: World): Answer {
  const location = stringAt(call.body, 'location');
  if (location === undefined || location === '')
    return gatewayError(400, 'LocationRequired', 'The location property is required for this definition.');
  const current = stringAt(stored?.body, 'location');
  if (current !== undefined && plainLocation(current) !== plainLocation(location)) {
    const message = `Invalid resource group location '${location}'. The Resource group already exists in location '${current}'.`;
    return gatewayError(409, 'InvalidResourceGroupLocation', message);
  }
  const deleting = stored === undefined ? undefined : beingDeleted(id, world);
  if (deleting !== undefined) return deleting;
  const body = groupBody(stored?.id.text ?? id.text, id.resourceGroup, location, objectAt(call.body, 'tags'));
  world.env.store.put(id.text, body);
  return { status: stored === undefined ? 201 : 200, body: structuredClone(body) };
}

/** Refuses a write into a group that is being deleted. */
export function beingDeleted(id: { subscription: string; resourceGroup: string }, world: World): Answer | undefined {
  const stored = world.env.store.get(resourceGroupId(id));
  if (stringAt(objectAt(stored?.body, 'properties'), 'provisioningState') !== 'Deleting') return undefined;
  const message = `The resource group '${id.resourceGroup}' is in deprovisioning state and cannot perform this operation.`;
  return gatewayError(409, 'ResourceGroupBeingDeleted', message);
}

/** What is in a group. */
export function membersOf(group: ResourceId, world: World): Stored[] {
  return world.env.store
    .all()
    .filter(({ id }) => id.namespace !== undefined && sameId(resourceGroupId(id), resourceGroupId(group)));
}

/** Takes away whatever nothing else uses, again and again; returns what is left because somebody outside uses it. */
function empty(group: ResourceId, world: World): Stored[] {
  for (;;) {
    const members = membersOf(group, world);
    const free = members.filter(({ id }) => kindOf(id)?.checkDelete?.(id, world.env) === undefined);
    if (free.length === 0) return members;
    for (const { id } of free) world.env.store.deleteWithChildren(id.text);
  }
}

/** As long as its slowest member takes, after the 15 s in which an empty group goes (recorded). */
function secondsOf(group: ResourceId, world: World): number {
  const seconds = membersOf(group, world).map(({ id }) => {
    const kind = kindOf(id);
    return kind === undefined ? 0 : world.durations[kind.duration].delete;
  });
  return world.durations.resourceGroups.delete + Math.max(0, ...seconds);
}

function remove(stored: Stored, call: Call, world: World): Answer {
  const deleting = beingDeleted(stored.id, world);
  if (deleting !== undefined) return deleting;
  const { twist } = call;
  const properties = objectAt(stored.body, 'properties');
  properties['provisioningState'] = 'Deleting';
  const operation = world.operations.start(
    {
      provider: 'resources',
      name: 'DeleteResourceGroupOperation',
      resource: `${stored.id.text}#deletion`,
      subscription: stored.id.subscription,
      location: plainLocation(stringAt(stored.body, 'location') ?? 'global'),
      apiVersion: call.apiVersion,
      seconds: twist.neverEnds === true ? Number.POSITIVE_INFINITY : (twist.seconds ?? secondsOf(stored.id, world)),
      firstRetryAfter: 15,
      failsWith: twist.failsWith,
      onDone: (done) => {
        const left = done.status === 'Failed' ? [] : empty(stored.id, world);
        if (done.status !== 'Failed' && left.length === 0) return void world.env.store.delete(stored.id.text);
        properties['provisioningState'] = 'Succeeded';
        done.status = 'Failed';
        done.error ??= blocked(stored.id, left);
      },
    },
    world.env.newGuid(),
    call.now,
  );
  const location = operationUrl(world.endpoint(), operation, 'operationResults');
  return { status: 202, headers: { location, 'retry-after': '15' } };
}

function blocked(group: ResourceId, left: readonly Stored[]) {
  const ids = left.map(({ id }) => id.text).join(', ');
  const message = `Deletion of resource group '${group.resourceGroup}' failed as resources with identifiers '${ids}' could not be deleted. The provisioning state of the resource group will be rolled back.`;
  return { code: 'ResourceGroupDeletionBlocked', message };
}

/** GET, HEAD, PUT, PATCH (tags) and DELETE of a resource group. */
export function group(id: ResourceId, call: Call, world: World): Answer {
  const stored = world.env.store.get(id.text);
  if (call.method === 'PUT') return put(id, stored, call, world);
  if (call.method === 'HEAD') return { status: stored === undefined ? 404 : 204 };
  if (stored === undefined) return notFound(id);
  if (call.method === 'GET') return { status: 200, body: structuredClone(stored.body) };
  if (call.method === 'DELETE') return remove(stored, call, world);
  if (call.method !== 'PATCH') return methodNotAllowed(call);
  stored.body['tags'] = objectAt(call.body, 'tags');
  return { status: 200, body: structuredClone(stored.body) };
}

/** Every group of a subscription. */
export function listGroups(subscription: string, call: Call, world: World): Answer {
  const wanted = subscription.toLowerCase();
  const groups = world.env.store
    .all()
    .filter(({ id }) => id.namespace === undefined && id.subscription.toLowerCase() === wanted);
  return page(
    groups.map(({ body }) => structuredClone(body)),
    call,
    world,
  );
}

/** What is in a group, or in the whole subscription, of whatever type: the generic list shows neither properties nor state. */
export function listContents(
  scope: { subscription: string; resourceGroup: string | undefined },
  call: Call,
  world: World,
): Answer {
  const { subscription, resourceGroup } = scope;
  const id = resourceGroup === undefined ? undefined : resourceGroupId({ subscription, resourceGroup });
  if (id !== undefined && world.env.store.get(id) === undefined)
    return gatewayError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`);
  const found = world.env.store
    .all()
    .filter(
      (stored) => stored.id.types.length === 1 && stored.id.subscription.toLowerCase() === subscription.toLowerCase(),
    )
    .filter((stored) => id === undefined || sameId(resourceGroupId(stored.id), id));
  const shown = found.map(({ body }) => {
    const kept = ['id', 'name', 'type', 'location', 'sku', 'tags'].filter((key) => body[key] !== undefined);
    return structuredClone(Object.fromEntries(kept.map((key) => [key, body[key] ?? null])));
  });
  return page(shown, call, world);
}
