import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { QueueOutput, Settings } from './binding.ts';
import type { RpcTypedData } from './core.ts';
import { HostError } from './hostError.ts';
import type { QueueSettings } from './hostJson.ts';

/** The host's view of its storage accounts. */
export interface QueueStore {
  queue(name: string, connection: string): QueueClient;
  /** Sends text, encoded as host.json says; creates the queue where it is missing, as output bindings do. */
  send(queue: QueueClient, text: string): Promise<void>;
}

const status = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Whether storage says that the queue or the message is not there, or is no longer ours. */
export const isGone = (error: unknown): boolean => {
  const code = (error as { code?: string }).code;
  return (
    status(error) === 404 || code === 'PopReceiptMismatch' || code === 'QueueBeingDeleted' || code === 'QueueDisabled'
  );
};

/** Sends a message as it is, creating the queue first if need be. */
export async function sendRaw(queue: QueueClient, messageText: string): Promise<void> {
  try {
    await queue.sendMessage(messageText);
  } catch (error) {
    if (status(error) !== 404) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(messageText);
  }
}

/** Opens queues by the name of their connection setting; '' and AzureWebJobsStorage mean `connectionString`. */
export function openQueueStore(
  connectionString: string,
  settings: Settings,
  encoding: QueueSettings['messageEncoding'],
): QueueStore {
  const services = new Map<string, QueueServiceClient>();
  const service = (connection: string): QueueServiceClient => {
    const own = connection === '' || connection === 'AzureWebJobsStorage';
    const found = own ? connectionString : (settings[`AzureWebJobs${connection}`] ?? settings[connection]);
    if (found === undefined)
      throw new HostError(
        `No app setting "${connection}" holds a storage connection string: set it, or leave "connection" out.`,
      );
    const client = services.get(found) ?? QueueServiceClient.fromConnectionString(found);
    services.set(found, client);
    return client;
  };
  return {
    queue: (name, connection) => service(connection).getQueueClient(name),
    send: (queue, text) => sendRaw(queue, encoding === 'base64' ? Buffer.from(text, 'utf8').toString('base64') : text),
  };
}

/** The messages in what a function gave an output binding: a list is one message for each of its elements. */
export function messagesOf(data: RpcTypedData): readonly string[] {
  if (data.json !== undefined) {
    const value: unknown = JSON.parse(data.json);
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  }
  if (data.bytes !== undefined) return [Buffer.from(data.bytes).toString('utf8')];
  return [data.string ?? String(data.int ?? data.double ?? '')];
}

/** Writes one output binding's messages and returns the queue's name, so that its listener can be told. */
export async function writeOutput(store: QueueStore, output: QueueOutput, data: RpcTypedData): Promise<string> {
  const queue = store.queue(output.queueName, output.connection);
  for (const text of messagesOf(data)) await store.send(queue, text);
  return output.queueName;
}
