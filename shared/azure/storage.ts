import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { AutomationError } from '../base/errors.ts';
import type { Settings, StorageSettings } from '../base/settings.ts';

/** The product's own storage account; clients connect when they are first asked for something. */
export interface Storage {
  readonly blobs: BlobServiceClient;
  readonly queues: QueueServiceClient;
  table(name: string): TableClient;
}

/** `onStorage` alone tries again. */
const retryOptions = { maxTries: 1 };
const tableRetryOptions = { maxRetries: 0 };

/** Plain http is for an emulator on this machine only. */
const isLocal = (connectionString: string): boolean =>
  /UseDevelopmentStorage=true/i.test(connectionString) ||
  /TableEndpoint=http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(connectionString);

const byConnectionString = (text: string): Storage => ({
  blobs: BlobServiceClient.fromConnectionString(text, { retryOptions }),
  queues: QueueServiceClient.fromConnectionString(text, { retryOptions }),
  table: (name) =>
    TableClient.fromConnectionString(text, name, {
      retryOptions: tableRetryOptions,
      allowInsecureConnection: isLocal(text),
    }),
});

const byIdentity = (
  { blobUrl, queueUrl, tableUrl }: Extract<StorageSettings, { kind: 'identity' }>,
  credential: TokenCredential,
): Storage => ({
  blobs: new BlobServiceClient(blobUrl, credential, { retryOptions }),
  queues: new QueueServiceClient(queueUrl, credential, { retryOptions }),
  table: (name) => new TableClient(tableUrl, name, credential, { retryOptions: tableRetryOptions }),
});

/** Throws ERR_SETTING where the connection string is not one; its text is never quoted. */
export const createStorage = ({ storage }: Pick<Settings, 'storage'>, credential: () => TokenCredential): Storage => {
  try {
    return storage.kind === 'connectionString'
      ? byConnectionString(storage.connectionString)
      : byIdentity(storage, credential());
  } catch {
    throw new AutomationError('ERR_SETTING', 'The application setting AzureWebJobsStorage cannot be used', {
      remedy: 'In the setting AzureWebJobsStorage, write the connection string as the portal shows it.',
    });
  }
};
