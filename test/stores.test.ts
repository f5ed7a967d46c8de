import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAzure } from '../shared/azure/index.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import type { Archive, ConfigStore, SiteStore } from '../shared/record/ports.ts';
import { newSite, type SiteState } from '../shared/record/state.ts';
import type { FactStore } from '../shared/scope/fact.ts';
import type { IntentStore } from '../shared/scope/intent.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { memoryArchive, memoryConfig, memoryFacts, memoryIntents, memorySites } from './support/memoryStores.ts';
import { fact, intent } from './support/storedData.ts';

type Stores = {
  readonly sites: SiteStore;
  readonly facts: FactStore;
  readonly intents: IntentStore;
  readonly archive: Archive;
  readonly config: ConfigStore;
};

const inMemory = (): Stores => ({
  sites: memorySites(),
  facts: memoryFacts(),
  intents: memoryIntents(),
  archive: memoryArchive(),
  config: memoryConfig(() => '2026-07-20T00:00:00.000Z'),
});

let azurite: Azurite;
let stores: Stores;

const codes = (results: readonly PromiseSettledResult<unknown>[]): readonly string[] =>
  results.map((result) =>
    result.status === 'fulfilled' ? 'ok' : result.reason instanceof AutomationError ? result.reason.code : 'unknown',
  );

/** What the plays of many sites keep their storage in is held to the same as a storage account. */
describe.each(['a storage account', 'memory'] as const)('in %s', (kind) => {
  beforeAll(async () => {
    if (kind === 'memory') stores = inMemory();
    else {
      azurite = await startAzurite();
      stores = buildAzure(readSettings({ AzureWebJobsStorage: azurite.connectionString }), silentLog);
    }
  });
  afterAll(async () => {
    if (kind !== 'memory') await azurite.close();
  });

  describe('where run state is kept', () => {
    it('knows a site nobody ever saved, and no sites before the first is', async () => {
      expect(await stores.sites.list()).toEqual([]);
      expect(await stores.sites.load('never')).toEqual({ state: newSite('never'), token: null });
    });

    it('gives back what was saved, however long and in whatever script', async () => {
      const attention = {
        why: '🚒 Übergang "/\\#?" '.repeat(8_000),
        since: '2026-01-01T00:00:00.000Z',
        code: 'ERR_BUG',
      };
      const state: SiteState = { ...newSite('long'), generation: 7, attention };
      const token = await stores.sites.save(state, null);
      expect(await stores.sites.load('long')).toEqual({ state, token });
      const shorter = { ...state, attention: null };
      await stores.sites.save(shorter, token);
      expect((await stores.sites.load('long')).state).toEqual(shorter);
    });

    it.each(['new', 'old'])('lets one of two writers of a %s state through and tells the other', async (which) => {
      const site = `two-${which}`;
      if (which === 'old') await stores.sites.save(newSite(site), null);
      const { state, token } = await stores.sites.load(site);
      const save = (generation: number) => stores.sites.save({ ...state, generation }, token);
      const ended = codes(await Promise.allSettled([save(1), save(2)]));
      expect([...ended].sort()).toEqual(['ERR_STATE_CONFLICT', 'ok']);
      expect((await stores.sites.load(site)).state.generation).toBe(ended.indexOf('ok') + 1);
    });

    it('lists sites by name', async () => {
      for (const site of ['b-site', 'a-site']) await stores.sites.save(newSite(site), null);
      const names = (await stores.sites.list()).map(({ site }) => site);
      expect(names).toEqual([...names].sort());
      expect(names).toEqual(expect.arrayContaining(['a-site', 'b-site']));
    });
  });

  describe('where facts are kept', () => {
    it('remembers a fact told twice once', async () => {
      const told = fact({ subscriptionId: 'twice' });
      await stores.facts.remember([told, told]);
      await stores.facts.remember([told]);
      expect(await stores.facts.list(['twice', 'twice', 'nobody'])).toEqual([told]);
    });

    it('loses nothing of many writers at once, and knows the newest of one fact', async () => {
      const hour = (n: number) => `2026-01-01T${String(n).padStart(2, '0')}:00:00.000Z`;
      const told = Array.from({ length: 8 }, (_, n) =>
        fact({ subscriptionId: 'many', at: hour(n), heardAt: hour(n), state: n === 7 ? 'closed' : 'open' }),
      );
      const others = told.map((one, n) => ({ ...one, service: `Service${n}` }));
      await Promise.all(told.map((one, n) => stores.facts.remember([one, ...others.slice(n, n + 1)])));
      const kept = await stores.facts.list(['many']);
      expect(kept).toHaveLength(9);
      expect(kept.find(({ service }) => service === 'Storage')).toMatchObject({ state: 'closed', at: hour(7) });
    });

    it('keeps apart what differs in characters that a table key refuses', async () => {
      const names = [
        'A/B',
        'A\\B',
        'A#B',
        'A?B',
        'A B',
        'A\tB',
        "A'B",
        'Ä',
        '*',
        'x'.repeat(900),
        `${'x'.repeat(900)}y`,
      ];
      await stores.facts.remember(names.map((service) => fact({ subscriptionId: 'odd', service })));
      const kept = await stores.facts.list(['odd']);
      expect(new Set(kept.map(({ service }) => service))).toEqual(new Set(names));
    });

    it('lists facts in an order that does not depend on who told first', async () => {
      const told = ['Sql', 'EventHub', 'Storage'].map((service) => fact({ subscriptionId: 'order', service }));
      await stores.facts.remember(told);
      expect((await stores.facts.list(['order'])).map(({ service }) => service)).toEqual([
        'EventHub',
        'Sql',
        'Storage',
      ]);
    });
  });

  describe('where intents are kept', () => {
    it('lists those of one site by time', async () => {
      await stores.intents.put(intent({ id: 'later', at: '2026-01-02T00:00:00.000Z' }));
      await stores.intents.put(intent({ id: 'sooner' }));
      await stores.intents.put(intent({ id: 'other', site: 'rig-08' }));
      expect((await stores.intents.list('rig-07')).map(({ id }) => id)).toEqual(['sooner', 'later']);
    });

    it('keeps a withdrawn intent withdrawn, whoever repeats it', async () => {
      const told = intent({ site: 'withdrawn' });
      const withdrawnAt = '2026-01-03T00:00:00.000Z';
      await stores.intents.put(told);
      await Promise.all([stores.intents.put({ ...told, withdrawnAt }), stores.intents.put(told)]);
      await stores.intents.put({ ...told, withdrawnAt: '2026-01-04T00:00:00.000Z' });
      expect(await stores.intents.list('withdrawn')).toEqual([{ ...told, withdrawnAt }]);
    });
  });

  describe('the archive', () => {
    it('knows nothing before anything is kept', async () => {
      expect(await stores.archive.read('plans/none.json')).toBeUndefined();
      expect(await stores.archive.list('')).toEqual([]);
    });

    it('keeps what was written first', async () => {
      const name = 'plans/rig-07/sha256:0011.json';
      await stores.archive.keep(name, '{"é":1}');
      await stores.archive.keep(name, '{"é":2}');
      expect(await stores.archive.read(name)).toBe('{"é":1}');
    });

    it('adds lines to a ledger in the order they were added', async () => {
      const name = 'ledgers/rig-07/run-1.jsonl';
      for (let n = 0; n < 12; n += 1) await stores.archive.append(name, JSON.stringify({ n }));
      const lines = ((await stores.archive.read(name)) ?? '').split('\n');
      expect(lines).toEqual([...Array.from({ length: 12 }, (_, n) => JSON.stringify({ n })), '']);
    });

    it('starts a ledger once, though many begin it', async () => {
      const name = 'ledgers/rig-07/run-2.jsonl';
      await Promise.all(['a', 'b', 'c', 'd'].map((line) => stores.archive.append(name, line)));
      expect(((await stores.archive.read(name)) ?? '').trim().split('\n').sort()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('keeps one line one line', async () => {
      await stores.archive.append('ledgers/one.jsonl', 'a\r\nb');
      expect(await stores.archive.read('ledgers/one.jsonl')).toBe('a b\n');
    });

    it('lists names under a prefix, sorted', async () => {
      for (const name of ['list/b', 'list/a', 'listen/c']) await stores.archive.keep(name, 'x');
      expect(await stores.archive.list('list/')).toEqual(['list/a', 'list/b']);
    });
  });

  describe('the configuration', () => {
    it('keeps what each of several that change one blob at once made of it', async () => {
      const add = (one: string) =>
        stores.config.change('names.json', (text) => JSON.stringify([...JSON.parse(text ?? '[]'), one]));
      await Promise.all(['a', 'b', 'c', 'd'].map(add));
      expect(JSON.parse((await stores.config.read('names.json')) ?? '').sort()).toEqual(['a', 'b', 'c', 'd']);
      expect(await stores.config.change('names.json', () => null)).toBe(await stores.config.read('names.json'));
    });

    it('gives back what was written last, under a new version', async () => {
      expect(await stores.config.list('sites')).toEqual([]);
      await stores.config.write('sites.json', 'one');
      const [first] = await stores.config.list('sites');
      await stores.config.write('sites.json', 'two');
      const [second] = await stores.config.list('sites');
      expect(await stores.config.read('sites.json')).toBe('two');
      expect(first?.name).toBe('sites.json');
      expect(second?.version).not.toBe(first?.version);
    });
  });
});
