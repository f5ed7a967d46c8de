import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AllowanceStore } from '../../shared/azure/turns.ts';
import { type Allowance, unused } from '../../shared/base/allowance.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import type { Archive, ConfigStore, Leases, SiteStore } from '../../shared/record/ports.ts';
import { newSite, type SiteState } from '../../shared/record/state.ts';
import type { Fact, FactStore } from '../../shared/scope/fact.ts';
import type { IntentStore } from '../../shared/scope/intent.ts';
import { mergeFacts } from '../../shared/scope/mergeFact.ts';

/** Takes the time that a call to storage takes. */
export type Delay = () => Promise<void>;

const refusal = (code: 'ERR_STATE_CONFLICT' | 'ERR_LEASED', what: string) =>
  new AutomationError(code, what, { remedy: 'Nothing to do.', retry: 'later' });

/** States by site on disk, fenced by a token; `onSave` sees each. */
export const siteStore = (folder: string, delay: Delay, onSave: (state: SiteState) => void): SiteStore => {
  const tokens = new Map<string, number>();
  const pathOf = (site: string) => join(folder, `state-${site}.json`);
  const read = (site: string) => JSON.parse(readFileSync(pathOf(site), 'utf8')) as SiteState;
  return {
    load: async (site) => {
      await delay();
      const token = tokens.get(site);
      return token === undefined ? { state: newSite(site), token: null } : { state: read(site), token: String(token) };
    },
    save: async (state, token) => {
      await delay();
      const stands = tokens.get(state.site);
      if ((stands === undefined ? null : String(stands)) !== token)
        throw refusal('ERR_STATE_CONFLICT', `Somebody else wrote ${state.site} first`);
      const next = (stands ?? 0) + 1;
      tokens.set(state.site, next);
      writeFileSync(pathOf(state.site), JSON.stringify(state));
      onSave(state);
      return String(next);
    },
    list: async () => [...tokens.keys()].map(read),
  };
};

/** Blobs on disk: plans of a thousand sites do not belong to the app's memory. */
export const diskArchive = (folder: string, delay: Delay): Archive => {
  const pathOf = (name: string) => join(folder, createHash('sha256').update(name).digest('hex').replace(/^../, '$&/'));
  return {
    keep: async (name, text) => {
      await delay();
      const path = pathOf(name);
      mkdirSync(dirname(path), { recursive: true });
      if (!existsSync(path)) writeFileSync(path, text);
    },
    read: async (name) => {
      await delay();
      return existsSync(pathOf(name)) ? readFileSync(pathOf(name), 'utf8') : undefined;
    },
    append: delay,
    list: async () => [],
  };
};

export const configStore = (texts: ReadonlyMap<string, string>): ConfigStore => {
  const all = new Map(texts);
  let version = 0;
  const versions = new Map([...all.keys()].map((name) => [name, '0']));
  const write: ConfigStore['write'] = async (name, text) => {
    all.set(name, text);
    version += 1;
    versions.set(name, String(version));
  };
  return {
    read: async (name) => all.get(name),
    write,
    change: async (name, change) => {
      const text = change(all.get(name));
      if (text !== null) await write(name, text);
      return all.get(name);
    },
    list: async (prefix) =>
      [...all.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => ({ name, version: versions.get(name) ?? '', at: null })),
  };
};

export const factStore = (delay: Delay): FactStore => {
  let all: readonly Fact[] = [];
  return {
    list: async (ids) => {
      await delay();
      return all.filter((fact) => ids.includes(fact.subscriptionId));
    },
    remember: async (facts) => {
      all = mergeFacts([...all, ...facts]);
    },
  };
};

export const noIntents = (delay: Delay): IntentStore => ({
  list: async () => {
    await delay();
    return [];
  },
  put: async () => {},
});

export const memoryLeases = (delay: Delay): Leases => {
  const held = new Set<string>();
  return {
    hold: async (name, work) => {
      await delay();
      if (held.has(name)) throw refusal('ERR_LEASED', `Another worker holds ${name}`);
      held.add(name);
      try {
        return await work();
      } finally {
        held.delete(name);
      }
    },
  };
};

export const allowanceStore = (delay: Delay): AllowanceStore => {
  const rows = new Map<string, { allowance: Allowance; token: number }>();
  const promises = new Map<string, number>();
  return {
    load: async (subscription) => {
      await delay();
      const row = rows.get(subscription);
      return row === undefined
        ? { allowance: unused, token: null }
        : { allowance: row.allowance, token: String(row.token) };
    },
    save: async (subscription, allowance, token) => {
      await delay();
      const row = rows.get(subscription);
      if ((row === undefined ? null : String(row.token)) !== token) return null;
      const next = (row?.token ?? 0) + 1;
      rows.set(subscription, { allowance, token: next });
      return String(next);
    },
    promised: async (subscription, call) => {
      await delay();
      return promises.get(`${subscription} ${call}`);
    },
    promise: async (subscription, call, at) => {
      await delay();
      promises.set(`${subscription} ${call}`, at);
    },
    keepPromise: async (subscription, call) => {
      await delay();
      promises.delete(`${subscription} ${call}`);
    },
  };
};
