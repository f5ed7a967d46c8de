import { eventGridEvent } from '../../functions/eventGridEvent.ts';
import { eventGridWebhook } from '../../functions/eventGridWebhook.ts';
import { manualRun } from '../../functions/manualRun.ts';
import { serviceHealthWebhook } from '../../functions/serviceHealthWebhook.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { Door, Input } from './inputs.ts';

/** What a door made of an input: `ok`, or the code it named, with what it said. */
export type Outcome = { readonly code: string; readonly said: string };

type HttpHandler = (request: never, context: never) => Promise<{ status?: number; jsonBody?: unknown }>;

const context = { log: () => {}, warn: () => {} } as never;
const told = /^ERR_[A-Z_]+$/;

/** Throws where an answer is none that a caller can do something with. */
const outcomeOf = (status: number | undefined, body: unknown): Outcome => {
  const text = JSON.stringify(body);
  if (status === undefined || text === undefined) throw new Error(`no answer: ${status} ${text}`);
  if (status < 300) return { code: `HTTP ${status}`, said: text };
  const { error } = body as { error?: { code?: string; message?: string; remedy?: string } };
  const { code = '', message = '', remedy = '' } = error ?? {};
  if (!told.test(code) || code === 'ERR_BUG' || message === '' || remedy === '')
    throw new Error(`an answer that names no fault: ${status} ${text.slice(0, 500)}`);
  if (message.length > 2_000) throw new Error(`an answer of ${message.length} characters`);
  if (/\n\s+at |node_modules|\.ts:\d/.test(text)) throw new Error(`an answer with a stack: ${text.slice(0, 500)}`);
  return { code: `HTTP ${status} ${code}`, said: text };
};

const overHttp =
  (handler: HttpHandler) =>
  async ({ body, headers, method }: Input): Promise<Outcome> => {
    // What the handlers take of a request is what every Request of the web has.
    const sent = body.length === 0 || method === 'GET' ? {} : { body: Buffer.from(body) };
    const request = new Request('http://localhost/api/x', { method, headers: { ...headers }, ...sent });
    const { status, jsonBody } = await handler(request as never, context);
    return outcomeOf(status, jsonBody);
  };

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

/** By what is fuzzed: which samples inputs are made of, and what takes them. */
export const doors: Readonly<
  Record<string, { readonly made: Door; readonly take: (input: Input) => Promise<Outcome> }>
> = {
  webhook: { made: 'alert', take: overHttp(serviceHealthWebhook as HttpHandler) },
  eventGrid: { made: 'event', take: overTrigger },
  eventGridWebhook: { made: 'event', take: overHttp(eventGridWebhook as HttpHandler) },
  manual: { made: 'word', take: overHttp(manualRun as HttpHandler) },
  tags: { made: 'tags', take: overFile },
};
