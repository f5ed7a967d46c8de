import type { TableClient } from '@azure/data-tables';
import { byCodeUnit, isObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import type { SiteStore } from '../record/ports.ts';
import { newSite, type SiteState } from '../record/state.ts';
import { onStorage } from './onStorage.ts';
import { mapRows, notOurs, readRow, tableKey, writeRow } from './tableRow.ts';

const PARTITION = 'site';

const keyOf = (site: string) => ({ partitionKey: PARTITION, rowKey: tableKey(site) });

/** A state as stored, with what a newer version of the product added to it. Throws ERR_STORAGE for what is no state of the site. */
const stateOf = (site: string, value: unknown): SiteState => {
  if (!isObject(value) || value['site'] !== site) throw notOurs(`The state of site ${site}`);
  return { ...newSite(site), ...(value as Partial<SiteState>) };
};

/** In a list a state that cannot be read is its own site's trouble: the others are seen as they are. */
const unreadable = (site: string, since: string): SiteState => {
  const { message, remedy } = notOurs(`The state of site ${site}`);
  return { ...newSite(site), attention: { why: `It cannot be read. ${message}. ${remedy}`, since, code: 'POISON' } };
};

/** Run state of each site, one row a site; the token is the row's etag. */
export const siteTable = (table: TableClient): SiteStore => ({
  load: (site) =>
    onStorage(`reading the state of site ${site}`, 'repeatable', async () => {
      const row = await readRow(table, keyOf(site));
      return row === undefined
        ? { state: newSite(site), token: null }
        : { state: stateOf(site, row.value), token: row.etag };
    }),

  save: (state, token) =>
    // Where the first try was taken after all, the second one meets its etag: the message that brought us here comes again.
    onStorage(`saving the state of site ${state.site}`, 'repeatable', async () => {
      const written = await writeRow(table, keyOf(state.site), state, token);
      if (written !== 'taken') return written.etag;
      throw new AutomationError('ERR_STATE_CONFLICT', `Somebody else wrote the state of site ${state.site} first`, {
        remedy: 'Nothing to do: it is read again.',
        retry: 'now',
      });
    }),

  list: () =>
    onStorage('listing the sites', 'repeatable', async () => {
      const states = await mapRows(table, PARTITION, ({ rowKey, writtenAt, read }) => {
        try {
          // A site's id has nothing that a key spells otherwise.
          return stateOf(rowKey, read());
        } catch {
          return unreadable(rowKey, writtenAt);
        }
      });
      return [...states].sort((a, b) => byCodeUnit(a.site, b.site));
    }),
});
