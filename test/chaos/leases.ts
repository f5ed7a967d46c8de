import { AutomationError } from '../../shared/base/errors.ts';
import type { Leases } from '../../shared/record/ports.ts';
import type { Life, Turnstile } from './turnstile.ts';

/** A lease is renewed while its holder lives, and ends so long after it died. */
const lastsMs = 60_000;

const held = (name: string): AutomationError =>
  new AutomationError('ERR_LEASED', `Another worker holds ${name}`, {
    remedy: 'Nothing to do: it is tried again in a few seconds.',
    retry: 'later',
    retryAfterMs: 5_000,
  });

/** Leases of blobs: they outlive who dies for a minute. */
export const dyingLeases = (turnstile: Turnstile): ((life: Life) => Leases) => {
  const holders = new Map<string, Life>();
  const isHeld = (name: string): boolean => {
    const holder = holders.get(name);
    return holder !== undefined && (holder.endedAt === null || turnstile.now() < holder.endedAt + lastsMs);
  };
  return (life) => ({
    hold: async (name, work) => {
      await turnstile.pass(life);
      if (isHeld(name)) throw held(name);
      holders.set(name, life);
      try {
        return await work();
      } finally {
        holders.delete(name);
      }
    },
  });
};

/** Nobody is held off: the fencing of every write has to do alone. */
export const noLeases = (): ((life: Life) => Leases) => () => ({ hold: (_name, work) => work() });
