import { AutomationError } from '../../shared/base/errors.ts';
import { silentLog } from '../../shared/base/log.ts';
import type { Ports } from '../../shared/ports.ts';
import { readMessage } from '../../shared/record/message.ts';
import type { Message } from '../../shared/record/ports.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Fact } from '../../shared/scope/fact.ts';
import type { Intent } from '../../shared/scope/intent.ts';
import { makeScene } from '../../simulator/stage/scene.ts';
import { waitingSite } from './waitingSite.ts';

/** A world in memory behind the doors: what was remembered and sent, and every attempt to write to Azure. */
export type World = {
  readonly ports: Ports;
  readonly writes: string[];
  /** What is wrong with messages that were sent. */
  readonly lost: string[];
  sent(): number;
  forget(): void;
};

/** As the queue takes it: base64, and no more of it (Put Message). */
const mostInQueue = 64 * 1024;

/** Why the queue would not take a message, or nobody could read it. */
const whyLost = (message: Message): string | null => {
  const text = JSON.stringify(message);
  const { length } = Buffer.from(text).toString('base64');
  if (length > mostInQueue) return `a message of ${length} bytes`;
  try {
    readMessage(text);
    return null;
  } catch (error) {
    return `${(error as AutomationError).message} ${text.slice(0, 200)}`;
  }
};

const notThere = (what: string): AutomationError =>
  new AutomationError('ERR_AZURE_NOT_FOUND', `${what} is not there`, { remedy: 'Nothing to do: this Azure is empty.' });

/** A port of Azure: reading finds nothing, anything else is held against whoever asked. */
const azure = (name: string, writes: string[]): object =>
  new Proxy(
    {},
    {
      get: (_, method) => async () => {
        const asked = `${name}.${String(method)}`;
        if (!/^(find|read|list|get|serviceTags|usages|regions|resourceTypes|permissions|fetch)/.test(String(method)))
          writes.push(asked);
        throw notThere(asked);
      },
    },
  );

export const scene = makeScene();

/** Everything the doors need, empty but for one site that waits for its device; `clock` stands still, so that a run can be repeated. */
export const makeWorld = (): World => {
  const writes: string[] = [];
  const lost: string[] = [];
  const states = new Map<string, { state: SiteState; token: string }>();
  const texts = new Map<string, string>();
  let facts: Fact[] = [];
  let intents: Intent[] = [];
  let sent = 0;
  let ids = 0;
  const configured = new Map([
    ['sites.json', JSON.stringify(scene.sitesFile)],
    [`service-tags/${scene.cloud}.json`, scene.tagsText],
  ]);
  const names = ['resources', 'healthEvents', 'locations', 'lists', 'tagDownload', 'secrets'];
  const ofAzure = Object.fromEntries(names.map((name) => [name, azure(name, writes)]));
  const ports = {
    ...ofAzure,
    metered: () => ofAzure,
    clock: { now: () => Date.parse('2026-07-20T03:00:00Z'), speed: 1 },
    log: silentLog,
    newId: () => `id-${++ids}`,
    namePrefix: 'asefo-',
    facts: {
      list: async () => facts,
      remember: async (more: readonly Fact[]) => {
        facts = [...more, ...facts].slice(0, 50);
      },
    },
    intents: {
      list: async () => intents,
      put: async (intent: Intent) => {
        intents = [intent, ...intents.filter(({ id }) => id !== intent.id)].slice(0, 20);
      },
    },
    sites: {
      load: async (site: string) => states.get(site) ?? { state: waitingSite(site), token: null },
      save: async (state: SiteState) => {
        states.set(state.site, { state: JSON.parse(JSON.stringify(state)) as SiteState, token: 'x' });
        return 'x';
      },
      list: async () => [...states.values()].map(({ state }) => state),
    },
    archive: {
      keep: async () => {},
      append: async () => {},
      read: async (name: string) => texts.get(name),
      list: async () => [],
    },
    config: {
      read: async (name: string) => configured.get(name),
      write: async () => {},
      change: async (name: string, change: (text: string | undefined) => string | null) => {
        const text = configured.get(name);
        return change(text) ?? text;
      },
      list: async (prefix: string) =>
        [...configured.keys()]
          .filter((name) => name.startsWith(prefix))
          .map((name) => ({ name, version: name, at: '2026-07-20T00:00:00.000Z' })),
    },
    leases: { hold: <T>(_: string, work: () => Promise<T>) => work() },
    messages: {
      send: async (message: Message) => {
        sent += 1;
        const why = whyLost(message);
        if (why !== null) lost.push(why);
      },
    },
    notices: { tell: async () => {} },
  } as unknown as Ports;
  return {
    ports,
    writes,
    lost,
    sent: () => sent,
    forget: () => {
      states.clear();
      facts = [];
      intents = [];
    },
  };
};
