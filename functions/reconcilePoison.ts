import { app } from '@azure/functions';
import { bury } from '../shared/poison.ts';
import { wire } from '../shared/wire.ts';

/** What the queue gave up on after five tries. */
export const reconcilePoison = async (entry: unknown): Promise<void> => bury(entry, await wire());

app.storageQueue('reconcilePoison', {
  queueName: 'asefo-reconcile-poison',
  connection: 'AzureWebJobsStorage',
  handler: reconcilePoison,
});
