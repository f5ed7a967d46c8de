import { type Allowance, type CallClass, takeOne, takePromised, usedUpUntil } from '../base/allowance.ts';
import type { Clock } from '../base/clock.ts';
import { AutomationError } from '../base/errors.ts';
import { believed, isBeyondQueue } from '../base/keptAllowance.ts';

/** Where what subscriptions have used up is kept, for every instance of the app; implemented on a table. */
export interface AllowanceStore {
  load(subscription: string): Promise<{ readonly allowance: Allowance; readonly token: string | null }>;
  /** The new token; null where somebody else wrote first. */
  save(subscription: string, allowance: Allowance, token: string | null): Promise<string | null>;
  /** The moment (ms) promised to a call; undefined where none is. */
  promised(subscription: string, call: string): Promise<number | undefined>;
  promise(subscription: string, call: string, at: number): Promise<void>;
  keepPromise(subscription: string, call: string): Promise<void>;
  /** Drops promises of moments before `before` (ms): whoever they were made to does not come back. */
  forget?(subscription: string, before: number): Promise<void>;
}

export type Turn = {
  readonly subscription: string;
  readonly kind: CallClass;
  /** Whether Microsoft.Network counts it. */
  readonly network: boolean;
  /** The same for the same call made again. */
  readonly call: string;
};

/** Whose turn it is to call ARM: first come, first served, among all sites and instances. */
export interface Turns {
  /** Resolves when the call may be made. Throws ERR_OUR_TURN where that is more than a few seconds off. */
  take(turn: Turn): Promise<void>;
  /** Azure refused a call for `waitMs`: nobody else need ask. */
  refused(turn: Turn, waitMs: number): Promise<void>;
}

/** What is waited for here; longer ones come back by message. A worker reads a few times a visit, and would begin anew. */
const mostWaitMs = { reads: 20_000, writes: 3_000, deletes: 3_000 } as const;
/** Reads are promised to an instance by the block, so that storage is asked once for several. */
const blockOf = { reads: 8, writes: 1, deletes: 1 } as const;
/** A turn that was not taken for so long is over: too many late ones at once would be more than Azure allows. */
const lateMs = { block: 2_000, promise: 60_000 } as const;
const mostTries = 20;
/** Between two tries to write where others write at the same time; by chance, so that they part. */
const conflictMs = 50;
/** Whoever was in everybody's way for so many tries comes back by message. */
const crowdedMs = 2_000;
/** A promise is long over by then; so often the old ones are dropped. */
const promiseKeptMs = 60 * 60_000;

const notYet = ({ call }: Turn, waitMs: number): AutomationError =>
  new AutomationError('ERR_OUR_TURN', `Too many calls of ours to one subscription: ${call} waits for its turn`, {
    remedy: 'Nothing to do: its turn is promised, and comes.',
    retry: 'later',
    retryAfterMs: waitMs,
  });

type Kept = { allowance: Allowance; token: string | null };

/** A budget that cannot be kept must not stop a failover: then Azure itself says what is too much. */
const unlessStorageFails = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AutomationError && error.code === 'ERR_STORAGE') return undefined;
    throw error;
  }
};

export const sharedTurns = (store: AllowanceStore, clock: Clock, random: () => number = Math.random): Turns => {
  const tidied = new Map<string, number>();
  const kept = new Map<string, Kept>();
  const blocks = new Map<string, number[]>();
  const lines = new Map<string, Promise<unknown>>();

  /** One after the other for each subscription, in the order in which they came. */
  const inLine = <T>(subscription: string, work: () => Promise<T>): Promise<T> => {
    const before = lines.get(subscription) ?? Promise.resolve();
    const mine = before.then(work, work);
    lines.set(
      subscription,
      mine.catch(() => {}),
    );
    return mine;
  };

  /** Changes the stored allowance; `change` may refuse by returning null, and sees the newest at each try. False: not stored. */
  const alter = async (subscription: string, change: (allowance: Allowance) => Allowance | null): Promise<boolean> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const known = kept.get(subscription) ?? (await store.load(subscription));
      const next = change(believed(known.allowance, clock.now()));
      const token = next === null ? known.token : await store.save(subscription, next, known.token);
      if (next === null || token !== null) {
        kept.set(subscription, { allowance: next ?? known.allowance, token });
        return true;
      }
      kept.delete(subscription);
      await clock.pause(conflictMs * random());
    }
    return false;
  };

  const forgetOld = async (subscription: string): Promise<void> => {
    const now = clock.now();
    if (now - (tidied.get(subscription) ?? 0) < promiseKeptMs) return;
    tidied.set(subscription, now);
    await unlessStorageFails(async () => store.forget?.(subscription, now - promiseKeptMs));
  };

  const newBlock = async (turn: Turn): Promise<{ slots: number[]; taken: boolean }> => {
    const { subscription, kind, network } = turn;
    let slots: number[] = [];
    let taken = true;
    const stored = await alter(subscription, (allowance) => {
      slots = [];
      let left = allowance;
      for (let more = 0; more < blockOf[kind]; more += 1) {
        const one = takeOne(left, kind, network, clock.now());
        slots.push(one.at);
        left = one.left;
      }
      taken = (slots[0] ?? 0) - clock.now() <= mostWaitMs[kind];
      return taken ? left : null;
    });
    if (!stored) throw notYet(turn, crowdedMs);
    return { slots, taken };
  };

  /** A turn that is too far off for waiting: promised once, in the order of asking, and kept in storage. */
  const promisedTurn = async (turn: Turn): Promise<number> => {
    const { subscription, kind, network, call } = turn;
    const now = clock.now();
    const told = await store.promised(subscription, call);
    const promised = told === undefined || isBeyondQueue(told, now) ? undefined : told;
    if (promised !== undefined && promised > now + mostWaitMs[kind]) throw notYet(turn, promised - now);
    if (told !== undefined) await store.keepPromise(subscription, call);
    const inTime = promised !== undefined && promised > now - lateMs.promise ? promised : null;
    let at = now;
    const stored = await alter(subscription, (allowance) => {
      const one =
        inTime === null
          ? takeOne(allowance, kind, network, clock.now())
          : takePromised(allowance, kind, network, inTime, clock.now());
      at = one.at;
      return one.left;
    });
    if (!stored) throw notYet(turn, crowdedMs);
    if (at - clock.now() <= mostWaitMs[kind]) return at;
    await forgetOld(subscription);
    await store.promise(subscription, call, at);
    throw notYet(turn, at - clock.now());
  };

  const slotFor = async (turn: Turn): Promise<number> => {
    const line = `${turn.subscription} ${turn.kind}`;
    const open = (blocks.get(line) ?? []).filter((at) => at >= clock.now() - lateMs.block);
    const [first, ...rest] = open;
    blocks.set(line, rest);
    if (first !== undefined) return first;
    const { slots, taken } = await newBlock(turn);
    if (taken) {
      blocks.set(line, slots.slice(1));
      return slots[0] ?? clock.now();
    }
    if (turn.kind === 'reads') throw notYet(turn, (slots[0] ?? 0) - clock.now());
    return promisedTurn(turn);
  };

  return {
    take: async (turn) => {
      const at = await unlessStorageFails(() => inLine(turn.subscription, () => slotFor(turn)));
      if (at !== undefined) await clock.sleepUntil(at);
    },
    refused: async (turn, waitMs) => {
      blocks.delete(`${turn.subscription} ${turn.kind}`);
      const until = clock.now() + waitMs;
      await unlessStorageFails(() =>
        inLine(turn.subscription, () =>
          alter(turn.subscription, (allowance) => usedUpUntil(allowance, turn.kind, until)),
        ),
      );
    },
  };
};

/** The turn a call needs; undefined for what belongs to no subscription. */
export const turnOf = (method: string, url: string): Turn | undefined => {
  const { pathname } = new URL(url);
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(pathname)?.[1]?.toLowerCase();
  if (subscription === undefined) return undefined;
  const kind = method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
  const network = /\/providers\/Microsoft\.Network\//i.test(pathname);
  return { subscription, kind, network, call: `${method} ${pathname.toLowerCase()}` };
};
