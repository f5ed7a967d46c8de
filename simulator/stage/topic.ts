import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A CloudEvent as it was published. */
export interface Published {
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data?: unknown;
}

/** An Event Grid custom topic on loopback: takes CloudEvents with its key, and hands them on. */
export interface Topic {
  readonly endpoint: string;
  readonly key: string;
  close(): Promise<void>;
}

const largest = 1024 * 1024;

export async function startTopic(onEvent: (event: Published) => void): Promise<Topic> {
  const key = randomUUID();
  const server = createServer((request, response) => {
    const refuse = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code, message: code } }));
    };
    if (request.headers['aeg-sas-key'] !== key) return refuse(401, 'Unauthorized');
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > largest) request.destroy();
    });
    request.on('end', () => {
      try {
        const events = JSON.parse(body) as Published | Published[];
        for (const event of Array.isArray(events) ? events : [events]) onEvent(event);
      } catch {
        return refuse(400, 'BadRequest');
      }
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/events`,
    key,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
