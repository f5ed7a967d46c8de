import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildAzure } from '../shared/azure/index.ts';
import type { Log, LogFields } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import type { Notice } from '../shared/record/notice.ts';

const key = 'the-topic-key';
const notice: Notice = {
  id: 'notice-1',
  kind: 'needsApproval',
  site: 'rig-07',
  at: '2026-02-01T00:00:00.000Z',
  title: 'A plan waits for you',
  text: 'It adds 19 routes.',
  digest: 'sha256:00',
  runId: null,
};

const received: { headers: IncomingHttpHeaders; body: unknown }[] = [];
let status = 200;
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
  response.writeHead(status).end();
});

type Line = readonly [level: string, message: string, fields: LogFields];
const lines: Line[] = [];
const at =
  (level: string) =>
  (message: string, fields: LogFields = {}) =>
    void lines.push([level, message, fields]);
const log: Log = { info: at('info'), warn: at('warn'), error: at('error') };

const noticesTo = (endpoint: string | undefined) =>
  buildAzure(
    readSettings({
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      ASEFO_TOPIC_ENDPOINT: endpoint,
      ASEFO_TOPIC_KEY: key,
    }),
    log,
  ).notices;

let topic = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  topic = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/events`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close').catch(() => {});
});
beforeEach(() => {
  received.length = 0;
  lines.length = 0;
  status = 200;
});

it('a notice goes to the topic as a CloudEvent, and to the log', async () => {
  await noticesTo(topic).tell(notice);
  expect(received).toHaveLength(1);
  expect(received[0]?.headers['content-type']).toContain('application/cloudevents-batch+json');
  expect(received[0]?.headers['aeg-sas-key']).toBe(key);
  expect(received[0]?.body).toMatchObject([
    {
      specversion: '1.0',
      id: 'notice-1',
      type: 'AseFailover.needsApproval',
      source: '/ase-failover/sites/rig-07',
      subject: 'rig-07',
      data: notice,
    },
  ]);
  expect(lines).toEqual([['info', 'Notice: A plan waits for you', expect.objectContaining({ site: 'rig-07' })]]);
});

it('a notice without a topic goes to the log alone', async () => {
  await noticesTo(undefined).tell(notice);
  expect(received).toEqual([]);
  expect(lines).toHaveLength(1);
});

it.each([
  ['refuses', 401],
  ['is unwell', 503],
])('a topic that %s fails no run: it is a warning without the key', async (_, answer) => {
  status = answer;
  await expect(noticesTo(topic).tell(notice)).resolves.toBeUndefined();
  expect(lines.map(([level]) => level)).toEqual(['info', 'warn']);
  expect(lines[1]?.[2]).toMatchObject({ id: 'notice-1', status: answer });
  expect(received).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain(key);
});

it('a topic that is not there fails no run', async () => {
  await expect(noticesTo('http://127.0.0.1:9/api/events').tell(notice)).resolves.toBeUndefined();
  expect(lines.map(([level]) => level)).toEqual(['info', 'warn']);
});
