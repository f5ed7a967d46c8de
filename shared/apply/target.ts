import type { JsonObject } from '../base/canonical.ts';

/** ARM took the write: it is over, or it goes on and may be asked about no earlier than `notBefore` (ms). */
export type Accepted =
  /** `body`: what an action answered. */
  | { readonly status: 'done'; readonly body?: unknown }
  | { readonly status: 'running'; readonly operationUrl: string; readonly notBefore: number };

/** What ARM says of a long operation. `failed` carries ARM's own code and message. */
export type Progress =
  | { readonly status: 'running'; readonly operationUrl: string; readonly notBefore: number }
  /** `body`: what an action answered in the end. */
  | { readonly status: 'succeeded'; readonly body?: unknown }
  | {
      readonly status: 'failed';
      readonly code: string;
      readonly message: string;
      /** Another operation was in its way: no fault of the write, which is worth trying again after as long. */
      readonly lockedForMs?: number;
    };

/** What applying needs of ARM; implemented in `azure/`. One PUT replaces the whole resource. */
export interface ResourceWriter {
  /**
   * PUT with If-Match; none where nothing was there: nobody publishes that Microsoft.Network heeds If-None-Match, and a
   * header it refuses would cost the move. Throws ERR_AZURE_CHANGED (412), ERR_AZURE_LOCKED (429 or 409 of another operation, with
   * `retryAfterMs`), ERR_AZURE_THROTTLED, ERR_AZURE_REJECTED (with ARM's code and message in the message).
   */
  put(id: string, body: JsonObject, ifMatch: string | null): Promise<Accepted>;
  /** One GET of the operation; a 5xx or broken connection counts as still running (ask again after 10 s). */
  poll(operationUrl: string): Promise<Progress>;
}

/** What building and taking down whole landing zones needs besides. */
export interface ResourceBuilder {
  /** The resource's JSON as ARM sends it; null where nothing is there, or its resource group is not. Throws ERR_AZURE_*. */
  find(id: string): Promise<JsonObject | null>;
  /** DELETE with If-Match; what is gone already counts as done. Throws as `put` does. */
  remove(id: string, ifMatch: string | null): Promise<Accepted>;
  /** POST of an action on a resource, such as `generatevpnprofile`. Throws as `put` does. */
  act(id: string, action: string, body: JsonObject): Promise<Accepted>;
}
