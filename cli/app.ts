import { isObject } from '../shared/base/canonical.ts';
import { AutomationError, type ErrorCode } from '../shared/base/errors.ts';
import { oneLine } from '../shared/events/payload.ts';
import type { Io } from './command.ts';
import { misused } from './options.ts';
import { readStageFile, stageFileName } from './stageFile.ts';

/** The running functions, and what opens their doors. */
export type App = {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string;
  readonly systemKey: string;
  /** A token of Entra ID that says who asks; never shown. */
  readonly token?: string;
};

export const appOptions = { app: { type: 'string' }, key: { type: 'string' } } as const;

export const appUsage = [
  '  --app URL        where the functions run: https://NAME.azurewebsites.us',
  '  --key KEY        their function key',
  '',
  'Without --app: ASEFO_APP_URL and ASEFO_APP_KEY in the environment, else what',
  'npm start runs on this machine. ASEFO_APP_TOKEN in the environment, a token of',
  'Entra ID made out to the app, proves who asks.',
];

/** A plan reads a dozen resources of Azure; beyond this the app hangs. */
const timeoutMs = 120_000;

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

const checkedUrl = (text: string, from: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname));
  if (url && safe) return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  throw misused(
    `${from}: "${text.slice(0, 80)}" is not where an app can be.`,
    'Write a URL that begins with https:// (http:// only on this machine: the key would be read on the way).',
  );
};

const keyed = (url: string, key: string | undefined, systemKey: string | undefined, from: string): App => {
  if (key) return { url, key, systemKey: systemKey ?? key };
  throw misused(`There is no key for ${url} (${from}).`, 'Give the function key with --key or ASEFO_APP_KEY.');
};

type Named = { readonly app?: string | undefined; readonly key?: string | undefined };

/** The app that the words name, else the environment, else `npm start`. Throws ERR_USAGE. */
export const findApp = async (values: Named, io: Io): Promise<App> => {
  const app = await locate(values, io);
  // Other users of a machine can read command lines: a token comes by the environment alone.
  const token = io.env['ASEFO_APP_TOKEN']?.trim();
  return token ? { ...app, token } : app;
};

const locate = async (values: Named, io: Io): Promise<App> => {
  const { ASEFO_APP_URL: url, ASEFO_APP_KEY: key, ASEFO_APP_SYSTEM_KEY: systemKey } = io.env;
  if (values.app !== undefined) return keyed(checkedUrl(values.app, '--app'), values.key ?? key, systemKey, '--app');
  if (url) return keyed(checkedUrl(url, 'ASEFO_APP_URL'), values.key ?? key, systemKey, 'ASEFO_APP_URL');
  const stage = await readStageFile(io);
  if (stage?.url)
    return keyed(checkedUrl(stage.url, stageFileName), values.key ?? stage.key, stage.systemKey, stageFileName);
  throw misused(
    'It is not said where the app runs.',
    'Give --app and --key, set ASEFO_APP_URL and ASEFO_APP_KEY, or start one here: npm start.',
  );
};

export type AppRequest = {
  readonly method: 'GET' | 'POST';
  /** Below the app, with a slash in front. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is where it is a text, as JSON otherwise. */
  readonly body?: unknown;
};

export type AppAnswer = { readonly status: number; readonly text: string; readonly value: unknown };

const failed = (message: string, remedy: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_APP', message, { remedy, cause });

const whyNoAnswer = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `nothing came within ${timeoutMs / 1_000} seconds`;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const send = async (app: App, request: AppRequest): Promise<AppAnswer> => {
  const { method, path, headers, body } = request;
  try {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: {
        'x-functions-key': app.key,
        ...(app.token === undefined ? {} : { authorization: `Bearer ${app.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      // A redirect would carry the key to whoever it points at.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, text, value: jsonOf(text) };
  } catch (cause) {
    throw failed(
      `The app at ${app.url} does not answer: ${whyNoAnswer(cause)}.`,
      'Is it running there? npm start runs one here; --app says where it is.',
      cause,
    );
  }
};

const refused = ({ status, text, value }: AppAnswer, app: App, { method, path }: AppRequest): AutomationError => {
  const told = isObject(value) && isObject(value['error']) ? value['error'] : null;
  if (told && typeof told['message'] === 'string' && /^ERR_[A-Z_]+$/.test(String(told['code']))) {
    // The app is this product, so its codes are ours.
    return new AutomationError(told['code'] as ErrorCode, told['message'], { remedy: String(told['remedy'] ?? '') });
  }
  if (status === 401 || status === 403) {
    return failed(
      `The app at ${app.url} refuses the key (HTTP ${status}).`,
      'Give its function key with --key or ASEFO_APP_KEY.',
    );
  }
  const said = oneLine(text) === '' ? '' : `: ${oneLine(text)}`;
  const remedy =
    status === 404 ? 'Check the URL; it is the address of the function app, without /api.' : "Look at the app's log.";
  return failed(`${method} ${app.url}${path.split('?')[0]} was answered with HTTP ${status}${said}.`, remedy);
};

/** Calls the app. Throws what the app says went wrong, or ERR_APP where it does not answer as ours would. */
export const callApp = async (app: App, request: AppRequest): Promise<AppAnswer> => {
  const answer = await send(app, request);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refused(answer, app, request);
};

/** The JSON object of an answer. Throws ERR_APP where it is none: then something else answers there. */
export const objectOf = (
  { value }: AppAnswer,
  app: App,
  looksRight: (value: Record<string, unknown>) => boolean,
): Record<string, unknown> => {
  if (isObject(value) && looksRight(value)) return value;
  throw failed(`What answers at ${app.url} is not this product.`, 'Check --app or ASEFO_APP_URL.');
};
