import type { TableClient } from '@azure/data-tables';
import { canonicalJson } from '../base/canonical.ts';
import type { Fact, FactStore } from '../scope/fact.ts';
import { mergeFact, mergeFacts } from '../scope/mergeFact.ts';
import { onStorage } from './onStorage.ts';
import { mergeRow, rowsOf, tableKey } from './tableRow.ts';

/** An incident of many services and regions is some hundred rows; a door that waits for them has a second. */
const AT_ONCE = 16;

const inBatches = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < items.length; start += AT_ONCE)
    await Promise.all(items.slice(start, start + AT_ONCE).map(work));
};

/** Facts, one row each, in the partition of their subscription; what adds nothing is not written. */
export const factTable = (table: TableClient): FactStore => ({
  list: (subscriptionIds) =>
    onStorage('reading the facts', 'repeatable', async () => {
      const wanted = [...new Set(subscriptionIds)];
      const rows = await Promise.all(wanted.map((subscriptionId) => rowsOf(table, tableKey(subscriptionId))));
      return mergeFacts(rows.flat() as readonly Fact[]);
    }),

  remember: (facts) =>
    onStorage('remembering facts', 'repeatable', () =>
      inBatches(mergeFacts(facts), (fact) => {
        const partitionKey = tableKey(fact.subscriptionId);
        const rowKey = tableKey(fact.trackingId, fact.service, fact.region);
        return mergeRow(table, { partitionKey, rowKey }, (stored) => {
          const merged = mergeFact(stored as Fact | undefined, fact);
          return stored !== undefined && canonicalJson(stored) === canonicalJson(merged) ? undefined : merged;
        });
      }),
    ),
});
