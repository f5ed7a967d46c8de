import type { Json } from './json.ts';

/** What goes back over the wire, before the gateway adds its own headers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is (with the content type in `headers`), anything else as JSON. */
  readonly body?: Json;
  /** Sent as it is, in place of a body, and never recorded. */
  readonly bytes?: Uint8Array;
  /** Virtual appliances write their JSON on many lines, with CR and LF (recorded). */
  readonly pretty?: boolean;
}

export interface Detail {
  readonly code: string;
  readonly message: string;
}

/** `x-ms-failure-cause`: `gateway` when ARM itself refused, `service` when the provider did and says so. */
export type Cause = 'gateway' | 'service';

function failure(
  status: number,
  code: string,
  message: string,
  more: { details?: readonly Detail[]; headers?: Record<string, string>; cause?: Cause } = {},
): Answer {
  const error: { [key: string]: Json } = { code, message };
  if (more.details !== undefined) error['details'] = more.details.map((detail) => ({ ...detail }));
  return {
    status,
    headers: { ...more.headers, ...(more.cause === undefined ? {} : { 'x-ms-failure-cause': more.cause }) },
    body: { error },
  };
}

/** An error of the ARM front door: no `details`. */
export function gatewayError(status: number, code: string, message: string, headers: Record<string, string> = {}) {
  return failure(status, code, message, { headers, ...(status === 404 ? { cause: 'gateway' as const } : {}) });
}

/** An error of the network provider (NRP): always with a `details` array. */
export function providerError(
  status: number,
  code: string,
  message: string,
  details: readonly Detail[] = [],
  more: { headers?: Record<string, string>; cause?: Cause } = {},
): Answer {
  return failure(status, code, message, { details, ...more });
}

/** NRP's 429 envelope: what it is about stands in the details, not in the code. */
export function retryable(detail: Detail, retryAfterSeconds?: number): Answer {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return providerError(429, 'RetryableError', 'A retryable error occurred.', [detail], { headers, cause: 'service' });
}

/** The front door's page when nothing behind it answers; HTML with status 503, no Retry-After. */
export function unavailablePage(): Answer {
  return {
    status: 503,
    headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
    body: "<!DOCTYPE html><html><head><title>AzureResourceManager</title></head><body><h2>Our services aren't available right now</h2><p>We're working to restore all services as soon as possible.</p></body></html>",
  };
}
