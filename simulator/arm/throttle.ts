import type { Answer } from './answer.ts';
import { gatewayError, retryable } from './answer.ts';
import type { BucketLimit, Limits, WindowLimit } from './settings.ts';

/** Outcome of asking for one call: what is left, or how long to wait in whole seconds. */
type Grant = { readonly granted: true; readonly left: number } | { readonly granted: false; readonly wait: number };

class Bucket {
  readonly #limit: BucketLimit;
  #tokens: number;
  #at: number;

  constructor(limit: BucketLimit, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = now;
  }

  take(now: number): Grant {
    const refill = (Math.max(0, now - this.#at) / 1_000) * this.#limit.perSecond;
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + refill);
    this.#at = now;
    if (this.#tokens < 1)
      return { granted: false, wait: Math.max(1, Math.ceil((1 - this.#tokens) / this.#limit.perSecond)) };
    this.#tokens -= 1;
    return { granted: true, left: Math.floor(this.#tokens) };
  }
}

class Window {
  readonly #limit: WindowLimit;
  #calls: number[] = [];

  constructor(limit: WindowLimit) {
    this.#limit = limit;
  }

  take(now: number): Grant {
    this.#calls = this.#calls.filter((at) => at > now - this.#limit.seconds * 1_000);
    const oldest = this.#calls[0];
    if (this.#calls.length >= this.#limit.calls && oldest !== undefined)
      return { granted: false, wait: Math.max(1, Math.ceil((oldest - now) / 1_000 + this.#limit.seconds)) };
    this.#calls.push(now);
    return { granted: true, left: this.#limit.calls - this.#calls.length };
  }
}

export type CallClass = 'reads' | 'writes' | 'deletes';

export function classOf(method: string): CallClass {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

/** What a throttle says about one call: refuse with this answer, or let pass with these headers. */
export type Verdict = { readonly refused: Answer } | { readonly headers: Readonly<Record<string, string>> };

// The global buckets are 15 times as large (recorded: 16,499 reads and 11,999 writes left after one call... of 16,500 and 12,000).
const GLOBAL = { reads: 16_500, writes: 12_000, deletes: 12_000 } as const;

/** The throttles of every subscription: ARM's three buckets, Microsoft.Network's two windows, the service tags list's own. */
export class Throttles {
  readonly #limits: Limits;
  readonly #buckets = new Map<string, Bucket>();
  readonly #windows = new Map<string, Window>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** ARM's front door; `operation` is the upper-case method and path pattern the message names. */
  frontDoor(subscription: string, method: string, operation: string, now: number): Verdict {
    const kind = classOf(method);
    const grant = this.#bucket(subscription, kind, this.#limits[kind], now).take(now);
    if (!grant.granted) {
      const message = `Number of requests for subscription '${subscription}' and operation '${operation}' exceeded the backend storage limit. Please try again after '${grant.wait}' seconds.`;
      return {
        refused: gatewayError(429, 'SubscriptionRequestsThrottled', message, {
          'retry-after': String(grant.wait),
          [`x-ms-ratelimit-remaining-subscription-${kind}`]: '0',
        }),
      };
    }
    const used = this.#limits[kind].burst - grant.left;
    return {
      headers: {
        [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(grant.left),
        [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(GLOBAL[kind] - used),
      },
    };
  }

  /** The network provider's windows; undefined lets the call pass. */
  network(subscription: string, method: string, now: number): Answer | undefined {
    const reads = classOf(method) === 'reads';
    const limit = reads ? this.#limits.networkReads : this.#limits.networkWrites;
    const grant = this.#window(subscription, reads ? 'networkReads' : 'networkWrites', limit).take(now);
    if (grant.granted) return undefined;
    const code = 'RetryableErrorDueToTooManyCalls';
    const message = `The number of calls exceeds Microsoft.Network throttling limit of ${limit.calls} calls within last ${limit.seconds / 60} minutes. The call can be retried in ${grant.wait} seconds.`;
    return retryable({ code, message }, grant.wait);
  }

  /** The window of the service tags list; the wait is never under 305 s, the shortest one seen. */
  serviceTags(subscription: string, now: number): Answer | undefined {
    const limit = this.#limits.serviceTags;
    const grant = this.#window(subscription, 'serviceTags', limit).take(now);
    if (grant.granted) return undefined;
    const wait = Math.max(305, grant.wait);
    const code = 'RetryableErrorDueToTooManyCallsToThisOperation';
    const message = `Operation GetServiceTagsOperation exceeded throttling limit of ${limit.calls} calls within last 5 minutes. The number of calls exceeds Microsoft.Network throttling limit. The call can be retried in ${wait} seconds.`;
    return retryable({ code, message }, wait);
  }

  #bucket(subscription: string, kind: string, limit: BucketLimit, now: number): Bucket {
    const key = `${subscription.toLowerCase()} ${kind}`;
    const bucket = this.#buckets.get(key) ?? new Bucket(limit, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #window(subscription: string, kind: string, limit: WindowLimit): Window {
    const key = `${subscription.toLowerCase()} ${kind}`;
    const window = this.#windows.get(key) ?? new Window(limit);
    this.#windows.set(key, window);
    return window;
  }
}
