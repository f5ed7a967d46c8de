import { act } from './actions.ts';
import type { Answer } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import { deleteChild, putChild } from './childWrites.ts';
import { methodNotAllowed } from './found.ts';
import { group, listContents, listGroups } from './groups.ts';
import { listHealthEvents } from './healthEvents.ts';
import type { JsonObject } from './json.ts';
import { defaultLocations } from './locations.ts';
import { operationUrl } from './operations.ts';
import { provider } from './preflight.ts';
import { getResource, listChildren, listNested, listResources } from './reads.ts';
import type { Target } from './router.ts';
import { serviceTagsList } from './serviceTags.ts';
import { defaultUsages } from './usages.ts';
import type { Call, World } from './world.ts';
import { deleteResource, patchTags, putResource } from './writes.ts';

/** What a test put into the world besides resources. */
export interface Facts {
  tags: JsonObject | undefined;
  /** Rendered once per subscription: the list is megabytes. */
  readonly renderedTags: Map<string, JsonObject>;
  readonly usages: Map<string, readonly JsonObject[]>;
  readonly locations: Map<string, readonly JsonObject[]>;
  readonly health: Map<string, readonly JsonObject[]>;
}

type Poll = Target & { kind: 'operation' | 'operationResult' | 'groupOperation' };

function poll(target: Poll, call: Call, world: World): Answer {
  const operation = world.operations.get(target.operation);
  if (operation === undefined) return providerError(404, 'NotFound', `Operation ${target.operation} not found.`);
  const answer =
    target.kind === 'operation'
      ? world.operations.status(operation, call.now)
      : world.operations.results(operation, operationUrl(world.endpoint(), operation, 'operationResults'), call.now);
  return operation.provider === 'nfv' ? { ...answer, pretty: true } : answer;
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
    case 'nested':
      return listNested(target.of, target.parent, call, world);
    case 'groups':
      return listGroups(target.subscription, call, world);
    case 'contents':
      return listContents(target, call, world);
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
    case 'provider':
      return provider(target.subscription, target.namespace, world);
    case 'healthEvents':
      return listHealthEvents(facts.health.get(target.subscription.toLowerCase()) ?? [], call, world);
    case 'operation':
    case 'operationResult':
    case 'groupOperation':
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
    case 'action':
      return act(target.action, target.id, call, world);
    case 'group':
      return group(target.id, call, world);
    default:
      return call.method === 'GET' ? readOnly(target, call, world, facts) : methodNotAllowed(call);
  }
}
