import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import type { Denials } from './denials.ts';
import { missingGroup } from './found.ts';
import { keyOf, parseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { KINDS } from './kinds/all.ts';
import type { World } from './world.ts';

/** GET of a provider: which of its types a subscription can create where. */
export function provider(subscription: string, namespace: string, world: World): Answer {
  if (namespace.toLowerCase() !== 'microsoft.network')
    return gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`);
  const resourceTypes = KINDS.map(
    (kind): JsonObject => ({
      resourceType: kind.type,
      locations: world.market.openTo(kind.type),
      apiVersions: ['2025-05-01', '2025-03-01', '2024-01-01'],
      capabilities: 'SupportsTags, SupportsLocation',
    }),
  );
  const id = `/subscriptions/${subscription}/providers/Microsoft.Network`;
  return {
    status: 200,
    body: { id, namespace: 'Microsoft.Network', registrationState: 'Registered', resourceTypes },
  };
}

/** GET of the caller's permissions at a scope: everything, less what is denied there or above. */
export function permissions(scope: string, denials: Denials, world: World): Answer {
  const id = parseId(scope);
  const gone = id === undefined ? undefined : missingGroup(id, world);
  if (gone !== undefined) return gone;
  const denied = denials.actionsAt(keyOf(scope));
  return {
    status: 200,
    body: {
      value: [
        {
          actions: denied.includes('read') ? [] : ['*'],
          notActions: denied.map((action) => `*/${action}`),
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  };
}
