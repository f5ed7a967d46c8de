import type { QueueClient } from '@azure/storage-queue';
import type { Clock } from '../base/clock.ts';
import type { Message, Messages } from '../record/ports.ts';
import { onStorage, soon } from './onStorage.ts';
import { isHomeMissing, withHome } from './storageFailures.ts';

/** The longest a message may stay hidden (Put Message, `visibilitytimeout`). */
const MOST_HIDDEN_S = 7 * 24 * 3_600;
/** Storage hides for whole seconds and a trigger polls: rather early, the reader sleeps the rest. */
const EARLY_S = 1.5;
/** A message must outlive its own delay; the default of seven days would not. */
const NEVER_EXPIRES = -1;

/** Wall seconds to hide a message for: its delay in application time, on a clock that may run fast, rather too short. */
export const hiddenSeconds = (notBefore: number, clock: Pick<Clock, 'now' | 'speed'>): number => {
  const wallSeconds = (notBefore - clock.now()) / clock.speed / 1_000;
  return Math.min(MOST_HIDDEN_S, Math.max(0, Math.floor(wallSeconds - EARLY_S)));
};

const orNone = async <T>(none: T, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (isHomeMissing(error)) return none;
    throw error;
  }
};

const countIn = (queue: QueueClient): Promise<number> =>
  orNone(0, async () => (await queue.getProperties(soon())).approximateMessagesCount ?? 0);

/** When it was to be taken: a message that slept for an hour was not waiting. */
const dueAt = (text: string): number | null => {
  try {
    const { notBefore, arrivedAt } = JSON.parse(Buffer.from(text, 'base64').toString()) as Record<string, unknown>;
    const due = Math.max(...[notBefore, arrivedAt].filter((time) => typeof time === 'number'));
    return Number.isFinite(due) ? due : null;
  } catch {
    return null;
  }
};

/** The most that Peek Messages shows at once. */
const MOST_PEEKED = 32;

const oldestDueIn = (queue: QueueClient): Promise<number | null> =>
  orNone(null, async () => {
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: MOST_PEEKED, ...soon() });
    const due = peekedMessageItems.map(({ messageText }) => dueAt(messageText)).filter((time) => time !== null);
    return due.length === 0 ? null : Math.min(...due);
  });

/** The storage queue; base64 JSON, as the Functions host reads it by default. */
export const queueMessages = (queue: QueueClient, clock: Clock, poison: QueueClient): Messages => ({
  backlog: () =>
    onStorage('looking into the queue', 'repeatable', async () => ({
      messages: await countIn(queue),
      oldestDue: await oldestDueIn(queue),
      poison: await countIn(poison),
    })),

  send: (message: Message) =>
    // Twice is as good as once: every message may come again.
    onStorage(`queueing a message (${message.kind})`, 'repeatable', async () => {
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const visibilityTimeout = message.kind === 'site' ? hiddenSeconds(message.notBefore, clock) : 0;
      await withHome(
        () => queue.createIfNotExists(soon()),
        () => queue.sendMessage(text, { visibilityTimeout, messageTimeToLive: NEVER_EXPIRES, ...soon() }),
      );
    }),
});
