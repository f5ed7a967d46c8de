import { Buffer } from 'node:buffer';
import { keyOf, parseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt, stringsAt } from './json.ts';
import { v4Range, v4Text } from './prefix.ts';
import { guidOf } from './vpnClients.ts';
import { serverNameOf } from './vpnProfiles.ts';
import type { World } from './world.ts';

/** A person puts the bundle on a device. */
export interface BundleLoad {
  /** Names the device in the gateways' lists of clients. */
  readonly device: string;
  readonly gatewayId: string;
  /** What the profile's link gave: the zip, or any text with the name of the gateway's server in it. */
  readonly package: Uint8Array | string;
  /** Simulated seconds until it has dialled in; 120 by default. */
  readonly afterSeconds?: number;
}

/** A connection as it is put on the list; Azure gives every client an address of the pool, from the third on. */
function connection(device: string, gateway: JsonObject, taken: readonly (string | undefined)[], at: number) {
  const client = objectAt(objectAt(gateway, 'properties'), 'vpnClientConfiguration');
  const [pool = ''] = stringsAt(objectAt(client, 'vpnClientAddressPool'), 'addressPrefixes');
  const range = v4Range(pool);
  if (range === undefined) return undefined;
  for (let offset = 2n; offset < (1n << BigInt(32 - range.length)) - 1n; offset += 1n) {
    const privateIpAddress = v4Text(range.first + offset);
    if (taken.includes(privateIpAddress)) continue;
    return {
      vpnConnectionId: `IKEv2_${guidOf(gateway)}_${device}`,
      vpnConnectionTime: new Date(at).toISOString().slice(0, 19),
      publicIpAddress: '198.51.100.7:45522',
      privateIpAddress,
      vpnUserName: device,
    };
  }
  return undefined;
}

function isReachable(gateway: JsonObject, world: World): boolean {
  const settled = stringAt(objectAt(gateway, 'properties'), 'provisioningState') !== 'Deleting';
  return settled && !world.silence.isOver(stringAt(gateway, 'location') ?? '');
}

/**
 * Plays the device: it leaves the gateway it is on, and is on the new one's list when the profile is that gateway's
 * (one that was made again has another), the gateway is there and its region answers.
 */
export function loadBundle(load: BundleLoad, world: World): void {
  if (parseId(load.gatewayId) === undefined) throw new Error(`${load.gatewayId} is no gateway's id`);
  const content = typeof load.package === 'string' ? load.package : Buffer.from(load.package).toString('latin1');
  const { device, gatewayId, afterSeconds = 120 } = load;
  world.operations.later(world.clock.now() + afterSeconds * 1_000, (at) => {
    unplug(device, world);
    const gateway = world.env.store.get(keyOf(gatewayId))?.body;
    if (gateway === undefined || !content.includes(serverNameOf(gateway)) || !isReachable(gateway, world)) return;
    const guid = guidOf(gateway);
    const taken = world.clients.of(gatewayId, guid, at).map((client) => stringAt(client, 'privateIpAddress'));
    const client = connection(device, gateway, taken, at);
    if (client !== undefined) world.clients.add(gatewayId, guid, client);
  });
}

/** The device is on no gateway any more. */
export function unplug(device: string, world: World): void {
  world.clients.drop((client) => client['vpnUserName'] === device);
}
