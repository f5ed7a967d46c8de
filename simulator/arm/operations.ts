import { createHash } from 'node:crypto';
import type { Answer, Detail } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import { Holders, pathsOf } from './holders.ts';
import { keyOf } from './ids.ts';
import type { Json } from './json.ts';

export type OperationError = Detail;

/**
 * Who carries an operation out: the network provider, its virtual appliances (policies, IP groups), or ARM itself
 * (resource groups). Each has addresses and a rhythm of its own.
 */
export type Provider = 'network' | 'nfv' | 'resources';

/** A long operation of a provider on one resource. */
export interface Operation {
  readonly id: string;
  readonly provider: Provider;
  /** As error messages print it: `PutRouteTableOperation`. */
  readonly name: string;
  readonly resource: string;
  /** ids of others that are Updating as long as it runs. */
  readonly alsoHolds: readonly string[];
  readonly subscription: string;
  readonly location: string;
  readonly apiVersion: string;
  /** Simulated milliseconds; Infinity for one that never ends. */
  readonly dueAt: number;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  error: OperationError | undefined;
  polls: number;
  /** When the caller was last answered, and how many seconds it was told to wait. */
  answeredAt: number;
  retryAfter: number;
  /** Whether the caller has been told the end. */
  told: boolean;
  /** What the operation results address gives once done; undefined is an empty 200. */
  readonly result: (() => Json) | undefined;
}

export interface OperationSpec {
  /** Without one it is the network provider. */
  readonly provider?: Provider;
  readonly name: string;
  readonly resource: string;
  readonly alsoHolds?: readonly string[];
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
// The others always say the same (both recorded).
const STEADY = { nfv: 10, resources: 15 } as const;

/** All operations, the due times of their ends, and the locks they hold. Nothing here sleeps: `settle` is called with the time. */
export class Operations {
  readonly #byId = new Map<string, Operation>();
  /** In order of time, and where that is the same in the order in which they came. */
  readonly #endings: { readonly at: number; readonly run: (at: number) => void }[] = [];
  readonly #holders = new Holders();
  readonly #otherHolders = new Holders();

  start(spec: OperationSpec, id: string, now: number): Operation {
    const operation: Operation = {
      id,
      provider: spec.provider ?? 'network',
      name: spec.name,
      resource: spec.resource,
      alsoHolds: spec.alsoHolds ?? [],
      subscription: spec.subscription,
      location: spec.location,
      apiVersion: spec.apiVersion,
      dueAt: now + spec.seconds * 1_000,
      status: 'InProgress',
      error: undefined,
      polls: 0,
      answeredAt: now,
      retryAfter: spec.firstRetryAfter,
      told: false,
      result: spec.result,
    };
    this.#byId.set(id, operation);
    const held = pathsOf(operation.resource);
    const alsoHeld = operation.alsoHolds.map(keyOf);
    this.#holders.add(held, operation);
    this.#otherHolders.add(alsoHeld, operation);
    this.later(operation.dueAt, (at) => {
      this.#holders.delete(held, operation);
      this.#otherHolders.delete(alsoHeld, operation);
      operation.status = spec.failsWith === undefined ? 'Succeeded' : 'Failed';
      operation.error =
        spec.failsWith === undefined ? undefined : { code: spec.failsWith.code, message: spec.failsWith.message };
      spec.onDone(operation, at);
    });
    return operation;
  }

  /** Runs `run` when the clock has reached `at`, in order of time. */
  later(at: number, run: (at: number) => void): void {
    if (!Number.isFinite(at)) return;
    let [low, high] = [0, this.#endings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#endings[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#endings.splice(low, 0, { at, run });
  }

  /** Carries out everything that is due at `now`, oldest first. */
  settle(now: number): void {
    for (;;) {
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
    return this.#holders.first(resource);
  }

  /** The operation on something else that keeps the resource Updating. */
  alsoHolding(resource: string): Operation | undefined {
    return this.#otherHolders.first(resource);
  }

  /** Answers a poll of the status address. Failure is HTTP 200 with status Failed; the last answer has no Retry-After. */
  status(operation: Operation, now: number): Answer {
    if (operation.status === 'InProgress') {
      const retryAfter = this.#nextRung(operation, now);
      return { status: 200, headers: { 'retry-after': String(retryAfter) }, body: { status: 'InProgress' } };
    }
    operation.told = true;
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
    operation.told = true;
    if (operation.status === 'Failed') {
      const { code, message } = operation.error ?? { code: 'InternalServerError', message: 'An error occurred.' };
      return operation.provider === 'resources' ? gatewayError(409, code, message) : providerError(500, code, message);
    }
    if (operation.result === undefined) return { status: 200 };
    const result = operation.result();
    // A text that is the whole answer, such as the address of a package, is JSON as well.
    return { status: 200, body: typeof result === 'string' ? JSON.stringify(result) : result };
  }

  #nextRung(operation: Operation, now: number): number {
    const { provider, polls } = operation;
    const retryAfter = provider === 'network' ? (LADDER[Math.min(polls, LADDER.length - 1)] ?? 100) : STEADY[provider];
    operation.polls += 1;
    operation.answeredAt = now;
    operation.retryAfter = retryAfter;
    return retryAfter;
  }
}

function filler(seed: string, length: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1)
    text += createHash('sha512').update(`${seed} ${block}`).digest('base64url');
  return text.slice(0, length);
}

const SEGMENTS = {
  network: { operations: 'operations', operationResults: 'operationResults' },
  nfv: { operations: 'nfvOperations', operationResults: 'nfvOperationResults' },
} as const;

export function operationPath(operation: Operation, kind: 'operations' | 'operationResults'): string {
  const { provider, subscription, location, id } = operation;
  if (provider === 'resources') return `/subscriptions/${subscription}/operationresults/${id}`;
  const base = `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}`;
  return `${base}/${SEGMENTS[provider][kind]}/${id}`;
}

/** The address an operation is polled at; as long as the real one, whose query carries a certificate and a signature. */
export function operationUrl(endpoint: string, operation: Operation, kind: 'operations' | 'operationResults'): string {
  const query = new URLSearchParams({
    'api-version': operation.apiVersion,
    t: filler(`t${operation.id}`, 18).replace(/\D/g, '6'),
    c: filler(`c${operation.id}`, 2_400),
    s: filler(`s${operation.id}`, 342),
    h: filler(`h${operation.id}`, 43),
  });
  return `${endpoint}${operationPath(operation, kind)}?${query.toString()}`;
}
