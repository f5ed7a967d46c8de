import { randomUUID } from 'node:crypto';
import { type Arm, createArm } from '../../shared/azure/arm.ts';
import { createCredential } from '../../shared/azure/credential.ts';
import { armHealthEvents } from '../../shared/azure/healthEvents.ts';
import { armLists, armLocations } from '../../shared/azure/locations.ts';
import { armResources } from '../../shared/azure/resources.ts';
import { sharedTurns, type Turns } from '../../shared/azure/turns.ts';
import { readSettings } from '../../shared/base/settings.ts';
import type { AzureView, Ports } from '../../shared/ports.ts';
import type { Messages } from '../../shared/record/ports.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { readSyntheticTags } from '../../simulator/tags/syntheticTags.ts';
import type { AzureProcess } from './azureProcess.ts';
import type { FleetClock } from './fleetClock.ts';
import {
  allowanceStore,
  configStore,
  diskArchive,
  factStore,
  memoryLeases,
  noIntents,
  siteStore,
} from './fleetStores.ts';

export type FleetWorld = {
  readonly azure: AzureProcess;
  readonly clock: FleetClock;
  readonly messages: Messages;
  /** Where blobs and states lie: they do not belong to the app's memory. */
  readonly folder: string;
  readonly sitesFile: string;
  /** Application milliseconds that a call to ARM and one to storage take. */
  readonly armMs: number;
  readonly storageMs: number;
  readonly onSave: (state: SiteState) => void;
  /** A failure or an alarm is told to people. */
  readonly onTrouble: () => void;
};

/** Each call that has its turn takes `ms`, and then as long as the simulator really takes. */
const slowTurns = (turns: Turns, clock: FleetClock, ms: number): Turns => ({
  refused: async (turn, waitMs) => {
    // The answer is here, and writing down what it says takes time of the application's again.
    clock.outside(-1);
    await turns.refused(turn, waitMs);
    clock.outside(1);
  },
  take: async (turn) => {
    await turns.take(turn);
    await clock.sleepUntil(clock.now() + ms);
    clock.outside(1);
  },
});

const viewOf = (arm: Arm, clock: FleetClock): AzureView => ({
  resources: armResources(arm, clock),
  healthEvents: armHealthEvents(arm),
  locations: armLocations(arm),
  lists: armLists(arm),
});

/** The app's own ports, ARM over HTTPS to the simulated Azure; only storage, queue and clock are the bench's. */
export const fleetPorts = (world: FleetWorld): Ports => {
  const { azure, clock, folder } = world;
  const settings = readSettings({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    ASEFO_CLOUD: 'AzureGovernment',
    ASEFO_ARM_ENDPOINT: azure.endpoint,
    IDENTITY_ENDPOINT: azure.identity,
  });
  const delay = () => clock.sleepUntil(clock.now() + world.storageMs);
  const arm = createArm({
    endpoint: azure.endpoint,
    audience: settings.endpoints.tokenAudience,
    credential: createCredential(settings),
    networkApiVersion: settings.networkApiVersion,
    clock,
    turns: slowTurns(sharedTurns(allowanceStore(delay), clock), clock, world.armMs),
  });
  const answered = () => clock.outside(-1);
  return {
    ...viewOf(arm.metered(answered), clock),
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    newId: () => randomUUID(),
    namePrefix: settings.namePrefix,
    facts: factStore(delay),
    intents: noIntents(delay),
    sites: siteStore(folder, delay, world.onSave),
    archive: diskArchive(folder, delay),
    config: configStore(
      new Map([
        ['sites.json', world.sitesFile],
        ['service-tags/tags.json', readSyntheticTags()],
      ]),
    ),
    leases: memoryLeases(delay),
    messages: world.messages,
    notices: {
      tell: async ({ kind }) => {
        if (kind === 'failed' || kind === 'alarm') world.onTrouble();
      },
    },
    tagDownload: { fetch: async () => null },
    secrets: { read: async () => Promise.reject(new Error('no secrets here')) },
    metered: (onCall) =>
      viewOf(
        arm.metered((...call) => {
          answered();
          onCall(...call);
        }),
        clock,
      ),
  } satisfies Ports;
};
