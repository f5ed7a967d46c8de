import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arm, createArm } from '../../shared/azure/arm.ts';
import { createCredential } from '../../shared/azure/credential.ts';
import { armHealthEvents } from '../../shared/azure/healthEvents.ts';
import { armLists, armLocations } from '../../shared/azure/locations.ts';
import { armResources } from '../../shared/azure/resources.ts';
import { sharedTurns, type Turns } from '../../shared/azure/turns.ts';
import { readSettings } from '../../shared/base/settings.ts';
import { readEvent } from '../../shared/events/readEvent.ts';
import { hear } from '../../shared/hear.ts';
import type { AzureView, Ports } from '../../shared/ports.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import { type Arm as SimulatedArm, startArm, trustCa } from '../../simulator/arm/server.ts';
import { readSyntheticTags } from '../../simulator/tags/syntheticTags.ts';
import { type FleetClock, fleetClock } from './fleetClock.ts';
import { fleetQueue } from './fleetQueue.ts';
import { regionFails, seedSites, sitesFile } from './fleetSites.ts';
import {
  allowanceStore,
  configStore,
  diskArchive,
  factStore,
  memoryLeases,
  noIntents,
  siteStore,
} from './fleetStores.ts';
import { fleetTally, type Tally } from './fleetTally.ts';

export type FleetOptions = {
  readonly sites: number;
  readonly subscriptions: number;
  /** Messages at work at once on the one instance: host.json's `batchSize` and `newBatchThreshold` together. */
  readonly workers: number;
  /** Application milliseconds that a call to ARM and one to storage take. */
  readonly armMs: number;
  readonly storageMs: number;
};

export type FleetResult = {
  readonly options: FleetOptions;
  readonly ready: number;
  /** Seconds of application time from the event to the last and to the middle site's proof. */
  readonly lastSeconds: number;
  readonly medianSeconds: number;
  readonly tally: Tally;
  readonly messages: number;
  readonly failed: number;
  readonly thrown: number;
  /** Of this whole process: the app, the simulated Azure and the stores together. */
  readonly peakMb: number;
  readonly wallSeconds: number;
};

/** Each call that has its turn takes `ms`, and then as long as the simulator really takes. */
const slowTurns = (turns: Turns, clock: FleetClock, ms: number): Turns => ({
  refused: turns.refused,
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

export type FleetStage = { readonly clock: FleetClock; readonly simulated: SimulatedArm };

/** One simulated Azure for every fleet of a process: a second one's certificate would not be believed. */
export const openFleetStage = async (): Promise<FleetStage> => {
  const clock = fleetClock(Date.parse('2026-07-20T03:00:00Z'));
  const simulated = await startArm({ clock });
  trustCa(simulated.ca);
  process.env['IDENTITY_ENDPOINT'] = simulated.identity.endpoint;
  process.env['IDENTITY_HEADER'] = simulated.identity.header;
  return { clock, simulated };
};

/** A region fails: so many sites, one instance of the app, every call through the front door of the simulated Azure. */
export const runFleet = async ({ clock, simulated }: FleetStage, options: FleetOptions): Promise<FleetResult> => {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  try {
    const subscriptions = Array.from({ length: options.subscriptions }, () => randomUUID());
    seedSites(simulated, options.sites, subscriptions);
    const settings = readSettings({
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      ASEFO_CLOUD: 'AzureGovernment',
      ASEFO_ARM_ENDPOINT: simulated.endpoint,
      IDENTITY_ENDPOINT: simulated.identity.endpoint,
    });
    const delay = () => clock.sleepUntil(clock.now() + options.storageMs);
    const arm = createArm({
      endpoint: simulated.endpoint,
      audience: settings.endpoints.tokenAudience,
      credential: createCredential(settings),
      networkApiVersion: settings.networkApiVersion,
      clock,
      turns: slowTurns(sharedTurns(allowanceStore(delay), clock), clock, options.armMs),
    });
    const answered = () => clock.outside(-1);
    const ready = new Map<string, number>();
    let failed = 0;
    const queue = fleetQueue(clock, options.workers);
    const from = clock.now();
    const ports = {
      ...viewOf(arm.metered(answered), clock),
      clock,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      newId: () => randomUUID(),
      namePrefix: settings.namePrefix,
      facts: factStore(delay),
      intents: noIntents(delay),
      sites: siteStore(delay, (state) => {
        if (state.run?.cloudReadyAt && !ready.has(state.site)) ready.set(state.site, clock.now());
      }),
      archive: diskArchive(folder, delay),
      config: configStore(
        new Map([
          ['sites.json', sitesFile(options.sites, subscriptions)],
          ['service-tags/tags.json', readSyntheticTags()],
        ]),
      ),
      leases: memoryLeases(delay),
      messages: queue.messages,
      notices: {
        tell: async ({ kind }) => {
          if (kind === 'failed' || kind === 'alarm') failed += 1;
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
    const tally = fleetTally(simulated);
    for (const subscription of subscriptions)
      await hear(readEvent(regionFails(subscription, new Date(from).toISOString())), 'an event', ports);
    let peak = 0;
    let thrown = 0;
    const messages = await queue.drain(async (text) => {
      try {
        await reconcile(readMessage(text), ports);
      } catch {
        thrown += 1;
        await queue.messages.send({ ...readMessage(text), notBefore: clock.now() + 10_000 } as never);
      }
      tally.take();
      peak = Math.max(peak, process.memoryUsage.rss());
    });
    const times = [...ready.values()].map((at) => (at - from) / 1_000).sort((a, b) => a - b);
    return {
      options,
      ready: ready.size,
      lastSeconds: times.at(-1) ?? Number.NaN,
      medianSeconds: times[times.length >> 1] ?? Number.NaN,
      tally: tally.all(),
      messages,
      failed,
      thrown,
      peakMb: Math.round(peak / 2 ** 20),
      wallSeconds: (Date.now() - started) / 1_000,
    };
  } finally {
    for (const id of simulated.ids()) simulated.remove(id);
    rmSync(folder, { recursive: true, force: true });
  }
};
