import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpRequest } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Adapters, buildAzure } from '../shared/azure/index.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings, type Settings } from '../shared/base/settings.ts';
import { newSite } from '../shared/record/state.ts';
import { buildPorts, unwire, wireTo } from '../shared/wire.ts';
import { incident } from './support/journey.ts';

/** A storage account that is unwell; null: it takes the request and never answers. */
let status: number | null = 503;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.method ?? '');
  if (status !== null) response.writeHead(status, { 'Retry-After': '60' }).end();
});

let azure: Adapters;
let settings: Settings;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/unwell`;
  const key = Buffer.from('a key').toString('base64');
  const account = `DefaultEndpointsProtocol=http;AccountName=unwell;AccountKey=${key}`;
  settings = readSettings({
    AzureWebJobsStorage: `${account};BlobEndpoint=${url};QueueEndpoint=${url};TableEndpoint=${url};`,
  });
  azure = buildAzure(settings, silentLog);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked.length = 0;
});

type Call = (azure: Adapters) => Promise<unknown>;
const reading: Readonly<Record<string, Call>> = {
  table: ({ sites }) => sites.load('rig-07'),
  blob: ({ config }) => config.read('sites.json'),
  queue: async ({ messages }) => messages.backlog?.(),
};
/** Done twice it is another thing. */
const once: Readonly<Record<string, Call>> = {
  ledger: ({ archive }) => archive.append('ledger', 'line'),
};
/** A state meets its own entity tag, a message may always come twice, a lease is asked for under the same id. */
const safe: Readonly<Record<string, Call>> = {
  table: ({ sites }) => sites.save(newSite('rig-07'), 'W/"1"'),
  queue: ({ messages }) => messages.send({ kind: 'look', because: 'x', subscriptionIds: null, arrivedAt: 1 }),
  lease: ({ leases }) => leases.hold('rig-07', async () => {}),
};

describe('storage that is unwell', () => {
  it.each(Object.keys(reading))('is read three times within a second or so, whatever it asks: %s', async (kind) => {
    status = 503;
    const started = performance.now();
    await expect(reading[kind]?.(azure)).rejects.toMatchObject({ code: 'ERR_STORAGE' });
    expect(asked).toHaveLength(3);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each(Object.keys({ ...once, ...safe }))(
    'is written to again where it says that it did nothing: %s',
    async (kind) => {
      status = 503;
      await expect({ ...once, ...safe }[kind]?.(azure)).rejects.toMatchObject({ code: 'ERR_STORAGE' });
      expect(asked).toHaveLength(3);
    },
  );

  it.each(Object.keys(once))('is not written to twice where nobody knows what it did: %s', async (kind) => {
    status = 500;
    await expect(once[kind]?.(azure)).rejects.toMatchObject({ code: 'ERR_STORAGE' });
    expect(asked).toHaveLength(1);
  });

  it.each(Object.keys(safe))('is written to again where twice is as good as once: %s', async (kind) => {
    status = 500;
    await expect(safe[kind]?.(azure)).rejects.toMatchObject({ code: 'ERR_STORAGE' });
    expect(asked).toHaveLength(3);
  });

  it('holds nobody up where it says nothing at all', { timeout: 40_000 }, async () => {
    status = null;
    const started = performance.now();
    const calls = [reading['table'], reading['queue'], ...Object.values(once), ...Object.values(safe)];
    const ended = await Promise.allSettled(calls.map((call) => call?.(azure)));
    expect(ended.map(({ status: how }) => how)).toEqual(calls.map(() => 'rejected'));
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('and says nothing at all is answered 503 while the action group still waits', { timeout: 40_000 }, async () => {
    status = null;
    wireTo(await buildPorts(settings, silentLog));
    const { serviceHealthWebhook } = await import('../functions/serviceHealthWebhook.ts');
    const started = performance.now();
    const request = new Request('http://localhost/api/events/service-health', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(incident('0d1c2b3a-0000-4000-8000-00000000c0de')),
    });
    const answer = await serviceHealthWebhook(request as unknown as HttpRequest);
    unwire();
    expect(answer).toMatchObject({ status: 503, jsonBody: { error: { code: 'ERR_STORAGE' } } });
    expect(performance.now() - started).toBeLessThan(9_000);
  });
});
