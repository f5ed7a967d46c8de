import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callApp, findApp } from '../cli/app.ts';
import type { Io } from '../cli/command.ts';
import { watched } from './support/secrets.ts';

const seen: (string | undefined)[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers.authorization);
  response.writeHead(403).end('{}');
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

const call = async (env: Record<string, string>): Promise<unknown> => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = await findApp({ app: url, key: 'a-key' }, { env } as unknown as Io);
  return callApp(app, { method: 'POST', path: '/api/manualRun', body: {} }).catch((error: unknown) => error);
};

it('the command line proves who asks by the token of its environment, and never shows it', async () => {
  const error = await call({ ASEFO_APP_TOKEN: ' a-token-of-ada ' });
  expect(seen.at(-1)).toBe('Bearer a-token-of-ada');
  expect(String(error)).not.toContain('a-token-of-ada');
  watched('an error', String(error));
  await call({});
  expect(seen.at(-1)).toBeUndefined();
});
