import type { ContainerClient } from '@azure/storage-blob';
import type { Archive } from '../record/ports.ts';
import { contentTypeOf, listBlobs, readBlob } from './blobText.ts';
import { inAWhile, onStorage, soon } from './onStorage.ts';
import { codeOf, withHome } from './storageFailures.ts';

/**
 * Records: write-once blobs, and ledgers as append blobs. A ledger holds 50,000 lines (blocks of an append blob), so
 * it belongs to a run or a month. A line whose answer was lost on the way may be there twice, never less than once.
 */
export const blobArchive = (container: ContainerClient): Archive => {
  const create = () => container.createIfNotExists(soon());

  const startLedger = async (name: string): Promise<void> => {
    const options = {
      conditions: { ifNoneMatch: '*' },
      blobHTTPHeaders: { blobContentType: contentTypeOf(name) },
    };
    try {
      await withHome(create, () => container.getAppendBlobClient(name).create({ ...options, ...soon() }));
    } catch (error) {
      if (codeOf(error) !== 'BlobAlreadyExists') throw error;
    }
  };

  return {
    keep: (name, text) =>
      onStorage(`keeping ${name}`, 'repeatable', async () => {
        const bytes = Buffer.from(text);
        const options = {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: contentTypeOf(name) },
        };
        try {
          await withHome(create, () =>
            container.getBlockBlobClient(name).upload(bytes, bytes.length, { ...options, ...inAWhile() }),
          );
        } catch (error) {
          if (codeOf(error) !== 'BlobAlreadyExists') throw error;
        }
      }),

    read: (name) => onStorage(`reading ${name}`, 'repeatable', () => readBlob(container, name)),

    append: (name, line) =>
      onStorage(`adding a line to ${name}`, 'once', async () => {
        const bytes = Buffer.from(`${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
        const ledger = container.getAppendBlobClient(name);
        try {
          await ledger.appendBlock(bytes, bytes.length, soon());
        } catch (error) {
          if (codeOf(error) !== 'BlobNotFound' && codeOf(error) !== 'ContainerNotFound') throw error;
          await startLedger(name);
          await ledger.appendBlock(bytes, bytes.length, soon());
        }
      }),

    list: (prefix) =>
      onStorage(`listing ${prefix}`, 'repeatable', async () =>
        (await listBlobs(container, prefix)).map(({ name }) => name),
      ),
  };
};
