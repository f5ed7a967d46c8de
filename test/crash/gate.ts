import { AutomationError } from '../../shared/base/errors.ts';
import type { AzureView, Ports } from '../../shared/ports.ts';
import type { Call } from './calls.ts';

/** Told after every call; resolves when the life may go on. True: the answer is lost, although what was asked was done. */
export type Tell = (call: Call) => Promise<boolean>;

type Methods = Readonly<Record<string, readonly [what: string, changes: boolean]>>;

const lost = (to: Call['to'], what: string, on: string): AutomationError =>
  new AutomationError(to === 'arm' ? 'ERR_AZURE_UNAVAILABLE' : 'ERR_STORAGE', `No answer: ${what} ${on} (lost)`, {
    remedy: 'Nothing to do: it is tried again.',
    retry: 'later',
    retryAfterMs: 10_000,
  });

const onOf = (args: readonly unknown[]): string => {
  const [first, second] = args;
  if (typeof first === 'string') return typeof second === 'string' && second.length < 60 ? `${first} ${second}` : first;
  if (typeof first !== 'object' || first === null) return '';
  const { site, kind, id } = first as { site?: unknown; kind?: unknown; id?: unknown };
  return [kind, kind === undefined ? id : undefined, site].filter((part) => typeof part === 'string').join(' ');
};

/** The same port, its methods in `methods` told of; the others as they are. */
const gated = <T extends object>(port: T, to: Call['to'], methods: Methods, tell: Tell): T =>
  new Proxy(port, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      const told = methods[String(name)];
      if (told === undefined || typeof value !== 'function') return value;
      const [what, changes] = told;
      return async (...args: unknown[]): Promise<unknown> => {
        const call = { to, what, on: onOf(args), changes };
        let answer: unknown;
        try {
          answer = await (value as (...of: unknown[]) => Promise<unknown>).apply(target, args);
        } catch (error) {
          await tell({ ...call, failed: true });
          throw error;
        }
        if (await tell({ ...call, failed: false })) throw lost(to, what, call.on);
        return answer;
      };
    },
  });

const reads = (...names: readonly string[]): Methods =>
  Object.fromEntries(names.map((name) => [name, ['read', false]]));

const resources: Methods = {
  ...reads('get', 'find'),
  put: ['put', true],
  remove: ['delete', true],
  act: ['act', true],
  poll: ['poll', true],
};

const view = (azure: AzureView, tell: Tell): AzureView => ({
  get resources() {
    return gated(azure.resources, 'arm', resources, tell);
  },
  get healthEvents() {
    return gated(azure.healthEvents, 'arm', reads('list'), tell);
  },
  get locations() {
    const names = ['serviceTags', 'usages', 'regions', 'resourceTypes', 'permissions'];
    return gated(azure.locations, 'arm', reads(...names), tell);
  },
  get lists() {
    return gated(azure.lists, 'arm', reads('list'), tell);
  },
});

/** Ports whose every call to the outside is told of, when it has been answered. */
export const gatedPorts = (ports: Ports, tell: Tell): Ports => {
  const sites = gated(ports.sites, 'table', { ...reads('load', 'list'), save: ['save', true] }, tell);
  const facts = gated(ports.facts, 'table', { ...reads('list', 'open'), remember: ['remember', true] }, tell);
  const intents = gated(ports.intents, 'table', { ...reads('list'), put: ['declare', true] }, tell);
  const archive = gated(
    ports.archive,
    'blob',
    { ...reads('read', 'list'), keep: ['keep', true], append: ['append', true] },
    tell,
  );
  const config = gated(ports.config, 'blob', { ...reads('read', 'list'), write: ['write', true] }, tell);
  const messages = gated(ports.messages, 'queue', { send: ['send', true] }, tell);
  const notices = gated(ports.notices, 'people', { tell: ['tell', true] }, tell);
  const secrets = gated(ports.secrets, 'vault', reads('read'), tell);
  const own = { sites, facts, intents, archive, config, messages, notices, secrets };
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(ports),
      ...Object.getOwnPropertyDescriptors(view(ports, tell)),
      ...Object.getOwnPropertyDescriptors(own),
      // Fencing alone must do: nobody is held off.
      leases: { value: { hold: (_name: string, work: () => Promise<unknown>) => work() } },
      metered: { value: (...of: Parameters<Ports['metered']>) => view(ports.metered(...of), tell) },
    },
  ) as Ports;
};
