import { app, type InvocationContext } from '@azure/functions';
import { reconcile } from '../shared/reconcile.ts';
import { readMessage } from '../shared/record/message.ts';
import { wire } from '../shared/wire.ts';

/** The only writer to Azure. The queue's name is that of `storageNames.queue`. */
export const reconcileQueue = async (entry: unknown, context: InvocationContext): Promise<void> => {
  const redelivered = Number(context.triggerMetadata?.['dequeueCount'] ?? 1) > 1;
  await reconcile(readMessage(entry), await wire(), redelivered);
};

app.storageQueue('reconcileQueue', {
  queueName: 'asefo-reconcile',
  connection: 'AzureWebJobsStorage',
  handler: reconcileQueue,
});
