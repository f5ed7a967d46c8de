import type { Accepted, Progress, ResourceWriter } from '../apply/target.ts';
import type { JsonObject } from '../base/canonical.ts';
import type { Clock } from '../base/clock.ts';
import { AutomationError } from '../base/errors.ts';
import type { ResourceReader } from '../plan/observed.ts';
import type { Arm } from './arm.ts';
import { failureOf } from './failures.ts';
import { nextPoll, operationUrlOf, POLL_MS, progressOf } from './operations.ts';

export type Resources = ResourceReader & ResourceWriter;

/** An operation's URL without what was signed: fit for messages. */
const shownUrl = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : 'the operation');

const unanswered = (error: unknown): boolean =>
  error instanceof AutomationError && error.code === 'ERR_AZURE_UNAVAILABLE';

/** Reads and writes ARM resources as raw JSON; a long operation is left to be asked about by its URL. */
export const armResources = (arm: Arm, clock: Clock): Resources => {
  const put = async (id: string, body: JsonObject, ifMatch: string | null): Promise<Accepted> => {
    const url = arm.urlOf(id);
    const asked = { method: 'PUT', id } as const;
    const answer = await arm.send({ ...asked, kind: 'write', url, body, ifMatch });
    const now = clock.now();
    if (answer.status < 200 || answer.status > 202) throw failureOf(asked, answer, now);
    const operationUrl = operationUrlOf(answer, url);
    return operationUrl === undefined
      ? { status: 'done' }
      : { status: 'running', operationUrl, notBefore: nextPoll(answer, now) };
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
      if (unanswered(error)) return { status: 'running', operationUrl, notBefore: clock.now() + POLL_MS };
      throw error;
    }
  };

  return { get: async (id) => (await arm.getObject(id, arm.urlOf(id))).body, put, poll };
};
