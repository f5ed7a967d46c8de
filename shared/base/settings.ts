import { z } from 'zod';
import { type Clock, scaledClock, systemClock } from './clock.ts';
import { type CloudEndpoints, type CloudName, cloudNames, clouds } from './clouds.ts';
import { callerSettings, type DoorSettings, doorFields } from './doorSettings.ts';
import { AutomationError } from './errors.ts';
import { type LogLevel, logLevels } from './log.ts';

/** Where the product keeps its own things; the queue's name is repeated in the trigger's binding. */
export const storageNames = {
  records: 'asefo-records',
  config: 'asefo-config',
  leases: 'asefo-leases',
  queue: 'asefo-reconcile',
  sites: 'asefoSites',
  facts: 'asefoFacts',
  intents: 'asefoIntents',
  allowances: 'asefoAllowances',
} as const;

export type StorageSettings =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  /** Reached with the app's own identity. URLs without a trailing slash. */
  | { readonly kind: 'identity'; readonly blobUrl: string; readonly queueUrl: string; readonly tableUrl: string };

/** How service tags are come by and judged. */
export type TagSettings = {
  /** Ask the Service Tags API, once a day. */
  readonly api: boolean;
  /** Where to download a file once a day; YYYYMMDD in it stands for the day it was published. Null: nowhere. */
  readonly url: string | null;
  /** The share of its addresses (0 to 1) at which a tag that lost them is not believed. */
  readonly mostLost: number;
};

/** Everything an operator may set, checked, with defaults filled in. Holds secrets: never log it as a whole. */
export type Settings = {
  readonly cloud: CloudName;
  /** Of the cloud, with what was overridden. */
  readonly endpoints: CloudEndpoints;
  /** api-version of Microsoft.Network. */
  readonly networkApiVersion: string;
  readonly storage: StorageSettings;
  readonly identity: { readonly kind: 'default' | 'managedIdentity'; readonly clientId: string | null };
  /** Event Grid topic for notices; without a key the app's identity is used. */
  readonly topic: { readonly endpoint: string; readonly key: string | null } | null;
  /** What names of ours begin with in resources we share with others. */
  readonly namePrefix: string;
  /** A simulation's clock; null in production. */
  readonly clock: { readonly originMs: number; readonly speed: number } | null;
  /** Six-field NCRONTAB of the sweep over every site. */
  readonly sweepSchedule: string;
  /** How late the sweep may be before it is told overdue (ms). */
  readonly sweepOverdueMs: number;
  readonly tags: TagSettings;
  /** Where the app runs, as the platform tells it (REGION_NAME); null elsewhere. */
  readonly appRegion: string | null;
  /** Who is let in at the HTTP doors, besides holders of the function key. */
  readonly doors: DoorSettings;
  /** Lines below this are not written. */
  readonly logLevel: LogLevel;
};

/** Public: the version our recordings of Azure were made with; sovereign clouds get versions later. */
const NETWORK_API_VERSIONS: Readonly<Record<CloudName, string>> = {
  Public: '2025-03-01',
  AzureGovernment: '2024-05-01',
  China: '2024-05-01',
};

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

const urlOf = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
const isHttps = (text: string): boolean => urlOf(text)?.protocol === 'https:';
const isHttpsOrLoopback = (text: string): boolean => isHttps(text) || LOOPBACK.test(urlOf(text)?.hostname ?? '');
const noSlash = (text: string): string => text.replace(/\/+$/, '');

const https = z.string().refine(isHttps, 'write a URL that begins with https://').transform(noSlash);
const endpoint = z
  .string()
  .refine(isHttpsOrLoopback, 'write a URL that begins with https:// (http:// only on this machine)')
  .transform(noSlash);

const storageText = z
  .string()
  .refine(
    (text) => /^UseDevelopmentStorage=true/i.test(text) || /(^|;)(AccountName|BlobEndpoint)=/i.test(text),
    'write the connection string of a storage account, as the portal shows it under "Access keys"',
  );

const schema = z.object({
  AzureWebJobsStorage: storageText.optional(),
  AzureWebJobsStorage__accountName: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/, 'write the name of a storage account: 3-24 of a-z and 0-9')
    .optional(),
  AzureWebJobsStorage__blobServiceUri: https.optional(),
  AzureWebJobsStorage__queueServiceUri: https.optional(),
  AzureWebJobsStorage__tableServiceUri: https.optional(),
  ASEFO_CLOUD: z.enum(cloudNames, `write one of ${cloudNames.join(', ')}`).default('Public'),
  ASEFO_ARM_ENDPOINT: https.optional(),
  ASEFO_ARM_AUDIENCE: https.optional(),
  ASEFO_AUTHORITY_HOST: https.optional(),
  ASEFO_NETWORK_API_VERSION: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(-preview)?$/, 'write an api-version of Microsoft.Network such as 2024-05-01')
    .optional(),
  ASEFO_TOPIC_ENDPOINT: endpoint.optional(),
  ASEFO_TOPIC_KEY: z.string().optional(),
  ASEFO_NAME_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,18}-$/, 'write 2-20 of a-z, 0-9 and -, ending in -')
    .default('asefo-'),
  ASEFO_CLOCK_ORIGIN: z.iso.datetime('write a time such as 2026-01-31T12:00:00Z').optional(),
  ASEFO_CLOCK_SPEED: z.coerce
    .number('write a number')
    .min(1, 'write a number from 1 to 100000')
    .max(100_000, 'write a number from 1 to 100000')
    .optional(),
  ASEFO_SWEEP_SCHEDULE: z
    .string()
    .regex(/^\S+( \S+){5}$/, 'write six fields, seconds first, such as 0 */15 * * * *')
    .default('0 */15 * * * *'),
  ASEFO_SWEEP_OVERDUE_MINUTES: z.coerce
    .number('write a number')
    .min(1, 'write a number of minutes from 1 to 10080')
    .max(10_080, 'write a number of minutes from 1 to 10080')
    .default(45),
  ASEFO_SERVICE_TAGS_API: z.enum(['on', 'off'], 'write on or off').default('on'),
  ASEFO_SERVICE_TAGS_URL: z.string().refine(isHttps, 'write a URL that begins with https://').optional(),
  ASEFO_SERVICE_TAGS_MAX_LOSS_PERCENT: z.coerce
    .number('write a number')
    .min(1, 'write a number from 1 to 100')
    .max(100, 'write a number from 1 to 100')
    .default(50),
  ...doorFields,
  ASEFO_LOG_LEVEL: z.enum(logLevels, `write one of ${logLevels.join(', ')}`).default('info'),
  ASEFO_IDENTITY_CLIENT_ID: z.guid('write the client id (a GUID) of a user-assigned identity').optional(),
  /** Set by App Service: the display name of the app's region. */
  REGION_NAME: z.string().max(100).optional(),
  /** Set by the platform where a managed identity is assigned. */
  IDENTITY_ENDPOINT: z.string().optional(),
});

type Read = z.output<typeof schema>;

const settingError = (name: string, remedy: string): AutomationError =>
  new AutomationError('ERR_SETTING', `The application setting ${name} cannot be used`, {
    remedy: `In the setting ${name}, ${remedy}.`,
  });

const storageOf = (read: Read, endpoints: CloudEndpoints): StorageSettings => {
  if (read.AzureWebJobsStorage !== undefined)
    return { kind: 'connectionString', connectionString: read.AzureWebJobsStorage };
  const account = read.AzureWebJobsStorage__accountName;
  const url = (service: 'blob' | 'queue' | 'table'): string | undefined =>
    read[`AzureWebJobsStorage__${service}ServiceUri`] ??
    (account === undefined ? undefined : `https://${account}.${service}.${endpoints.storageSuffix}`);
  const [blobUrl, queueUrl, tableUrl] = [url('blob'), url('queue'), url('table')];
  if (blobUrl !== undefined && queueUrl !== undefined && tableUrl !== undefined)
    return { kind: 'identity', blobUrl, queueUrl, tableUrl };
  throw settingError(
    'AzureWebJobsStorage',
    'write a connection string, or leave it empty and write the account name in AzureWebJobsStorage__accountName',
  );
};

const clockSettings = (read: Read): Settings['clock'] => {
  if (read.ASEFO_CLOCK_ORIGIN === undefined && read.ASEFO_CLOCK_SPEED === undefined) return null;
  if (read.ASEFO_CLOCK_ORIGIN === undefined)
    throw settingError('ASEFO_CLOCK_ORIGIN', 'write the time the fast clock left real time at, or empty both');
  return { originMs: Date.parse(read.ASEFO_CLOCK_ORIGIN), speed: read.ASEFO_CLOCK_SPEED ?? 1 };
};

const doorsOf = (read: Read, endpoints: CloudEndpoints): DoorSettings => {
  const doors = callerSettings(read, endpoints);
  if ('lacks' in doors) throw settingError(doors.lacks, doors.remedy);
  return doors;
};

/** Reads the application settings. Throws ERR_SETTING naming the setting and what to write; never quotes a value. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): Settings => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name]?.trim() === '' ? undefined : env[name]?.trim()]),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw settingError(String(issue?.path[0]), issue?.message ?? 'write something else');
  }
  const read = parsed.data;
  const defaults = clouds[read.ASEFO_CLOUD];
  const endpoints = {
    ...defaults,
    resourceManager: read.ASEFO_ARM_ENDPOINT ?? defaults.resourceManager,
    tokenAudience: read.ASEFO_ARM_AUDIENCE ?? defaults.tokenAudience,
    loginAuthority: read.ASEFO_AUTHORITY_HOST ?? defaults.loginAuthority,
  };
  const clientId = read.ASEFO_IDENTITY_CLIENT_ID ?? null;
  const managed = clientId !== null || read.IDENTITY_ENDPOINT !== undefined;
  return {
    cloud: read.ASEFO_CLOUD,
    endpoints,
    networkApiVersion: read.ASEFO_NETWORK_API_VERSION ?? NETWORK_API_VERSIONS[read.ASEFO_CLOUD],
    storage: storageOf(read, endpoints),
    identity: { kind: managed ? 'managedIdentity' : 'default', clientId },
    topic:
      read.ASEFO_TOPIC_ENDPOINT === undefined
        ? null
        : { endpoint: read.ASEFO_TOPIC_ENDPOINT, key: read.ASEFO_TOPIC_KEY ?? null },
    namePrefix: read.ASEFO_NAME_PREFIX,
    clock: clockSettings(read),
    sweepSchedule: read.ASEFO_SWEEP_SCHEDULE,
    sweepOverdueMs: read.ASEFO_SWEEP_OVERDUE_MINUTES * 60_000,
    tags: {
      api: read.ASEFO_SERVICE_TAGS_API === 'on',
      url: read.ASEFO_SERVICE_TAGS_URL ?? null,
      mostLost: read.ASEFO_SERVICE_TAGS_MAX_LOSS_PERCENT / 100,
    },
    appRegion: read.REGION_NAME ?? null,
    doors: doorsOf(read, endpoints),
    logLevel: read.ASEFO_LOG_LEVEL,
  };
};

/** The clock the settings ask for: the system's, or a simulation's fast one. */
export const clockOf = (settings: Pick<Settings, 'clock'>): Clock =>
  settings.clock === null ? systemClock : scaledClock(settings.clock.originMs, settings.clock.speed);
