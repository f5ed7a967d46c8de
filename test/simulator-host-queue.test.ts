import { createServer } from 'node:net';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { type Host, startHost } from '../simulator/host/host.ts';
import { behaviour, seen } from './fixtures/hostapp/seen.ts';

const hostJson = new URL('./fixtures/hostapp/hostQueues.json', import.meta.url);
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

let azurite: Azurite;
let queues: QueueServiceClient;
let host: Host;
let release = (): void => {};
const hold = (): void => {
  behaviour.hold = new Promise((resolve) => {
    release = resolve;
  });
};
const start = (queueLeaseSeconds = 30): Promise<Host> =>
  startHost({
    load: () => import('./fixtures/hostapp/queues.ts'),
    hostJson,
    storageConnectionString: azurite.connectionString,
    keys: { function: 'f', master: 'm' },
    queueLeaseSeconds,
  });

beforeAll(async () => {
  azurite = await startAzurite();
  queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
  host = await start();
});
afterAll(async () => {
  await host.close();
  await azurite.close();
});
beforeEach(async () => {
  seen.length = 0;
  behaviour.failures = 0;
  behaviour.hold = undefined;
  await queues.getQueueClient('work').createIfNotExists();
});
// A test that fails must not leave its function held for the next one.
afterEach(() => release());

const work = () => queues.getQueueClient('work');
const left = async (name: string): Promise<number> =>
  (await queues.getQueueClient(name).getProperties()).approximateMessagesCount ?? 0;
const of = (name: string) => seen.filter((one) => one.name === name);

describe('the storage queue trigger', () => {
  it('decodes a message, hands over its metadata and deletes it', async () => {
    const sent = await work().sendMessage(base64('{"site":"rig-07","text":"grüße"}'));
    await host.idle();
    expect(of('onMessage').map(({ input }) => input)).toEqual([{ site: 'rig-07', text: 'grüße' }]);
    expect(of('onMessage')[0]?.metadata).toMatchObject({
      dequeueCount: 1,
      id: sent.messageId,
      popReceipt: expect.any(String),
      insertionTime: expect.stringMatching(/^\d{4}-.*\+00:00$/),
    });
    expect(await left('work')).toBe(0);
  });

  it('gives text that is not JSON as text', async () => {
    await work().sendMessage(base64('just words'));
    await host.idle();
    expect(of('onMessage').map(({ input }) => input)).toEqual(['just words']);
  });

  it('tries a failed message again, counting', async () => {
    behaviour.failures = 2;
    await work().sendMessage(base64('{"n":1}'));
    await expect.poll(() => of('onMessage').length, { timeout: 15_000 }).toBe(3);
    await host.idle();
    const counts = of('onMessage').map(({ metadata }) => (metadata as { dequeueCount: number }).dequeueCount);
    expect(counts).toEqual([1, 2, 3]);
    expect(await left('work')).toBe(0);
  });

  it('moves a message to the poison queue after five tries, where another function takes it', async () => {
    behaviour.failures = Number.POSITIVE_INFINITY;
    await work().sendMessage(base64('{"n":"bad"}'));
    await expect.poll(() => of('onPoison').length, { timeout: 15_000 }).toBe(1);
    await host.idle();
    expect(of('onMessage')).toHaveLength(5);
    expect(of('onPoison')[0]?.input).toEqual({ n: 'bad' });
    expect([await left('work'), await left('work-poison')]).toEqual([0, 0]);
  });

  it('moves a message that is not base64 to the poison queue without a run', async () => {
    await queues.getQueueClient('work-poison').deleteIfExists();
    await work().sendMessage('not base64 at all!');
    await expect.poll(() => left('work'), { timeout: 15_000 }).toBe(0);
    await host.idle();
    expect(seen).toEqual([]);
    expect(await left('work-poison')).toBe(1);
    await queues.getQueueClient('work-poison').clearMessages();
  });

  it('runs no more than batchSize and newBatchThreshold allow at once', async () => {
    hold();
    // All of them lie there before the listener looks: it could meet the first ones alone otherwise and take fewer.
    await host.close();
    for (let n = 0; n < 12; n++) await work().sendMessage(base64(`{"n":${n}}`));
    host = await start();
    await expect.poll(() => of('onMessage').length).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(of('onMessage')).toHaveLength(4);
    release();
    await host.idle();
    expect(of('onMessage')).toHaveLength(12);
  });

  it('sends what an output binding was given, one message for each element', async () => {
    const answer = await fetch(`${host.url}/api/enqueue`, { method: 'POST', body: '[{"n":1},"two"]' });
    expect(answer.status).toBe(202);
    await host.idle();
    expect(
      of('onMessage')
        .map(({ input }) => JSON.stringify(input))
        .toSorted(),
    ).toEqual(['"two"', '{"n":1}']);
  });

  it('keeps a message hidden for as long as its function runs', async () => {
    const second = await start(1);
    await host.close();
    hold();
    const ended = setTimeout(release, 1600);
    await work().sendMessage(base64('{"n":"long"}'));
    await expect.poll(() => of('onMessage').length).toBe(1);
    await second.idle();
    clearTimeout(ended);
    expect(of('onMessage')).toHaveLength(1);
    expect(await left('work')).toBe(0);
    await second.close();
    host = await start();
  });

  it('finishes the message it has when it is closed, and takes no other', async () => {
    behaviour.hold = new Promise((resolve) => setTimeout(resolve, 150));
    await work().sendMessage(base64('{"n":"last"}'));
    await expect.poll(() => of('onMessage').length).toBe(1);
    await host.close();
    expect(host.invocations.at(-1)?.outcome).toBe('succeeded');
    await work().sendMessage(base64('{"n":"after"}'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(of('onMessage')).toHaveLength(1);
    expect(await left('work')).toBe(1);
    host = await start();
    await host.idle();
    expect(of('onMessage')).toHaveLength(2);
  });
});

describe('the embedded storage', () => {
  it('answers blob, queue and table clients by its connection string', async () => {
    const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const container = blobs.getContainerClient('records');
    await container.create();
    await container.getBlockBlobClient('a').upload('text', 4);
    expect((await container.getBlobClient('a').downloadToBuffer()).toString()).toBe('text');
    const table = TableClient.fromConnectionString(azurite.connectionString, 'facts', {
      allowInsecureConnection: true,
    });
    await table.createTable();
    await table.createEntity({ partitionKey: 'p', rowKey: 'r', value: 1 });
    expect((await table.getEntity('p', 'r'))['value']).toBe(1);
  });

  it('frees its ports and forgets its data when it is closed', async () => {
    const first = await startAzurite();
    const client = QueueServiceClient.fromConnectionString(first.connectionString);
    await client.createQueue('kept');
    const port = Number(new URL(first.queueEndpoint).port);
    await first.close();
    await new Promise<void>((resolve, reject) => {
      const probe = createServer().once('error', reject);
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
    });
    const second = await startAzurite();
    const names: string[] = [];
    for await (const { name } of QueueServiceClient.fromConnectionString(second.connectionString).listQueues())
      names.push(name);
    expect(names).toEqual([]);
    await second.close();
  });
});
