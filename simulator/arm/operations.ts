import { createHash } from 'node:crypto';
import type { Answer, Detail } from './answer.ts';
import { providerError } from './answer.ts';
import { keyOf } from './ids.ts';
import type { Json } from './json.ts';

export type OperationError = Detail;

/** A long operation of the provider on one resource. */
export interface Operation {
  readonly id: string;
  /** As error messages print it: `PutRouteTableOperation`. */
  readonly name: string;
  readonly resource: string;
  readonly subscription: string;
  readonly location: string;
  readonly apiVersion: string;
  /** Simulated milliseconds; Infinity for one that never ends. */
  readonly dueAt: number;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  error: OperationError | undefined;
  polls: number;
  /** The earliest moment the last Retry-After allowed the next poll. */
  notBefore: number;
  /** What the operation results address gives once done; undefined is an empty 200. */
  readonly result: (() => Json) | undefined;
}

export interface OperationSpec {
  readonly name: string;
  readonly resource: string;
  readonly subscription: string;
  readonly location: string;
  readonly apiVersion: string;
  readonly seconds: number;
  readonly firstRetryAfter: number;
  /** When set, the operation ends Failed with this. */
  readonly failsWith?: OperationError | undefined;
  readonly onDone: (operation: Operation, at: number) => void;
  readonly result?: () => Json;
}

// Retry-After of the n-th poll that is still in progress, as recorded for firewalls and gateways.
const LADDER = [10, 20, 20, 40, 40, 80, 160, 100] as const;

/** All operations, the due times of their ends, and the locks they hold. Nothing here sleeps: `settle` is called with the time. */
export class Operations {
  readonly #byId = new Map<string, Operation>();
  readonly #endings: { at: number; order: number; run: (at: number) => void }[] = [];
  #order = 0;

  start(spec: OperationSpec, id: string, now: number): Operation {
    const operation: Operation = {
      id,
      name: spec.name,
      resource: spec.resource,
      subscription: spec.subscription,
      location: spec.location,
      apiVersion: spec.apiVersion,
      dueAt: now + spec.seconds * 1_000,
      status: 'InProgress',
      error: undefined,
      polls: 0,
      notBefore: now + spec.firstRetryAfter * 1_000,
      result: spec.result,
    };
    this.#byId.set(id, operation);
    this.later(operation.dueAt, (at) => {
      operation.status = spec.failsWith === undefined ? 'Succeeded' : 'Failed';
      operation.error = spec.failsWith;
      spec.onDone(operation, at);
    });
    return operation;
  }

  /** Runs `run` when the clock has reached `at`, in order of time. */
  later(at: number, run: (at: number) => void): void {
    this.#order += 1;
    if (Number.isFinite(at)) this.#endings.push({ at, order: this.#order, run });
  }

  /** Carries out everything that is due at `now`, oldest first. */
  settle(now: number): void {
    for (;;) {
      this.#endings.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#endings[0];
      if (next === undefined || next.at > now) return;
      this.#endings.shift();
      next.run(next.at);
    }
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** The operation that holds the resource (or, with `below`, one of its children). */
  holding(resource: string): Operation | undefined {
    const key = keyOf(resource);
    return [...this.#byId.values()].find(
      (operation) =>
        operation.status === 'InProgress' &&
        (keyOf(operation.resource) === key || keyOf(operation.resource).startsWith(`${key}/`)),
    );
  }

  /** Answers a poll of the status address. Failure is HTTP 200 with status Failed; the last answer has no Retry-After. */
  status(operation: Operation, now: number): Answer {
    if (operation.status === 'InProgress') {
      const retryAfter = this.#nextRung(operation, now);
      return { status: 200, headers: { 'retry-after': String(retryAfter) }, body: { status: 'InProgress' } };
    }
    if (operation.status === 'Succeeded') return { status: 200, body: { status: 'Succeeded' } };
    const { code, message } = operation.error ?? { code: 'InternalServerError', message: 'An error occurred.' };
    return { status: 200, body: { status: 'Failed', error: { code, message, details: [] } } };
  }

  /** Answers a GET of the results address: 202 while running, then the outcome itself. */
  results(operation: Operation, locationUrl: string, now: number): Answer {
    if (operation.status === 'InProgress') {
      const retryAfter = this.#nextRung(operation, now);
      return { status: 202, headers: { 'retry-after': String(retryAfter), location: locationUrl } };
    }
    if (operation.status === 'Failed') {
      const { code, message } = operation.error ?? { code: 'InternalServerError', message: 'An error occurred.' };
      return providerError(500, code, message);
    }
    return operation.result === undefined ? { status: 200 } : { status: 200, body: operation.result() };
  }

  #nextRung(operation: Operation, now: number): number {
    const retryAfter = LADDER[Math.min(operation.polls, LADDER.length - 1)] ?? 100;
    operation.polls += 1;
    operation.notBefore = now + retryAfter * 1_000;
    return retryAfter;
  }
}

function filler(seed: string, length: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1)
    text += createHash('sha512').update(`${seed} ${block}`).digest('base64url');
  return text.slice(0, length);
}

/** The address an operation is polled at; as long as the real one, whose query carries a certificate and a signature. */
export function operationUrl(endpoint: string, operation: Operation, kind: 'operations' | 'operationResults'): string {
  const path = `/subscriptions/${operation.subscription}/providers/Microsoft.Network/locations/${operation.location}/${kind}/${operation.id}`;
  const query = new URLSearchParams({
    'api-version': operation.apiVersion,
    t: filler(`t${operation.id}`, 18).replace(/\D/g, '6'),
    c: filler(`c${operation.id}`, 2_400),
    s: filler(`s${operation.id}`, 342),
    h: filler(`h${operation.id}`, 43),
  });
  return `${endpoint}${path}?${query.toString()}`;
}
