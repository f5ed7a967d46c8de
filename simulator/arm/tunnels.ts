import { asyncHeaders } from './accept.ts';
import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { keyOf, sameId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, referenceAt, stringAt } from './json.ts';
import { kindOf } from './kinds/all.ts';
import { plainLocation } from './locations.ts';
import { locked } from './locks.ts';
import { page, presented } from './reads.ts';
import type { Call, World } from './world.ts';

/** A device dials in from a site, with the key it has. */
export interface SiteDial {
  readonly device: string;
  readonly connectionId: string;
  readonly sharedKey: string;
  /** Simulated seconds until the tunnel stands; 60 by default. */
  readonly afterSeconds?: number;
}

/** Which connection each device is on. */
export class Tunnels {
  readonly #byDevice = new Map<string, { readonly connection: string; readonly key: string }>();

  on(device: string): string | undefined {
    return this.#byDevice.get(device)?.connection;
  }

  put(device: string, connection: string, key: string): void {
    this.#byDevice.set(device, { connection: keyOf(connection), key });
  }

  /** The key that the device on a connection has. */
  keyOn(connection: string): string | undefined {
    return [...this.#byDevice.values()].find((each) => each.connection === keyOf(connection))?.key;
  }
}

function propertiesOf(connection: string | undefined, world: World): JsonObject | undefined {
  const stored = connection === undefined ? undefined : world.env.store.get(connection);
  return stored === undefined ? undefined : objectAt(stored.body, 'properties');
}

function gatewayAnswers(properties: JsonObject, world: World): boolean {
  const gateway = world.env.store.get(referenceAt(properties, 'virtualNetworkGateway1') ?? '')?.body;
  const state = stringAt(objectAt(gateway, 'properties'), 'provisioningState');
  return gateway !== undefined && state !== 'Deleting' && !world.silence.isOver(stringAt(gateway, 'location') ?? '');
}

/** The device leaves the connection it was on; the new one is connected when both have the same key. */
export function dial({ device, connectionId, sharedKey, afterSeconds = 60 }: SiteDial, world: World): void {
  world.operations.later(world.clock.now() + afterSeconds * 1_000, () => {
    const old = propertiesOf(world.tunnels.on(device), world);
    if (old !== undefined) old['connectionStatus'] = 'NotConnected';
    world.tunnels.put(device, connectionId, sharedKey);
    const properties = propertiesOf(connectionId, world);
    if (properties === undefined || !gatewayAnswers(properties, world)) return;
    properties['connectionStatus'] = properties['sharedKey'] === sharedKey ? 'Connected' : 'NotConnected';
  });
}

/** GET and PUT of a connection's shared key; the published API has it as an operation of its own. */
export function sharedKey(id: ResourceId, call: Call, world: World): Answer {
  const stored = world.env.store.get(id.text);
  const kind = kindOf(id);
  const properties = objectAt(stored?.body, 'properties');
  const shown = (value: string) => ({ id: `${id.text}/sharedkey`, value });
  if (call.method === 'GET') return { status: 200, body: shown(stringAt(properties, 'sharedKey') ?? '') };
  const value = stringAt(call.body, 'value');
  if (value === undefined || value === '')
    return gatewayError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  const refused = kind === undefined ? undefined : locked(kind, id, stored?.body, world);
  if (refused !== undefined) return refused;
  const { twist } = call;
  const operation = world.operations.start(
    {
      name: 'PutVirtualNetworkGatewayConnectionSharedKeyOperation',
      resource: id.text,
      subscription: id.subscription,
      location: plainLocation(stringAt(stored?.body, 'location') ?? 'global'),
      apiVersion: call.apiVersion,
      seconds:
        twist.neverEnds === true ? Number.POSITIVE_INFINITY : (twist.seconds ?? world.durations.connections.update),
      firstRetryAfter: 10,
      failsWith: twist.failsWith,
      onDone: (done) => {
        if (done.status === 'Failed') return;
        properties['sharedKey'] = value;
        properties['connectionStatus'] = world.tunnels.keyOn(id.text) === value ? 'Connected' : 'NotConnected';
      },
    },
    world.env.newGuid(),
    call.now,
  );
  return { status: 200, headers: asyncHeaders(operation, 10, world), body: shown(value) };
}

/** GET of a gateway's connections, whose ends are only named there. */
export function listConnections(id: ResourceId, call: Call, world: World): Answer {
  const own = world.env.store
    .ofType('connections')
    .filter(({ body }) => sameId(referenceAt(objectAt(body, 'properties'), 'virtualNetworkGateway1'), id.text));
  const shown = own.map((stored) => {
    const body = presented(stored, world);
    const properties = objectAt(body, 'properties');
    for (const end of ['virtualNetworkGateway1', 'localNetworkGateway2']) {
      const reference = referenceAt(properties, end);
      if (reference !== undefined) properties[end] = { id: reference };
    }
    for (const key of ['ingressNatRules', 'egressNatRules', 'dpdTimeoutSeconds', 'useLocalAzureIpAddress'])
      delete properties[key];
    return body;
  });
  return page(shown, call, world);
}
