import { NetworkManagementClient } from '@azure/arm-network';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { isObject, type JsonObject } from '../base/canonical.ts';
import type { Clock } from '../base/clock.ts';
import { AutomationError } from '../base/errors.ts';
import { armErrorOf, hasCode } from './armError.ts';
import { type Asked, failureOf, isLock, type Refusal, transportFailure } from './failures.ts';
import { jsonIn } from './jsonIn.ts';
import { answerAtMost, everyStatus } from './readAtMost.ts';
import { retryAfterMs } from './retryAfter.ts';
import { type Turns, turnOf } from './turns.ts';

const TIMEOUT_MS = 30_000;
const MEGABYTE = 1_024 * 1_024;
/** A table of 400 routes has 0.2 MB; the service tags of a cloud have 4, and may have as many as a file of them. */
const MOST_BYTES = 32 * MEGABYTE;
const MOST_TAG_BYTES = 64 * MEGABYTE;

/** What a call was for: `poll` asks about a long operation. */
export type CallKind = 'read' | 'write' | 'poll';
/** Told of every call when it is over: its kind, its length in application time, and what it was about. */
export type OnCall = (kind: CallKind, ms: number, id: string) => void;

export type ArmCall = Asked & {
  readonly kind: CallKind;
  /** Absolute; must be on ARM's own host. */
  readonly url: string;
  readonly body?: JsonObject;
  readonly ifMatch?: string | null;
};

/** Any HTTP answer, refusals included; `body` is undefined where it was not JSON. `bytes` is the text's length. */
export type ArmAnswer = Refusal & { readonly bytes: number };

/** Raw JSON over the network client's own pipeline: typed models drop what they do not know. */
export interface Arm {
  /** Throws only where there is no answer: ERR_AZURE_CREDENTIAL, ERR_AZURE_UNAVAILABLE, ERR_AZURE_REJECTED (foreign host), ERR_OUR_TURN. */
  send(call: ArmCall): Promise<ArmAnswer>;
  /** GET of a JSON object. Throws ERR_AZURE_* for every other answer. */
  getObject(id: string, url: string): Promise<{ readonly body: JsonObject; readonly bytes: number }>;
  /** The URL of a resource id, with its provider's api-version and more query parameters. */
  urlOf(id: string, query?: Readonly<Record<string, string>>): string;
  /** The same client, its calls counted. */
  metered(onCall: OnCall): Arm;
}

export type ArmOptions = {
  readonly endpoint: string;
  readonly audience: string;
  readonly credential: TokenCredential;
  readonly networkApiVersion: string;
  readonly clock: Clock;
  /** Keeps the app within what subscriptions allow; absent: Azure alone says what is too much. */
  readonly turns?: Turns;
  /** Node's own https where absent. */
  readonly httpClient?: HttpClient;
  /** The most bytes of an answer that are read. */
  readonly mostBytes?: number;
};

const RESOURCE_HEALTH_API_VERSION = '2024-02-01';
const RESOURCES_API_VERSION = '2021-04-01';

const urlMaker = (origin: string, networkApiVersion: string): Arm['urlOf'] => {
  const versionOf = (id: string): string => {
    const provider = /\/providers\/([^/]+)/i.exec(id)?.[1]?.toLowerCase();
    if (provider === 'microsoft.network') return networkApiVersion;
    return provider === 'microsoft.resourcehealth' ? RESOURCE_HEALTH_API_VERSION : RESOURCES_API_VERSION;
  };
  return (id, query = {}) => {
    const segments = id.split('/');
    if (!/^\/subscriptions\/./i.test(id) || segments.some((part) => part === '.' || part === '..'))
      throw new AutomationError('ERR_AZURE_REJECTED', `${id} is not the id of an Azure resource`, {
        remedy: 'Correct the names in the sites file: an id begins with /subscriptions/.',
      });
    const path = segments.map(encodeURIComponent).join('/');
    return `${origin}${path}?${new URLSearchParams({ 'api-version': versionOf(id), ...query })}`;
  };
};

/** Refuses to send a token to any host but ARM's, whatever an answer told us to ask next. */
const guard = (origin: string, call: ArmCall): void => {
  if (URL.canParse(call.url) && new URL(call.url).origin === origin) return;
  throw new AutomationError('ERR_AZURE_REJECTED', `An answer about ${call.id} points away from ${origin}`, {
    remedy: 'No token was sent there. Check ASEFO_ARM_ENDPOINT; if it is right, please report this.',
  });
};

const requestOf = (call: ArmCall) => {
  const headers = createHttpHeaders({ Accept: 'application/json' });
  if (call.body !== undefined) headers.set('Content-Type', 'application/json; charset=utf-8');
  if (call.ifMatch !== undefined && call.ifMatch !== null) headers.set('If-Match', call.ifMatch);
  return createPipelineRequest({
    url: call.url,
    method: call.method,
    headers,
    timeout: TIMEOUT_MS,
    streamResponseStatusCodes: everyStatus,
    // The time-out above is for the answer alone; getting a token counts, too.
    abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
};

const isOfTags = (url: string): boolean => /\/serviceTags\?/i.test(url);

/** What a subscription as a whole is refused with. */
const subscriptionThrottles: ReadonlySet<string> = new Set([
  'SubscriptionRequestsThrottled',
  'RetryableErrorDueToTooManyCalls',
]);
/** What one operation is refused with; others are let in. The list of service tags has such a limit, whatever it is called. */
const operationThrottles: ReadonlySet<string> = new Set(['RetryableErrorDueToTooManyCallsToThisOperation']);

const shortestThrottleMs = 1_000;
/** No limit of a subscription takes longer to let somebody in again: its windows are of five minutes. */
const longestThrottleMs = 5 * 60_000;
/** Where Azure does not say whose limit it is, the whole subscription is not held up for long. */
const unnamedThrottleMs = 30_000;

/** For how long nobody need ask the subscription, by this answer; undefined where it does not speak of the subscription. */
const throttledFor = ({ url }: ArmCall, { status, headers, body }: ArmAnswer, nowMs: number): number | undefined => {
  const error = armErrorOf(body);
  if (status !== 429 || isLock(error) || hasCode(error, operationThrottles) || isOfTags(url)) return undefined;
  const longest = hasCode(error, subscriptionThrottles) ? longestThrottleMs : unnamedThrottleMs;
  return Math.min(longest, retryAfterMs(headers, nowMs) ?? shortestThrottleMs);
};

/** The production ARM client. Makes no connection until it is asked for something; never retries by itself. */
export const createArm = (options: ArmOptions): Arm => {
  const origin = new URL(options.endpoint).origin;
  const { clock, turns } = options;
  const client = new NetworkManagementClient(options.credential, {
    endpoint: origin,
    credentials: { scopes: [`${options.audience}/.default`] },
    // The application owns every retry; a redirect would carry the token away.
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'ase-failover' },
  });
  const httpClient = options.httpClient ?? createDefaultHttpClient();

  const textOf = async ({ id, url }: ArmCall, answer: PipelineResponse): Promise<string> => {
    const mostBytes = isOfTags(url) ? MOST_TAG_BYTES : (options.mostBytes ?? MOST_BYTES);
    const text = await answerAtMost(answer, mostBytes);
    if (text !== null) return text;
    throw new AutomationError('ERR_AZURE_REJECTED', `Azure answers with more than ${mostBytes} bytes about ${id}`, {
      remedy: 'It was not read. See what the resource holds; if that is all right, please report this.',
    });
  };

  const send = async (call: ArmCall, onCall: OnCall | undefined): Promise<ArmAnswer> => {
    guard(origin, call);
    const turn = turns === undefined ? undefined : turnOf(call.method, call.url);
    if (turn !== undefined) await turns?.take(turn);
    const start = clock.now();
    try {
      const answer = await client.pipeline.sendRequest(httpClient, requestOf(call));
      const text = await textOf(call, answer);
      const told = { status: answer.status, headers: answer.headers, body: jsonIn(text), bytes: text.length };
      const waitMs = throttledFor(call, told, clock.now());
      if (turn !== undefined && waitMs !== undefined) await turns?.refused(turn, waitMs);
      return told;
    } catch (error) {
      throw transportFailure(call, error);
    } finally {
      onCall?.(call.kind, clock.now() - start, call.id);
    }
  };

  const view = (onCall: OnCall | undefined): Arm => ({
    send: (call) => send(call, onCall),
    getObject: async (id, url) => {
      const asked = { method: 'GET', id } as const;
      const answer = await send({ ...asked, kind: 'read', url }, onCall);
      if (answer.status !== 200) throw failureOf(asked, answer, clock.now());
      // JSON.parse made it, so what is an object is a JSON object.
      if (isObject(answer.body)) return { body: answer.body as JsonObject, bytes: answer.bytes };
      throw failureOf(asked, { ...answer, status: 502 }, clock.now());
    },
    urlOf: urlMaker(origin, options.networkApiVersion),
    metered: view,
  });
  return view(undefined);
};
