import http from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Host, type LogLine, startHost } from '../simulator/host/host.ts';
import { seen } from './fixtures/hostapp/seen.ts';

const hostJson = new URL('./fixtures/hostapp/host.json', import.meta.url);
// No function of this app has a queue, so nothing ever connects.
const storageConnectionString = 'UseDevelopmentStorage=true';
const keys = { function: { echo: 'echo-key' }, master: 'master-key', system: 'system-key' };

const log: LogLine[] = [];
const start = (): Promise<Host> =>
  startHost({
    load: async () => {
      await import('./fixtures/hostapp/http.ts');
      await import('./fixtures/hostapp/events.ts');
    },
    hostJson,
    storageConnectionString,
    keys,
    log: (line) => log.push(line),
  });

let host: Host;
beforeAll(async () => {
  host = await start();
});
afterAll(() => host.close());
beforeEach(() => {
  seen.length = 0;
});

const get = (path: string, init: RequestInit = {}) => fetch(host.url + path, init);

describe('HTTP functions', () => {
  it('lists the functions with routes, methods and levels', () => {
    expect(host.functions.find(({ name }) => name === 'hello')).toEqual({
      name: 'hello',
      type: 'http',
      route: 'api/hello/{name}/{greeting?}',
      methods: ['GET'],
      authLevel: 'anonymous',
    });
    expect(host.functions.map(({ name }) => name)).toContain('onEvent');
  });

  it('gives route parameters, joined query values and the whole url', async () => {
    const answer = await get('/api/Hello/Ada%20L?a=1&a=2&empty=');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({
      params: { name: 'Ada L' },
      query: { a: '1,2', empty: '' },
      url: `${host.url}/api/Hello/Ada%20L?a=1&a=2&empty=`,
    });
  });

  it('gives an optional parameter where it is there', async () => {
    const answer = (await (await get('/api/hello/Ada/hi')).json()) as { params: unknown };
    expect(answer.params).toEqual({ name: 'Ada', greeting: 'hi' });
  });

  it.each([
    ['a literal before a parameter', '/api/hello/world', 'literal'],
    ['a constrained parameter before a catch-all', '/api/items/12', 'int'],
    ['a catch-all over several segments', '/api/items/a/b', 'a/b'],
    ['a catch-all over nothing', '/api/items', ''],
  ])('prefers %s', async (_, path, body) => {
    expect(await (await get(path)).text()).toBe(body);
  });

  it('hands over the body byte by byte and the answer with status, headers and cookie', async () => {
    const body = new Uint8Array([0, 255, 10, 13, 128]);
    const headers = { 'x-functions-key': 'echo-key', 'content-type': 'application/octet-stream' };
    const answer = await get('/api/echo', { method: 'POST', body, headers });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-method')).toBe('POST');
    expect(answer.headers.get('set-cookie')).toBe('seen=yes; Max-Age=60; HttpOnly; SameSite=Strict');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
  });

  it.each([
    ['no key', '/api/echo', {}, 401],
    ['a wrong key', '/api/echo?code=nonsense', {}, 401],
    ['the key in the query', '/api/echo?code=echo-key', {}, 201],
    ['the master key in the header', '/api/echo', { 'x-functions-key': 'master-key' }, 201],
    ['a wrong header over a right query', '/api/echo?code=echo-key', { 'x-functions-key': 'nonsense' }, 401],
  ])('answers a function-level function asked with %s', async (_, path, headers, status) => {
    expect((await get(path, { method: 'POST', body: 'x', headers })).status).toBe(status);
  });

  it('opens an admin-level function to the master key alone', async () => {
    expect((await get('/api/guarded?code=echo-key')).status).toBe(401);
    expect(await (await get('/api/guarded?code=master-key')).text()).toBe('inside');
  });

  it.each([
    ['an unknown route', 'GET', '/api/unknown'],
    ['a known route without its prefix', 'GET', '/hello/Ada'],
    ['a method the function does not take', 'DELETE', '/api/hello/Ada'],
    ['a parameter against its constraint, there being no other route', 'HEAD', '/api/items/x'],
    ['an unknown admin path', 'GET', '/admin/host/keys'],
  ])('answers 404 without a body to %s', async (_, method, path) => {
    const answer = await get(path, { method });
    expect([answer.status, await answer.text()]).toEqual([404, '']);
  });

  it('answers 500 without a body when the handler throws, and logs why', async () => {
    const answer = await get('/api/throws');
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    expect(host.invocations.at(-1)).toMatchObject({
      functionName: 'throws',
      outcome: 'failed',
      error: 'the handler broke',
    });
    expect(log.some(({ level, message }) => level === 'error' && message.includes('the handler broke'))).toBe(true);
  });

  it('answers 204 when the handler returns nothing', async () => {
    expect((await get('/api/nothing')).status).toBe(204);
  });

  it('gives up on a function after functionTimeout', async () => {
    expect((await get('/api/slow?ms=1200')).status).toBe(500);
    expect(host.invocations.at(-1)).toMatchObject({ functionName: 'slow', outcome: 'timedOut' });
  });

  it('refuses a body above the limit of the host before it is sent', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-length': 104_857_601, 'x-functions-key': 'echo-key' };
      const request = http.request(`${host.url}/api/echo`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it('logs what the function logs, under its name', async () => {
    await get('/api/hello/Grace');
    const line = log.find(({ message }) => message === 'greeting Grace');
    expect(line).toMatchObject({ level: 'information', category: 'Function.hello.User', functionName: 'hello' });
    expect(log.some(({ functionName }) => functionName === 'slow')).toBe(true);
    expect(log.some(({ functionName, level }) => functionName === 'slow' && level === 'information')).toBe(false);
  });
});

const eventGrid = (query: string, init: RequestInit) => get(`/runtime/webhooks/eventgrid?${query}`, init);
const post = (type: string | undefined, body: unknown, query = 'functionName=onEvent&code=system-key') =>
  eventGrid(query, {
    method: 'POST',
    headers: type === undefined ? {} : { 'aeg-event-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const gridEvent = (id: string, subject = 'fine') => ({
  id,
  subject,
  eventType: 'Some.Event',
  eventTime: '2026-05-01T00:00:00Z',
  data: { n: id },
  dataVersion: '1',
});
const cloudEvent = { id: 'c', source: '/x', type: 'Some.Event', specversion: '1.0', data: { n: 1 } };

describe('the Event Grid webhook', () => {
  it('answers the handshake of the Event Grid schema', async () => {
    const answer = await post('SubscriptionValidation', [{ ...gridEvent('v'), data: { validationCode: 'abc-1' } }]);
    expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: 'abc-1' }]);
    expect(seen).toEqual([]);
  });

  it.each([
    ['eventgrid.azure.us', 'eventgrid.azure.us'],
    ['evil.example', 'eventgrid.azure.net'],
  ])('answers the CloudEvents handshake of %s with the origin %s', async (origin, allowed) => {
    const headers = { 'webhook-request-origin': origin };
    const answer = await eventGrid('functionName=onEvent&code=system-key', { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([200, allowed]);
  });

  it('runs the function once for each event of an array', async () => {
    expect((await post('Notification', [gridEvent('a'), gridEvent('b')])).status).toBe(202);
    expect(seen.map(({ input }) => (input as { id: string }).id).toSorted()).toEqual(['a', 'b']);
    expect(seen[0]?.metadata).toMatchObject({ data: { n: expect.any(String) } });
  });

  it('takes a bare CloudEvent, as it is', async () => {
    expect((await post('Notification', cloudEvent)).status).toBe(202);
    expect(seen.map(({ input }) => input)).toEqual([cloudEvent]);
  });

  it('answers 500 for the whole array when one event fails', async () => {
    const answer = await post('Notification', [gridEvent('a'), gridEvent('b', 'broken')]);
    expect([answer.status, await answer.text()]).toEqual([500, 'cannot take this event']);
    expect(seen).toHaveLength(2);
  });

  it.each([
    [202, 'an unsubscription', 'Unsubscribe', '{}', undefined],
    [400, 'a missing event type', undefined, '[]', undefined],
    [500, 'what is not JSON', 'Notification', 'not json', undefined],
    [404, 'an unknown function', 'Notification', '[]', 'functionName=nobody&code=system-key'],
    [404, 'a function of another kind', 'Notification', '[]', 'functionName=hello&code=system-key'],
    [401, 'a request without a key', 'Notification', '[]', 'functionName=onEvent'],
    [401, 'a function key', 'Notification', '[]', 'functionName=onEvent&code=echo-key'],
    [202, 'the master key', 'Notification', '[]', 'functionName=onEvent&code=master-key'],
  ])('answers %i to %s', async (status, _, type, body, query) => {
    expect((await post(type, body, query)).status).toBe(status);
    expect(seen).toEqual([]);
  });
});

describe('the admin door', () => {
  const run = (name: string, init: RequestInit = {}) =>
    get(`/admin/functions/${name}`, { method: 'POST', headers: { 'x-functions-key': 'master-key' }, ...init });

  it('runs a function by name with the input given', async () => {
    expect((await run('onEvent', { body: JSON.stringify({ input: JSON.stringify(gridEvent('admin')) }) })).status).toBe(
      202,
    );
    await host.idle();
    expect(seen.map(({ input }) => input)).toEqual([gridEvent('admin')]);
  });

  it.each([
    ['no master key', 'onEvent', { headers: { 'x-functions-key': 'echo-key' } }, 401],
    ['an unknown function', 'nobody', {}, 404],
    ['a body that is not JSON', 'onEvent', { body: '{' }, 400],
    ['an event that is not JSON', 'onEvent', { body: '{"input":"{"}' }, 400],
  ])('refuses %s', async (_, name, init, status) => {
    expect((await run(name, init)).status).toBe(status);
    expect(seen).toEqual([]);
  });
});

describe('starting and closing', () => {
  it('binds a second host in the same process to the same app, each with its own record', async () => {
    const second = await start();
    const before = host.invocations.length;
    expect((await fetch(`${second.url}/api/hello/Two`)).status).toBe(200);
    expect(second.invocations).toHaveLength(1);
    expect(host.invocations).toHaveLength(before);
    await second.close();
  });

  it('lets a running request end and then leaves no listener', async () => {
    const second = await start();
    const running = fetch(`${second.url}/api/slow?ms=150`);
    await expect.poll(() => second.invocations.length).toBe(1);
    await second.close();
    expect(await (await running).text()).toBe('done');
    await expect(fetch(`${second.url}/api/hello/Late`)).rejects.toThrow();
  });

  it('closes within the time given even if something still runs', async () => {
    const second = await start();
    const running = fetch(`${second.url}/api/slow?ms=900`).catch(() => 'cut');
    await expect.poll(() => second.invocations.length).toBe(1);
    const from = performance.now();
    await second.close(50);
    expect(performance.now() - from).toBeLessThan(600);
    expect(await running).toBe('cut');
  });

  it('binds a host to a fresh module graph where there is one, and leaves the first host as it was', async () => {
    vi.resetModules();
    const second = await start();
    const url = `${second.url}/runtime/webhooks/eventgrid?functionName=onEvent&code=system-key`;
    const headers = { 'aeg-event-type': 'Notification' };
    const body = JSON.stringify([gridEvent('fresh')]);
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
    expect(seen).toEqual([]);
    expect((await post('Notification', [gridEvent('first')])).status).toBe(202);
    expect(seen).toHaveLength(1);
    await second.close();
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(host.url).port);
    const load = () => import('./fixtures/hostapp/http.ts');
    const taken = startHost({ load, hostJson, storageConnectionString, keys, port });
    await expect(taken).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}`);
  });

  it('names the file and the value when host.json is wrong', async () => {
    const bad = startHost({ load: async () => {}, hostJson: new URL(import.meta.url), storageConnectionString, keys });
    await expect(bad).rejects.toThrow(/simulator-host\.test\.ts as host\.json/);
  });
});
