import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { buildAzure } from '../../shared/azure/index.ts';
import type { Clock } from '../../shared/base/clock.ts';
import { readSettings, storageNames } from '../../shared/base/settings.ts';
import { readEvent } from '../../shared/events/readEvent.ts';
import { hear } from '../../shared/hear.ts';
import { bury } from '../../shared/poison.ts';
import type { Ports } from '../../shared/ports.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import type { Notice } from '../../shared/record/notice.ts';
import type { Leases, Message } from '../../shared/record/ports.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { say, type Word, wordSchema } from '../../shared/words.ts';
import { type LandingZone, type LandingZoneIds, seedLandingZone } from '../../simulator/arm/landingZone.ts';
import type { RecordedExchange } from '../../simulator/arm/recorded.ts';
import { type Arm, type ArmOptions, startArm, trustCa } from '../../simulator/arm/server.ts';
import { startAzurite } from '../../simulator/azurite.ts';
import { readSyntheticTags, syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { comesTrue } from './comesTrue.ts';
import { keepConnection, watched, watchedLog } from './secrets.ts';

export type JumpClock = Clock & { advance(ms: number): void };

/** A clock that nobody waits for: sleeping moves it. Infinitely fast against the wall, so no message is ever hidden. */
export const jumpClock = (start: string): JumpClock => {
  let now = Date.parse(start);
  return {
    now: () => now,
    sleepUntil: async (until) => {
      now = Math.max(now, until);
    },
    pause: (wallMs) => new Promise((resolve) => setTimeout(resolve, Math.min(wallMs, 20))),
    speed: Number.POSITIVE_INFINITY,
    advance: (ms) => {
      now += ms;
    },
  };
};

export type Stage = {
  readonly arm: Arm;
  readonly clock: JumpClock;
  readonly connectionString: string;
  close(): Promise<void>;
};

/** As recorded; journeys that are not about time have a quicker firewall, since every poll is a visit of its own. */
export const recordedDurations = { durations: {} } satisfies Partial<ArmOptions>;

/** Simulated Azure and a real Azurite, for one test file. */
export const startStage = async (
  options: Omit<Partial<ArmOptions>, 'clock'> & { readonly clock?: JumpClock } = {},
): Promise<Stage> => {
  const clock = options.clock ?? jumpClock('2026-07-20T03:00:00Z');
  const [arm, azurite] = await Promise.all([
    startArm({ clock, durations: { azureFirewalls: { update: 25 } }, ...options }),
    startAzurite(),
  ]);
  trustCa(arm.ca);
  keepConnection(azurite.connectionString);
  process.env['IDENTITY_ENDPOINT'] = arm.identity.endpoint;
  process.env['IDENTITY_HEADER'] = arm.identity.header;
  return {
    arm,
    clock,
    connectionString: azurite.connectionString,
    close: async () => {
      await Promise.all([arm.close(), azurite.close()]);
    },
  };
};

export type SiteChange = {
  readonly policy?: Record<string, unknown>;
  readonly routeBudget?: Record<string, unknown>;
  readonly site?: Record<string, unknown>;
  readonly zone?: Partial<LandingZone>;
  readonly tags?: string;
  /** Who handles a message of the queue; by default the loop over this journey's ports. What it throws brings it again. */
  readonly handle?: (text: string, redelivered: boolean, ports: Ports) => Promise<void>;
};

const handleHere: NonNullable<SiteChange['handle']> = (text, redelivered, ports) =>
  reconcile(readMessage(text), ports, redelivered);

export type Journey = {
  readonly ports: Ports;
  readonly site: string;
  readonly subscriptionId: string;
  readonly ids: LandingZoneIds;
  readonly notices: readonly Notice[];
  /** Delivers an event as the doors would, not before its time, without working off the queue. */
  event(payload: unknown): Promise<void>;
  word(word: Record<string, unknown>): Promise<unknown>;
  /** Works off the queue until it is empty; returns the number of messages. */
  work(most?: number): Promise<number>;
  /** Handles one message; null where none is there. What handling throws is thrown, and the message comes again. */
  step(): Promise<Message | null>;
  /** Works off the queue as the host does: a message that throws comes again, five times, then is buried. Returns what was thrown. */
  host(most?: number): Promise<readonly unknown[]>;
  state(): Promise<SiteState>;
  /** ARM requests since the last call of `mark`, by kind. */
  mark(): void;
  calls(): { writes: number; reads: number; polls: number; early: number };
  /** What went over the wire to ARM since the last call of `mark`. */
  exchanges(): readonly RecordedExchange[];
  putTags(text: string): Promise<void>;
  /** Deletes what is configured under names that begin so: `service-tags/`, `sites.json`, `last-good/`. */
  dropConfig(prefix: string): Promise<void>;
  /** Every message in the queue is lost. */
  loseMessages(): Promise<void>;
};

export const services = ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'];

/** An active (or resolved) incident of these services in a region, as an action group delivers it. */
export const incident = (
  subscriptionId: string,
  options: {
    names?: readonly string[];
    region?: string;
    status?: string;
    at?: string;
    trackingId?: string;
    title?: string;
  } = {},
): unknown => {
  const {
    names = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'],
    region = 'USGov Virginia',
    status = 'Active',
  } = options;
  const { at = '2026-07-20T02:55:00.000Z', trackingId = 'ABCD-123', title = 'Power event' } = options;
  const impacted = names.map((name) => ({ ServiceName: name, ImpactedRegions: [{ RegionName: region }] }));
  return {
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId: `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/1`,
        alertRule: 'service health',
        severity: 'Sev4',
        signalType: 'Activity Log',
        monitorCondition: 'Fired',
        monitoringService: 'ServiceHealth',
        alertTargetIDs: [`/subscriptions/${subscriptionId}`],
        originAlertId: randomUUID(),
        firedDateTime: at,
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        channels: 1,
        eventSource: 2,
        eventTimestamp: at,
        eventDataId: randomUUID(),
        level: 2,
        operationName: 'Microsoft.ServiceHealth/incident/action',
        properties: {
          title,
          service: names[0],
          region,
          incidentType: 'Incident',
          trackingId,
          impactStartTime: '2026-07-20T02:40:00Z',
          impactedServices: JSON.stringify(impacted),
          stage: status,
          communication: '<p>We are looking into it.</p>',
        },
        status,
      },
    },
  };
};

const clientOf = (connectionString: string) =>
  QueueServiceClient.fromConnectionString(connectionString).getQueueClient(storageNames.queue);

/** What other journeys of the file left in force would be in force here too. */
const dropConfig = async (connectionString: string, prefix = ''): Promise<void> => {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(storageNames.config);
  if (!(await container.exists())) return;
  for await (const { name } of container.listBlobsFlat({ prefix })) await container.deleteBlob(name);
};

/** As host.json has it: `visibilityTimeout` and `maxDequeueCount`. */
const redeliveredAfterMs = 10_000;
const mostDeliveries = 5;

const isPoll = (url: string): boolean => /\/(operations|operationResults|nfvOperations)\//i.test(url);

const toArm = (arm: Arm, from: number) =>
  arm.requests.slice(from).filter((request) => request.url.includes('/subscriptions/'));

const counted = (arm: Arm, from: number) => {
  const calls = toArm(arm, from);
  const polls = calls.filter((request) => isPoll(request.url));
  return {
    writes: calls.filter((request) => request.method === 'PUT').length,
    reads: calls.filter((request) => request.method === 'GET' && !isPoll(request.url)).length,
    polls: polls.length,
    early: polls.filter((request) => (request.earlyBySeconds ?? 0) > 0).length,
  };
};

/** Holds nobody off; what is safe is so by the fencing of every write. `ASEFO_TEST_LEASES=off` has all journeys go so. */
export const noLeases: Leases = { hold: (_name, work) => work() };

/** One site in a landing zone of its own, with the production adapters over the simulated Azure. */
export const startJourney = async (stage: Stage, change: SiteChange = {}): Promise<Journey> => {
  const { arm, clock } = stage;
  const { handle = handleHere } = change;
  const subscriptionId = randomUUID();
  const site = `rig-${subscriptionId.slice(0, 8)}`;
  const gateway = syntheticGateways.usgovvirginia;
  const zone: LandingZone = {
    subscriptionId,
    resourceGroup: `ase-${site}`,
    location: 'usgovvirginia',
    gatewayPublicIpAddress: gateway,
    ...change.zone,
  };
  const ids = seedLandingZone(arm, zone);
  const settings = readSettings({
    AzureWebJobsStorage: stage.connectionString,
    ASEFO_CLOUD: 'AzureGovernment',
    ASEFO_ARM_ENDPOINT: arm.endpoint,
    IDENTITY_ENDPOINT: arm.identity.endpoint,
  });
  const log = watchedLog();
  const adapters = buildAzure(settings, log, clock);
  const notices: Notice[] = [];
  const take = (notice: Notice): void => {
    watched('a notice', JSON.stringify(notice));
    notices.push(notice);
  };
  const held = process.env['ASEFO_TEST_LEASES'] === 'off' ? { leases: { configurable: true, value: noLeases } } : {};
  const own = { log, newId: () => randomUUID(), namePrefix: settings.namePrefix };
  const ports: Ports = Object.defineProperties(own, {
    ...Object.getOwnPropertyDescriptors(adapters),
    notices: { configurable: true, value: { tell: async (notice: Notice) => take(notice) } },
    ...held,
  }) as unknown as Ports;

  const sitesFile = {
    cloud: 'AzureGovernment',
    sites: [
      {
        id: site,
        subscriptionId,
        resourceGroup: zone.resourceGroup,
        homeRegion: 'usgovvirginia',
        failoverRegion: 'usgovtexas',
        services,
        network: {
          vpn: 'p2s',
          virtualNetwork: 'vnet',
          gateway: 'vngw',
          firewall: 'firewall',
          routeTable: 'routetable',
          onPremRouteTable: 'routetableonprem',
          clientAddressPool: '192.168.150.0/24',
        },
        policy: { shadow: false, ...change.policy },
        routeBudget: { limit: 400, ...change.routeBudget },
        ...change.site,
      },
    ],
  };
  await dropConfig(stage.connectionString);
  await ports.config.write('sites.json', JSON.stringify(sitesFile));
  const putTags = (text: string) =>
    ports.config.write(`service-tags/${site}-${JSON.parse(text).changeNumber}.json`, text);
  await putTags(change.tags ?? readSyntheticTags());

  const queue = clientOf(stage.connectionString);
  await queue.createIfNotExists();
  await queue.clearMessages();
  let from = arm.requests.length;

  const step: Journey['step'] = async () => {
    const [received] = (await queue.receiveMessages({ numberOfMessages: 1, visibilityTimeout: 30 }))
      .receivedMessageItems;
    if (!received) return null;
    const text = Buffer.from(received.messageText, 'base64').toString();
    try {
      const message = readMessage(text);
      await handle(text, received.dequeueCount > 1, ports);
      await queue.deleteMessage(received.messageId, received.popReceipt);
      return message;
    } catch (error) {
      clock.advance(redeliveredAfterMs);
      if (received.dequeueCount < mostDeliveries)
        await queue.updateMessage(received.messageId, received.popReceipt, received.messageText, 0);
      else {
        await queue.deleteMessage(received.messageId, received.popReceipt);
        await bury(text, ports);
      }
      throw error;
    }
  };

  return {
    ports,
    site,
    subscriptionId,
    ids,
    notices,
    putTags,
    dropConfig: (prefix) => dropConfig(stage.connectionString, prefix),
    loseMessages: async () => void (await queue.clearMessages()),
    event: async (payload) => {
      comesTrue(payload, clock);
      await hear(readEvent(payload), 'an event', ports);
    },
    word: (word) => say(wordSchema.parse({ site, by: 'Ada', ...word }) as Word, 'nobody', ports),
    state: async () => (await ports.sites.load(site)).state,
    mark: () => {
      from = arm.requests.length;
    },
    calls: () => counted(arm, from),
    exchanges: () => toArm(arm, from),
    step,
    work: async (most = 200) => {
      for (let done = 0; done < most; done += 1) if ((await step()) === null) return done;
      throw new Error(`the queue is not empty after ${most} messages`);
    },
    host: async (most = 200) => {
      const thrown: unknown[] = [];
      for (let done = 0; done < most; done += 1) {
        try {
          if ((await step()) === null) return thrown;
        } catch (error) {
          thrown.push(error);
        }
      }
      throw new Error(`the queue is not empty after ${most} messages`);
    },
  };
};
