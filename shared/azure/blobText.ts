import type { ContainerClient } from '@azure/storage-blob';
import { byCodeUnit } from '../base/canonical.ts';
import { oncePrompted } from './onStorage.ts';
import { isHomeMissing, statusOf } from './storageFailures.ts';

/** What a browser or a person's tool should take a blob for. */
export const contentTypeOf = (name: string): string =>
  name.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';

/** The whole blob as text, and its entity tag; neither where it, or its container, is not there. */
export const readTagged = async (
  container: ContainerClient,
  name: string,
): Promise<{ readonly text?: string; readonly etag?: string | undefined }> => {
  try {
    return await oncePrompted(async (abortSignal, heard) => {
      const { etag, readableStreamBody } = await container
        .getBlobClient(name)
        .download(undefined, undefined, { abortSignal });
      heard();
      const chunks: Buffer[] = [];
      for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
      return { text: Buffer.concat(chunks).toString('utf8'), etag };
    });
  } catch (error) {
    if (statusOf(error) === 404) return {};
    throw error;
  }
};

/** The whole blob as text; undefined where it, or its container, is not there. */
export const readBlob = async (container: ContainerClient, name: string): Promise<string | undefined> =>
  (await readTagged(container, name)).text;

/** A blob's name, its etag as a version, which changes with every write, and when it was written. */
export type ListedBlob = { readonly name: string; readonly version: string; readonly at: string | null };

/** Blobs whose names begin with `prefix`, sorted; none where the container is not there yet. */
export const listBlobs = async (container: ContainerClient, prefix: string): Promise<readonly ListedBlob[]> => {
  const found: ListedBlob[] = [];
  try {
    await oncePrompted(async (abortSignal, heard) => {
      for await (const { name, properties } of container.listBlobsFlat({ prefix, abortSignal })) {
        heard();
        found.push({ name, version: properties.etag, at: properties.lastModified?.toISOString() ?? null });
      }
    });
  } catch (error) {
    if (!isHomeMissing(error)) throw error;
  }
  return found.sort((a, b) => byCodeUnit(a.name, b.name));
};
