import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../cli/command.ts';
import { commands } from '../cli/commands.ts';
import { outage } from './cliPlanData.ts';
import { type Folder, newFolder, type Ran, run } from './cliRun.ts';
import { operationEvent } from './eventsData.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: unknown };
type Answer = { status: number; body: string; headers?: Record<string, string> };

/** Something that listens where the app should be, answers as told and remembers what it was asked. */
let server: Server;
let seen: Seen[];
let answer: Answer;
let folder: Folder;
let url: string;

beforeEach(async () => {
  folder = newFolder();
  seen = [];
  answer = { status: 202, body: JSON.stringify({ site: 'rig-07', action: 'x', said: 'done' }) };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    });
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  folder.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const cli = (words: readonly string[], world: Partial<Io> = {}): Promise<Ran> =>
  run(words, {
    cwd: folder.path,
    project: folder.path,
    env: { ASEFO_APP_URL: url, ASEFO_APP_KEY: 'secret-key' },
    ...world,
  });
const digest = `sha256:${'ab'.repeat(32)}`;

describe('what a person says', () => {
  it.each<[string, readonly string[], Record<string, unknown>]>([
    ['approve', ['--digest', digest], { action: 'apply', digest }],
    ['declare', ['--reason', 'a drill'], { action: 'declare', kind: 'failover', reason: 'a drill' }],
    [
      'declare',
      [
        '--services',
        'Storage, EventHub',
        '--kind',
        'home',
        '--reason',
        'back',
        '--expires',
        '2026-03-02T08:00:00+01:00',
      ],
      {
        action: 'declare',
        kind: 'home',
        services: ['Storage', 'EventHub'],
        reason: 'back',
        expiresAt: '2026-03-02T07:00:00.000Z',
      },
    ],
    ['withdraw', [], { action: 'withdraw' }],
    ['withdraw', ['--id', 'i1', '--services', 'Storage'], { action: 'withdraw', id: 'i1', services: ['Storage'] }],
    ['confirm-device', ['--checksum', '0123456789ab'], { action: 'confirmDevice', checksum: '0123456789ab' }],
    ['adopt', ['--digest', digest, '--reason', 'looks right'], { action: 'adopt', digest, reason: 'looks right' }],
    ['pause', ['--reason', 'works on the wall'], { action: 'pause', reason: 'works on the wall' }],
    ['resume', [], { action: 'resume' }],
  ])('is sent to the app as it was said: %s %j', async (name, words, body) => {
    const { code, out, err } = await cli([name, '--site', 'rig-07', ...words]);
    expect({ code, out, err }).toEqual({ code: 0, out: 'rig-07: done\n', err: '' });
    const posted = seen.filter(({ method }) => method === 'POST');
    expect(posted).toMatchObject([
      { method: 'POST', url: '/api/manualRun', body: { ...body, site: 'rig-07', by: 'ada' } },
    ]);
    expect(Object.keys(posted[0]?.body ?? {}).sort()).toEqual([...Object.keys(body), 'by', 'site'].sort());
    expect(seen[0]?.headers['x-functions-key']).toBe('secret-key');
  });

  it.each(['pause', 'resume'])('%s --all is said to every site', async (name) => {
    answer = { status: 202, body: JSON.stringify({ site: '*', action: name, said: 'done' }) };
    const { code, out } = await cli([name, '--all', '--reason', 'a drill']);
    expect({ code, out }).toEqual({ code: 0, out: 'all: done\n' });
    expect(seen[0]?.body).toEqual({ action: name, site: '*', by: 'ada', reason: 'a drill' });
    expect((await cli([name, '--all', '--site', 'rig-07'])).err).toContain('--site and --all are both given');
    expect((await cli(['adopt', '--all'])).err).toContain('--all');
  });

  it('carries another name where one is given', async () => {
    await cli(['pause', '--site', 'rig-07', '--by', 'Grace']);
    expect(seen[0]?.body).toMatchObject({ by: 'Grace' });
  });

  it('is answered as JSON where asked, and told how to take it back', async () => {
    const said = { site: 'rig-07', action: 'declare', said: 'declared failover of all services', id: 'i-7' };
    answer = { status: 202, body: JSON.stringify(said) };
    const words = ['declare', '--site', 'rig-07', '--reason', 'x'];
    expect(JSON.parse((await cli([...words, '--json'])).out)).toEqual(said);
    expect((await cli(words)).out).toContain('withdraw --site rig-07 --id i-7');
  });

  it.each<[string, readonly string[], string]>([
    ['without a site', ['pause'], '--site is missing'],
    ['without a digest', ['approve', '--site', 'a'], '--digest is missing'],
    ['with half a digest', ['approve', '--site', 'a', '--digest', 'sha256:ab'], 'is not a digest'],
    ['without a reason', ['declare', '--site', 'a'], '--reason is missing'],
    [
      'with a kind that is none',
      ['declare', '--site', 'a', '--reason', 'x', '--kind', 'move'],
      '--kind: "move" is none',
    ],
    [
      'with a time that is none',
      ['declare', '--site', 'a', '--reason', 'x', '--expires', 'soon'],
      '--expires: "soon" is not a time',
    ],
    ['with an option of another word', ['pause', '--site', 'a', '--digest', digest], "Unknown option '--digest'"],
    ['events that are not sent', ['events', 'x'], 'events x is not a command'],
    [
      'with a plain link to another machine',
      ['pause', '--site', 'a', '--app', 'http://example.com'],
      'is not where an app can be',
    ],
    ['with a link that is none', ['status', '--app', 'hello'], '--app: "hello" is not where an app can be'],
  ])('is refused before anything is sent: %s', async (_, words, message) => {
    const { code, out, err } = await cli(words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
    expect(seen).toEqual([]);
  });

  it.each(Object.keys(commands))('has a help that fits a terminal: %s', async (name) => {
    const { code, out } = await cli([name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`npm run --silent cli -- ${name}`);
    const help = (await cli(['help'])).out;
    expect(help).toContain(`  ${name} `);
    expect(Math.max(...`${out}\n${help}`.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('where the app is', () => {
  const stage = (content: unknown) => {
    mkdirSync(join(folder.path, '.tmp'));
    folder.write('.tmp/stage.json', content);
  };

  it('is what the words say before what the environment says', async () => {
    const env = { ASEFO_APP_URL: 'https://elsewhere.invalid', ASEFO_APP_KEY: 'other' };
    const { code } = await cli(['resume', '--site', 'a', '--app', `${url}/`, '--key', 'mine'], { env });
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ url: '/api/manualRun', headers: { 'x-functions-key': 'mine' } });
  });

  it('is what npm start left where nothing else is said', async () => {
    stage({ url, key: 'stage-key' });
    expect((await cli(['resume', '--site', 'a'], { env: {} })).code).toBe(0);
    expect(seen[0]?.headers['x-functions-key']).toBe('stage-key');
  });

  it.each<[string, unknown, string]>([
    ['nobody says', null, 'It is not said where the app runs'],
    ['what npm start left is broken', '{', 'stage.json is not JSON'],
    ['there is no key', { url: 'http://127.0.0.1:1' }, 'There is no key for http://127.0.0.1:1'],
  ])('is asked for where %s', async (_, content, message) => {
    if (content !== null) stage(content);
    const { code, err } = await cli(['status'], { env: {} });
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

describe('an app that does not do as it is told', () => {
  it.each<[string, Answer, string]>([
    ['refuses the key', { status: 401, body: '' }, 'ERR_APP: The app at URL refuses the key (HTTP 401).'],
    ['knows no such door', { status: 404, body: '' }, 'ERR_APP: POST URL/api/manualRun was answered with HTTP 404.'],
    [
      'says what is wrong',
      {
        status: 409,
        body: JSON.stringify({
          error: { code: 'ERR_NOTHING_WAITS', message: 'No plan waits.', remedy: 'See the page.' },
        }),
      },
      'ERR_NOTHING_WAITS: No plan waits.\n  See the page.\n',
    ],
    [
      'fails with a page',
      { status: 503, body: '<html>\n<h1>Service Unavailable\u001b[31m</h1></html>' },
      'HTTP 503: <html> <h1>Service Unavailable',
    ],
    ['is another thing', { status: 200, body: '"hello"' }, 'What answers at URL is not this product'],
    [
      'sends us elsewhere',
      { status: 302, body: '', headers: { location: 'https://example.com/' } },
      'The app at URL does not answer: unexpected redirect',
    ],
  ])('%s: that is said', async (_, given, message) => {
    answer = given;
    const { code, out, err } = await cli(['pause', '--site', 'a']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message.replaceAll('URL', url));
    expect(err).not.toContain('secret-key');
    expect(err.replaceAll('\n', '')).toBe(err.replaceAll(/\p{Cc}/gu, ''));
  });

  it('is not there: that is said', async () => {
    const { code, err } = await cli(['status', '--app', 'http://127.0.0.1:9', '--key', 'k']);
    expect(code).toBe(1);
    expect(err).toMatch(/^ERR_APP: The app at http:\/\/127\.0\.0\.1:9 does not answer: .+\n {2}Is it running there\?/);
  });

  it('answers a status that is none: that is said', async () => {
    answer = { status: 200, body: '{"sites":7}' };
    expect((await cli(['status'])).err).toContain('is not this product');
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/status?format=json' });
  });
});

describe('events send', () => {
  const grid = operationEvent();
  const cloudEvent = { specversion: '1.0', type: 'Microsoft.Resources.ResourceActionSuccess', source: '/x', id: '1' };
  const handshake = { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: '1' } };
  const webhook = '/runtime/webhooks/eventgrid?functionName=eventGridEvent';

  it.each<[string, unknown, string, string | undefined]>([
    ['an alert', outage(), '/api/events/service-health', undefined],
    ['an event of Event Grid', grid, webhook, 'Notification'],
    ['several of them', [grid, grid], webhook, 'Notification'],
    ['a CloudEvent', cloudEvent, webhook, 'Notification'],
    ['a handshake', [handshake], webhook, 'SubscriptionValidation'],
    ['anything else', { hello: 1 }, '/api/events/service-health', undefined],
  ])('hands %s to the door that Azure would use, as it is', async (_, payload, door, type) => {
    const env = { ASEFO_APP_URL: url, ASEFO_APP_KEY: 'secret-key', ASEFO_APP_SYSTEM_KEY: 'system-key' };
    const { code } = await cli(['events', 'send', folder.write('event.json', payload)], { env });
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'POST', url: door, body: payload });
    expect(seen[0]?.headers['aeg-event-type']).toBe(type);
    expect(seen[0]?.headers['x-functions-key']).toBe(type === undefined ? 'secret-key' : 'system-key');
  });

  it('says what the door took and what it left', async () => {
    answer = {
      status: 200,
      body: JSON.stringify({ accepted: 0, recordedOnly: 1, ignored: [{ what: 'alert X', reason: 'no schema' }] }),
    };
    const { out } = await cli(['events', 'send', folder.write('event.json', outage())]);
    expect(out).toBe(
      'Service Health: 0 taken up, 1 recorded and not acted on (HTTP 200)\nService Health: ignored alert X: no schema\n',
    );
  });

  it('refuses a file that is not JSON before anything is sent', async () => {
    const { code, err } = await cli(['events', 'send', folder.write('event.json', '{')]);
    expect(code).toBe(1);
    expect(err).toContain('event.json is not JSON');
    expect(seen).toEqual([]);
  });
});
