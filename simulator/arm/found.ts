import type { Answer } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { resourceGroupId } from './ids.ts';
import type { Call, World } from './world.ts';

export function methodNotAllowed(call: Call): Answer {
  return gatewayError(
    405,
    'MethodNotAllowed',
    `The request method '${call.method}' is not supported on this resource.`,
  );
}

/** Refuses when the resource group is not there. */
export function missingGroup(id: { subscription: string; resourceGroup: string }, world: World): Answer | undefined {
  if (world.env.store.get(resourceGroupId(id)) !== undefined) return undefined;
  return gatewayError(404, 'ResourceGroupNotFound', `Resource group '${id.resourceGroup}' could not be found.`);
}

/** What the gateway says of a top-level resource it does not know. */
export function resourceNotFound(id: ResourceId): Answer {
  const type = `${id.namespace ?? ''}/${id.types.join('/')}`;
  return gatewayError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${id.names.join('/')}' under resource group '${id.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** What the gateway says when the parent of a child resource is not there. */
export function parentNotFound(id: ResourceId, parent: string, action: string): Answer {
  const message = `Failed to perform '${action}' on resource(s) of type '${id.types.join('/')}', because the parent resource '${parent}' could not be found.`;
  return gatewayError(404, 'ParentResourceNotFound', message);
}

/** What the provider says of a child that is gone. */
export function childNotFound(id: string): Answer {
  return providerError(404, 'NotFound', `Resource ${id} not found.`);
}
