import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Accepted, Progress } from '../shared/apply/target.ts';
import { createArm } from '../shared/azure/arm.ts';
import { type Adapters, buildAzure } from '../shared/azure/index.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import type { Clock } from '../shared/base/clock.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import { type Arm as SimulatedArm, startArm, trustCa } from '../simulator/arm/server.ts';
import { ManualClock } from '../simulator/clock.ts';

const START = Date.parse('2026-02-01T00:00:00Z');
const subscription = '11111111-2222-3333-4444-555555555555';
const group = `/subscriptions/${subscription}/resourceGroups/ase-rig-07`;
const tableId = `${group}/providers/Microsoft.Network/routeTables/routetable`;
const table = {
  location: 'usgovvirginia',
  properties: {
    routes: [{ name: 'foreign', properties: { addressPrefix: '10.9.0.0/16', nextHopType: 'VnetLocal' } }],
    somethingNew: { of: ['Azure', 1, null] },
  },
};
/** A change of routes: one of tags alone is over at once. */
const withRoute = (resource: JsonObject, name: string): JsonObject => {
  const route = { name, properties: { addressPrefix: '10.8.0.0/16', nextHopType: 'VnetLocal' } };
  return { ...resource, properties: { ...table.properties, routes: [...table.properties.routes, route] } };
};
const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };

const manual = new ManualClock(START);
const clock: Clock = {
  now: () => manual.now(),
  sleepUntil: async (until) => manual.set(Math.max(until, manual.now())),
  pause: async () => {},
  speed: 1,
};
let arm: SimulatedArm;
let azure: Adapters;

const settingsFor = (endpoint: string, more: Readonly<Record<string, string>> = {}) =>
  readSettings({
    ...storage,
    ASEFO_CLOUD: 'AzureGovernment',
    ASEFO_ARM_ENDPOINT: endpoint,
    IDENTITY_ENDPOINT: process.env['IDENTITY_ENDPOINT'],
    ...more,
  });

beforeAll(async () => {
  arm = await startArm({ clock: manual, cloud: 'AzureGovernment', subscriptions: [subscription] });
  trustCa(arm.ca);
  process.env['IDENTITY_ENDPOINT'] = arm.identity.endpoint;
  process.env['IDENTITY_HEADER'] = arm.identity.header;
});
afterAll(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await arm.close();
});
beforeEach(() => {
  arm.seed(tableId, table);
  azure = buildAzure(settingsFor(arm.endpoint), silentLog, clock);
});

const waitOut = async (first: Accepted | Progress): Promise<Accepted | Progress> => {
  let now = first;
  while (now.status === 'running') {
    await clock.sleepUntil(now.notBefore);
    now = await azure.resources.poll(now.operationUrl);
  }
  return now;
};

const etagOf = (resource: JsonObject): string => String(resource['etag']);

describe('reading and writing resources over https, with a managed identity', () => {
  it('reads what is there, unknown properties included', async () => {
    const read = await azure.resources.get(tableId);
    expect(read).toMatchObject({ id: tableId, properties: { somethingNew: { of: ['Azure', 1, null] } } });
  });

  it('writes under an etag, polls no earlier than it may, and leaves what it does not know', async () => {
    const read = await azure.resources.get(tableId);
    const accepted = await azure.resources.put(tableId, withRoute(read, 'by-test'), etagOf(read));
    expect(accepted).toMatchObject({ status: 'running', notBefore: clock.now() + 2_000 });
    expect(await waitOut(accepted)).toMatchObject({ status: 'succeeded' });
    const { routes, ...rest } = table.properties;
    expect(arm.read(tableId)).toMatchObject({ properties: { ...rest, routes: [...routes, { name: 'by-test' }] } });
    expect(arm.requests.filter(({ earlyBySeconds = 0 }) => earlyBySeconds > 0)).toEqual([]);
  });

  it('refuses to overwrite what somebody changed since', async () => {
    const read = await azure.resources.get(tableId);
    arm.seed(tableId, { ...table, tags: { by: 'somebody else' } });
    await expect(azure.resources.put(tableId, { ...read, tags: {} }, etagOf(read))).rejects.toMatchObject({
      code: 'ERR_AZURE_CHANGED',
      retry: 'now',
    });
    expect(arm.read(tableId)).toMatchObject({ tags: { by: 'somebody else' } });
  });

  it('says which resource is gone, and what to do', async () => {
    const gone = `${tableId}-gone`;
    const error: unknown = await azure.resources.get(gone).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ERR_AZURE_NOT_FOUND',
      message: expect.stringContaining(gone),
      remedy: expect.stringContaining('sites file'),
    });
  });

  it.each([
    ['somebody else is writing', { kind: 'lock', retryAfterSeconds: 12 }, 'ERR_AZURE_LOCKED', 12_000],
    ['a conflict without Retry-After', { kind: 'conflict' }, 'ERR_AZURE_LOCKED', 11_000],
    ['too many requests', { kind: 'throttle', retryAfterSeconds: 40 }, 'ERR_AZURE_THROTTLED', 40_000],
    ['an HTML page', { kind: 'unavailable' }, 'ERR_AZURE_UNAVAILABLE', 10_000],
    ['a cut connection', { kind: 'connectionReset', applied: false }, 'ERR_AZURE_UNAVAILABLE', 10_000],
    ['an internal error', { kind: 'serverError' }, 'ERR_AZURE_UNAVAILABLE', 10_000],
    [
      "a front door's page as 200",
      { kind: 'answer', status: 200, body: '<html></html>' },
      'ERR_AZURE_UNAVAILABLE',
      10_000,
    ],
  ] as const)('meets %s once, without trying again by itself', async (_, effect, code, retryAfterMs) => {
    const planted = arm.plantFault({ match: { method: 'PUT', resource: tableId }, effect, times: 'always' });
    const error: unknown = await azure.resources.put(tableId, table, null).catch((thrown: unknown) => thrown);
    planted.remove();
    expect(error).toMatchObject({ code, retry: 'later', retryAfterMs });
    expect(planted.strikes).toBe(1);
  });

  it.each([
    ['unavailable', { kind: 'unavailable' }],
    ['cut off', { kind: 'connectionReset', applied: false }],
    ['throttled', { kind: 'throttle', retryAfterSeconds: 10 }],
    ["answered 200 with a front door's page", { kind: 'answer', status: 200, body: '<html>Please wait</html>' }],
  ] as const)('goes on polling when a poll is %s', async (_, effect) => {
    const accepted = await azure.resources.put(tableId, withRoute(table, 'again'), null);
    if (accepted.status !== 'running') throw new Error('the write should go on');
    await clock.sleepUntil(accepted.notBefore);
    arm.plantFault({ match: { label: 'Operations_Poll' }, effect });
    const polled = await azure.resources.poll(accepted.operationUrl);
    expect(polled).toEqual({ ...accepted, notBefore: clock.now() + 10_000 });
    expect(await waitOut(polled)).toMatchObject({ status: 'succeeded' });
  });

  it("hears why an operation failed, in Azure's words", async () => {
    const effect = {
      kind: 'operationFails',
      code: 'FirewallUpdateFailed',
      message: 'One instance is faulted.',
    } as const;
    arm.plantFault({ match: { method: 'PUT', resource: tableId }, effect });
    const ended = await waitOut(await azure.resources.put(tableId, withRoute(table, 'failed'), null));
    expect(ended).toEqual({
      status: 'failed',
      code: 'FirewallUpdateFailed',
      message: 'FirewallUpdateFailed: One instance is faulted.',
    });
  });

  it('takes an operation that Azure has forgotten for failed', async () => {
    const accepted = await azure.resources.put(tableId, withRoute(table, 'forgotten'), null);
    if (accepted.status !== 'running') throw new Error('the write should go on');
    const forgotten = accepted.operationUrl.replace(
      /operations\/[^?]+/,
      'operations/00000000-0000-0000-0000-000000000000',
    );
    expect(await azure.resources.poll(forgotten)).toMatchObject({ status: 'failed', code: 'OperationNotFound' });
    await waitOut(accepted);
  });

  it.each([
    'https://example.org/operations/1',
    'https://localhost/operations/1',
    'http://localhost:1/operations/1',
    'not a url',
  ])('sends no token to %s, whoever told us to ask there', async (url) => {
    const before = arm.requests.length;
    await expect(azure.resources.poll(url)).rejects.toMatchObject({ code: 'ERR_AZURE_REJECTED' });
    expect(arm.requests).toHaveLength(before);
  });

  it.each(['', 'routetable', '/subscriptions/', `${group}/../other`])('asks nothing for the id "%s"', async (id) => {
    const before = arm.requests.length;
    await expect(azure.resources.get(id)).rejects.toMatchObject({ code: 'ERR_AZURE_REJECTED' });
    expect(arm.requests).toHaveLength(before);
  });

  it('cannot be led to another resource by a name with a question mark', async () => {
    await expect(azure.resources.get(`${tableId}?x=y#z`)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_AZURE_(NOT_FOUND|REJECTED)$/),
    });
    expect(arm.requests.at(-1)?.url).toContain('%3Fx%3Dy%23z?api-version=2024-05-01');
  });

  it('counts every call by what it was for', async () => {
    const calls: (readonly [string, string])[] = [];
    const { resources } = azure.metered((kind, _ms, id) => calls.push([kind, id.split('/').at(-2) ?? '']));
    await resources.get(tableId);
    const accepted = await resources.put(tableId, withRoute(table, 'counted'), null);
    if (accepted.status !== 'running') throw new Error('the write should go on');
    await clock.sleepUntil(accepted.notBefore);
    await resources.poll(accepted.operationUrl);
    await azure.resources.get(tableId);
    expect(calls).toEqual([
      ['read', 'routeTables'],
      ['write', 'routeTables'],
      ['poll', 'operations'],
    ]);
  });
});

describe('a credential', () => {
  it('that lacks a role is told with the action it needs, and without whose it is', async () => {
    const allow = arm.deny({ kind: 'scope', resource: group, actions: ['write'] });
    const error: unknown = await azure.resources.put(tableId, table, null).catch((thrown: unknown) => thrown);
    allow();
    expect(error).toMatchObject({
      code: 'ERR_AZURE_FORBIDDEN',
      retry: 'never',
      remedy: expect.stringContaining('Microsoft.Network/routeTables/write'),
    });
    expect(String(error)).not.toMatch(/object id/);
  });

  it('made out to another audience is refused, and told so', async () => {
    const settings = settingsFor(arm.endpoint, { ASEFO_ARM_AUDIENCE: 'https://management.azure.com' });
    await expect(buildAzure(settings, silentLog, clock).resources.get(tableId)).rejects.toMatchObject({
      code: 'ERR_AZURE_CREDENTIAL',
      remedy: expect.stringContaining('audience'),
    });
  });

  it('whose token is refused is told, without what Azure said about the token', async () => {
    const allow = arm.deny({ kind: 'credential' });
    const error: unknown = await azure.resources.get(tableId).catch((thrown: unknown) => thrown);
    allow();
    expect(error).toMatchObject({ code: 'ERR_AZURE_CREDENTIAL', retry: 'never' });
    expect(String(error)).toContain('InvalidAuthenticationToken');
  });

  it('that cannot be had is no bug and no outage', async () => {
    const arm403 = createArm({
      endpoint: arm.endpoint,
      audience: 'https://management.azure.com',
      credential: {
        getToken: () => Promise.reject(Object.assign(new Error('no identity'), { name: 'CredentialUnavailableError' })),
      },
      networkApiVersion: '2024-05-01',
      clock,
    });
    await expect(arm403.getObject(tableId, arm403.urlOf(tableId))).rejects.toMatchObject({
      code: 'ERR_AZURE_CREDENTIAL',
      message: expect.stringContaining('CredentialUnavailableError'),
    });
  });
});

describe('lists of a subscription', () => {
  const event = (name: string, lastUpdateTime: string) => ({
    id: `/subscriptions/${subscription}/providers/Microsoft.ResourceHealth/events/${name}`,
    name,
    properties: { eventType: 'ServiceIssue', status: 'Active', lastUpdateTime, impact: [] },
  });

  it('brings every page of health events, and none that is long over', async () => {
    const fresh = Array.from({ length: 230 }, (_, n) => event(`F${n}`, '2026-01-31T00:00:00Z'));
    arm.setHealthEvents(subscription, [...fresh, event('OLD', '2025-06-01T00:00:00Z')]);
    const { items, truncated } = await azure.healthEvents.list(subscription, START - 2 * 86_400_000);
    expect(items.map((item) => item['name'])).toEqual(fresh.map((item) => item['name']));
    expect(truncated).toBe(false);
  });

  it('brings the service tags and the usages of a region', async () => {
    const tag = { name: 'Storage', id: 'Storage', properties: { region: '', addressPrefixes: ['13.70.0.0/24'] } };
    arm.setServiceTags({ cloud: 'AzureGovernment', changeNumber: 7, values: [tag] });
    const tags = await azure.locations.serviceTags(subscription, 'usgovvirginia');
    expect(tags).toMatchObject({ cloud: 'AzureGovernment', values: [{ name: 'Storage' }] });
    const usages = await azure.locations.usages(subscription, 'usgovvirginia');
    expect(usages.map((usage) => (usage['name'] as JsonObject)['value'])).toContain('RoutesPerRouteTable');
  });
});
