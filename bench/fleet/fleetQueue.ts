import { hiddenSeconds } from '../../shared/azure/messages.ts';
import type { Message, Messages } from '../../shared/record/ports.ts';
import type { FleetClock } from './fleetClock.ts';

type Hidden = { readonly visibleAt: number; readonly text: string };

/** A queue as storage and the Functions host have it: messages hidden for whole seconds, so many at work at once. */
export const fleetQueue = (clock: FleetClock, workers: number) => {
  const hidden: Hidden[] = [];
  let free: (() => void)[] = [];
  let handled = 0;

  const insert = (entry: Hidden): void => {
    let [low, high] = [0, hidden.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((hidden[middle]?.visibleAt ?? 0) <= entry.visibleAt) low = middle + 1;
      else high = middle;
    }
    hidden.splice(low, 0, entry);
  };
  const wakeAll = (): void => {
    const waiting = free;
    free = [];
    for (const wake of waiting) wake();
  };
  const messages: Messages = {
    send: async (message: Message) => {
      const notBefore = message.kind === 'site' ? message.notBefore : clock.now();
      const visibleAt = clock.now() + hiddenSeconds(notBefore, clock) * 1_000;
      insert({ visibleAt, text: JSON.stringify(message) });
      if (visibleAt <= clock.now()) wakeAll();
    },
  };

  /** Handles messages until there are none and nobody is at work. */
  const drain = async (handle: (text: string) => Promise<void>): Promise<number> => {
    let working = workers;
    let over = false;
    clock.onIdle(() => (free.length > 0 ? hidden[0]?.visibleAt : undefined), wakeAll);
    const work = async (): Promise<void> => {
      while (!over) {
        const [first] = hidden;
        if (first !== undefined && first.visibleAt <= clock.now()) {
          hidden.shift();
          await handle(first.text);
          handled += 1;
          continue;
        }
        if (working === 1 && hidden.length === 0) {
          over = true;
          wakeAll();
          return;
        }
        const woken = new Promise<void>((resolve) => free.push(resolve));
        working -= 1;
        await woken;
        working += 1;
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    return handled;
  };
  return { messages, drain, waiting: () => hidden.length };
};
