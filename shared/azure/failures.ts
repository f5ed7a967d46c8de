import { AutomationError } from '../base/errors.ts';
import { type ArmError, armErrorOf, hasCode, inWords } from './armError.ts';
import { type Headers, retryAfterMs, secondsInMessage } from './retryAfter.ts';
import { scrub } from './scrub.ts';
import { passes } from './tokenTrouble.ts';

/**
 * Somebody else's operation holds the resource. With 429, 409 or (seen once for the last) 400. `Conflict` is ARM's own
 * word, "conflict with a concurrent request", before it asks the provider.
 */
const LOCKS: ReadonlySet<string> = new Set([
  'RetryableErrorDueToAnotherOperation',
  'AnotherOperationInProgress',
  'Conflict',
  'ReferencedResourceNotProvisioned',
]);

/** Whether an error, the end of an operation included, tells of another operation on the resource. */
export const isLock = (error: ArmError | undefined): boolean => hasCode(error, LOCKS);

/** Locks were recorded with Retry-After 11 and 12, or with none. */
export const LOCK_MS = 11_000;
const THROTTLE_MS = 30_000;
const UNAVAILABLE_MS = 10_000;

/** What was asked of ARM, in the words a message needs. */
export type Asked = { readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'; readonly id: string };
export type Refusal = { readonly status: number; readonly headers: Headers; readonly body: unknown };

const verbs = { GET: 'reading', PUT: 'writing', POST: 'asking', DELETE: 'deleting' } as const;

/** `Microsoft.Network/routeTables/write`: the permission that a call on this id needs. */
export const actionOf = ({ method, id }: Asked): string => {
  const parts = /\/providers\/(.+)$/i.exec(id)?.[1]?.split('/') ?? [];
  const types = parts.slice(1).filter((_, index) => index % 2 === 0);
  const verb = { GET: 'read', PUT: 'write', POST: 'action', DELETE: 'delete' }[method];
  const provider = parts[0] ?? 'Microsoft.Resources/subscriptions/resourceGroups';
  return [provider, ...types, verb].join('/');
};

const credentialError = (message: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_AZURE_CREDENTIAL', message, {
    remedy:
      "Check that the app has a managed identity, and that the cloud, the token audience and the authority in its settings are this subscription's.",
    retry: 'never',
    cause,
  });

const forbidden = (asked: Asked, error: ArmError | undefined): AutomationError => {
  const action = /perform action '([^']+)'/.exec(error?.message ?? '')?.[1] ?? actionOf(asked);
  // ARM's sentence on a missing role names the identity's ids; a policy's or a lock's sentence says what to change.
  const unauthorized = error === undefined || /Authorization/.test(error.code);
  const why = unauthorized ? (error?.code ?? 'without a reason') : inWords(error);
  return new AutomationError('ERR_AZURE_FORBIDDEN', `Azure forbids ${verbs[asked.method]} ${asked.id}: ${why}`, {
    remedy: unauthorized
      ? `Give the app's identity a role that allows ${action} on this resource, such as Network Contributor.`
      : `Have whoever put that rule on the resource allow ${action} to the app's identity.`,
  });
};

const later = (asked: Asked, error: ArmError | undefined, { status, headers }: Refusal, nowMs: number) => {
  const words = error === undefined ? `HTTP ${status}` : inWords(error);
  const wait = retryAfterMs(headers, nowMs) ?? secondsInMessage(words);
  if (isLock(error))
    return new AutomationError('ERR_AZURE_LOCKED', `Another operation holds ${asked.id}: ${words}`, {
      remedy: 'Nothing to do: it is tried again when that operation is over.',
      retry: 'later',
      retryAfterMs: wait ?? LOCK_MS,
    });
  if (status === 429)
    return new AutomationError(
      'ERR_AZURE_THROTTLED',
      `Too many requests while ${verbs[asked.method]} ${asked.id}: ${words}`,
      {
        remedy:
          'Nothing to do: it is tried again when Azure permits. If it stays, see who else uses this subscription.',
        retry: 'later',
        retryAfterMs: wait ?? THROTTLE_MS,
      },
    );
  if (status >= 500 || status === 408)
    return new AutomationError(
      'ERR_AZURE_UNAVAILABLE',
      `Azure did not manage ${verbs[asked.method]} ${asked.id}: ${words}`,
      {
        remedy: 'Nothing to do: it is tried again. If it stays, see the status of Azure Resource Manager.',
        retry: 'later',
        retryAfterMs: wait ?? UNAVAILABLE_MS,
      },
    );
  return undefined;
};

/** An HTTP answer of ARM that is not a success, as the error to throw. Branches on status and code, never on text. */
export const failureOf = (asked: Asked, refusal: Refusal, nowMs: number): AutomationError => {
  const error = armErrorOf(refusal.body);
  const words = error === undefined ? `HTTP ${refusal.status}` : inWords(error);
  const waits = later(asked, error, refusal, nowMs);
  if (waits !== undefined) return waits;
  switch (refusal.status) {
    case 401:
      return credentialError(
        `Azure refuses the token while ${verbs[asked.method]} ${asked.id}: ${error?.code ?? 'HTTP 401'}`,
      );
    case 403:
      return forbidden(asked, error);
    case 404:
      return new AutomationError('ERR_AZURE_NOT_FOUND', `${asked.id} is not there: ${words}`, {
        remedy: 'Restore it, or correct its name, resource group and subscription in the sites file.',
      });
    case 412:
      return new AutomationError('ERR_AZURE_CHANGED', `Somebody changed ${asked.id} since it was read: ${words}`, {
        remedy: 'Nothing to do: it is read and planned again.',
        retry: 'now',
      });
    default:
      return new AutomationError('ERR_AZURE_REJECTED', `Azure refuses ${verbs[asked.method]} ${asked.id}: ${words}`, {
        remedy: "Waiting will not change it: correct what Azure names, then run the site's plan again.",
      });
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');
const CREDENTIAL_ERRORS: ReadonlySet<string> = new Set([
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

const unavailable = (message: string, toCheck: string, cause: unknown): AutomationError =>
  new AutomationError('ERR_AZURE_UNAVAILABLE', message, {
    remedy: `Nothing to do: it is tried again. If it stays, check ${toCheck}.`,
    retry: 'later',
    retryAfterMs: UNAVAILABLE_MS,
    cause,
  });

/** A call that got no answer at all: no token to be had, a broken connection, a time-out. */
export const transportFailure = (asked: Asked, error: unknown): AutomationError => {
  if (error instanceof AutomationError) return error;
  const name = nameOf(error);
  if (CREDENTIAL_ERRORS.has(name)) {
    const words = `No token could be had for ${verbs[asked.method]} ${asked.id} (${name})`;
    return passes(error)
      ? unavailable(words, "the app's managed identity and its endpoint", error)
      : credentialError(words, error);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : name;
  const message = error instanceof Error ? scrub(error.message) : '';
  const words = `No answer from Azure while ${verbs[asked.method]} ${asked.id}: ${[code, message].filter(Boolean).join(', ')}`;
  return unavailable(words, 'the network path to Azure Resource Manager', error);
};
