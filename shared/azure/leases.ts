import type { BlobLeaseClient, ContainerClient } from '@azure/storage-blob';
import { AutomationError } from '../base/errors.ts';
import type { Leases } from '../record/ports.ts';
import { onStorage, soon } from './onStorage.ts';
import { codeOf, withHome } from './storageFailures.ts';
import { tableKey } from './tableRow.ts';

/** The longest a blob lease may be; a worker that dies frees its site after that. In wall time: it is storage's clock. */
const LEASE_S = 60;
const RENEW_MS = 20_000;
/** A look takes a second or two. */
const ASK_AGAIN_MS = 5_000;

const HELD: ReadonlySet<string> = new Set(['LeaseAlreadyPresent', 'LeaseIsBreakingAndCannotBeAcquired']);

/** Leases on empty blobs, renewed while the work runs, given back when it ends, however it ends. */
export const blobLeases = (container: ContainerClient): Leases => {
  const make = async (name: string): Promise<void> => {
    try {
      await withHome(
        () => container.createIfNotExists(soon()),
        () => container.getBlockBlobClient(name).upload('', 0, { conditions: { ifNoneMatch: '*' }, ...soon() }),
      );
    } catch (error) {
      // Another worker made it, and may hold it already.
      if (codeOf(error) !== 'BlobAlreadyExists' && codeOf(error) !== 'LeaseIdMissing') throw error;
    }
  };

  const acquire = async (name: string): Promise<BlobLeaseClient> => {
    const blob = tableKey(name);
    const lease = container.getBlobClient(blob).getBlobLeaseClient();
    try {
      await lease.acquireLease(LEASE_S, soon());
    } catch (error) {
      if (codeOf(error) !== 'BlobNotFound' && codeOf(error) !== 'ContainerNotFound') throw error;
      await make(blob);
      await lease.acquireLease(LEASE_S, soon());
    }
    return lease;
  };

  return {
    hold: async (name, work) => {
      const lease = await onStorage(`leasing ${name}`, 'once', () => acquire(name)).catch((error: unknown) => {
        const cause = error instanceof AutomationError ? error.cause : undefined;
        if (!HELD.has(codeOf(cause))) throw error;
        throw new AutomationError('ERR_LEASED', `Another worker holds ${name}`, {
          remedy: 'Nothing to do: it is tried again in a few seconds.',
          retry: 'later',
          retryAfterMs: ASK_AGAIN_MS,
          cause,
        });
      });
      // A lease that is lost is no danger: every write to a site's state is fenced by its etag.
      const renewal = setInterval(() => lease.renewLease(soon()).catch(() => {}), RENEW_MS);
      try {
        return await work();
      } finally {
        clearInterval(renewal);
        await lease.releaseLease(soon()).catch(() => {});
      }
    },
  };
};
