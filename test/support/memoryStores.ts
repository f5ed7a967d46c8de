import type { AllowanceStore } from '../../shared/azure/turns.ts';
import { type Allowance, unused } from '../../shared/base/allowance.ts';
import { byCodeUnit } from '../../shared/base/canonical.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import type { Archive, ConfigStore, SiteStore } from '../../shared/record/ports.ts';
import { newSite, type SiteState } from '../../shared/record/state.ts';
import type { Fact, FactStore } from '../../shared/scope/fact.ts';
import type { Intent, IntentStore } from '../../shared/scope/intent.ts';
import { factKey, mergeFact, mergeFacts } from '../../shared/scope/mergeFact.ts';

/*
 * The app's storage in memory, for plays of thousands of visits. Held to the same suite as the adapters over a real
 * storage account (`storesContract.ts`).
 */

type Row = { readonly text: string; readonly token: string };

/** Rows under tokens, as a table has them under etags. */
class Rows {
  readonly #rows = new Map<string, Row>();
  #writes = 0;

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** The new token; null where somebody else wrote since `token` was given. */
  put(key: string, text: string, token: string | null): string | null {
    if ((this.#rows.get(key)?.token ?? null) !== token) return null;
    this.#writes += 1;
    const next = String(this.#writes);
    this.#rows.set(key, { text, token: next });
    return next;
  }

  all(): readonly Row[] {
    return [...this.#rows].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
  }
}

const taken = (site: string): AutomationError =>
  new AutomationError('ERR_STATE_CONFLICT', `Somebody else wrote the state of site ${site} first`, {
    remedy: 'Nothing to do: it is read again.',
    retry: 'now',
  });

const stateIn = ({ text }: Row): SiteState => JSON.parse(text) as SiteState;

/** `onSave` sees each state that was saved. */
export const memorySites = (onSave: (state: SiteState) => void = () => {}): SiteStore => {
  const rows = new Rows();
  return {
    load: async (site) => {
      const row = rows.get(site);
      return row === undefined ? { state: newSite(site), token: null } : { state: stateIn(row), token: row.token };
    },
    save: async (state, token) => {
      const next = rows.put(state.site, JSON.stringify(state), token);
      if (next === null) throw taken(state.site);
      onSave(state);
      return next;
    },
    list: async () => rows.all().map(stateIn),
  };
};

/** `all` looks without asking. */
export const memoryFacts = (): FactStore & { all(): readonly Fact[] } => {
  const kept = new Map<string, Fact>();
  return {
    all: () => [...kept.values()],
    list: async (subscriptions) =>
      mergeFacts([...kept.values()].filter(({ subscriptionId }) => subscriptions.includes(subscriptionId))),
    remember: async (facts) => {
      for (const fact of mergeFacts(facts)) kept.set(factKey(fact), mergeFact(kept.get(factKey(fact)), fact));
    },
  };
};

/** What was withdrawn stays withdrawn, since the earlier time. */
const withdrawn = (before: string | null, now: string | null): string | null =>
  before === null || (now !== null && now < before) ? now : before;

/** `all` looks without asking. */
export const memoryIntents = (): IntentStore & { all(): readonly Intent[] } => {
  const kept = new Map<string, Intent>();
  return {
    all: () => [...kept.values()],
    list: async (site) =>
      [...kept.values()]
        .filter((intent) => intent.site === site)
        .sort((a, b) => byCodeUnit(a.at, b.at) || byCodeUnit(a.id, b.id)),
    put: async (intent) => {
      const withdrawnAt = withdrawn(kept.get(intent.id)?.withdrawnAt ?? null, intent.withdrawnAt);
      kept.set(intent.id, { ...intent, withdrawnAt });
    },
  };
};

export const memoryArchive = (): Archive => {
  const texts = new Map<string, string>();
  return {
    keep: async (name, text) => {
      if (!texts.has(name)) texts.set(name, text);
    },
    read: async (name) => texts.get(name),
    append: async (name, line) => {
      texts.set(name, `${texts.get(name) ?? ''}${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
    },
    list: async (prefix) => [...texts.keys()].filter((name) => name.startsWith(prefix)).sort(byCodeUnit),
  };
};

/** `now` says when a text is written (ISO). */
export const memoryConfig = (now: () => string): ConfigStore => {
  const kept = new Map<string, { readonly text: string; readonly version: string; readonly at: string }>();
  let writes = 0;
  const write = (name: string, text: string): void => {
    writes += 1;
    kept.set(name, { text, version: String(writes), at: now() });
  };
  return {
    read: async (name) => kept.get(name)?.text,
    write: async (name, text) => write(name, text),
    change: async (name, change) => {
      const text = kept.get(name)?.text;
      const next = change(text);
      if (next === null) return text;
      write(name, next);
      return next;
    },
    list: async (prefix) =>
      [...kept]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([name, { version, at }]) => ({ name, version, at })),
  };
};

export const memoryAllowances = (): AllowanceStore => {
  const rows = new Rows();
  const promises = new Map<string, number>();
  return {
    load: async (subscription) => {
      const row = rows.get(subscription);
      const allowance = row === undefined ? unused : (JSON.parse(row.text) as Allowance);
      return { allowance, token: row?.token ?? null };
    },
    save: async (subscription, allowance, token) => rows.put(subscription, JSON.stringify(allowance), token),
    promised: async (subscription, call) => promises.get(`${subscription} ${call}`),
    promise: async (subscription, call, at) => void promises.set(`${subscription} ${call}`, at),
    keepPromise: async (subscription, call) => void promises.delete(`${subscription} ${call}`),
  };
};
