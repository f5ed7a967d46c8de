import type { TableClient } from '@azure/data-tables';
import { keptAllowance } from '../base/keptAllowance.ts';
import { inAWhile, onStorage, soon } from './onStorage.ts';
import { statusOf } from './storageFailures.ts';
import { type RowKey, readRow, tableKey, writeRow } from './tableRow.ts';
import type { AllowanceStore } from './turns.ts';

const keyOf = (subscription: string, ...call: readonly string[]) => ({
  partitionKey: tableKey(subscription),
  rowKey: call.length === 0 ? 'allowance' : tableKey('promised', ...call),
});

const drop = async (table: TableClient, { partitionKey, rowKey }: RowKey): Promise<void> => {
  await table.deleteEntity(partitionKey, rowKey, soon()).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
  });
};

/** One row a subscription, and one for each call that was promised a turn. */
export const allowanceTable = (table: TableClient): AllowanceStore => ({
  load: (subscription) =>
    onStorage('reading what a subscription allows', 'repeatable', async () => {
      const row = await readRow(table, keyOf(subscription), 'isNoValue');
      return { allowance: keptAllowance(row?.value), token: row?.etag ?? null };
    }),
  save: (subscription, allowance, token) =>
    onStorage('keeping what a subscription allows', 'once', async () => {
      const written = await writeRow(table, keyOf(subscription), allowance, token);
      return written === 'taken' ? null : written.etag;
    }),
  promised: (subscription, call) =>
    onStorage('reading a promised turn', 'repeatable', async () => {
      const row = await readRow(table, keyOf(subscription, call), 'isNoValue');
      return (row?.value as { at: number } | undefined)?.at;
    }),
  promise: (subscription, call, at) =>
    onStorage('promising a turn', 'repeatable', async () => {
      const key = keyOf(subscription, call);
      const row = await readRow(table, key, 'isNoValue');
      await writeRow(table, key, { at }, row?.etag ?? null);
    }),
  keepPromise: (subscription, call) =>
    onStorage('keeping a promised turn', 'repeatable', () => drop(table, keyOf(subscription, call))),
  forget: (subscription, before) =>
    onStorage('forgetting promised turns', 'repeatable', async () => {
      const { partitionKey } = keyOf(subscription);
      const filter = `PartitionKey eq '${partitionKey}' and RowKey ge 'promised:' and RowKey lt 'promised;'`;
      for await (const { rowKey } of table.listEntities({
        queryOptions: { filter, select: ['RowKey'] },
        ...inAWhile(),
      })) {
        const key = { partitionKey, rowKey: rowKey ?? '' };
        const promise = (await readRow(table, key, 'isNoValue'))?.value as { at: number } | undefined;
        if (promise !== undefined && promise.at < before) await drop(table, key);
      }
    }),
});
