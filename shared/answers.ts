import { type AutomationError, asAutomationError, type ErrorCode } from './base/errors.ts';

/** An HTTP answer as plain data. */
export type HttpAnswer = {
  readonly status: number;
  readonly jsonBody: unknown;
  readonly headers: Readonly<Record<string, string>>;
};

/** What every JSON answer says of itself: no browser keeps it, guesses at its type or shows it in a frame. */
export const jsonHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export const answer = (
  status: number,
  jsonBody: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({ status, jsonBody, headers: { ...jsonHeaders, ...headers } });

const statusByCode: Partial<Record<ErrorCode, number>> = {
  ERR_EVENT: 400,
  ERR_USAGE: 400,
  ERR_UNKNOWN_REGION: 400,
  ERR_CALLER_UNKNOWN: 401,
  ERR_CALLER_REFUSED: 403,
  ERR_UNKNOWN_SITE: 404,
  ERR_NOTHING_WAITS: 409,
  ERR_DIGEST_MISMATCH: 409,
  ERR_STATE_CONFLICT: 409,
  // Action groups try again on 408, 429, 503 and 504 only.
  ERR_STORAGE: 503,
  ERR_AZURE_UNAVAILABLE: 503,
  ERR_AZURE_THROTTLED: 503,
  ERR_AZURE_LOCKED: 503,
  ERR_OUR_TURN: 503,
};

export const statusOf = (error: AutomationError): number => statusByCode[error.code] ?? 500;

const told = (status: number, code: ErrorCode, message: string, remedy: string, headers = {}): HttpAnswer =>
  answer(status, { error: { code, message, remedy } }, headers);

/** Seconds until it is worth asking again, where somebody has said so. */
const retryAfter = ({ retryAfterMs }: AutomationError): Record<string, string> =>
  retryAfterMs === undefined ? {} : { 'retry-after': `${Math.ceil(retryAfterMs / 1_000)}` };

/** What a caller is told of a failure: code, message, remedy and when to ask again; never a stack, never a secret. */
export const failureAnswer = (thrown: unknown): HttpAnswer => {
  const error = asAutomationError(thrown);
  const { code, message, remedy } = error;
  const asks: Record<string, string> = code === 'ERR_CALLER_UNKNOWN' ? { 'www-authenticate': 'Bearer' } : {};
  const status = statusOf(error);
  return told(status, code, message, remedy, { ...asks, ...(status === 503 ? retryAfter(error) : {}) });
};

/** A link that is followed, prefetched or previewed must never decide anything. */
export const onlyByPost = (): HttpAnswer =>
  told(405, 'ERR_USAGE', 'Nothing is decided by a link.', 'Send what you want as JSON with POST.', { allow: 'POST' });

/** A page elsewhere can post a form with somebody's cookies, but JSON only after the browser has asked. */
export const onlyJson = (): HttpAnswer =>
  told(415, 'ERR_USAGE', 'The body is not sent as JSON.', 'Send it with content-type: application/json.');

export const isJson = (contentType: string | null): boolean =>
  /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test((contentType ?? '').trim());

/** Bodies larger than this are refused with 413: an alert has at most 256 KB, an Event Grid event 1 MB. */
export const largestBody = 1024 * 1024;

export const tooLarge = told(413, 'ERR_EVENT', 'The body is larger than 1 MiB.', 'Send one alert at a time.');

export const notJson = told(400, 'ERR_EVENT', 'The body is not JSON.', 'Send the payload as application/json.');

/** A body's JSON, or the answer to give instead. */
export const jsonBodyOf = async (request: {
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}): Promise<{ readonly value: unknown } | { readonly answer: HttpAnswer }> => {
  if (Number(request.headers.get('content-length') ?? 0) > largestBody) return { answer: tooLarge };
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > largestBody) return { answer: tooLarge };
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { answer: notJson };
  }
};
