import type { QueueClient } from '@azure/storage-queue';
import type { Clock } from '../base/clock.ts';
import type { Message, Messages } from '../record/ports.ts';
import { onStorage, withHome } from './storageFailures.ts';

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

/** The storage queue; base64 JSON, as the Functions host reads it by default. */
export const queueMessages = (queue: QueueClient, clock: Clock): Messages => ({
  send: (message: Message) =>
    onStorage(`queueing a message (${message.kind})`, async () => {
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const visibilityTimeout = message.kind === 'site' ? hiddenSeconds(message.notBefore, clock) : 0;
      await withHome(
        () => queue.createIfNotExists(),
        () => queue.sendMessage(text, { visibilityTimeout, messageTimeToLive: NEVER_EXPIRES }),
      );
    }),
});
