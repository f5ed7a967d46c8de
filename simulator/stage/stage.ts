import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { unwire, wire } from '../../shared/wire.ts';
import { type LandingZoneIds, seedLandingZone } from '../arm/landingZone.ts';
import { type Arm, startArm, trustCa } from '../arm/server.ts';
import { type Azurite, startAzurite } from '../azurite.ts';
import { FastClock } from '../clock.ts';
import { type Host, type HostOptions, startHost } from '../host/host.ts';
import type { Scene } from './scene.ts';
import { type Published, startTopic, type Topic } from './topic.ts';

/** Everything a person needs to try the product: Azure simulated, storage embedded, the functions running. */
export interface Stage {
  readonly arm: Arm;
  readonly host: Host;
  readonly ids: LandingZoneIds;
  readonly clock: FastClock;
  readonly speed: number;
  readonly key: string;
  /** Event Grid's key for the functions' webhook. */
  readonly systemKey: string;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly scene: Scene;
  /** Simulated seconds per second. */
  readonly speed: number;
  readonly runTimers: boolean;
  readonly port?: number;
  readonly logLevel?: string;
  readonly onNotice?: (notice: Published) => void;
  /** Application settings beside those of every stage. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly signIn?: HostOptions['signIn'];
  readonly log?: HostOptions['log'];
}

const root = new URL('../../', import.meta.url);

/** The product as it is deployed: every file of functions/ is one trigger. */
const loadFunctions = async (): Promise<void> => {
  const files = (await readdir(new URL('functions/', root))).filter((name) => name.endsWith('.ts')).sort();
  for (const file of files) await import(new URL(`functions/${file}`, root).href);
};

interface Parts {
  readonly arm: Arm;
  readonly azurite: Azurite;
  readonly topic: Topic;
}

/** What a deployment writes into the application settings; nothing in the product knows of the simulator. */
const settingsOf = (
  { arm, azurite, topic }: Parts,
  options: StageOptions,
  originMs: number,
): Record<string, string> => ({
  AzureWebJobsStorage: azurite.connectionString,
  ASEFO_CLOUD: options.scene.cloud,
  ASEFO_ARM_ENDPOINT: arm.endpoint,
  ASEFO_TOPIC_ENDPOINT: topic.endpoint,
  ASEFO_TOPIC_KEY: topic.key,
  ASEFO_SWEEP_SCHEDULE: '0 */15 * * * *',
  ASEFO_CLOCK_ORIGIN: new Date(originMs).toISOString(),
  ASEFO_CLOCK_SPEED: String(options.speed),
  ASEFO_LOG_LEVEL: options.logLevel ?? 'warn',
  IDENTITY_ENDPOINT: arm.identity.endpoint,
  IDENTITY_HEADER: arm.identity.header,
  // The SDKs honour proxies; nothing here leaves this machine.
  NO_PROXY: 'localhost,127.0.0.1',
  ...options.settings,
});

/** Sets the process's environment; the function returned puts it back. */
const dress = (settings: Record<string, string>): (() => void) => {
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
};

/** The operator's part before anything can happen: the sites file and the service tags. */
const configure = async (scene: Scene): Promise<void> => {
  const { config } = await wire();
  await config.write('sites.json', `${JSON.stringify(scene.sitesFile, null, 2)}\n`);
  await config.write(`service-tags/${scene.cloud}.json`, scene.tagsText);
};

export async function openStage(options: StageOptions): Promise<Stage> {
  const { scene, speed } = options;
  const originMs = Date.now();
  const clock = new FastClock({ startMs: originMs, wallStartMs: originMs, speed });
  const [arm, azurite, topic] = await Promise.all([
    startArm({ clock, cloud: scene.cloud }),
    startAzurite(),
    startTopic(options.onNotice ?? (() => {})),
  ]);
  const ids = seedLandingZone(arm, {
    subscriptionId: scene.subscriptionId,
    resourceGroup: scene.resourceGroup,
    location: scene.home.name,
    gatewayPublicIpAddress: scene.gatewayPublicIpAddress,
  });
  arm.setAddressPool(scene.failover.name, scene.failoverAddresses);
  arm.setServiceTags(JSON.parse(scene.tagsText));
  trustCa(arm.ca);
  const undress = dress(settingsOf({ arm, azurite, topic }, options, originMs));
  unwire();
  await configure(scene);
  const keys = { function: randomUUID(), master: randomUUID(), system: randomUUID() };
  const host = await startHost({
    load: loadFunctions,
    hostJson: new URL('host.json', root),
    storageConnectionString: azurite.connectionString,
    keys,
    clock: { now: () => clock.now(), speed },
    runTimers: options.runTimers,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.signIn === undefined ? {} : { signIn: options.signIn }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const close = async () => {
    await host.close();
    await Promise.all([arm.close(), azurite.close(), topic.close()]);
    unwire();
    undress();
  };
  return { arm, host, ids, clock, speed, key: keys.function, systemKey: keys.system, close };
}
