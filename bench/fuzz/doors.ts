import { confirmDevice } from '../../functions/confirmDevice.ts';
import { eventGridEvent } from '../../functions/eventGridEvent.ts';
import { eventGridWebhook } from '../../functions/eventGridWebhook.ts';
import { manualRun } from '../../functions/manualRun.ts';
import { serviceHealthWebhook } from '../../functions/serviceHealthWebhook.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { Door, Input } from './inputs.ts';

/** What a door made of an input: `ok`, or the code it named, with what it said. */
export type Outcome = { readonly code: string; readonly said: string };

type HttpAnswer = {
  readonly status?: number;
  readonly jsonBody?: unknown;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
type HttpHandler = (request: never, context: never) => Promise<HttpAnswer>;

const context = { log: () => {}, warn: () => {} } as never;
const told = /^ERR_[A-Z_]+$/;

/** Throws where what was told of a refusal names no fault, or tells more than is anybody's business. */
const heldToNameAFault = (code: string, message: string, remedy: string, whole: string): void => {
  if (!told.test(code) || code === 'ERR_BUG' || message === '' || remedy === '')
    throw new Error(`an answer that names no fault: ${whole.slice(0, 500)}`);
  if (message.length > 2_000) throw new Error(`an answer of ${message.length} characters`);
  if (/\n\s+at |node_modules|\.ts:\d/.test(whole)) throw new Error(`an answer with a stack: ${whole.slice(0, 500)}`);
};

/** Throws where an answer is none that a caller can do something with. */
const jsonOutcome = ({ status, jsonBody }: HttpAnswer): Outcome => {
  const text = JSON.stringify(jsonBody);
  if (status === undefined || text === undefined) throw new Error(`no answer: ${status} ${text}`);
  if (status < 300) return { code: `HTTP ${status}`, said: text };
  const { error } = jsonBody as { error?: { code?: string; message?: string; remedy?: string } };
  const { code = '', message = '', remedy = '' } = error ?? {};
  heldToNameAFault(code, message, remedy, `${status} ${text}`);
  return { code: `HTTP ${status} ${code}`, said: text };
};

/** The page's address with the key that came along, whatever that was; on it perhaps the site. */
const wayBack = /^status(\?code=[\w%.!~*'()-]*)?(#site-[\w-]+)?$/;
const elements = /^(!doctype|html|head|meta|title|style|body|header|h1|p|small|a)$/;

/** Throws where a browser would be sent elsewhere, or shown a page that names no fault, or one with markup not of its own. */
const pageOutcome = ({ status, body, headers }: HttpAnswer): Outcome => {
  if (status === 303) {
    const address = headers?.['location'] ?? '';
    if (!wayBack.test(address)) throw new Error(`sent on to ${address}`);
    return { code: 'HTTP 303', said: address };
  }
  if (status === undefined || status < 400 || typeof body !== 'string') throw new Error(`no answer: ${status} ${body}`);
  const [, message = '', code = '', remedy = ''] =
    /<p class="band red">✗ ([^<]*)<small>([A-Z_]*)\. What to do: ([^<]*)<\/small><\/p>/.exec(body) ?? [];
  heldToNameAFault(code, message, remedy, `${status} ${body}`);
  const strange = [...body.matchAll(/<\/?([^\s>/]*)/g)].find(([, name = '']) => !elements.test(name));
  if (strange !== undefined) throw new Error(`a page with markup not of its own: ${strange[0]}`);
  const addresses = [...body.matchAll(/ href="([^"]*)"/g)].map(([, address = '']) => address.replaceAll('&#39;', "'"));
  if (addresses.length !== 1 || !wayBack.test(addresses[0] ?? '')) throw new Error(`a page that leads to ${addresses}`);
  return { code: `HTTP ${status} ${code}`, said: message };
};

/** What the handlers take of a request: what every Request of the web has, and the address's query. */
const requestOf = ({ body, headers, method, query }: Input): never => {
  const sent = body.length === 0 || method === 'GET' ? {} : { body: Buffer.from(body) };
  const url = new URL(`http://localhost/api/x?${query}`);
  const request = new Request(url, { method, headers: { ...headers }, ...sent });
  return Object.assign(request, { query: url.searchParams }) as never;
};

const overHttp =
  (handler: HttpHandler, outcomeOf: (answer: HttpAnswer) => Outcome = jsonOutcome) =>
  async (input: Input): Promise<Outcome> =>
    outcomeOf(await handler(requestOf(input), context));

/** The host parses an event and gives none to the trigger that is not JSON. */
const overTrigger = async ({ body }: Input): Promise<Outcome> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return { code: 'not JSON', said: '' };
  }
  for (const event of Array.isArray(parsed) ? parsed.slice(0, 100) : [parsed]) await eventGridEvent(event, context);
  return { code: 'taken', said: '' };
};

const overFile = async ({ body }: Input): Promise<Outcome> => {
  try {
    parseTagFile(Buffer.from(body).toString('utf8'), 'the file');
    return { code: 'read', said: '' };
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error;
    if (error.code === 'ERR_BUG' || error.message.length > 2_000) throw error;
    return { code: error.code, said: error.message };
  }
};

type Fuzzable = {
  /** Which samples inputs are made of. */
  readonly made: Door;
  readonly take: (input: Input) => Promise<Outcome>;
  /** So many inputs come before the world forgets; absent: 200. */
  readonly inputsAWorld?: number;
};

/** By what is fuzzed: what is sent there, and what takes it. */
export const doors: Readonly<Record<string, Fuzzable>> = {
  webhook: { made: 'alert', take: overHttp(serviceHealthWebhook as HttpHandler) },
  eventGrid: { made: 'event', take: overTrigger },
  eventGridWebhook: { made: 'event', take: overHttp(eventGridWebhook as HttpHandler) },
  manual: { made: 'word', take: overHttp(manualRun as HttpHandler) },
  // What is confirmed waits no more: a world is soon one in which nothing is asked.
  form: { made: 'form', take: overHttp(confirmDevice as HttpHandler, pageOutcome), inputsAWorld: 20 },
  tags: { made: 'tags', take: overFile },
};
