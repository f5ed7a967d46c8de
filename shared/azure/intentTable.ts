import type { TableClient } from '@azure/data-tables';
import { byCodeUnit, canonicalJson } from '../base/canonical.ts';
import type { Intent, IntentStore } from '../scope/intent.ts';
import { onStorage } from './onStorage.ts';
import { mergeRow, rowsOf, tableKey } from './tableRow.ts';

/** What is withdrawn stays withdrawn, whoever repeats the declaration, and since the earlier time. */
const merge = (stored: Intent | undefined, told: Intent): Intent => {
  const since = stored?.withdrawnAt ?? null;
  if (since === null) return told;
  const withdrawnAt = told.withdrawnAt !== null && told.withdrawnAt < since ? told.withdrawnAt : since;
  return { ...told, withdrawnAt };
};

/** Intents, one row each, in the partition of their site; listed by time, then id. */
export const intentTable = (table: TableClient): IntentStore => ({
  list: (site) =>
    onStorage(`reading what was declared for site ${site}`, 'repeatable', async () => {
      const intents = (await rowsOf(table, tableKey(site))) as readonly Intent[];
      return [...intents].sort((a, b) => byCodeUnit(a.at, b.at) || byCodeUnit(a.id, b.id));
    }),

  put: (intent) =>
    onStorage(`keeping what was declared for site ${intent.site}`, 'repeatable', () =>
      mergeRow(table, { partitionKey: tableKey(intent.site), rowKey: tableKey(intent.id) }, (stored) => {
        const merged = merge(stored as Intent | undefined, intent);
        return stored !== undefined && canonicalJson(stored) === canonicalJson(merged) ? undefined : merged;
      }),
    ),
});
