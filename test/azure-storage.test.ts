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
import { newSite, type SiteState } from '../shared/record/state.ts';
import type { Fact } from '../shared/scope/fact.ts';
import type { Intent } from '../shared/scope/intent.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';

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

describe('where run state is kept', () => {
  it('knows a site nobody ever saved, and no sites before the first is', async () => {
    expect(await azure.sites.list()).toEqual([]);
    expect(await azure.sites.load('never')).toEqual({ state: newSite('never'), token: null });
  });

  it('gives back what was saved, however long and in whatever script', async () => {
    const attention = { why: '🚒 Übergang "/\\#?" '.repeat(8_000), since: '2026-01-01T00:00:00.000Z', code: 'ERR_BUG' };
    const state: SiteState = { ...newSite('long'), generation: 7, attention };
    const token = await azure.sites.save(state, null);
    expect(await azure.sites.load('long')).toEqual({ state, token });
    const shorter = { ...state, attention: null };
    await azure.sites.save(shorter, token);
    expect((await azure.sites.load('long')).state).toEqual(shorter);
  });

  it.each(['new', 'old'])('lets one of two writers of a %s state through and tells the other', async (which) => {
    const site = `two-${which}`;
    if (which === 'old') await azure.sites.save(newSite(site), null);
    const { state, token } = await azure.sites.load(site);
    const save = (generation: number) => azure.sites.save({ ...state, generation }, token);
    const ended = codes(await Promise.allSettled([save(1), save(2)]));
    expect([...ended].sort()).toEqual(['ERR_STATE_CONFLICT', 'ok']);
    expect((await azure.sites.load(site)).state.generation).toBe(ended.indexOf('ok') + 1);
  });

  it('does not bring back a state that was deleted meanwhile', async () => {
    const token = await azure.sites.save(newSite('gone'), null);
    const table = TableClient.fromConnectionString(azurite.connectionString, storageNames.sites, {
      allowInsecureConnection: true,
    });
    await table.deleteEntity('site', 'gone');
    await expect(azure.sites.save(newSite('gone'), token)).rejects.toMatchObject({ code: 'ERR_STATE_CONFLICT' });
  });

  it('lists sites by name', async () => {
    for (const site of ['b-site', 'a-site']) await azure.sites.save(newSite(site), null);
    const names = (await azure.sites.list()).map(({ site }) => site);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['a-site', 'b-site']));
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

const fact = (given: Partial<Fact>): Fact => ({
  subscriptionId: 'sub-1',
  trackingId: 'TRACK-1',
  service: 'Storage',
  serviceName: 'Storage',
  known: true,
  region: 'uksouth',
  state: 'open',
  since: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  heardAt: '2026-01-01T00:01:00.000Z',
  source: 'serviceHealth',
  resourceId: null,
  title: 'Storage is unwell',
  acts: true,
  why: 'an active incident',
  ...given,
});

describe('where facts are kept', () => {
  it('remembers a fact told twice once', async () => {
    const told = fact({ subscriptionId: 'twice' });
    await azure.facts.remember([told, told]);
    await azure.facts.remember([told]);
    expect(await azure.facts.list(['twice', 'twice', 'nobody'])).toEqual([told]);
  });

  it('loses nothing of many writers at once, and knows the newest of one fact', async () => {
    const hour = (n: number) => `2026-01-01T${String(n).padStart(2, '0')}:00:00.000Z`;
    const told = Array.from({ length: 8 }, (_, n) =>
      fact({ subscriptionId: 'many', at: hour(n), heardAt: hour(n), state: n === 7 ? 'closed' : 'open' }),
    );
    const others = told.map((one, n) => ({ ...one, service: `Service${n}` }));
    await Promise.all(told.map((one, n) => azure.facts.remember([one, ...others.slice(n, n + 1)])));
    const kept = await azure.facts.list(['many']);
    expect(kept).toHaveLength(9);
    expect(kept.find(({ service }) => service === 'Storage')).toMatchObject({ state: 'closed', at: hour(7) });
  });

  it('keeps apart what differs in characters that a table key refuses', async () => {
    const names = ['A/B', 'A\\B', 'A#B', 'A?B', 'A B', 'A\tB', "A'B", 'Ä', '*', 'x'.repeat(900), `${'x'.repeat(900)}y`];
    await azure.facts.remember(names.map((service) => fact({ subscriptionId: 'odd', service })));
    const kept = await azure.facts.list(['odd']);
    expect(new Set(kept.map(({ service }) => service))).toEqual(new Set(names));
  });

  it('lists facts in an order that does not depend on who told first', async () => {
    const told = ['Sql', 'EventHub', 'Storage'].map((service) => fact({ subscriptionId: 'order', service }));
    await azure.facts.remember(told);
    expect((await azure.facts.list(['order'])).map(({ service }) => service)).toEqual(['EventHub', 'Sql', 'Storage']);
  });
});

const intent = (given: Partial<Intent>): Intent => ({
  id: 'intent-1',
  site: 'rig-07',
  kind: 'failover',
  services: ['Storage'],
  reason: 'a drill',
  by: 'sam',
  at: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  withdrawnAt: null,
  ...given,
});

describe('where intents are kept', () => {
  it('lists those of one site by time', async () => {
    await azure.intents.put(intent({ id: 'later', at: '2026-01-02T00:00:00.000Z' }));
    await azure.intents.put(intent({ id: 'sooner' }));
    await azure.intents.put(intent({ id: 'other', site: 'rig-08' }));
    expect((await azure.intents.list('rig-07')).map(({ id }) => id)).toEqual(['sooner', 'later']);
  });

  it('keeps a withdrawn intent withdrawn, whoever repeats it', async () => {
    const told = intent({ site: 'withdrawn' });
    const withdrawnAt = '2026-01-03T00:00:00.000Z';
    await azure.intents.put(told);
    await Promise.all([azure.intents.put({ ...told, withdrawnAt }), azure.intents.put(told)]);
    await azure.intents.put({ ...told, withdrawnAt: '2026-01-04T00:00:00.000Z' });
    expect(await azure.intents.list('withdrawn')).toEqual([{ ...told, withdrawnAt }]);
  });
});

describe('the archive', () => {
  it('knows nothing before anything is kept', async () => {
    expect(await azure.archive.read('plans/none.json')).toBeUndefined();
    expect(await azure.archive.list('')).toEqual([]);
  });

  it('keeps what was written first', async () => {
    const name = 'plans/rig-07/sha256:0011.json';
    await azure.archive.keep(name, '{"é":1}');
    await azure.archive.keep(name, '{"é":2}');
    expect(await azure.archive.read(name)).toBe('{"é":1}');
  });

  it('adds lines to a ledger in the order they were added', async () => {
    const name = 'ledgers/rig-07/run-1.jsonl';
    for (let n = 0; n < 12; n += 1) await azure.archive.append(name, JSON.stringify({ n }));
    const lines = ((await azure.archive.read(name)) ?? '').split('\n');
    expect(lines).toEqual([...Array.from({ length: 12 }, (_, n) => JSON.stringify({ n })), '']);
  });

  it('starts a ledger once, though many begin it', async () => {
    const name = 'ledgers/rig-07/run-2.jsonl';
    await Promise.all(['a', 'b', 'c', 'd'].map((line) => azure.archive.append(name, line)));
    expect(((await azure.archive.read(name)) ?? '').trim().split('\n').sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps one line one line', async () => {
    await azure.archive.append('ledgers/one.jsonl', 'a\r\nb');
    expect(await azure.archive.read('ledgers/one.jsonl')).toBe('a b\n');
  });

  it('lists names under a prefix, sorted', async () => {
    for (const name of ['list/b', 'list/a', 'listen/c']) await azure.archive.keep(name, 'x');
    expect(await azure.archive.list('list/')).toEqual(['list/a', 'list/b']);
  });
});

describe('the configuration', () => {
  it('keeps what each of several that change one blob at once made of it', async () => {
    const add = (one: string) =>
      azure.config.change('names.json', (text) => JSON.stringify([...JSON.parse(text ?? '[]'), one]));
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    expect(JSON.parse((await azure.config.read('names.json')) ?? '').sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await azure.config.change('names.json', () => null)).toBe(await azure.config.read('names.json'));
  });

  it('gives back what was written last, under a new version', async () => {
    expect(await azure.config.list('sites')).toEqual([]);
    await azure.config.write('sites.json', 'one');
    const [first] = await azure.config.list('sites');
    await azure.config.write('sites.json', 'two');
    const [second] = await azure.config.list('sites');
    expect(await azure.config.read('sites.json')).toBe('two');
    expect(first?.name).toBe('sites.json');
    expect(second?.version).not.toBe(first?.version);
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
  const names: string[] = [];
  for await (const { name } of BlobServiceClient.fromConnectionString(azurite.connectionString).listContainers())
    names.push(name);
  expect(names.sort()).toEqual([storageNames.config, storageNames.leases, storageNames.records].sort());
});
