import { createHash } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { AutomationError } from '../base/errors.ts';
import { oncePrompted, soon } from './onStorage.ts';
import { codeOf, isHomeMissing, statusOf, withHome } from './storageFailures.ts';

/** A property holds 64 KiB of UTF-16; a row 1 MiB in 252 properties (Table service data model). */
const CHUNK = 30_000;
const MOST_CHUNKS = 16;
/** A key holds 1 KiB, so 512 characters. */
const LONGEST_KEY = 400;

/** Text as a key: `/ \ # ?`, control characters and all but the plainest are spelt `~hh`; very long ones end in their hash. */
export const tableKey = (...parts: readonly string[]): string => {
  const key = parts
    .map((part) =>
      [...Buffer.from(part)]
        .map((byte) => {
          const char = String.fromCharCode(byte);
          return /[A-Za-z0-9._-]/.test(char) ? char : `~${byte.toString(16).padStart(2, '0')}`;
        })
        .join(''),
    )
    .join(':');
  if (key.length <= LONGEST_KEY) return key;
  return `${key.slice(0, LONGEST_KEY - 65)}:${createHash('sha256').update(key).digest('hex')}`;
};

export type RowKey = { readonly partitionKey: string; readonly rowKey: string };
export type Row = { readonly value: unknown; readonly etag: string };

/** A value as the properties of a row. ASCII only, so that no chunk can tear a character apart. */
const toColumns = (what: string, value: unknown): Record<string, string | number> => {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const chunks = Math.ceil(text.length / CHUNK);
  if (chunks > MOST_CHUNKS)
    throw new AutomationError('ERR_STORAGE', `${what} takes ${text.length} characters, more than a table row holds`, {
      remedy: 'Please report this: big values belong into blobs.',
    });
  const columns: Record<string, string | number> = { chunks };
  for (let index = 0; index < chunks; index += 1) columns[`v${index}`] = text.slice(index * CHUNK, (index + 1) * CHUNK);
  return columns;
};

/** A row that somebody else wrote to; no repetition mends it. */
export const notOurs = (what: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_STORAGE', `${what} in the app's storage is not what was written there`, {
    remedy: "Somebody else wrote to the app's tables; restore or delete that row.",
    cause,
  });

const fromColumns = (what: string, entity: Record<string, unknown>): Row => {
  const chunks = Number(entity['chunks']);
  const text = Array.from({ length: chunks }, (_, index) => entity[`v${index}`] ?? '').join('');
  try {
    return { value: JSON.parse(text), etag: String(entity['etag']) };
  } catch (cause) {
    throw notOurs(what, cause);
  }
};

/** Of a row that somebody else wrote to: its failure, or a value that is not there, to be written anew under its etag. */
type Unreadable = 'throws' | 'isNoValue';

/** The row, or undefined where it (or its whole table) is not there. */
export const readRow = async (
  table: TableClient,
  key: RowKey,
  unreadable: Unreadable = 'throws',
): Promise<Row | undefined> => {
  let entity: Record<string, unknown>;
  try {
    entity = await table.getEntity(key.partitionKey, key.rowKey, soon());
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
  try {
    return fromColumns(`Row ${key.rowKey}`, entity);
  } catch (error) {
    if (unreadable === 'throws') throw error;
    return { value: undefined, etag: String(entity['etag']) };
  }
};

/** True: written, with its new etag. `taken`: somebody wrote first, so nothing was written. `etag` null means "new". */
export const writeRow = async (
  table: TableClient,
  key: RowKey,
  value: unknown,
  etag: string | null,
): Promise<{ readonly etag: string } | 'taken'> => {
  const entity = { ...key, ...toColumns(`Row ${key.rowKey}`, value) };
  try {
    const answer =
      etag === null
        ? await withHome(
            () => table.createTable(soon()),
            () => table.createEntity(entity, soon()),
          )
        : await table.updateEntity(entity, 'Replace', { etag, ...soon() });
    return { etag: String(answer.etag) };
  } catch (error) {
    const taken = statusOf(error) === 412 || codeOf(error) === 'EntityAlreadyExists' || statusOf(error) === 404;
    if (taken) return 'taken';
    throw error;
  }
};

/** A row of a partition; `read` throws ERR_STORAGE where it is not what was written there. */
type FoundRow = { readonly rowKey: string; readonly writtenAt: string; readonly read: () => unknown };

/** What `make` makes of every row of a partition, in the order of its keys; none where the table is not there yet. */
export const mapRows = async <T>(
  table: TableClient,
  partitionKey: string,
  make: (row: FoundRow) => T,
): Promise<readonly T[]> => {
  const made: T[] = [];
  try {
    // tableKey leaves no quote in a key.
    const filter = `PartitionKey eq '${partitionKey}'`;
    await oncePrompted(async (abortSignal, heard) => {
      for await (const entity of table.listEntities({ queryOptions: { filter }, abortSignal })) {
        heard();
        const { rowKey = '', timestamp: writtenAt = '' } = entity;
        made.push(make({ rowKey, writtenAt, read: () => fromColumns(`Row ${rowKey}`, entity).value }));
      }
    });
  } catch (error) {
    if (!isHomeMissing(error)) throw error;
  }
  return made;
};

/** Every row of a partition. Throws ERR_STORAGE where one is not what was written there. */
export const rowsOf = (table: TableClient, partitionKey: string): Promise<readonly unknown[]> =>
  mapRows(table, partitionKey, ({ read }) => read());

const MOST_TRIES = 50;

/**
 * Reads a row, merges, writes it back under its etag, again until nobody else wrote in between; two writers lose
 * nothing. `merge` returns undefined where what is stored already says it all. What nobody can read is merged with no more.
 */
export const mergeRow = async (table: TableClient, key: RowKey, merge: (stored: unknown) => unknown): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const row = await readRow(table, key, 'isNoValue');
    const merged = merge(row?.value);
    if (merged === undefined) return;
    if ((await writeRow(table, key, merged, row?.etag ?? null)) !== 'taken') return;
  }
  throw new AutomationError(
    'ERR_STATE_CONFLICT',
    `Row ${key.rowKey} was written by others ${MOST_TRIES} times in a row`,
    {
      remedy: 'It is tried again.',
      retry: 'later',
    },
  );
};
