import type { TokenCredential } from '@azure/identity';
import type { Clock } from '../base/clock.ts';
import { clouds } from '../base/clouds.ts';
import type { Log } from '../base/log.ts';
import { clockOf, type Settings, storageNames } from '../base/settings.ts';
import type { Archive, ConfigStore, Leases, Messages, Notices, SiteStore } from '../record/ports.ts';
import type { FactStore } from '../scope/fact.ts';
import type { IntentStore } from '../scope/intent.ts';
import { allowanceTable } from './allowanceTable.ts';
import { blobArchive } from './archive.ts';
import { type Arm, createArm, type OnCall } from './arm.ts';
import { blobConfig } from './configStore.ts';
import { createCredential } from './credential.ts';
import { factTable } from './factTable.ts';
import { armHealthEvents, type HealthEvents } from './healthEvents.ts';
import { intentTable } from './intentTable.ts';
import { blobLeases } from './leases.ts';
import { armLists, armLocations, type Lists, type Locations } from './locations.ts';
import { queueMessages } from './messages.ts';
import { gridNotices } from './notices.ts';
import { armResources, type Resources } from './resources.ts';
import { keyVaultSecrets, type Secrets } from './secrets.ts';
import { siteTable } from './siteTable.ts';
import { createStorage } from './storage.ts';
import { type TagDownload, tagDownload } from './tagDownload.ts';
import { sharedTurns } from './turns.ts';

/** Everything of Azure's that is asked through ARM; one view counts its own calls. */
export type ArmAdapters = {
  readonly resources: Resources;
  readonly healthEvents: HealthEvents;
  readonly locations: Locations;
  readonly lists: Lists;
};

/** Every port, implemented. A member is made when it is first asked for; nothing is connected before it is used. */
export interface Adapters extends ArmAdapters {
  readonly clock: Clock;
  readonly sites: SiteStore;
  readonly facts: FactStore;
  readonly intents: IntentStore;
  readonly archive: Archive;
  readonly config: ConfigStore;
  readonly leases: Leases;
  readonly messages: Messages;
  readonly notices: Notices;
  readonly tagDownload: TagDownload;
  readonly secrets: Secrets;
  /** The same ARM, `onCall` told of every call: for counting what a run costs. */
  metered(onCall: OnCall): ArmAdapters;
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const armAdapters = (arm: () => Arm, clock: Clock): ArmAdapters => {
  const resources = once(() => armResources(arm(), clock));
  const healthEvents = once(() => armHealthEvents(arm()));
  const locations = once(() => armLocations(arm()));
  const lists = once(() => armLists(arm()));
  return {
    get resources() {
      return resources();
    },
    get healthEvents() {
      return healthEvents();
    },
    get locations() {
      return locations();
    },
    get lists() {
      return lists();
    },
  };
};

const storageAdapters = (settings: Settings, credential: () => TokenCredential, clock: Clock) => {
  const storage = once(() => createStorage(settings, credential));
  const container = (name: string) => storage().blobs.getContainerClient(name);
  const queue = (name: string) => storage().queues.getQueueClient(name);
  return {
    sites: once(() => siteTable(storage().table(storageNames.sites))),
    facts: once(() => factTable(storage().table(storageNames.facts))),
    intents: once(() => intentTable(storage().table(storageNames.intents))),
    archive: once(() => blobArchive(container(storageNames.records))),
    config: once(() => blobConfig(container(storageNames.config))),
    turns: once(() => sharedTurns(allowanceTable(storage().table(storageNames.allowances)), clock)),
    leases: once(() => blobLeases(container(storageNames.leases))),
    messages: once(() => queueMessages(queue(storageNames.queue), clock, queue(`${storageNames.queue}-poison`))),
  };
};

/** The adapters of one process, by its settings. */
export const buildAzure = (settings: Settings, log: Log, clock: Clock = clockOf(settings)): Adapters => {
  const credential = once(() => createCredential(settings));
  const stored = storageAdapters(settings, credential, clock);
  const arm = once(() =>
    createArm({
      endpoint: settings.endpoints.resourceManager,
      audience: settings.endpoints.tokenAudience,
      credential: credential(),
      networkApiVersion: settings.networkApiVersion,
      clock,
      turns: stored.turns(),
    }),
  );
  const plain = armAdapters(arm, clock);
  const download = once(() => tagDownload(clock));
  const notices = once(() => gridNotices(settings.topic, credential, log));
  const secrets = once(() =>
    keyVaultSecrets({
      credential: credential(),
      vaultSuffix: clouds[settings.cloud].vaultSuffix,
      armOrigin: settings.endpoints.resourceManager,
    }),
  );
  return {
    clock,
    get resources() {
      return plain.resources;
    },
    get healthEvents() {
      return plain.healthEvents;
    },
    get locations() {
      return plain.locations;
    },
    get lists() {
      return plain.lists;
    },
    get sites() {
      return stored.sites();
    },
    get facts() {
      return stored.facts();
    },
    get intents() {
      return stored.intents();
    },
    get archive() {
      return stored.archive();
    },
    get config() {
      return stored.config();
    },
    get leases() {
      return stored.leases();
    },
    get messages() {
      return stored.messages();
    },
    get tagDownload() {
      return download();
    },
    get notices() {
      return notices();
    },
    get secrets() {
      return secrets();
    },
    metered: (onCall) =>
      armAdapters(
        once(() => arm().metered(onCall)),
        clock,
      ),
  };
};
