import type { ContainerClient } from '@azure/storage-blob';
import { byCodeUnit } from '../base/canonical.ts';
import { inAWhile } from './onStorage.ts';
import { isHomeMissing, statusOf } from './storageFailures.ts';

/** What a browser or a person's tool should take a blob for. */
export const contentTypeOf = (name: string): string =>
  name.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';

/** The whole blob as text; undefined where it, or its container, is not there. */
export const readBlob = async (container: ContainerClient, name: string): Promise<string | undefined> => {
  try {
    return (await container.getBlobClient(name).downloadToBuffer(undefined, undefined, inAWhile())).toString('utf8');
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

/** A blob's name, its etag as a version, which changes with every write, and when it was written. */
export type ListedBlob = { readonly name: string; readonly version: string; readonly at: string | null };

/** Blobs whose names begin with `prefix`, sorted; none where the container is not there yet. */
export const listBlobs = async (container: ContainerClient, prefix: string): Promise<readonly ListedBlob[]> => {
  const found: ListedBlob[] = [];
  try {
    for await (const { name, properties } of container.listBlobsFlat({ prefix, ...inAWhile() }))
      found.push({ name, version: properties.etag, at: properties.lastModified?.toISOString() ?? null });
  } catch (error) {
    if (!isHomeMissing(error)) throw error;
  }
  return found.sort((a, b) => byCodeUnit(a.name, b.name));
};
