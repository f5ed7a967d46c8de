import { type AutomationError, asAutomationError, type ErrorCode } from './base/errors.ts';

/** An HTTP answer as plain data. */
export type HttpAnswer = { readonly status: number; readonly jsonBody: Readonly<Record<string, unknown>> };

const statusByCode: Partial<Record<ErrorCode, number>> = {
  ERR_EVENT: 400,
  ERR_USAGE: 400,
  ERR_UNKNOWN_REGION: 400,
  ERR_UNKNOWN_SITE: 404,
  ERR_NOTHING_WAITS: 409,
  ERR_DIGEST_MISMATCH: 409,
  ERR_STATE_CONFLICT: 409,
  // Action groups try again on 408, 429, 503 and 504 only.
  ERR_STORAGE: 503,
  ERR_AZURE_UNAVAILABLE: 503,
  ERR_AZURE_THROTTLED: 503,
  ERR_AZURE_LOCKED: 503,
};

const statusOf = (error: AutomationError): number => statusByCode[error.code] ?? 500;

/** What a caller is told of a failure: code, message and remedy; never a stack, never a secret. */
export const failureAnswer = (thrown: unknown): HttpAnswer => {
  const error = asAutomationError(thrown);
  const { code, message, remedy } = error;
  return { status: statusOf(error), jsonBody: { error: { code, message, remedy } } };
};

/** Bodies larger than this are refused with 413: an alert has at most 256 KB, an Event Grid event 1 MB. */
export const largestBody = 1024 * 1024;

export const tooLarge: HttpAnswer = {
  status: 413,
  jsonBody: {
    error: { code: 'ERR_EVENT', message: 'The body is larger than 1 MiB.', remedy: 'Send one alert at a time.' },
  },
};

export const notJson: HttpAnswer = {
  status: 400,
  jsonBody: {
    error: { code: 'ERR_EVENT', message: 'The body is not JSON.', remedy: 'Send the payload as application/json.' },
  },
};

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
