import type { Answer } from './answer.ts';
import { providerError, retryable } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { parseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, referenceAt, stringAt } from './json.ts';
import { kindOf } from './kinds/all.ts';
import type { Kind } from './kinds/kind.ts';
import type { Operation } from './operations.ts';
import { lookUp } from './reads.ts';
import type { World } from './world.ts';

function anotherOperation(operation: Operation, world: World): Answer {
  const uri = `${world.endpoint()}/subscriptions/${operation.subscription}/providers/Microsoft.Network/locations/${operation.location}/operations/${operation.id}?api-version=${operation.apiVersion}`;
  const message = `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${uri}.`;
  return providerError(409, 'AnotherOperationInProgress', message);
}

/**
 * Refuses a write while another one is running: 429 with Retry-After on most resources, 409 without one inside a
 * virtual network and on a firewall whose policy is being changed (all three recorded).
 */
export function locked(kind: Kind, id: ResourceId, previous: JsonObject | undefined, world: World): Answer | undefined {
  const own = world.operations.holding(id.text);
  if (own !== undefined) {
    if (kind.type === 'virtualNetworks') return anotherOperation(own, world);
    const seconds = world.env.limits.lockRetryAfterSeconds;
    const message = `Operation ${own.name} (${own.id}) is updating resource ${own.resource}. The call can be retried in ${seconds} seconds.`;
    return retryable({ code: 'RetryableErrorDueToAnotherOperation', message }, seconds);
  }
  const policy = referenceAt(objectAt(previous, 'properties'), 'firewallPolicy');
  const onPolicy = policy === undefined ? undefined : world.operations.holding(policy);
  return onPolicy === undefined ? undefined : anotherOperation(onPolicy, world);
}

/** Everything a body refers to must exist (400) and be settled (429 without Retry-After); both recorded. */
export function checkReferences(kind: Kind, id: ResourceId, body: JsonObject, world: World): Answer | undefined {
  for (const reference of kind.references(body)) {
    const parsed = parseId(reference);
    const target = parsed === undefined ? undefined : lookUp(parsed, world);
    if (parsed === undefined || target === undefined) {
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
