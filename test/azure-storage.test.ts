import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Adapters, buildAzure } from '../shared/azure/index.ts';
import { hiddenSeconds } from '../shared/azure/messages.ts';
import { scaledClock } from '../shared/base/clock.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings, storageNames } from '../shared/base/settings.ts';
import { newSite } from '../shared/record/state.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { fact, intent } from './support/storedData.ts';

let azurite: Azurite;
let azure: Adapters;

beforeAll(async () => {
  azurite = await startAzurite();
  azure = buildAzure(readSettings({ AzureWebJobsStorage: azurite.connectionString }), silentLog);
});
afterAll(() => azurite.close());

const codes = (results: readonly PromiseSettledResult<unknown>[]): readonly string[] =>
  results.map((result) =>
    result.status === 'fulfilled' ? 'ok' : result.reason instanceof AutomationError ? result.reason.code : 'unknown',
  );

describe('rows of run state', () => {
  it('does not bring back a state that was deleted meanwhile', async () => {
    const token = await azure.sites.save(newSite('gone'), null);
    const table = TableClient.fromConnectionString(azurite.connectionString, storageNames.sites, {
      allowInsecureConnection: true,
    });
    await table.deleteEntity('site', 'gone');
    await expect(azure.sites.save(newSite('gone'), token)).rejects.toMatchObject({ code: 'ERR_STATE_CONFLICT' });
  });

  it('says that a state is too big for a row before it asks storage', async () => {
    const attention = { why: 'x'.repeat(600_000), since: '', code: '' };
    await expect(azure.sites.save({ ...newSite('huge'), attention }, null)).rejects.toMatchObject({
      code: 'ERR_STORAGE',
      message: expect.stringContaining('huge'),
    });
    expect((await azure.sites.load('huge')).token).toBeNull();
  });
});

describe('leases', () => {
  it('let one worker in and turn the others away', async () => {
    let inside = 0;
    const work = () =>
      azure.leases.hold('rig-07', async () => {
        inside += 1;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return 'worked';
      });
    const ended = await Promise.allSettled([work(), work(), work()]);
    expect([...codes(ended)].sort()).toEqual(['ERR_LEASED', 'ERR_LEASED', 'ok']);
    expect(inside).toBe(1);
    expect(await azure.leases.hold('rig-07', async () => 'next')).toBe('next');
  });

  it('are given back when the work fails, and pass its error on', async () => {
    const failing = azure.leases.hold('rig-08', () => Promise.reject(new RangeError('no')));
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    expect(await azure.leases.hold('rig-08', async () => 'free')).toBe('free');
  });

  it('of two names do not meet', async () => {
    const both = azure.leases.hold('fw/1', () => azure.leases.hold('fw/2', async () => 'both'));
    expect(await both).toBe('both');
  });
});

describe('messages', () => {
  const message = { kind: 'site', site: 'rig-07', generation: 3, because: 'ein Übergang', arrivedAt: 1 } as const;
  const queue = () =>
    QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(storageNames.queue);

  it('are base64 JSON, there at once where nothing is to be waited for', async () => {
    await azure.messages.send({ ...message, notBefore: Date.now() - 60_000 });
    const { receivedMessageItems } = await queue().receiveMessages({ visibilityTimeout: 60 });
    const [text] = receivedMessageItems.map((item) => Buffer.from(item.messageText, 'base64').toString());
    expect(JSON.parse(text ?? '')).toMatchObject(message);
  });

  it('stay hidden until about their time', async () => {
    await azure.messages.send({ ...message, notBefore: Date.now() + 3_600_000 });
    expect((await queue().receiveMessages({ numberOfMessages: 32 })).receivedMessageItems).toEqual([]);
    expect((await queue().getProperties()).approximateMessagesCount).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['an hour, by the wall', 3_600_000, 1, 3_598],
    ['an hour, sixty times as fast', 3_600_000, 60, 58],
    ['two seconds', 2_000, 1, 0],
    ['what is past', -5_000, 1, 0],
    ['more than storage can hide', 30 * 86_400_000, 1, 604_800],
  ])('hide %s a little too short', (_, aheadMs, speed, seconds) => {
    expect(hiddenSeconds(1_000 + aheadMs, { now: () => 1_000, speed })).toBe(seconds);
  });

  it('of a fast clock are hidden in wall time', async () => {
    const clock = scaledClock(Date.now(), 600);
    const fast = buildAzure(readSettings({ AzureWebJobsStorage: azurite.connectionString }), silentLog, clock);
    const before = (await queue().peekMessages({ numberOfMessages: 32 })).peekedMessageItems.length;
    await fast.messages.send({ ...message, notBefore: clock.now() + 600_000 });
    const after = (await queue().peekMessages({ numberOfMessages: 32 })).peekedMessageItems.length;
    expect(after).toBe(before + 1);
  });
});

describe('storage that is not there', () => {
  const key = Buffer.from('not the key').toString('base64');
  const down = buildAzure(
    readSettings({
      AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=${key};BlobEndpoint=http://127.0.0.1:9/nobody;QueueEndpoint=http://127.0.0.1:9/nobody;TableEndpoint=http://127.0.0.1:9/nobody;`,
    }),
    silentLog,
  );
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    state: () => down.sites.load('rig-07'),
    facts: () => down.facts.remember([fact({})]),
    intents: () => down.intents.put(intent({})),
    archive: () => down.archive.append('a', 'b'),
    configuration: () => down.config.read('sites.json'),
    leases: () => down.leases.hold('rig-07', async () => 'never'),
    messages: () => down.messages.send({ kind: 'look', because: 'x', subscriptionIds: null, arrivedAt: 1 }),
  };

  it.each(Object.keys(calls))('is told as ERR_STORAGE within seconds, without its key: %s', async (name) => {
    const started = performance.now();
    const error: unknown = await calls[name]?.().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_STORAGE', retry: 'later' });
    expect(String(error)).toMatch(/ECONNREFUSED|REQUEST_SEND_ERROR/);
    expect(String(error)).not.toContain(key);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('that refuses our key is told with what to give us', async () => {
    const wrong = azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`);
    const refused = buildAzure(readSettings({ AzureWebJobsStorage: wrong }), silentLog);
    await expect(refused.sites.load('rig-07')).rejects.toMatchObject({
      code: 'ERR_STORAGE',
      message: expect.stringContaining('HTTP 403'),
      remedy: expect.stringContaining('Data Contributor'),
    });
  });
});

it('makes no container of its own that is not one of the three', async () => {
  await azure.config.write('sites.json', '{}');
  await azure.archive.keep('plans/none.json', '{}');
  const names: string[] = [];
  for await (const { name } of BlobServiceClient.fromConnectionString(azurite.connectionString).listContainers())
    names.push(name);
  expect(names.sort()).toEqual([storageNames.config, storageNames.leases, storageNames.records].sort());
});
