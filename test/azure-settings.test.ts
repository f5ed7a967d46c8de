import { describe, expect, it } from 'vitest';
import { buildAzure } from '../shared/azure/index.ts';
import { cloudNames } from '../shared/base/clouds.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { silentLog } from '../shared/base/log.ts';
import { clockOf, readSettings } from '../shared/base/settings.ts';

const secret = 'c2VjcmV0LWtleQ==';
const connectionString = `DefaultEndpointsProtocol=https;AccountName=asefo;AccountKey=${secret};EndpointSuffix=core.windows.net`;
const enough = { AzureWebJobsStorage: connectionString };

const thrown = (env: Readonly<Record<string, string | undefined>>): AutomationError => {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof AutomationError) return error;
  }
  throw new Error('nothing was refused');
};

describe('the settings', () => {
  it('need nothing but storage', () => {
    expect(readSettings(enough)).toMatchObject({
      cloud: 'Public',
      endpoints: { resourceManager: 'https://management.azure.com' },
      networkApiVersion: '2025-03-01',
      storage: { kind: 'connectionString' },
      identity: { kind: 'default', clientId: null },
      topic: null,
      namePrefix: 'asefo-',
      clock: null,
      sweepSchedule: '0 */15 * * * *',
      tags: { api: true, url: null, mostLost: 0.5 },
    });
  });

  it('say where service tags are asked for, and when a tag is not believed', () => {
    const given = {
      ASEFO_SERVICE_TAGS_API: 'off',
      ASEFO_SERVICE_TAGS_URL: 'https://example.com/ServiceTags_Public_YYYYMMDD.json',
      ASEFO_SERVICE_TAGS_MAX_LOSS_PERCENT: '25',
    };
    expect(readSettings({ ...enough, ...given }).tags).toEqual({
      api: false,
      url: given.ASEFO_SERVICE_TAGS_URL,
      mostLost: 0.25,
    });
  });

  it.each([
    ['ASEFO_SERVICE_TAGS_API', 'maybe'],
    ['ASEFO_SERVICE_TAGS_URL', 'http://example.com/tags.json'],
    ['ASEFO_SERVICE_TAGS_URL', '/tags.json'],
    ['ASEFO_SERVICE_TAGS_MAX_LOSS_PERCENT', '0'],
    ['ASEFO_SERVICE_TAGS_MAX_LOSS_PERCENT', '101'],
  ])('refuse %s %s, by name', (name, value) => {
    expect(thrown({ ...enough, [name]: value })).toMatchObject({
      code: 'ERR_SETTING',
      message: expect.stringContaining(name),
    });
  });

  it.each([
    ['AzureGovernment', 'https://management.usgovcloudapi.net', '2024-05-01'],
    ['China', 'https://management.chinacloudapi.cn', '2024-05-01'],
  ])('know where %s answers, and which version it has', (cloud, resourceManager, version) => {
    const settings = readSettings({ ...enough, ASEFO_CLOUD: cloud });
    expect(settings).toMatchObject({ endpoints: { resourceManager }, networkApiVersion: version });
  });

  it('let every address of a cloud be another one', () => {
    const settings = readSettings({
      ...enough,
      ASEFO_ARM_ENDPOINT: 'https://localhost:8443/',
      ASEFO_ARM_AUDIENCE: 'https://management.core.windows.net/',
      ASEFO_AUTHORITY_HOST: 'https://login.example',
      ASEFO_NETWORK_API_VERSION: '2024-07-01',
    });
    expect(settings).toMatchObject({
      endpoints: {
        resourceManager: 'https://localhost:8443',
        tokenAudience: 'https://management.core.windows.net',
        loginAuthority: 'https://login.example',
      },
      networkApiVersion: '2024-07-01',
    });
  });

  it("reach storage with the app's identity where only its name is given, in the cloud's own domain", () => {
    const given = { AzureWebJobsStorage__accountName: 'asefostore', ASEFO_CLOUD: 'AzureGovernment' };
    expect(readSettings({ ...given, AzureWebJobsStorage: '' }).storage).toEqual({
      kind: 'identity',
      blobUrl: 'https://asefostore.blob.core.usgovcloudapi.net',
      queueUrl: 'https://asefostore.queue.core.usgovcloudapi.net',
      tableUrl: 'https://asefostore.table.core.usgovcloudapi.net',
    });
  });

  it('use the managed identity where the platform offers one, or a person names one', () => {
    const clientId = '11111111-2222-3333-4444-555555555555';
    const offered = readSettings({ ...enough, IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token' });
    expect(offered.identity).toEqual({ kind: 'managedIdentity', clientId: null });
    const named = readSettings({ ...enough, ASEFO_IDENTITY_CLIENT_ID: clientId });
    expect(named.identity).toEqual({ kind: 'managedIdentity', clientId });
  });

  it('let the clock of a simulation run fast', () => {
    const origin = new Date(Date.now() - 1_000).toISOString();
    const clock = clockOf(readSettings({ ...enough, ASEFO_CLOCK_ORIGIN: origin, ASEFO_CLOCK_SPEED: '1000' }));
    expect(clock.speed).toBe(1_000);
    expect(clock.now() - Date.parse(origin)).toBeGreaterThanOrEqual(1_000_000);
    expect(clockOf(readSettings(enough)).speed).toBe(1);
  });
});

describe('a setting that cannot be used', () => {
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['ASEFO_CLOUD', 'Mars', /Public, AzureGovernment, China/],
    ['ASEFO_ARM_ENDPOINT', 'http://localhost:1', /https:\/\//],
    ['ASEFO_ARM_AUDIENCE', 'management.azure.com', /https:\/\//],
    ['ASEFO_NETWORK_API_VERSION', 'latest', /2024-05-01/],
    ['ASEFO_TOPIC_ENDPOINT', 'http://example.org/api/events', /https:\/\//],
    ['ASEFO_NAME_PREFIX', 'Asefo_', /a-z/],
    ['ASEFO_CLOCK_ORIGIN', 'yesterday', /2026-01-31T12:00:00Z/],
    ['ASEFO_CLOCK_SPEED', 'fast', /number/],
    ['ASEFO_SWEEP_SCHEDULE', 'hourly', /six fields/],
    ['ASEFO_IDENTITY_CLIENT_ID', 'me', /GUID/],
    ['AzureWebJobsStorage__accountName', 'My Storage', /3-24/],
    ['AzureWebJobsStorage', secret, /connection string/],
  ];

  it.each(wrong)('is named, with what to write: %s=%s', (name, value, remedy) => {
    const error = thrown({ ...enough, [name]: value });
    expect(error).toMatchObject({ code: 'ERR_SETTING', retry: 'never' });
    expect(error.message).toContain(name);
    expect(error.remedy).toMatch(remedy);
    expect(error.remedy).toContain(name);
    if (value.length > 6) expect(`${error.message} ${error.remedy}`).not.toContain(value);
  });

  it('is storage, where nothing is said about it', () => {
    const error = thrown({ AzureWebJobsStorage: ' ' });
    expect(error.message).toContain('AzureWebJobsStorage');
    expect(error.remedy).toContain('AzureWebJobsStorage__accountName');
  });

  it('is a speed without a beginning', () => {
    expect(thrown({ ...enough, ASEFO_CLOCK_SPEED: '10' }).message).toContain('ASEFO_CLOCK_ORIGIN');
  });

  it('never brings a secret into the error', () => {
    const error = thrown({ ...enough, ASEFO_TOPIC_KEY: secret, ASEFO_CLOUD: secret });
    expect(JSON.stringify([error.message, error.remedy, error.stack])).not.toContain(secret);
  });
});

describe('the adapters', () => {
  it.each(cloudNames)('of %s are made from settings alone, without a call', (cloud) => {
    const settings = readSettings({ AzureWebJobsStorage__accountName: 'asefostore', ASEFO_CLOUD: cloud });
    const azure = buildAzure(settings, silentLog);
    const { resources, healthEvents, locations, sites, facts, intents, archive, config, leases, messages, notices } =
      azure;
    const made = [
      resources,
      healthEvents,
      locations,
      sites,
      facts,
      intents,
      archive,
      config,
      leases,
      messages,
      notices,
    ];
    expect(made.every((adapter) => typeof adapter === 'object')).toBe(true);
    expect(azure.sites).toBe(sites);
  });

  it('name the setting where a connection string is broken, and do not quote it', () => {
    const settings = readSettings({ AzureWebJobsStorage: `AccountName=x;AccountKey=${secret}` });
    const error = (() => {
      try {
        return buildAzure(settings, silentLog).archive;
      } catch (refusal) {
        return refusal;
      }
    })();
    expect(error).toMatchObject({ code: 'ERR_SETTING', message: expect.stringContaining('AzureWebJobsStorage') });
    expect(String(error)).not.toContain(secret);
  });
});
