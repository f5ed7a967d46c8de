import type { Answer } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import { listHealthEvents } from './healthEvents.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt } from './json.ts';
import { defaultLocations } from './locations.ts';
import { operationUrl } from './operations.ts';
import { getResource, listChildren, listResources, page } from './reads.ts';
import type { Target } from './router.ts';
import { serviceTagsList } from './serviceTags.ts';
import { defaultUsages } from './usages.ts';
import { clientHealth } from './vpnClients.ts';
import type { Call, World } from './world.ts';
import { deleteChild, deleteResource, patchTags, putChild, putResource } from './writes.ts';

/** What a test put into the world besides resources. */
export interface Facts {
  tags: JsonObject | undefined;
  /** Rendered once per subscription: the list is megabytes. */
  readonly renderedTags: Map<string, JsonObject>;
  readonly usages: Map<string, readonly JsonObject[]>;
  readonly locations: Map<string, readonly JsonObject[]>;
  readonly health: Map<string, readonly JsonObject[]>;
  readonly vpnClients: Map<string, readonly JsonObject[]>;
}

function methodNotAllowed(call: Call): Answer {
  return gatewayError(
    405,
    'MethodNotAllowed',
    `The request method '${call.method}' is not supported on this resource.`,
  );
}

function poll(target: Target & { kind: 'operation' | 'operationResult' }, call: Call, world: World): Answer {
  const operation = world.operations.get(target.operation);
  if (operation === undefined) return providerError(404, 'NotFound', `Operation ${target.operation} not found.`);
  if (target.kind === 'operation') return world.operations.status(operation, call.now);
  return world.operations.results(operation, operationUrl(world.endpoint(), operation, 'operationResults'), call.now);
}

function group(target: Target & { kind: 'group' }, call: Call, world: World): Answer {
  const { id } = target;
  const stored = world.env.store.get(id.text);
  if (call.method === 'GET')
    return stored === undefined
      ? gatewayError(404, 'ResourceGroupNotFound', `Resource group '${id.resourceGroup}' could not be found.`)
      : { status: 200, body: structuredClone(stored.body) };
  if (call.method !== 'PUT') return methodNotAllowed(call);
  const location = stringAt(call.body, 'location');
  if (location === undefined)
    return gatewayError(400, 'LocationRequired', 'The location property is required for this definition.');
  const body = groupBody(id.text, id.resourceGroup, location, objectAt(call.body, 'tags'));
  world.env.store.put(id.text, body);
  return { status: stored === undefined ? 201 : 200, body: structuredClone(body) };
}

/** A resource group as ARM returns it. */
export function groupBody(id: string, name: string, location: string, tags: JsonObject): JsonObject {
  const type = 'Microsoft.Resources/resourceGroups';
  return { id, name, type, location, tags, properties: { provisioningState: 'Succeeded' } };
}

function tagsOf(subscription: string, facts: Facts): JsonObject {
  const rendered = facts.renderedTags.get(subscription) ?? serviceTagsList(facts.tags, subscription);
  facts.renderedTags.set(subscription, rendered);
  return rendered;
}

function readOnly(target: Target, call: Call, world: World, facts: Facts): Answer {
  switch (target.kind) {
    case 'list':
      return listResources(target.of, target, call, world);
    case 'children':
      return listChildren(target.child, target.parent, call, world);
    case 'groups': {
      const wanted = target.subscription.toLowerCase();
      const groups = world.env.store
        .all()
        .filter(({ id }) => id.namespace === undefined && id.subscription.toLowerCase() === wanted);
      return page(
        groups.map(({ body }) => structuredClone(body)),
        call,
        world,
      );
    }
    case 'locations': {
      const own = facts.locations.get(target.subscription.toLowerCase());
      return { status: 200, body: { value: [...(own ?? defaultLocations(target.subscription))] } };
    }
    case 'serviceTags':
      return { status: 200, body: tagsOf(target.subscription, facts) };
    case 'usages': {
      const own = facts.usages.get(target.location.toLowerCase());
      return { status: 200, body: { value: [...(own ?? defaultUsages(target.subscription, target.location, world))] } };
    }
    case 'healthEvents':
      return listHealthEvents(facts.health.get(target.subscription.toLowerCase()) ?? [], call, world);
    case 'operation':
    case 'operationResult':
      return poll(target, call, world);
    case 'other':
      return getResource(target.id, world);
    default:
      return gatewayError(
        404,
        'InvalidResourceType',
        `The resource type could not be found for '${call.url.pathname}'.`,
      );
  }
}

/** Carries out one request that was let in. */
export function dispatch(target: Target, call: Call, world: World, facts: Facts): Answer {
  switch (target.kind) {
    case 'resource':
      if (call.method === 'GET') return getResource(target.id, world);
      if (call.method === 'PUT') return putResource(target.of, target.id, call, world);
      if (call.method === 'DELETE') return deleteResource(target.of, target.id, call, world);
      return call.method === 'PATCH' ? patchTags(target.of, target.id, call, world) : methodNotAllowed(call);
    case 'child':
      if (call.method === 'GET') return getResource(target.id, world);
      if (call.method === 'PUT') return putChild(target.of, target.child, target.id, call, world);
      return call.method === 'DELETE'
        ? deleteChild(target.of, target.child, target.id, call, world)
        : methodNotAllowed(call);
    case 'clientHealth': {
      const clients = () => facts.vpnClients.get(target.id.text.toLowerCase()) ?? [];
      return call.method === 'POST' ? clientHealth(target.id, clients, call, world) : methodNotAllowed(call);
    }
    case 'group':
      return group(target, call, world);
    default:
      return call.method === 'GET' ? readOnly(target, call, world, facts) : methodNotAllowed(call);
  }
}
