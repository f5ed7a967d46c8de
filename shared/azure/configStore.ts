import type { ContainerClient } from '@azure/storage-blob';
import type { ConfigStore } from '../record/ports.ts';
import { contentTypeOf, listBlobs, readBlob } from './blobText.ts';
import { inAWhile, onStorage, soon } from './onStorage.ts';
import { withHome } from './storageFailures.ts';

/** The operator's configuration, one blob a name; the last one to write is right. */
export const blobConfig = (container: ContainerClient): ConfigStore => ({
  read: (name) => onStorage(`reading the configuration ${name}`, 'repeatable', () => readBlob(container, name)),

  write: (name, text) =>
    onStorage(`writing the configuration ${name}`, 'repeatable', async () => {
      const bytes = Buffer.from(text);
      await withHome(
        () => container.createIfNotExists(soon()),
        () =>
          container.getBlockBlobClient(name).upload(bytes, bytes.length, {
            blobHTTPHeaders: { blobContentType: contentTypeOf(name) },
            ...inAWhile(),
          }),
      );
    }),

  list: (prefix) => onStorage(`listing the configuration ${prefix}`, 'repeatable', () => listBlobs(container, prefix)),
});
