import { readFileSync } from 'node:fs';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertOf, makeScene } from '../simulator/stage/scene.ts';
import { openStage, type Stage } from '../simulator/stage/stage.ts';

const scene = makeScene();
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ scene, speed: 500, runTimers: false, logLevel: 'none' });
});
afterAll(() => stage.close());

const post = async (path: string, body: string | object, headers: Record<string, string> = {}) => {
  const response = await fetch(`${stage.host.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': stage.key, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
};

const alert = (path: string, body: string | object, headers?: Record<string, string>) =>
  post(`/api/events/${path}`, body, headers);
const writes = () => stage.arm.requests.filter((request) => request.method === 'PUT').length;

const queued = async (): Promise<number> => {
  const connection = process.env['AzureWebJobsStorage'] ?? '';
  const queue = QueueServiceClient.fromConnectionString(connection).getQueueClient('asefo-reconcile');
  return (await queue.exists()) ? ((await queue.getProperties()).approximateMessagesCount ?? 0) : 0;
};

const resourceHealth = {
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      monitoringService: 'Resource Health',
      signalType: 'Activity Log',
      alertTargetIDs: ['/subscriptions/x'],
    },
    alertContext: {},
  },
};

describe("the action group's door", () => {
  it.each([
    ['what is not JSON', '{"schemaId": ', 400, 'not JSON'],
    ['JSON that is no alert', '{"hello": "world"}', 400, 'ERR_EVENT'],
    ['a list of nothing', '[]', 400, 'ERR_EVENT'],
    ['a Resource Health alert', JSON.stringify(resourceHealth), 200, 'ignored'],
    ['a body above 1 MiB', JSON.stringify({ schemaId: 'x'.repeat(1024 * 1024) }), 413, '1 MiB'],
  ])('answers %s with a status and a reason, and queues nothing', async (_, body, status, says) => {
    const answer = await alert('service-health', body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(says);
    expect(await queued()).toBe(0);
  });

  it('refuses a caller without the key', async () => {
    expect(
      (await alert('service-health', alertOf(scene, 'Active', Date.now()), { 'x-functions-key': '' })).status,
    ).toBe(401);
    expect(
      (await alert('service-health', alertOf(scene, 'Active', Date.now()), { 'x-functions-key': 'wrong' })).status,
    ).toBe(401);
  });

  it('records a test alert, shows it, and wakes nobody', async () => {
    const body = alertOf(scene, 'Active', Date.now()) as {
      data: { alertContext: { properties: Record<string, unknown> } };
    };
    body.data.alertContext.properties['IsSynthetic'] = 'True';
    const answer = await alert('service-health', body);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ accepted: 0, recordedOnly: 1 });
    const page = await fetch(`${stage.host.url}/api/status?code=${stage.key}`);
    expect(await page.text()).toContain('Power event');
    expect(await queued()).toBe(0);
  });

  it('takes in an alert within a second: persisted, and one message', async () => {
    const before = stage.host.invocations.filter(({ functionName }) => functionName === 'reconcileQueue').length;
    const started = performance.now();
    const answer = await alert('service-health', alertOf(scene, 'Active', Date.now()));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(answer.status).toBe(202);
    await stage.host.idle();
    const after = stage.host.invocations.filter(({ functionName }) => functionName === 'reconcileQueue').length;
    // One to look, and one for the one site it concerns.
    expect(after - before).toBe(2);
    expect(writes()).toBe(0);
  });
});

describe("Event Grid's door", () => {
  const hook = '/runtime/webhooks/eventgrid?functionName=eventGridEvent';
  const key = () => ({ 'x-functions-key': stage.systemKey });

  it('answers the validation handshake', async () => {
    const event = {
      id: '1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: '2026-01-01T00:00:00Z',
      subject: '',
      dataVersion: '2',
      data: { validationCode: 'abc' },
    };
    const answer = await post(hook, [event], { ...key(), 'aeg-event-type': 'SubscriptionValidation' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ validationResponse: 'abc' });
  });

  it('takes what is no failover, ignores it, and does not ask for it again', async () => {
    const event = {
      id: '2',
      eventType: 'Microsoft.Resources.ResourceWriteSuccess',
      eventTime: '2026-01-01T00:00:00Z',
      subject: '/subscriptions/x',
      dataVersion: '2',
      topic: '/subscriptions/x',
      data: { operationName: 'Microsoft.Storage/storageAccounts/write' },
    };
    const answer = await post(hook, [event], { ...key(), 'aeg-event-type': 'Notification' });
    expect(answer.status).toBe(202);
  });
});

describe("a person's door", () => {
  const say = async (word: object | string) => {
    const answer = await post('/api/manualRun', typeof word === 'string' ? word : { by: 'Ada', ...word });
    return { status: answer.status, body: JSON.parse(answer.text) };
  };

  it('plans by default and writes nothing', async () => {
    const before = writes();
    const { status, body } = await say({ site: scene.siteId });
    expect(status).toBe(200);
    expect(body.plan.site).toBe(scene.siteId);
    expect(body.plan.approval.why).toContain('shadow');
    expect(writes()).toBe(before);
  });

  it('believes no header that names a caller where nothing in front of the app sets it', async () => {
    const claims = [
      { typ: 'preferred_username', val: 'boss' },
      { typ: 'roles', val: 'Failover.Operator' },
    ];
    const principal = Buffer.from(JSON.stringify({ auth_typ: 'aad', claims })).toString('base64');
    const answer = await post(
      '/api/manualRun',
      { action: 'declare', kind: 'hold', site: scene.siteId, by: 'Ada' },
      { 'x-ms-client-principal': principal, 'x-ms-client-principal-name': 'boss' },
    );
    expect(answer.status).toBe(202);
    const { wire } = await import('../shared/wire.ts');
    const { intents } = await wire();
    expect((await intents.list(scene.siteId)).map(({ by }) => by)).toEqual(['Ada (by key)']);
    expect((await say({ action: 'withdraw', site: scene.siteId })).status).toBe(202);
  });

  it.each([
    ['no JSON', 'nonsense', 400, 'not JSON'],
    ['an unknown action', { action: 'explode', site: 'rig-07' }, 400, 'action'],
    ['an unknown site', { action: 'plan', site: 'rig-99' }, 404, 'rig-07'],
    ['a digest that is none', { action: 'apply', site: 'rig-07', digest: 'abc' }, 400, 'digest'],
    [
      'an approval of a site in shadow',
      { action: 'apply', site: 'rig-07', digest: `sha256:${'0'.repeat(64)}` },
      409,
      'adopt',
    ],
    ['a service the site does not use', { action: 'declare', site: 'rig-07', services: ['Sql'] }, 400, 'Sql'],
    ['a confirmation of nothing', { action: 'confirmDevice', site: 'rig-07' }, 409, 'No file'],
    ['a withdrawal of nothing', { action: 'withdraw', site: 'rig-07' }, 409, 'No declaration'],
  ])('answers %s with what is wrong and what to do', async (_, word, status, says) => {
    const answer = await say(word);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(says);
    expect(answer.body.error.remedy).not.toBe('');
    expect(JSON.stringify(answer.body)).not.toMatch(/\.[tj]s:\d+/);
  });
});

describe('the status page', () => {
  it('is behind a key, may not run scripts, and quotes events escaped', async () => {
    expect((await fetch(`${stage.host.url}/api/status`)).status).toBe(401);
    const page = await fetch(`${stage.host.url}/api/status?code=${stage.key}`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain(scene.siteId);
  });

  it('gives the same as JSON', async () => {
    const view = await (await fetch(`${stage.host.url}/api/status?code=${stage.key}&format=json`)).json();
    expect(view).toMatchObject({ sites: [{ id: scene.siteId }] });
  });
});

describe('the heartbeat', () => {
  it('is there for a monitor that has a key, and for nobody else', async () => {
    const answered = await fetch(`${stage.host.url}/api/heartbeat?code=${stage.key}`);
    expect(answered.status).toBe(200);
    expect(await answered.json()).toMatchObject({
      ok: true,
      why: [],
      poison: { messages: 0, sites: [] },
      paused: false,
    });
    expect((await fetch(`${stage.host.url}/api/heartbeat`)).status).toBe(401);
  });
});

describe('what the host is told', () => {
  it('names the queue the product sends to', () => {
    expect(readFileSync(new URL('../functions/reconcileQueue.ts', import.meta.url), 'utf8')).toContain(
      "queueName: 'asefo-reconcile'",
    );
    expect(stage.host.functions.map(({ name }) => name).sort()).toEqual([
      'confirmDevice',
      'driftTimer',
      'eventGridEvent',
      'eventGridWebhook',
      'heartbeat',
      'manualRun',
      'reconcilePoison',
      'reconcileQueue',
      'serviceHealthWebhook',
      'statusPage',
    ]);
  });
});

describe('storage that is gone', () => {
  it('is answered 503, so that the action group tries again', async () => {
    const connection = process.env['AzureWebJobsStorage'];
    const { unwire } = await import('../shared/wire.ts');
    process.env['AzureWebJobsStorage'] = (connection ?? '').replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    unwire();
    try {
      const answer = await alert('service-health', alertOf(scene, 'Active', Date.now()));
      expect(answer.status).toBe(503);
      expect(answer.text).not.toContain('AccountKey');
    } finally {
      process.env['AzureWebJobsStorage'] = connection;
      unwire();
    }
  });
});
