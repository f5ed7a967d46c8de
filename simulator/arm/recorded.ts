import type { Json } from './json.ts';

/** One request and its answer as they went over the wire; the Authorization header is never kept. */
export interface RecordedExchange {
  /** Simulated milliseconds. */
  readonly at: number;
  /** The published name of the operation, `RouteTables_CreateOrUpdate`; polls are `Operations_Poll`. */
  readonly label: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: Json | undefined;
  /** 0 when the connection was cut instead of an answer. */
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Parsed where it was JSON, else the text. */
  readonly responseBody: Json | undefined;
  /** The name (or else the kind) of the fault that struck. */
  readonly fault?: string;
  /** For polls of what still runs or just ended: the last Retry-After in seconds, and the simulated seconds since it was said. */
  readonly retryAfterSeconds?: number;
  readonly waitedSeconds?: number;
  /** For polls: how many seconds before the last Retry-After allowed it. */
  readonly earlyBySeconds?: number;
}
