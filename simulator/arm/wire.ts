import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** The whole body as text. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The headers of a request by lower-case name. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}

/** An answer with everything ARM puts around it; `text` is what is sent. */
export interface Rendered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly bytes?: Uint8Array;
}

function textOf({ body, pretty }: Answer): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return pretty === true ? JSON.stringify(body, null, 2).replaceAll('\n', '\r\n') : JSON.stringify(body);
}

export function render(answer: Answer, newGuid: () => string, now: number): Rendered {
  const text = textOf(answer);
  const requestId = newGuid();
  const headers: Record<string, string> = {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-cache': 'CONFIG_NOCACHE',
    date: new Date(now).toUTCString(),
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': requestId,
    'content-length': String(answer.bytes?.length ?? Buffer.byteLength(text)),
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...answer.headers,
  };
  // A 204 has neither a body nor a length.
  if (answer.status === 204) delete headers['content-length'];
  return { status: answer.status, headers, text, ...(answer.bytes === undefined ? {} : { bytes: answer.bytes }) };
}

export function send(response: ServerResponse, rendered: Rendered): void {
  response.writeHead(rendered.status, rendered.headers).end(rendered.bytes ?? rendered.text);
}
