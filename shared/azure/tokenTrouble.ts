/** An answer that a later one may differ from; every other refusal of a token stays until a person mends it. */
export const mayPass = (status: number): boolean => status >= 500 || status === 429 || status === 408;

/** The identity library's own word for a request without an answer, and for an authority that could not be looked up. */
const PASSING: ReadonlySet<unknown> = new Set([
  'network_error',
  'endpoints_resolution_error',
  'openid_config_error',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'REQUEST_SEND_ERROR',
  'AbortError',
  'TimeoutError',
]);

/** Credentials wrap each other's errors; four levels are more than were ever seen. */
const deepest = 4;

/** Whether a token that could not be had may be had later: no answer, or one that passes, is behind the error. */
export const passes = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > deepest) return false;
  const { statusCode, status, code, errorCode, name, cause, errors } = error as Record<string, unknown>;
  const answered = [statusCode, status].find((value) => typeof value === 'number' && value > 0);
  if (typeof answered === 'number') return mayPass(answered);
  if ([code, errorCode, name].some((word) => PASSING.has(word))) return true;
  return [cause, ...(Array.isArray(errors) ? errors : [])].some((inner) => passes(inner, depth + 1));
};
