import type { Answer } from './answer.ts';
import { providerError, retryable } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { parentId, parseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, referenceAt, stringAt } from './json.ts';
import { kindOf } from './kinds/all.ts';
import type { Kind } from './kinds/kind.ts';
import { plainLocation } from './locations.ts';
import type { Operation } from './operations.ts';
import { operationPath } from './operations.ts';
import { lookUp } from './reads.ts';
import type { World } from './world.ts';

function anotherOperation(operation: Operation, world: World): Answer {
  // Also for an appliance it is one of the network provider's, which it uses itself (recorded).
  const path = operationPath({ ...operation, provider: 'network' }, 'operations');
  const uri = `${world.endpoint()}${path}?api-version=${operation.apiVersion}`;
  const message = `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${uri}.`;
  return providerError(409, 'AnotherOperationInProgress', message);
}

/**
 * Refuses a write while another one is running: 429 with Retry-After on most resources, 409 without one inside a
 * virtual network, on a firewall whose policy is being changed (all three recorded), and among virtual appliances.
 */
export function locked(kind: Kind, id: ResourceId, previous: JsonObject | undefined, world: World): Answer | undefined {
  const { operations, env } = world;
  const own = operations.holding(id.text);
  if (own !== undefined) {
    if (kind.type === 'virtualNetworks' || kind.provider === 'nfv') return anotherOperation(own, world);
    const seconds = env.limits.lockRetryAfterSeconds;
    const message = `Operation ${own.name} (${own.id}) is updating resource ${own.resource}. The call can be retried in ${seconds} seconds.`;
    return retryable({ code: 'RetryableErrorDueToAnotherOperation', message }, seconds);
  }
  const policy = referenceAt(objectAt(previous, 'properties'), 'firewallPolicy');
  const others = [...(policy === undefined ? [] : [policy]), ...(kind.heldBy?.(id, previous ?? {}, env) ?? [])];
  const other = others.map((each) => operations.holding(each)).find((operation) => operation !== undefined);
  const blocking = other ?? (kind.type === 'azureFirewalls' ? operations.alsoHolding(id.text) : undefined);
  return blocking === undefined ? undefined : anotherOperation(blocking, world);
}

/** What must be in the region of the resource that uses it. */
const REGIONAL = ['publicipaddresses', 'virtualnetworks/subnets', 'routetables'];

function elsewhere(target: ResourceId, body: JsonObject, world: World): boolean {
  if (!REGIONAL.includes(target.types.join('/').toLowerCase())) return false;
  const owner = parentId(target) ?? target;
  const there = stringAt(world.env.store.get(owner.text)?.body, 'location');
  return plainLocation(there ?? '') !== plainLocation(stringAt(body, 'location') ?? '');
}

/** Everything a body refers to must exist, in the same region (400), and be settled (429 without Retry-After); all recorded. */
export function checkReferences(kind: Kind, id: ResourceId, body: JsonObject, world: World): Answer | undefined {
  for (const reference of kind.references(body)) {
    const parsed = parseId(reference);
    const target = parsed === undefined ? undefined : lookUp(parsed, world);
    if (parsed === undefined || target === undefined || elsewhere(parsed, body, world)) {
      const message = `Resource ${reference} referenced by resource ${id.text} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`;
      return providerError(400, 'InvalidResourceReference', message);
    }
    const state = stringAt(objectAt(target, 'properties'), 'provisioningState') ?? 'Succeeded';
    if (state === 'Succeeded') continue;
    const noun = kindOf(parsed)?.noun ?? 'Resource';
    const message = `Cannot proceed with operation because resource ${reference} used by resource ${id.text} is not in Succeeded state. Resource is in ${state} state and the last operation that updated/is updating the resource is Put${noun}Operation.`;
    return retryable({ code: 'ReferencedResourceNotProvisioned', message });
  }
  return undefined;
}
