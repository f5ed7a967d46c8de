import type { Progress } from '../apply/target.ts';
import { isObject } from '../base/canonical.ts';
import type { ArmAnswer } from './arm.ts';
import { armErrorOf, inWords } from './armError.ts';
import { isLock, LOCK_MS } from './failures.ts';
import { retryAfterMs, secondsInMessage } from './retryAfter.ts';

/** ARM's first answers carry Retry-After 1 to 10; an answer without one, a broken poll included, waits as long as the longest. */
export const POLL_MS = 10_000;

/** Told to ask again at once, a worker would ask as fast as it can. */
const SOONEST_POLL_MS = 1_000;

type Failed = Extract<Progress, { status: 'failed' }>;

const failed = (body: unknown, code: string, message: string): Failed => {
  const error = armErrorOf(body);
  if (error === undefined) return { status: 'failed', code, message };
  const words = inWords(error);
  const lockedForMs = isLock(error) ? (secondsInMessage(words) ?? LOCK_MS) : undefined;
  return {
    status: 'failed',
    code: error.code || code,
    message: words,
    ...(lockedForMs === undefined ? {} : { lockedForMs }),
  };
};

/** Succeeded, Failed and Canceled are ends; every other word, known or not, means that it goes on. */
const byState = (state: string, answer: ArmAnswer, running: Progress): Progress => {
  switch (state.toLowerCase()) {
    case 'succeeded':
      return { status: 'succeeded', body: answer.body };
    case 'failed':
      return failed(answer.body, 'OperationFailed', 'Azure gives no reason');
    case 'canceled':
    case 'cancelled':
      return failed(answer.body, 'OperationCanceled', 'Azure gives no reason');
    default:
      return running;
  }
};

const stateOf = (body: unknown): string | undefined => {
  if (!isObject(body)) return undefined;
  if (typeof body['status'] === 'string') return body['status'];
  const properties = body['properties'];
  if (isObject(properties) && typeof properties['provisioningState'] === 'string')
    return properties['provisioningState'];
  return undefined;
};

/** When to ask again; where Azure does not say, in `POLL_MS`. */
export const nextPoll = (answer: ArmAnswer, nowMs: number): number =>
  nowMs + Math.max(SOONEST_POLL_MS, retryAfterMs(answer.headers, nowMs) ?? POLL_MS);

/** A page of some front door where ARM's JSON should be, as 200 all the same: it says nothing of what was asked. */
export const isPage = ({ body, bytes }: ArmAnswer): boolean => body === undefined && bytes > 0;

/** A Location answers an operation that failed as the operation itself would have been: 500 with an ARM error in it. */
const endedThere = (operationUrl: string, { status, body }: ArmAnswer): boolean =>
  status === 500 && /\/(nfv)?operationResults\//i.test(operationUrl) && armErrorOf(body) !== undefined;

/**
 * What the answer to a poll means: of an Azure-AsyncOperation (`status`), of the resource itself
 * (`provisioningState`), or of a Location (202 until it is over). Undefined for 401 and 403, which tell of us and not of it.
 * Source: Azure Resource Manager, "Track asynchronous Azure operations".
 */
export const progressOf = (operationUrl: string, answer: ArmAnswer, nowMs: number): Progress | undefined => {
  const { status, body } = answer;
  const running: Progress = { status: 'running', operationUrl, notBefore: nextPoll(answer, nowMs) };
  if (endedThere(operationUrl, answer)) return failed(body, `HTTP ${status}`, 'Azure gives no reason');
  if (status >= 500 || status === 408 || status === 429) return running;
  if (status === 401 || status === 403) return undefined;
  if (status === 404) return failed(undefined, 'OperationNotFound', 'Azure no longer knows this operation');
  if (status >= 300) return failed(body, `HTTP ${status}`, 'Azure gives no reason');
  const state = stateOf(body);
  if (state !== undefined) return byState(state, answer, running);
  return status === 202 || isPage(answer) ? running : { status: 'succeeded', body };
};

/**
 * The URL under which an accepted write goes on; undefined where it is over. Azure-AsyncOperation comes before Location.
 * A write that changed little is answered 200, Succeeded and without Retry-After, though with an operation's URL
 * (recorded: a table whose tags alone changed): there is nothing to wait for.
 */
export const operationUrlOf = (answer: ArmAnswer, resourceUrl: string): string | undefined => {
  const state = stateOf(answer.body)?.toLowerCase();
  const settled = answer.status !== 202 && state === 'succeeded';
  if (settled && answer.headers.get('Retry-After') === undefined) return undefined;
  const url = answer.headers.get('Azure-AsyncOperation') ?? answer.headers.get('Location');
  if (url !== undefined && url !== '') return URL.canParse(url) ? url : new URL(url, resourceUrl).href;
  const over = settled || (answer.status !== 202 && state === undefined);
  return over ? undefined : resourceUrl;
};
