import type { ContainerClient } from '@azure/storage-blob';
import { AutomationError } from '../base/errors.ts';
import type { ConfigStore } from '../record/ports.ts';
import { contentTypeOf, listBlobs, readBlob, readTagged } from './blobText.ts';
import { inAWhile, onStorage, soon } from './onStorage.ts';
import { statusOf, withHome } from './storageFailures.ts';

/** Others that write the same blob do so seldom; so often in a row they come before us by no chance. */
const mostTries = 10;

/** False where somebody wrote it first. */
const upload = async (
  container: ContainerClient,
  name: string,
  text: string,
  conditions: { readonly ifMatch?: string; readonly ifNoneMatch?: string },
): Promise<boolean> => {
  const bytes = Buffer.from(text);
  try {
    await withHome(
      () => container.createIfNotExists(soon()),
      () =>
        container.getBlockBlobClient(name).upload(bytes, bytes.length, {
          blobHTTPHeaders: { blobContentType: contentTypeOf(name) },
          conditions,
          ...inAWhile(),
        }),
    );
    return true;
  } catch (error) {
    if (statusOf(error) === 412 || statusOf(error) === 409) return false;
    throw error;
  }
};

const fought = (name: string): AutomationError =>
  new AutomationError('ERR_STATE_CONFLICT', `Others wrote ${name} each time before we could.`, {
    remedy: 'Say it again in a moment.',
    retry: 'later',
  });

/** The operator's configuration, one blob a name; of a plain write the last one is right. */
export const blobConfig = (container: ContainerClient): ConfigStore => ({
  read: (name) => onStorage(`reading the configuration ${name}`, 'repeatable', () => readBlob(container, name)),

  write: (name, text) =>
    onStorage(`writing the configuration ${name}`, 'repeatable', async () => {
      await upload(container, name, text, {});
    }),

  change: async (name, change) => {
    for (let attempt = 1; attempt <= mostTries; attempt += 1) {
      const done = await onStorage(`changing the configuration ${name}`, 'once', async () => {
        const { text, etag } = await readTagged(container, name);
        const next = change(text);
        if (next === null) return { text };
        const conditions = etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag };
        return (await upload(container, name, next, conditions)) ? { text: next } : null;
      });
      if (done !== null) return done.text;
    }
    throw fought(name);
  },

  list: (prefix) => onStorage(`listing the configuration ${prefix}`, 'repeatable', () => listBlobs(container, prefix)),
});
