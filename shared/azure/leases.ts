import { randomUUID } from 'node:crypto';
import type { BlobLeaseClient, ContainerClient } from '@azure/storage-blob';
import { AutomationError } from '../base/errors.ts';
import type { Leases } from '../record/ports.ts';
import { onStorage, soon } from './onStorage.ts';
import { codeOf, withHome } from './storageFailures.ts';
import { tableKey } from './tableRow.ts';

/** The longest a blob lease may be; a worker that dies frees its site after that. In wall time: it is storage's clock. */
const LEASE_S = 60;
const RENEW_MS = 20_000;
/** Four minutes: a worker that is at it longer is stuck, and the host ends it after five (host.json, functionTimeout). */
const MOST_RENEWALS = 12;
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

  /** Under one id however often it is asked for: the lease of an answer that was lost is ours, and not in our way. */
  const acquire = async (name: string, id: string): Promise<BlobLeaseClient> => {
    const blob = tableKey(name);
    const lease = container.getBlobClient(blob).getBlobLeaseClient(id);
    try {
      await lease.acquireLease(LEASE_S, soon());
    } catch (error) {
      if (codeOf(error) !== 'BlobNotFound' && codeOf(error) !== 'ContainerNotFound') throw error;
      await make(blob);
      await lease.acquireLease(LEASE_S, soon());
    }
    return lease;
  };

  /** Renews it until told to stop, or until whoever holds it must be stuck. */
  const renewing = (lease: BlobLeaseClient): (() => void) => {
    let renewals = 0;
    const timer = setInterval(() => {
      renewals += 1;
      if (renewals === MOST_RENEWALS) clearInterval(timer);
      // A lease that is lost is no danger: every write to a site's state is fenced by its etag.
      lease.renewLease(soon()).catch(() => {});
    }, RENEW_MS);
    return () => clearInterval(timer);
  };

  return {
    hold: async (name, work) => {
      const id = randomUUID();
      const lease = await onStorage(`leasing ${name}`, 'repeatable', () => acquire(name, id)).catch(
        (error: unknown) => {
          const cause = error instanceof AutomationError ? error.cause : undefined;
          if (!HELD.has(codeOf(cause))) throw error;
          throw new AutomationError('ERR_LEASED', `Another worker holds ${name}`, {
            remedy: 'Nothing to do: it is tried again in a few seconds.',
            retry: 'later',
            retryAfterMs: ASK_AGAIN_MS,
            cause,
          });
        },
      );
      const stop = renewing(lease);
      try {
        return await work();
      } finally {
        stop();
        await lease.releaseLease(soon()).catch(() => {});
      }
    },
  };
};
