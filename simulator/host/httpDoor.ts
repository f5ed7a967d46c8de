import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpFunction } from './binding.ts';
import type { RpcTypedData } from './core.ts';
import { answerEventGrid, type Deliver } from './eventGridDoor.ts';
import { HostError, messageOf } from './hostError.ts';
import type { Answer, SignIn } from './httpConversion.ts';
import { toAnswer, toRpcRequest } from './httpConversion.ts';
import type { InvocationResult } from './invoker.ts';
import { type HostKeys, keyOf, opens } from './keys.ts';
import { matchRoute, type Route } from './routes.ts';

/** Largest body in bytes, as the host's FUNCTIONS_REQUEST_BODY_SIZE_LIMIT defaults to. */
export const bodyLimit = 104_857_600;

export interface HttpDoorOptions {
  readonly port: number;
  readonly keys: HostKeys;
  readonly routes: readonly Route[];
  readonly invoke: (fn: HttpFunction, data: RpcTypedData) => Promise<InvocationResult>;
  readonly deliver: Deliver;
  /** Starts a function by name with the given input, a message's text or an event as JSON. */
  readonly runByName: (name: string, input: string | undefined) => 'accepted' | 'unknown' | 'invalid';
  readonly onError: (message: string) => void;
  /** App Service authentication; absent: it is off, and every header comes through as it was sent. */
  readonly signIn?: SignIn;
}

export interface HttpDoor {
  readonly url: string;
  /** No new request is taken; resolves at once, requests under way go on. */
  refuse(): void;
  /** Ends what is left of connections and frees the port. */
  close(): Promise<void>;
}

class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw new BodyTooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function answerFunction(options: HttpDoorOptions, request: IncomingMessage, url: URL): Promise<Answer> {
  const match = matchRoute(options.routes, request.method ?? 'GET', url.pathname);
  if (match === undefined) return { status: 404 };
  const { fn, params } = match;
  const key = keyOf(request, url);
  if (fn.authLevel === 'admin' && !opens.master(options.keys, key)) return { status: 401 };
  if (fn.authLevel === 'function' && !opens.function(options.keys, key, fn.name)) return { status: 401 };
  const http = toRpcRequest(request, url, params, await readBody(request), options.signIn);
  const { response } = await options.invoke(fn, { http });
  return response === undefined ? { status: 500 } : toAnswer(response.returnValue);
}

/** POST /admin/functions/{name} with { "input": text }: run it now, answer 202 before it has run. */
async function answerAdmin(
  options: HttpDoorOptions,
  request: IncomingMessage,
  url: URL,
  name: string,
): Promise<Answer> {
  if (!opens.master(options.keys, keyOf(request, url))) return { status: 401 };
  if (request.method !== 'POST') return { status: 404 };
  const body = (await readBody(request)).toString('utf8').trim();
  let input: unknown;
  try {
    input = body === '' ? undefined : (JSON.parse(body) as { input?: unknown } | null)?.input;
  } catch {
    return { status: 400 };
  }
  const statuses = { accepted: 202, unknown: 404, invalid: 400 } as const;
  return { status: statuses[options.runByName(name, typeof input === 'string' ? input : undefined)] };
}

async function answerWebhook(options: HttpDoorOptions, request: IncomingMessage, url: URL): Promise<Answer> {
  if (!opens.system(options.keys, keyOf(request, url))) return { status: 401 };
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return answerEventGrid(
    {
      method: request.method ?? 'GET',
      functionName: url.searchParams.get('functionName') ?? '',
      eventType: header('aeg-event-type'),
      origin: header('webhook-request-origin'),
      body: (await readBody(request)).toString('utf8'),
    },
    options.deliver,
  );
}

async function answer(options: HttpDoorOptions, request: IncomingMessage): Promise<Answer> {
  const url = new URL(`http://${request.headers.host ?? '127.0.0.1'}${request.url ?? '/'}`);
  const admin = /^\/admin\/functions\/([^/]+)\/?$/i.exec(url.pathname);
  if (admin !== null) return answerAdmin(options, request, url, decodeURIComponent(admin[1] ?? ''));
  if (/^\/runtime\/webhooks\/eventgrid\/?$/i.test(url.pathname)) return answerWebhook(options, request, url);
  if (/^\/(?:admin|runtime)(?:\/|$)/i.test(url.pathname)) return { status: 404 };
  return answerFunction(options, request, url);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of headers ?? []) response.appendHeader(name, value);
  response.writeHead(status);
  response.end(body);
}

async function serve(options: HttpDoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    write(response, await answer(options, request));
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) options.onError(messageOf(error));
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close');
    write(response, { status: error instanceof BodyTooLarge ? 413 : 500 });
  }
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new HostError(`Cannot listen on 127.0.0.1:${port}: ${cause.message}. Give another port, or 0 for a free one.`, {
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Opens the host's one port on 127.0.0.1: HTTP functions, the Event Grid webhook and the admin door. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const server = createServer((request, response) => void serve(options, request, response));
  const port = await listen(server, options.port);
  let closed: Promise<void> | undefined;
  const refuse = (): void => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    refuse,
    close() {
      refuse();
      server.closeAllConnections();
      return closed ?? Promise.resolve();
    },
  };
}
