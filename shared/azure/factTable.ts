import type { TableClient } from '@azure/data-tables';
import { canonicalJson, isObject } from '../base/canonical.ts';
import type { Fact, FactStore } from '../scope/fact.ts';
import { mergeFact, mergeFacts } from '../scope/mergeFact.ts';
import { onStorage } from './onStorage.ts';
import { mapRows, mergeRow, tableKey } from './tableRow.ts';

/** An incident of many services and regions is some hundred rows; a door that waits for them has a second. */
const AT_ONCE = 16;

const texts = ['subscriptionId', 'trackingId', 'service', 'serviceName', 'region', 'since', 'at', 'heardAt'] as const;

const isFact = (value: unknown): value is Fact =>
  isObject(value) && texts.every((name) => typeof value[name] === 'string');

/** What somebody else wrote there is no fact: the sweep hears of every active incident anew. */
const factIn = (read: () => unknown): Fact[] => {
  try {
    const value = read();
    return isFact(value) ? [value] : [];
  } catch {
    return [];
  }
};

const inBatches = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < items.length; start += AT_ONCE)
    await Promise.all(items.slice(start, start + AT_ONCE).map(work));
};

/** Facts, one row each, in the partition of their subscription; what adds nothing is not written. */
export const factTable = (table: TableClient): FactStore => ({
  list: (subscriptionIds) =>
    onStorage('reading the facts', 'repeatable', async () => {
      const wanted = [...new Set(subscriptionIds)];
      const rows = await Promise.all(
        wanted.map((subscriptionId) => mapRows(table, tableKey(subscriptionId), ({ read }) => factIn(read))),
      );
      return mergeFacts(rows.flat(2));
    }),

  remember: (facts) =>
    onStorage('remembering facts', 'repeatable', () =>
      inBatches(mergeFacts(facts), (fact) => {
        const partitionKey = tableKey(fact.subscriptionId);
        const rowKey = tableKey(fact.trackingId, fact.service, fact.region);
        return mergeRow(table, { partitionKey, rowKey }, (stored) => {
          const merged = mergeFact(isFact(stored) ? stored : undefined, fact);
          return isFact(stored) && canonicalJson(stored) === canonicalJson(merged) ? undefined : merged;
        });
      }),
    ),
});
