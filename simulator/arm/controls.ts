import type { Denial } from './denials.ts';
import type { BundleLoad } from './device.ts';
import { loadBundle, unplug } from './device.ts';
import type { Fault, Faults } from './faults.ts';
import type { FrontDoor } from './frontDoor.ts';
import { parseId } from './ids.ts';
import type { JsonObjectInput } from './json.ts';
import { copyOf } from './json.ts';
import { secretUrl } from './keyVault.ts';
import type { UsageOverride } from './market.ts';
import { lookUp } from './reads.ts';
import type { RecordedExchange } from './recorded.ts';
import { occupy, removeSeed, seed } from './seeds.ts';
import type { SilenceMode } from './silence.ts';
import type { SiteDial } from './tunnels.ts';
import { dial } from './tunnels.ts';
import { guidOf } from './vpnClients.ts';

interface Parts {
  readonly door: FrontDoor;
  readonly faults: Faults;
  readonly requests: RecordedExchange[];
  readonly subscriptions: Set<string>;
}

/** The resources: what is there without a request. */
export function resourceControls({ door, subscriptions }: Parts) {
  const { world } = door;
  const settled = () => world.operations.settle(world.clock.now());
  return {
    seed: (resourceId: string, body: JsonObjectInput) => {
      settled();
      subscriptions.add(seed(resourceId, copyOf(body), world).subscription.toLowerCase());
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
  };
}

/** What else the world says. */
export function factControls({ door, subscriptions }: Parts) {
  const { world, facts } = door;
  const known = (subscription: string) => {
    subscriptions.add(subscription.toLowerCase());
    return subscription.toLowerCase();
  };
  return {
    setServiceTags: (file: JsonObjectInput) => {
      facts.tags = copyOf(file);
      facts.renderedTags.clear();
    },
    setUsages: (location: string, items: readonly JsonObjectInput[]) =>
      void facts.usages.set(location.toLowerCase(), items.map(copyOf)),
    setUsage: (location: string, name: string, usage: UsageOverride) => {
      world.operations.settle(world.clock.now());
      world.market.setUsage(location, name, usage, world);
    },
    setAddressPool: (location: string, prefix: string) => world.addresses.set(location, prefix),
    closeRegion: (location: string, types: readonly string[] | 'all' = 'all') => world.market.close(location, types),
    setLocations: (subscription: string, items: readonly JsonObjectInput[]) =>
      void facts.locations.set(known(subscription), items.map(copyOf)),
    setHealthEvents: (subscription: string, events: readonly JsonObjectInput[]) =>
      void facts.health.set(known(subscription), events.map(copyOf)),
    setVpnClients: (gatewayId: string, clients: readonly JsonObjectInput[]) =>
      world.clients.set(gatewayId, guidOf(world.env.store.get(gatewayId)?.body), clients.map(copyOf)),
  };
}

/** The device on the other end. */
export function deviceControls({ door: { world } }: Parts) {
  return {
    loadBundle: (load: BundleLoad) => loadBundle(load, world),
    dial: (given: SiteDial) => dial(given, world),
    setSecret: (vault: string, name: string, value: string | null, location?: string) => {
      if (value === null) world.vaults.drop(vault, name);
      else
        world.vaults.set(vault, name, {
          value,
          version: world.env.newGuid().replaceAll('-', ''),
          ...(location === undefined ? {} : { location }),
        });
      return secretUrl(world.endpoint(), vault, name);
    },
    unplug: (device: string) => unplug(device, world),
    vpnClients: (gatewayId: string) => {
      world.operations.settle(world.clock.now());
      return world.clients.of(gatewayId, guidOf(world.env.store.get(gatewayId)?.body), world.clock.now());
    },
  };
}

/** What goes wrong. */
export function troubleControls({ door, faults }: Parts) {
  return {
    plantFault: (fault: Fault) => faults.plant(fault),
    deny: (denial: Denial) => door.denials.add(denial),
    silence: (location: string, mode: SilenceMode = 'refused') => door.world.silence.add(location, mode),
  };
}
