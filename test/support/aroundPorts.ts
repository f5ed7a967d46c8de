import type { AzureView, Ports } from '../../shared/ports.ts';

/** A call of the app to the outside. */
export type PortCall = {
  /** Where it goes: Azure, or which of the app's own stores. */
  readonly to: 'arm' | 'table' | 'blob' | 'queue' | 'people' | 'vault';
  /** What it is: `put`, `poll`, `save`, `send`, `read` ... */
  readonly what: string;
  /** Resource id, operation, blob or kind; names of one site in it. */
  readonly on: string;
  /** Whether it may leave something changed outside. */
  readonly changes: boolean;
};

/** What surrounds every call: `work` makes it. */
export type Around = (call: PortCall, work: () => Promise<unknown>) => Promise<unknown>;

type Methods = Readonly<Record<string, readonly [what: string, changes: boolean]>>;

const onOf = (args: readonly unknown[]): string => {
  const [first, second] = args;
  if (typeof first === 'string') return typeof second === 'string' && second.length < 60 ? `${first} ${second}` : first;
  if (typeof first !== 'object' || first === null) return '';
  const { site, kind, id } = first as { site?: unknown; kind?: unknown; id?: unknown };
  return [kind, kind === undefined ? id : undefined, site].filter((part) => typeof part === 'string').join(' ');
};

/** The same port, its methods in `methods` surrounded; the others as they are. */
const surrounded = <T extends object>(port: T, to: PortCall['to'], methods: Methods, around: Around): T =>
  new Proxy(port, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      const told = methods[String(name)];
      if (told === undefined || typeof value !== 'function') return value;
      const [what, changes] = told;
      return (...args: unknown[]): Promise<unknown> =>
        around({ to, what, on: onOf(args), changes }, async () =>
          (value as (...of: unknown[]) => Promise<unknown>).apply(target, args),
        );
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

const view = (azure: AzureView, around: Around): AzureView => ({
  get resources() {
    return surrounded(azure.resources, 'arm', resources, around);
  },
  get healthEvents() {
    return surrounded(azure.healthEvents, 'arm', reads('list'), around);
  },
  get locations() {
    const names = ['serviceTags', 'usages', 'regions', 'resourceTypes', 'permissions'];
    return surrounded(azure.locations, 'arm', reads(...names), around);
  },
  get lists() {
    return surrounded(azure.lists, 'arm', reads('list'), around);
  },
});

/** Ports whose every call to the outside goes through `around`; leases and clock are left as they are. */
export const aroundPorts = (ports: Ports, around: Around): Ports => {
  const sites = surrounded(ports.sites, 'table', { ...reads('load', 'list'), save: ['save', true] }, around);
  const facts = surrounded(ports.facts, 'table', { ...reads('list', 'open'), remember: ['remember', true] }, around);
  const intents = surrounded(ports.intents, 'table', { ...reads('list'), put: ['declare', true] }, around);
  const archive = surrounded(
    ports.archive,
    'blob',
    { ...reads('read', 'list'), keep: ['keep', true], append: ['append', true] },
    around,
  );
  const config = surrounded(ports.config, 'blob', { ...reads('read', 'list'), write: ['write', true] }, around);
  const messages = surrounded(ports.messages, 'queue', { send: ['send', true] }, around);
  const notices = surrounded(ports.notices, 'people', { tell: ['tell', true] }, around);
  const secrets = surrounded(ports.secrets, 'vault', reads('read'), around);
  const own = { sites, facts, intents, archive, config, messages, notices, secrets };
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(ports),
      ...Object.getOwnPropertyDescriptors(view(ports, around)),
      ...Object.getOwnPropertyDescriptors(own),
      metered: { value: (...of: Parameters<Ports['metered']>) => view(ports.metered(...of), around) },
    },
  ) as Ports;
};
