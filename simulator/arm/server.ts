import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SimClock } from '../clock.ts';
import { AddressPools } from './addressPools.ts';
import { makeCertificates } from './ca.ts';
import { deviceControls, factControls, resourceControls, troubleControls } from './controls.ts';
import type { Denial } from './denials.ts';
import { Denials } from './denials.ts';
import type { BundleLoad } from './device.ts';
import type { Facts } from './dispatch.ts';
import { exchange } from './exchange.ts';
import type { Fault, PlantedFault } from './faults.ts';
import { Faults } from './faults.ts';
import type { FrontDoor } from './frontDoor.ts';
import { startIdentity } from './identity.ts';
import type { JsonObject, JsonObjectInput } from './json.ts';
import { KeyVaults } from './keyVault.ts';
import type { UsageOverride } from './market.ts';
import { Market } from './market.ts';
import { Operations } from './operations.ts';
import type { RecordedExchange } from './recorded.ts';
import type { DurationOverrides, Limits } from './settings.ts';
import { DEFAULT_LIMITS, durationsWith } from './settings.ts';
import type { SilenceMode } from './silence.ts';
import { Silences } from './silence.ts';
import { Store } from './store.ts';
import { Throttles } from './throttle.ts';
import type { Cloud } from './tokens.ts';
import { AUDIENCES } from './tokens.ts';
import type { SiteDial } from './tunnels.ts';
import { Tunnels } from './tunnels.ts';
import { VpnClients } from './vpnClients.ts';
import { VpnProfiles } from './vpnProfiles.ts';
import type { World } from './world.ts';

export { trustCa } from './ca.ts';

export interface ArmOptions {
  readonly clock: SimClock;
  /** Subscriptions that exist although nothing is seeded in them. */
  readonly subscriptions?: readonly string[];
  /** The cloud whose token audiences are accepted; without it those of all three. */
  readonly cloud?: Cloud;
  readonly limits?: Partial<Limits>;
  /** Simulated seconds per type, over those recorded. */
  readonly durations?: DurationOverrides;
  readonly port?: number;
  readonly newGuid?: () => string;
}

/** A running ARM. Everything but the two addresses is for the test that plays Azure's part. */
export interface Arm {
  readonly endpoint: string;
  /** PEM of the throw-away CA: for `trustCa`, or a file for NODE_EXTRA_CA_CERTS. */
  readonly ca: string;
  /** For IDENTITY_ENDPOINT and IDENTITY_HEADER. */
  readonly identity: { readonly endpoint: string; readonly header: string };
  readonly requests: readonly RecordedExchange[];
  /** Puts a resource there, Succeeded, without an operation; also over an existing one, as somebody else's finished write. */
  seed(resourceId: string, body: JsonObjectInput): void;
  /** What GET would return now (a copy), also of a child; undefined when it is not there. */
  read(resourceId: string): JsonObject | undefined;
  remove(resourceId: string): void;
  ids(): string[];
  /** Makes a resource busy with somebody else's operation for so many simulated seconds. */
  occupy(resourceId: string, seconds: number): void;
  /** The weekly tags file, from which the service tags list is made. */
  setServiceTags(file: JsonObjectInput): void;
  /** Replaces the whole list of usages of a location; nothing is refused because of it. */
  setUsages(location: string, items: readonly JsonObjectInput[]): void;
  /** Sets limit or current value of one usage; creating one more than the limit is refused. */
  setUsage(location: string, name: string, usage: UsageOverride): void;
  /** Where the region's public addresses come from, such as `20.90.0.0/16`. */
  setAddressPool(location: string, prefix: string): void;
  /** Closes a region to new resources of these types; the function returned opens it again. */
  closeRegion(location: string, types?: readonly string[] | 'all'): () => void;
  setLocations(subscription: string, items: readonly JsonObjectInput[]): void;
  setHealthEvents(subscription: string, events: readonly JsonObjectInput[]): void;
  /** The point-to-site clients a gateway reports. */
  setVpnClients(gatewayId: string, clients: readonly JsonObjectInput[]): void;
  /** Plays the device: some simulated minutes later it is on that gateway's list of clients, and off the old one's. */
  loadBundle(load: BundleLoad): void;
  /** The device is switched off: no gateway has it any more. */
  unplug(device: string): void;
  /** Who is on a gateway now. */
  vpnClients(gatewayId: string): JsonObject[];
  /** The device of a site dials in: its connection is Connected when the keys are the same, and the one it was on is not. */
  dial(dial: SiteDial): void;
  /** Puts a secret into a vault and returns its address; without a value it is taken out. The region is the vault's. */
  setSecret(vault: string, name: string, value: string | null, location?: string): string;
  plantFault(fault: Fault): PlantedFault;
  /** Refuses the credential, tokens or a scope; the function returned lifts it. */
  deny(denial: Denial): () => void;
  /** Makes a region answer nothing (by default it cuts the connection); the function returned brings it back. */
  silence(location: string, mode?: SilenceMode): () => void;
  close(): Promise<void>;
}

interface Parts {
  readonly door: FrontDoor;
  readonly faults: Faults;
  readonly requests: RecordedExchange[];
  readonly subscriptions: Set<string>;
  readonly newGuid: () => string;
}

function assemble(options: ArmOptions, endpoint: () => string): Parts {
  const newGuid = options.newGuid ?? randomUUID;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const addresses = new AddressPools();
  const world: World = {
    clock: options.clock,
    env: { store: new Store(), limits, newGuid, newPublicAddress: (location) => addresses.next(location) },
    addresses,
    operations: new Operations(),
    silence: new Silences(),
    market: new Market(),
    clients: new VpnClients(),
    profiles: new VpnProfiles(),
    tunnels: new Tunnels(),
    vaults: new KeyVaults(),
    durations: durationsWith(options.durations ?? {}),
    endpoint,
  };
  const facts: Facts = {
    tags: undefined,
    renderedTags: new Map(),
    usages: new Map(),
    locations: new Map(),
    health: new Map(),
  };
  const subscriptions = new Set(options.subscriptions?.map((id) => id.toLowerCase()));
  const door: FrontDoor = {
    world,
    facts,
    throttles: new Throttles(limits),
    denials: new Denials(),
    audiences: options.cloud === undefined ? Object.values(AUDIENCES).flat() : AUDIENCES[options.cloud],
    objectId: newGuid(),
    knowsSubscription: (subscription) => subscriptions.has(subscription.toLowerCase()),
  };
  return { door, faults: new Faults(), requests: [], subscriptions, newGuid };
}

/** Starts ARM on https://localhost with a certificate of its own, and a managed identity endpoint beside it. */
export async function startArm(options: ArmOptions): Promise<Arm> {
  let endpoint = '';
  const parts = assemble(options, () => endpoint);
  const certificates = await makeCertificates(Date.now());
  const listener = (request: IncomingMessage, response: ServerResponse) => void exchange(parts, request, response);
  const server = createServer({ key: certificates.key, cert: certificates.certificate }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
  const identity = await startIdentity({
    header: parts.newGuid(),
    objectId: parts.door.objectId,
    refuses: () => parts.door.denials.noToken,
    now: () => options.clock.now(),
    record: (recorded) => parts.requests.push(recorded),
  });
  const close = async () => {
    parts.faults.releaseAll();
    parts.door.world.silence.liftAll();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await Promise.all([closed, identity.close()]);
  };
  const { endpoint: tokenEndpoint, header } = identity;
  return {
    endpoint,
    ca: certificates.ca,
    identity: { endpoint: tokenEndpoint, header },
    requests: parts.requests,
    ...resourceControls(parts),
    ...factControls(parts),
    ...deviceControls(parts),
    ...troubleControls(parts),
    close,
  };
}
