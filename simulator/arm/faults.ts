import type { Answer } from './answer.ts';
import { gatewayError, providerError, retryable, unavailablePage } from './answer.ts';
import { keyOf } from './ids.ts';
import type { Json, JsonInput } from './json.ts';

/** What goes wrong. All of it is data, so that a scenario file can hold it. */
export type Effect =
  /** The caller gets this instead of an answer; nothing is applied. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: JsonInput }
  /** 429 of ARM's front door, to be retried after so many seconds. */
  | { kind: 'throttle'; retryAfterSeconds: number }
  /** 429 that means a lock: another operation is on the resource. */
  | { kind: 'lock'; retryAfterSeconds: number }
  /** 409 AnotherOperationInProgress, without Retry-After. */
  | { kind: 'conflict' }
  /** 412 as if somebody had written in between. */
  | { kind: 'etagMismatch' }
  /** 500 InternalServerError. */
  | { kind: 'serverError' }
  /** 503 with the front door's HTML page. */
  | { kind: 'unavailable' }
  /** The write is accepted and its operation ends Failed. */
  | { kind: 'operationFails'; code: string; message: string }
  /** The write is accepted and its operation stays InProgress for ever. */
  | { kind: 'operationNeverEnds' }
  /** The write is accepted and takes so many simulated seconds. */
  | { kind: 'operationTakes'; seconds: number }
  /** The operation succeeds and the resource says Updating for so many seconds more. */
  | { kind: 'staysUpdating'; seconds: number }
  /** The connection is cut, before or after the request took effect. */
  | { kind: 'connectionReset'; applied: boolean }
  /** The answer is held back until `release()` is called or the server closes; the request took effect. */
  | { kind: 'hang' }
  /** The request arrives twice; the caller sees the answer to the second. */
  | { kind: 'duplicate' };

/** Which requests a fault is for. Every field that is given must fit. */
export interface FaultMatch {
  method?: string;
  /** A regular expression on path and query, without regard to case. */
  url?: string;
  /** A resource id; its children are not meant. */
  resource?: string;
  /** The operation's label, such as `RouteTables_CreateOrUpdate`. */
  label?: string;
}

export interface Fault {
  name?: string;
  match: FaultMatch;
  /** The first matching request it strikes, counted from 1 (default 1). */
  nth?: number;
  /** How many requests in a row it strikes (default 1). */
  times?: number | 'always';
  effect: Effect;
}

export interface PlantedFault {
  readonly fault: Fault;
  /** How many requests it has struck. */
  readonly strikes: number;
  /** Lets every held answer of a `hang` go. */
  release(): void;
  remove(): void;
}

export interface Struck {
  readonly fault: Fault;
  readonly released: Promise<void>;
}

export interface FaultTarget {
  readonly method: string;
  readonly url: string;
  readonly resource: string | undefined;
  readonly label: string;
}

class Planted implements PlantedFault {
  readonly fault: Fault;
  readonly released: Promise<void>;
  release: () => void = () => {};
  strikes = 0;
  seen = 0;
  readonly #owner: Faults;

  constructor(fault: Fault, owner: Faults) {
    this.fault = fault;
    this.#owner = owner;
    this.released = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  remove(): void {
    this.#owner.remove(this);
  }
}

/** The planted faults; for each request the first that fits strikes. */
export class Faults {
  #planted: Planted[] = [];

  plant(fault: Fault): PlantedFault {
    const planted = new Planted(fault, this);
    this.#planted.push(planted);
    return planted;
  }

  remove(planted: PlantedFault): void {
    planted.release();
    this.#planted = this.#planted.filter((other) => other !== planted);
  }

  releaseAll(): void {
    for (const planted of this.#planted) planted.release();
  }

  strike(target: FaultTarget): Struck | undefined {
    for (const planted of this.#planted) {
      if (!fits(planted.fault.match, target)) continue;
      planted.seen += 1;
      const { nth = 1, times = 1 } = planted.fault;
      if (planted.seen < nth || (times !== 'always' && planted.seen >= nth + times)) continue;
      planted.strikes += 1;
      return { fault: planted.fault, released: planted.released };
    }
    return undefined;
  }
}

function fits(match: FaultMatch, target: FaultTarget): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== target.method) return false;
  if (match.label !== undefined && match.label !== target.label) return false;
  if (match.url !== undefined && !new RegExp(match.url, 'i').test(target.url)) return false;
  if (match.resource === undefined) return true;
  return target.resource !== undefined && keyOf(match.resource) === keyOf(target.resource);
}

/** The answer an effect puts in place of the real one; undefined when it works otherwise. */
export function answerOf(effect: Effect, target: FaultTarget): Answer | undefined {
  const resource = target.resource ?? target.url;
  switch (effect.kind) {
    case 'answer':
      return {
        status: effect.status,
        headers: effect.headers ?? {},
        ...(effect.body === undefined ? {} : { body: effect.body as Json }),
      };
    case 'throttle': {
      const message = `Number of requests for subscription and operation '${target.method}' exceeded the backend storage limit. Please try again after '${effect.retryAfterSeconds}' seconds.`;
      return gatewayError(429, 'SubscriptionRequestsThrottled', message, {
        'retry-after': String(effect.retryAfterSeconds),
      });
    }
    case 'lock': {
      const message = `Operation PutResourceOperation is updating resource ${resource}. The call can be retried in ${effect.retryAfterSeconds} seconds.`;
      return retryable({ code: 'RetryableErrorDueToAnotherOperation', message }, effect.retryAfterSeconds);
    }
    case 'conflict': {
      const message = `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${target.url}.`;
      return providerError(409, 'AnotherOperationInProgress', message);
    }
    case 'etagMismatch':
      return etagMismatch('W/"planted"', 'W/"somebody-else"', resource);
    case 'serverError':
      return providerError(500, 'InternalServerError', 'An error occurred.');
    case 'unavailable':
      return unavailablePage();
    default:
      return undefined;
  }
}

/** 412 as quoted in cluster-api-provider-azure#682. */
export function etagMismatch(given: string, current: string, resource: string): Answer {
  const message = `Etag provided in if-match header ${given} does not match etag ${current} of resource ${resource}.`;
  return providerError(412, 'PreconditionFailed', 'Precondition failed.', [
    { code: 'PreconditionFailedEtagMismatch', message },
  ]);
}
