import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SimClock } from '../clock.ts';
import { makeCertificates } from './ca.ts';
import type { Denial } from './denials.ts';
import { Denials } from './denials.ts';
import type { Facts } from './dispatch.ts';
import { exchange } from './exchange.ts';
import type { Fault, PlantedFault } from './faults.ts';
import { Faults } from './faults.ts';
import type { FrontDoor } from './frontDoor.ts';
import { startIdentity } from './identity.ts';
import { parseId } from './ids.ts';
import type { JsonObject, JsonObjectInput } from './json.ts';
import { copyOf } from './json.ts';
import { Operations } from './operations.ts';
import { lookUp } from './reads.ts';
import type { RecordedExchange } from './recorded.ts';
import { occupy, removeSeed, seed } from './seeds.ts';
import type { DurationOverrides, Limits } from './settings.ts';
import { DEFAULT_LIMITS, durationsWith } from './settings.ts';
import { Store } from './store.ts';
import { Throttles } from './throttle.ts';
import type { Cloud } from './tokens.ts';
import { AUDIENCES } from './tokens.ts';
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
  setUsages(location: string, items: readonly JsonObjectInput[]): void;
  setLocations(subscription: string, items: readonly JsonObjectInput[]): void;
  setHealthEvents(subscription: string, events: readonly JsonObjectInput[]): void;
  /** The point-to-site clients a gateway reports. */
  setVpnClients(gatewayId: string, clients: readonly JsonObjectInput[]): void;
  plantFault(fault: Fault): PlantedFault;
  /** Refuses the credential, tokens or a scope; the function returned lifts it. */
  deny(denial: Denial): () => void;
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
  let addresses = 0;
  const newPublicAddress = () => {
    addresses += 1;
    return `52.127.${200 + Math.floor(addresses / 250)}.${addresses % 250}`;
  };
  const world: World = {
    clock: options.clock,
    env: { store: new Store(), limits, newGuid, newPublicAddress },
    operations: new Operations(),
    durations: durationsWith(options.durations ?? {}),
    endpoint,
  };
  const facts: Facts = {
    tags: undefined,
    renderedTags: new Map(),
    usages: new Map(),
    locations: new Map(),
    health: new Map(),
    vpnClients: new Map(),
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

/** The side of `Arm` that changes the world without a request. */
function controls(parts: Parts) {
  const { door, faults, subscriptions } = parts;
  const { world, facts } = door;
  const known = (subscription: string) => {
    subscriptions.add(subscription.toLowerCase());
    return subscription.toLowerCase();
  };
  const settled = () => world.operations.settle(world.clock.now());
  return {
    seed: (resourceId: string, body: JsonObjectInput) => {
      settled();
      known(seed(resourceId, copyOf(body), world).subscription);
    },
    read: (resourceId: string) => {
      settled();
      const id = parseId(resourceId);
      return id === undefined ? undefined : lookUp(id, world);
    },
    remove: (resourceId: string) => {
      settled();
      removeSeed(resourceId, world);
    },
    ids: () => {
      settled();
      return world.env.store.all().map(({ id }) => id.text);
    },
    occupy: (resourceId: string, seconds: number) => {
      settled();
      occupy(resourceId, seconds, world);
    },
    setServiceTags: (file: JsonObjectInput) => {
      facts.tags = copyOf(file);
      facts.renderedTags.clear();
    },
    setUsages: (location: string, items: readonly JsonObjectInput[]) =>
      void facts.usages.set(location.toLowerCase(), items.map(copyOf)),
    setLocations: (subscription: string, items: readonly JsonObjectInput[]) =>
      void facts.locations.set(known(subscription), items.map(copyOf)),
    setHealthEvents: (subscription: string, events: readonly JsonObjectInput[]) =>
      void facts.health.set(known(subscription), events.map(copyOf)),
    setVpnClients: (gatewayId: string, clients: readonly JsonObjectInput[]) =>
      void facts.vpnClients.set(gatewayId.toLowerCase(), clients.map(copyOf)),
    plantFault: (fault: Fault) => faults.plant(fault),
    deny: (denial: Denial) => door.denials.add(denial),
  };
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
    ...controls(parts),
    close,
  };
}
