import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { createBackoff } from './backoff.ts';
import type { QueueFunction } from './binding.ts';
import type { RpcTypedData } from './core.ts';
import { messageOf } from './hostError.ts';
import type { QueueSettings } from './hostJson.ts';
import type { InvocationResult } from './invoker.ts';
import { isGone, type QueueStore, sendRaw } from './queueStore.ts';

export interface QueueListenerOptions {
  readonly fn: QueueFunction;
  readonly store: QueueStore;
  readonly settings: QueueSettings;
  /** How long a message is hidden while its function runs, in seconds; the real host takes 600 and renews at half. */
  readonly leaseSeconds: number;
  readonly random: () => number;
  readonly invoke: (data: RpcTypedData, metadata: Record<string, RpcTypedData>) => Promise<InvocationResult>;
  readonly log: (level: 'debug' | 'warning' | 'error', message: string) => void;
}

export interface QueueListener {
  readonly queueName: string;
  start(): void;
  /** Look at once: something was put into the queue. */
  notify(): void;
  /** Whether a message is visible, waiting to be taken. */
  hasVisible(): Promise<boolean>;
  /** Whether it is fetching messages or has some that are not done with. */
  readonly busy: boolean;
  /** Takes no more messages; resolves when those taken are done with. */
  stop(): Promise<void>;
}

/** What the real host's worker gets as triggerMetadata (the library camel-cases the names). */
function metadataOf(message: DequeuedMessageItem, text: string): Record<string, RpcTypedData> {
  const date = (value: Date): RpcTypedData => ({ json: JSON.stringify(value.toISOString().replace('Z', '+00:00')) });
  return {
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
    ExpirationTime: date(message.expiresOn),
    Id: { json: JSON.stringify(message.messageId) },
    InsertionTime: date(message.insertedOn),
    NextVisibleTime: date(message.nextVisibleOn),
    PopReceipt: { json: JSON.stringify(message.popReceipt) },
  };
}

/** The text of a message; undefined where it is not what host.json says it is. */
export function decodeMessage(raw: string, encoding: QueueSettings['messageEncoding']): string | undefined {
  if (encoding === 'none') return raw;
  if (raw.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(raw)) return undefined;
  return Buffer.from(raw, 'base64').toString('utf8');
}

/** Keeps a message hidden while its function runs; the receipt changes with every renewal. */
function holdMessage(queue: QueueClient, message: DequeuedMessageItem, leaseSeconds: number) {
  let receipt = message.popReceipt;
  let renewing: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    try {
      const { popReceipt } = await queue.updateMessage(message.messageId, receipt, undefined, leaseSeconds);
      receipt = popReceipt ?? receipt;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch(() => {});
  }, leaseSeconds * 500);
  return {
    async release(): Promise<string> {
      clearInterval(timer);
      await renewing;
      return receipt;
    },
  };
}

async function ignoreGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * One message from taking to done, as the real host's queue processor does it: delete on success; on failure visible
 * again after the configured timeout, or, at the last try, over to QUEUE-poison. A queue that is itself named -poison
 * has no poison queue: its failed messages stay hidden until their lease ends.
 */
export async function processMessage(
  options: QueueListenerOptions,
  queue: QueueClient,
  message: DequeuedMessageItem,
): Promise<void> {
  const { fn, store, settings } = options;
  const poison = fn.queueName.endsWith('-poison') ? undefined : store.queue(`${fn.queueName}-poison`, fn.connection);
  const toPoison = async (receipt: string, why: string): Promise<void> => {
    if (poison === undefined) return;
    options.log('warning', `${why} Moving message to queue '${poison.name}'.`);
    await sendRaw(poison, message.messageText);
    await ignoreGone(queue.deleteMessage(message.messageId, receipt));
  };
  const text = decodeMessage(message.messageText, settings.messageEncoding);
  if (text === undefined) return toPoison(message.popReceipt, 'Message is not base64, as host.json says it is.');
  const spent = `Message has reached MaxDequeueCount of ${settings.maxDequeueCount}.`;
  if (message.dequeueCount > settings.maxDequeueCount) return toPoison(message.popReceipt, spent);

  const hold = holdMessage(queue, message, options.leaseSeconds);
  const { record } = await options.invoke({ string: text }, metadataOf(message, text));
  const receipt = await hold.release();
  if (record.outcome === 'succeeded') return ignoreGone(queue.deleteMessage(message.messageId, receipt));
  if (poison === undefined) return;
  if (message.dequeueCount >= settings.maxDequeueCount) return toPoison(receipt, spent);
  const seconds = Math.round(settings.visibilityTimeoutMs / 1000);
  await ignoreGone(queue.updateMessage(message.messageId, receipt, undefined, seconds));
}

/** Polls one queue for one function. */
export function createQueueListener(options: QueueListenerOptions): QueueListener {
  const { fn, settings } = options;
  const queue = options.store.queue(fn.queueName, fn.connection);
  const nextDelay = createBackoff(settings.maxPollingIntervalMs, options.random);
  const processing = new Set<Promise<void>>();
  let stopped = false;
  let fetching = false;
  // Told between a look and the pause after it, the listener must not sleep over it.
  let told = false;
  let wake = (): void => {};
  let loop: Promise<void> = Promise.resolve();

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const take = async (): Promise<number> => {
    fetching = true;
    try {
      const batch = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: options.leaseSeconds,
      });
      for (const message of batch.receivedMessageItems) {
        const task: Promise<void> = processMessage(options, queue, message)
          .catch((error) =>
            options.log('error', `Message ${message.messageId} of '${fn.queueName}': ${messageOf(error)}`),
          )
          .finally(() => processing.delete(task));
        processing.add(task);
      }
      return batch.receivedMessageItems.length;
    } catch (error) {
      // A queue that is not there is looked for again, at the same pace; the trigger does not create it.
      if (!isGone(error)) options.log('warning', `Cannot look at queue '${fn.queueName}': ${messageOf(error)}`);
      return 0;
    } finally {
      fetching = false;
    }
  };

  const run = async (): Promise<void> => {
    let found = false;
    while (!stopped) {
      told = false;
      if ((await take()) > 0) {
        found = true;
        while (!stopped && processing.size > settings.newBatchThreshold) await Promise.race(processing);
      } else if (!stopped && !told) {
        await pause(nextDelay(found));
        found = false;
      }
    }
  };

  return {
    queueName: fn.queueName,
    start() {
      loop = run();
    },
    notify() {
      told = true;
      wake();
    },
    get busy() {
      return fetching || processing.size > 0;
    },
    async hasVisible() {
      try {
        return (await queue.peekMessages({ numberOfMessages: 1 })).peekedMessageItems.length > 0;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
    async stop() {
      stopped = true;
      wake();
      await loop;
      await Promise.all(processing);
    },
  };
}
