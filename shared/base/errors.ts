/** Every way this product fails. A code is for programs to branch on; each says when it is used. */
export type ErrorCode =
  // What people give us
  | 'ERR_SITES_FILE' // the sites file is not JSON or breaks its schema or its rules
  | 'ERR_SETTING' // an application setting is missing or malformed
  | 'ERR_USAGE' // a command line or request body that asks for nothing we know
  | 'ERR_UNKNOWN_SITE' // a site id that no sites file knows
  | 'ERR_UNKNOWN_REGION' // a region name no cloud knows
  | 'ERR_PREFIX' // text that is not an IPv4 or IPv6 prefix in canonical form
  | 'ERR_EVENT' // a payload that is not JSON or not an alert or event at all
  | 'ERR_CALLER_UNKNOWN' // who calls a door does not say who they are, or not in a way that is believed
  | 'ERR_CALLER_REFUSED' // who calls a door is known and may not do this
  // Service tags
  | 'ERR_TAG_FILE' // a service tags file that is not JSON, is cut off or breaks its form
  | 'ERR_TAG_CLOUD' // a service tags file of another cloud than the sites'
  | 'ERR_TAG_OLDER' // a service tags file older than the last good one
  | 'ERR_TAGS_MISSING' // no valid service tags file has ever been put
  // Planning and approving
  | 'ERR_PLAN_BLOCKED' // the plan has blockers; nothing may be written
  | 'ERR_PLAN_OUTDATED' // what is ours is no longer as the plan saw it; plan again
  | 'ERR_DIGEST_MISMATCH' // a person approves another plan than the one that waits
  | 'ERR_NOTHING_WAITS' // a person approves or confirms where nothing waits for it
  // Azure
  | 'ERR_AZURE_CREDENTIAL' // a token is refused or cannot be had
  | 'ERR_AZURE_FORBIDDEN' // the identity lacks a permission
  | 'ERR_AZURE_NOT_FOUND' // a resource the sites file names is gone
  | 'ERR_AZURE_CHANGED' // 412: somebody wrote in between; read and plan again
  | 'ERR_AZURE_LOCKED' // another operation holds the resource (429 or 409)
  | 'ERR_AZURE_THROTTLED' // too many requests (429)
  | 'ERR_OUR_TURN' // we would ask more of a subscription than it allows; the call's turn comes later
  | 'ERR_AZURE_UNAVAILABLE' // 5xx, a broken connection, a time-out, an answer that is not whole
  | 'ERR_AZURE_REJECTED' // a 4xx that no waiting will change
  | 'ERR_AZURE_OPERATION_FAILED' // a long operation ended Failed or Canceled
  | 'ERR_AZURE_UNSETTLED' // an operation ended, but the resource is not Succeeded yet
  // Our own house
  | 'ERR_RUN_BUDGET' // a run, a move or one visit made more calls to Azure than any that gets on would
  | 'ERR_APP' // the functions app does not answer the command line, or not as ours would
  | 'ERR_STATE_CONFLICT' // somebody else wrote this state first
  | 'ERR_LEASED' // another worker holds the site
  | 'ERR_STORAGE' // the product's own storage does not answer
  | 'ERR_BUG'; // a thing that cannot be; please report

/** `now`: try the same call again; `later`: come back by message; `never`: a person has to act. */
export type Retry = 'now' | 'later' | 'never';

export type ErrorOptionsOf = {
  /** What to do about it, as a sentence to a person. */
  readonly remedy: string;
  readonly retry?: Retry;
  readonly cause?: unknown;
  /** Milliseconds Azure asked us to wait (Retry-After). */
  readonly retryAfterMs?: number | undefined;
};

/** The one error of this product. `message` says what happened and to which resource; `remedy` what to do. */
export class AutomationError extends Error {
  override readonly name = 'AutomationError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly retry: Retry;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsOf) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.remedy = options.remedy;
    this.retry = options.retry ?? 'never';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Any thrown thing as an AutomationError; what we do not know is a bug and says so. */
export const asAutomationError = (error: unknown): AutomationError => {
  if (error instanceof AutomationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AutomationError('ERR_BUG', `Unexpected: ${message}`, {
    remedy: 'Please report this with the log lines around it.',
    retry: 'later',
    cause: error,
  });
};
