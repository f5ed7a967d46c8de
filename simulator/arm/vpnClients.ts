import { accepted202 } from './accept.ts';
import type { Answer } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { keyOf } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt, stringsAt } from './json.ts';
import { plainLocation } from './locations.ts';
import type { Operation } from './operations.ts';
import type { DurationKey } from './settings.ts';
import type { Call, World } from './world.ts';

/** The guid a gateway has for as long as it lives; one that is made again under the same name has another. */
export function guidOf(gateway: JsonObject | undefined): string {
  return stringAt(objectAt(gateway, 'properties'), 'resourceGuid') ?? '';
}

interface Connected {
  readonly guid: string;
  readonly client: JsonObject;
}

/** The point-to-site clients of every gateway. They go with the gateway they were on. */
export class VpnClients {
  readonly #byGateway = new Map<string, readonly Connected[]>();

  set(gatewayId: string, guid: string, clients: readonly JsonObject[]): void {
    this.#byGateway.set(
      keyOf(gatewayId),
      clients.map((client) => ({ guid, client })),
    );
  }

  /** The clients at a moment, which says how many seconds each has been there. */
  of(gatewayId: string, guid: string, now: number): JsonObject[] {
    const all = this.#byGateway.get(keyOf(gatewayId)) ?? [];
    return all
      .filter((each) => each.guid === guid)
      .map(({ client }) => {
        const since = Date.parse(`${stringAt(client, 'vpnConnectionTime') ?? ''}Z`);
        return Number.isNaN(since)
          ? client
          : { vpnConnectionDuration: Math.max(0, Math.floor((now - since) / 1_000)), ...client };
      });
  }

  add(gatewayId: string, guid: string, client: JsonObject): void {
    const all = this.#byGateway.get(keyOf(gatewayId)) ?? [];
    this.#byGateway.set(keyOf(gatewayId), [...all, { guid, client }]);
  }

  /** Takes every connection for which `gone` holds off all gateways. */
  drop(gone: (client: JsonObject) => boolean): void {
    for (const [key, all] of this.#byGateway)
      this.#byGateway.set(
        key,
        all.filter(({ client }) => !gone(client)),
      );
  }
}

/** Starts an operation that reads or does something at a gateway without locking it. */
export function gatewayOperation(
  id: ResourceId,
  of: {
    readonly name: string;
    readonly duration: DurationKey;
    readonly onDone?: () => void;
    readonly result?: Operation['result'];
  },
  call: Call,
  world: World,
): Answer {
  const { twist } = call;
  const { onDone, result } = of;
  const operation = world.operations.start(
    {
      name: `${of.name}Operation`,
      resource: `${id.text}#${of.name}`,
      subscription: id.subscription,
      location: plainLocation(stringAt(world.env.store.get(id.text)?.body, 'location') ?? 'global'),
      apiVersion: call.apiVersion,
      seconds:
        twist.neverEnds === true ? Number.POSITIVE_INFINITY : (twist.seconds ?? world.durations[of.duration].update),
      firstRetryAfter: 10,
      failsWith: twist.failsWith,
      onDone: (done) => {
        if (done.status === 'Succeeded') onDone?.();
      },
      ...(result === undefined ? {} : { result }),
    },
    world.env.newGuid(),
    call.now,
  );
  return accepted202(operation, 10, world);
}

/** POST getVpnClientConnectionHealth: 202, and the list of clients at the Location address once the operation is over. */
export function clientHealth(id: ResourceId, call: Call, world: World): Answer {
  const result = () => ({
    value: world.clients.of(id.text, guidOf(world.env.store.get(id.text)?.body), world.clock.now()),
  });
  return gatewayOperation(
    id,
    { name: 'GetVpnClientConnectionHealth', duration: 'vpnClientConnectionHealth', result },
    call,
    world,
  );
}

/** POST disconnectVirtualNetworkGatewayVpnConnections: the named connections are gone when the operation is over. */
export function disconnectClients(id: ResourceId, call: Call, world: World): Answer {
  const ids = stringsAt(call.body, 'vpnConnectionIds');
  const onDone = () => world.clients.drop((client) => ids.includes(stringAt(client, 'vpnConnectionId') ?? ''));
  return gatewayOperation(
    id,
    { name: 'DisconnectVpnConnections', duration: 'vpnClientConnectionHealth', onDone },
    call,
    world,
  );
}
