import { cut } from '../base/brief.ts';
import { isObject } from '../base/canonical.ts';
import { scrub } from './scrub.ts';

/** ARM's own words on a failure: the outer code and message, and every code and message inside. */
export type ArmError = {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly code: string; readonly message: string }[];
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `error.details` nest and are sometimes not objects at all; four levels are more than were ever seen. */
const detailsOf = (value: unknown, depth: number): ArmError['details'] => {
  if (!Array.isArray(value) || depth > 4) return [];
  return value
    .filter(isObject)
    .flatMap((item) => [
      { code: textOf(item['code']), message: scrub(textOf(item['message'])) },
      ...detailsOf(item['details'], depth + 1),
    ]);
};

/** Reads an error from an answer's JSON: `{error:{...}}`, or the bare `{code,message}` of some providers. */
export const armErrorOf = (body: unknown): ArmError | undefined => {
  if (!isObject(body)) return undefined;
  const error = isObject(body['error']) ? body['error'] : body;
  const code = textOf(error['code']);
  const message = scrub(textOf(error['message']));
  if (code === '' && message === '') return undefined;
  return { code, message, details: detailsOf(error['details'], 0) };
};

/** Azure may name a fault for each of a table's routes; a person reads a few, and the state has to hold them. */
const mostWords = 1_500;

/** All in one line: `RetryableError: A retryable error occurred. RetryableErrorDueToAnotherOperation: Operation ...`. */
export const inWords = (error: ArmError): string => {
  const parts = [error, ...error.details]
    .map(({ code, message }) => [code, message].filter((part) => part !== '').join(': '))
    .filter((part) => part !== '')
    .map((part) => cut(part, mostWords));
  const ends = parts.map((_, index) => parts.slice(0, index + 1).join(' ').length);
  const fit = ends.filter((end) => end <= mostWords).length;
  const more = parts.length - fit;
  return [...parts.slice(0, fit), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
};

export const hasCode = (error: ArmError | undefined, codes: ReadonlySet<string>): boolean =>
  error !== undefined && [error, ...error.details].some(({ code }) => codes.has(code));
