import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedExchange } from './recorded.ts';
import { issueToken } from './tokens.ts';

/** A managed identity endpoint as App Service and Functions offer it (api-version 2019-08-01). */
export interface Identity {
  /** For IDENTITY_ENDPOINT. */
  readonly endpoint: string;
  /** For IDENTITY_HEADER. */
  readonly header: string;
  close(): Promise<void>;
}

export interface IdentityOptions {
  readonly header: string;
  readonly objectId: string;
  /** True when it shall give no token. */
  readonly refuses: () => boolean;
  readonly now: () => number;
  readonly record: (exchange: RecordedExchange) => void;
}

const LIFETIME_SECONDS = 86_400;

function reply(request: IncomingMessage, options: IdentityOptions): { status: number; body: Record<string, string> } {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const resource = url.searchParams.get('resource');
  if (url.pathname !== '/msi/token') return { status: 404, body: { error: 'not_found' } };
  if (request.headers['x-identity-header'] !== options.header)
    return { status: 401, body: { error: 'unauthorized', error_description: 'X-IDENTITY-HEADER is wrong.' } };
  if (resource === null || url.searchParams.get('api-version') !== '2019-08-01')
    return {
      status: 400,
      body: { error: 'invalid_request', error_description: 'resource or api-version is missing.' },
    };
  if (options.refuses())
    return { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found.' } };
  // Wall-clock time, because the caller's cache compares with it.
  const token = issueToken(resource, Date.now(), LIFETIME_SECONDS, options.objectId);
  const expires = String(Math.floor(Date.now() / 1_000) + LIFETIME_SECONDS);
  return { status: 200, body: { access_token: token, expires_on: expires, resource, token_type: 'Bearer' } };
}

function answer(request: IncomingMessage, response: ServerResponse, options: IdentityOptions): void {
  const { status, body } = reply(request, options);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const { access_token: secret, ...shown } = body;
  options.record({
    at: options.now(),
    label: 'Identity_GetToken',
    method: request.method ?? 'GET',
    url: `http://127.0.0.1${request.url ?? ''}`,
    requestHeaders: {},
    requestBody: undefined,
    status,
    responseHeaders: { 'content-type': 'application/json' },
    responseBody: secret === undefined ? shown : { ...shown, access_token: 'not kept' },
  });
}

/** Starts the endpoint on 127.0.0.1 with a port of its own. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const server = createServer((request, response) => answer(request, response, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/msi/token`,
    header: options.header,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
