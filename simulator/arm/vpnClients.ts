import type { Answer } from './answer.ts';
import { missingGroup, resourceNotFound } from './found.ts';
import type { ResourceId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { stringAt } from './json.ts';
import { operationUrl } from './operations.ts';
import type { Call, World } from './world.ts';

/** POST getVpnClientConnectionHealth: 202, and the list of clients at the Location address once the operation is over. */
export function clientHealth(id: ResourceId, clients: () => readonly JsonObject[], call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const stored = world.env.store.get(id.text);
  if (stored === undefined) return resourceNotFound(id);
  const { twist } = call;
  const seconds = twist.seconds ?? world.durations.vpnClientConnectionHealth.update;
  const operation = world.operations.start(
    {
      name: 'GetVpnClientConnectionHealthOperation',
      // Not the gateway itself: reading its clients locks nothing.
      resource: `${id.text}#vpnClientConnectionHealth`,
      subscription: id.subscription,
      location: stringAt(stored.body, 'location') ?? 'global',
      apiVersion: call.apiVersion,
      seconds: twist.neverEnds === true ? Number.POSITIVE_INFINITY : seconds,
      firstRetryAfter: 10,
      ...(twist.failsWith === undefined ? {} : { failsWith: twist.failsWith }),
      onDone: () => {},
      result: () => ({ value: [...clients()] }),
    },
    world.env.newGuid(),
    call.now,
  );
  return {
    status: 202,
    headers: {
      'azure-asyncoperation': operationUrl(world.endpoint(), operation, 'operations'),
      'azure-asyncnotification': 'Enabled',
      location: operationUrl(world.endpoint(), operation, 'operationResults'),
      'retry-after': '10',
    },
  };
}
