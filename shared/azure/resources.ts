import type { Accepted, Progress, ResourceBuilder, ResourceWriter } from '../apply/target.ts';
import type { JsonObject } from '../base/canonical.ts';
import type { Clock } from '../base/clock.ts';
import { AutomationError } from '../base/errors.ts';
import type { ResourceReader } from '../plan/observed.ts';
import type { Arm, ArmAnswer } from './arm.ts';
import { type Asked, failureOf } from './failures.ts';
import { isPage, nextPoll, operationUrlOf, POLL_MS, progressOf } from './operations.ts';
import { whole } from './whole.ts';

export type Resources = ResourceReader & ResourceWriter & ResourceBuilder;

/** An operation's URL without what was signed: fit for messages. */
const shownUrl = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : 'the operation');

const unanswered = (error: unknown): boolean =>
  error instanceof AutomationError && (error.code === 'ERR_AZURE_UNAVAILABLE' || error.code === 'ERR_OUR_TURN');

/** Until a poll's turn comes, never sooner than polls are due. */
const waitOf = (error: unknown): number =>
  error instanceof AutomationError && error.code === 'ERR_OUR_TURN'
    ? Math.max(POLL_MS, error.retryAfterMs ?? 0)
    : POLL_MS;

/** Reads and writes ARM resources as raw JSON; a long operation is left to be asked about by its URL. */
export const armResources = (arm: Arm, clock: Clock): Resources => {
  /** Throws where a call was refused, or where nobody knows what became of it: it is looked at, and asked, again. */
  const mustBeTaken = (asked: Asked, answer: ArmAnswer, statuses: readonly number[]): void => {
    if (!statuses.includes(answer.status)) throw failureOf(asked, answer, clock.now());
    if (isPage(answer)) throw failureOf(asked, { ...answer, status: 502 }, clock.now());
  };

  const put = async (id: string, body: JsonObject, ifMatch: string | null): Promise<Accepted> => {
    const url = arm.urlOf(id);
    const asked = { method: 'PUT', id } as const;
    const answer = await arm.send({ ...asked, kind: 'write', url, body, ifMatch });
    mustBeTaken(asked, answer, [200, 201, 202]);
    return acceptedOf(answer, operationUrlOf(answer, url));
  };

  const acceptedOf = (answer: ArmAnswer, operationUrl: string | undefined): Accepted =>
    operationUrl === undefined
      ? { status: 'done' }
      : { status: 'running', operationUrl, notBefore: nextPoll(answer, clock.now()) };

  /**
   * Of a DELETE or an action: over, unless 202. An action's result is at Location; of a delete only the status counts,
   * and Azure-AsyncOperation says a failure with 200, where Location answers it as a broken request (RPC-async, ARM).
   */
  const urlAfter = (answer: ArmAnswer, url: string, first: 'Location' | 'Azure-AsyncOperation'): string | undefined => {
    if (answer.status !== 202) return undefined;
    const { headers } = answer;
    const next = headers.get(first) ?? headers.get('Location') ?? headers.get('Azure-AsyncOperation') ?? '';
    return new URL(next, url).href;
  };

  const remove = async (id: string, ifMatch: string | null): Promise<Accepted> => {
    const url = arm.urlOf(id);
    const asked = { method: 'DELETE', id } as const;
    const answer = await arm.send({ ...asked, kind: 'write', url, ifMatch });
    if (answer.status === 404) return { status: 'done' };
    mustBeTaken(asked, answer, [200, 202, 204]);
    return acceptedOf(answer, urlAfter(answer, url, 'Azure-AsyncOperation'));
  };

  const act = async (id: string, action: string, body: JsonObject): Promise<Accepted> => {
    const url = arm.urlOf(`${id}/${action}`);
    const asked = { method: 'POST', id: `${id}/${action}` } as const;
    // An action changes nothing that is there; it is asked again rather than counted as a write.
    const answer = await arm.send({ ...asked, kind: 'read', url, body });
    mustBeTaken(asked, answer, [200, 202]);
    const accepted = acceptedOf(answer, urlAfter(answer, url, 'Location'));
    return accepted.status === 'done' ? { ...accepted, body: answer.body } : accepted;
  };

  const get = async (id: string): Promise<JsonObject> => whole(id, (await arm.getObject(id, arm.urlOf(id))).body);

  const find = async (id: string): Promise<JsonObject | null> => {
    try {
      return await get(id);
    } catch (error) {
      if (error instanceof AutomationError && error.code === 'ERR_AZURE_NOT_FOUND') return null;
      throw error;
    }
  };

  const poll = async (operationUrl: string): Promise<Progress> => {
    const asked = { method: 'GET', id: shownUrl(operationUrl) } as const;
    try {
      const answer = await arm.send({ ...asked, kind: 'poll', url: operationUrl });
      const progress = progressOf(operationUrl, answer, clock.now());
      if (progress !== undefined) return progress;
      throw failureOf(asked, answer, clock.now());
    } catch (error) {
      // The operation goes on whether or not we get to hear of it.
      if (unanswered(error)) return { status: 'running', operationUrl, notBefore: clock.now() + waitOf(error) };
      throw error;
    }
  };

  return { get, find, put, remove, act, poll };
};
