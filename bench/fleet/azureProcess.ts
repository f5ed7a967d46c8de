import { fork } from 'node:child_process';
import { trustCa } from '../../simulator/arm/server.ts';
import type { Tally } from './fleetTally.ts';

/** What the simulated Azure's process is asked, and does at once. */
export type Ask =
  | { readonly kind: 'time'; readonly now: number }
  | { readonly kind: 'seed'; readonly sites: number; readonly subscriptions: readonly string[] }
  | { readonly kind: 'tally' };
export type Asked = { readonly id: number; readonly ask: Ask };
/** The first one has id 0, and says where the simulated Azure is. */
export type Told = { readonly id: number; readonly answer: unknown };

type Whereabouts = {
  readonly endpoint: string;
  readonly ca: string;
  readonly identity: { readonly endpoint: string; readonly header: string };
};

export type AzureProcess = {
  readonly endpoint: string;
  readonly identity: string;
  /** Time moves on for it as well; resolves when it has. */
  moveTo(now: number): Promise<void>;
  seed(sites: number, subscriptions: readonly string[]): Promise<void>;
  /** What was counted at its front door; `peakMb` is its own memory. */
  tally(): Promise<Tally & { readonly peakMb: number }>;
  close(): void;
};

/** Starts the simulated Azure beside this process, which trusts it from then on. */
export const startAzureProcess = async (): Promise<AzureProcess> => {
  const child = fork(new URL('./azureMain.ts', import.meta.url));
  const waiting = new Map<number, (answer: unknown) => void>();
  const whereabouts = new Promise<unknown>((resolve) => waiting.set(0, resolve));
  child.on('message', ({ id, answer }: Told) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (what: Ask): Promise<unknown> => {
    asked += 1;
    const id = asked;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      child.send({ id, ask: what } satisfies Asked);
    });
  };
  const { endpoint, ca, identity } = (await whereabouts) as Whereabouts;
  trustCa(ca);
  process.env['IDENTITY_ENDPOINT'] = identity.endpoint;
  process.env['IDENTITY_HEADER'] = identity.header;
  return {
    endpoint,
    identity: identity.endpoint,
    moveTo: async (now) => void (await ask({ kind: 'time', now })),
    seed: async (sites, subscriptions) => void (await ask({ kind: 'seed', sites, subscriptions })),
    tally: async () => (await ask({ kind: 'tally' })) as Tally & { peakMb: number },
    close: () => child.disconnect(),
  };
};
