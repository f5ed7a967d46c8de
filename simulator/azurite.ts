import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

/** A running Azurite; its account is the well-known development one. */
export interface Azurite {
  readonly connectionString: string;
  readonly blobEndpoint: string;
  readonly queueEndpoint: string;
  readonly tableEndpoint: string;
  /** Frees the three ports and forgets all data. May be called twice. */
  close(): Promise<void>;
}

/*
 * Azurite's classes, as they are in 3.37.0. The package publishes commands, not an API: the constructors take their
 * settings by position and may change in any version, so package.json pins it, and a new version means reading
 * dist/src/{blob,queue,table}/*Configuration.js again. Run so it sends no telemetry (only its commands start that).
 */
interface Service {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
  readonly httpServer: Server & { stop(): void };
}
type Constructor<T> = new (...settings: readonly unknown[]) => T;
type Kind = 'Blob' | 'Queue' | 'Table';

const require = createRequire(import.meta.url);
const load = <T>(path: string): T => require(`azurite/dist/src/${path}`) as T;
const loadDefault = <T>(path: string): Constructor<T> => load<{ default: Constructor<T> }>(path).default;

// https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const host = '127.0.0.1';
const keepAliveSeconds = 5;
const memoryLimitBytes = 256 * 1024 * 1024;

function createService(kind: Kind, memory: unknown): Service {
  const folder = kind.toLowerCase();
  const accessLog = [false, undefined];
  const debugLog = [false, undefined];
  const loose = false;
  const skipApiVersionCheck = true;
  const certificate = ['', '', '', undefined];
  const disableProductStyleUrl = false;
  const inMemory = true;
  const server = [host, 0, keepAliveSeconds];
  const rest = [loose, skipApiVersionCheck, ...certificate, disableProductStyleUrl, inMemory];
  // Paths are names only: nothing is written while `inMemory` holds.
  const settings =
    kind === 'Table'
      ? [...server, 'table.json', debugLog[0], ...accessLog, debugLog[1], ...rest]
      : [...server, `${folder}.json`, `${folder}-extent.json`, [], ...accessLog, ...debugLog, ...rest, memory];
  const Configuration = loadDefault<unknown>(`${folder}/${kind}Configuration`);
  const Service = loadDefault<Service>(`${folder}/${kind}Server`);
  return new Service(new Configuration(...settings));
}

/** Azurite's own close does not wait for its connections: the port is free only when the HTTP server says so. */
async function closeService(service: Service): Promise<void> {
  const closed = once(service.httpServer, 'close');
  await service.close();
  service.httpServer.closeAllConnections();
  await closed;
}

/** Starts blob, queue and table storage in this process and in memory, on free ports of 127.0.0.1. */
export async function startAzurite(): Promise<Azurite> {
  const { MemoryExtentChunkStore } = load<{ MemoryExtentChunkStore: Constructor<unknown> }>(
    'common/persistence/MemoryExtentStore',
  );
  // A store of its own: the one Azurite shares by default outlives every server in the process.
  const memory = new MemoryExtentChunkStore(memoryLimitBytes);
  const services = (['Blob', 'Queue', 'Table'] as const).map((kind) => createService(kind, memory));
  await Promise.all(services.map((service) => service.start()));
  const [blobEndpoint = '', queueEndpoint = '', tableEndpoint = ''] = services.map(
    (service) => `${service.getHttpServerAddress()}/${account}`,
  );
  let closing: Promise<unknown> | undefined;
  return {
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${account}`,
      `AccountKey=${key}`,
      `BlobEndpoint=${blobEndpoint}`,
      `QueueEndpoint=${queueEndpoint}`,
      `TableEndpoint=${tableEndpoint}`,
      '',
    ].join(';'),
    blobEndpoint,
    queueEndpoint,
    tableEndpoint,
    async close() {
      closing ??= Promise.all(services.map(closeService));
      await closing;
    },
  };
}
