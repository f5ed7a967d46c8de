import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wordsBlob } from '../shared/noteWord.ts';
import { unwire, wire } from '../shared/wire.ts';
import { alertOf, makeScene } from '../simulator/stage/scene.ts';
import { openStage, type Stage } from '../simulator/stage/stage.ts';
import { alertsApp, eventsApp, operator, startTenant, type Tenant } from './support/tenant.ts';

const scene = makeScene();
const site = scene.siteId;
let tenant: Tenant;
let stage: Stage;

/** Who App Service knows by a session's cookie; the tenant's claims as it hands them on. */
const sessions: Readonly<Record<string, Record<string, string>>> = {
  ada: { preferred_username: 'ada@contoso.example', oid: operator.oid, roles: 'Failover.Operator' },
  guest: { preferred_username: 'guest@contoso.example', oid: 'g', roles: 'Reader' },
  stranger: { preferred_username: 'ada@contoso.example', roles: 'Failover.Operator', tid: 'another-tenant' },
};

beforeAll(async () => {
  tenant = await startTenant();
  stage = await openStage({
    scene,
    speed: 500,
    runTimers: false,
    logLevel: 'none',
    signIn: (header) => {
      const claims = sessions[header('cookie')?.replace('session=', '') ?? ''];
      return claims && Object.entries({ tid: tenant.id, ...claims }).map(([typ, val]) => ({ typ, val }));
    },
  });
});
afterAll(async () => {
  set({});
  await stage.close();
  await tenant.close();
});

const names = new Set<string>();
/** The settings of the app from now on; those of another test go. */
const set = (settings: Readonly<Record<string, string>>): void => {
  for (const name of names) delete process.env[name];
  for (const [name, value] of Object.entries(settings)) {
    names.add(name);
    process.env[name] = value;
  }
  unwire();
};

type Sent = { readonly headers?: Record<string, string>; readonly method?: string };

const send = async (path: string, body: unknown, { headers = {}, method = 'POST' }: Sent = {}) => {
  const response = await fetch(`${stage.host.url}/api/${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-functions-key': stage.key, ...headers },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
};
const bearer = async (claims: Record<string, unknown>, change = {}) => ({
  headers: { authorization: `Bearer ${await tenant.token({ claims, ...change })}` },
});

const alert = (sent?: Sent) => send('events/service-health', alertOf(scene, 'Resolved', Date.now()), sent);
const gridEvent = {
  id: '1',
  eventType: 'Microsoft.Resources.ResourceActionSuccess',
  eventTime: '2026-01-01T00:00:00Z',
  subject: `/subscriptions/${scene.subscriptionId}/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/x`,
  dataVersion: '2',
  data: { operationName: 'Microsoft.Storage/storageAccounts/failover/action' },
};

describe.each([
  ["the action group's", (sent?: Sent) => alert(sent), alertsApp, eventsApp],
  ["Event Grid's", (sent?: Sent) => send('events/event-grid', [gridEvent], sent), eventsApp, alertsApp],
] as const)('%s door with Entra ID set up', (_, call, own, other) => {
  beforeEach(() => set(tenant.settings));

  it('lets the one app in that has the role', async () => {
    expect((await call(await bearer(own))).status).toBeLessThan(203);
  });

  it('tells whoever brings no token, or one it does not believe, the same: 401', async () => {
    const answers = [
      await call(),
      await call({ headers: { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` } }),
      await call({ headers: { authorization: 'Bearer nonsense' } }),
      await call(await bearer(own, { forged: true })),
      await call(await bearer({ ...own, aud: 'api://payroll' })),
      await call(await bearer(own, { lasts: -600 })),
      await call(await bearer({ roles: own.roles })),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('turns away the app without the role, and the role with another app: 403', async () => {
    expect((await call(await bearer({ ...own, roles: [] }))).status).toBe(403);
    expect((await call(await bearer({ ...own, azp: other.azp }))).status).toBe(403);
    expect((await call(await bearer(other))).status).toBe(403);
    expect((await call(await bearer(operator))).status).toBe(403);
  });

  it('asks for the function key all the same', async () => {
    const { headers } = await bearer(own);
    expect((await call({ headers: { ...headers, 'x-functions-key': '' } })).status).toBe(401);
  });
});

describe("Event Grid's doors", () => {
  it('answer the handshake where a token comes with it', async () => {
    set(tenant.settings);
    const { headers } = await bearer(eventsApp);
    const body = [{ data: { validationCode: 'abc' } }];
    const answer = await send('events/event-grid', body, {
      headers: { ...headers, 'aeg-event-type': 'SubscriptionValidation' },
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ validationResponse: 'abc' });
    const bare = await send('events/event-grid', body, { headers: { 'aeg-event-type': 'SubscriptionValidation' } });
    expect(bare.status).toBe(401);
  });

  it('with Entra ID set up leave aside what comes by the trigger, which sees no token', async () => {
    const facts = async () => (await (await wire()).facts.list([scene.subscriptionId])).length;
    const event = { ...gridEvent, id: '2', subject: gridEvent.subject.replace(/x$/, 'another') };
    const deliver = () => stage.host.invoke('eventGridEvent', event);
    set(tenant.settings);
    const before = await facts();
    expect((await deliver()).outcome).toBe('succeeded');
    expect(await facts()).toBe(before);
    set({});
    await deliver();
    expect(await facts()).toBeGreaterThan(before);
  });
});

describe('whose decision it is', () => {
  const pause = (by?: string, sent?: Sent) => send('manualRun', { action: 'pause', site, ...(by ? { by } : {}) }, sent);
  const pausedBy = async () => (await (await wire()).sites.load(site)).state.paused?.by;
  const cookie = (name: string) => ({ headers: { cookie: `session=${name}` } });

  it('is the name a token proves, whatever the body says', async () => {
    set(tenant.settings);
    expect((await pause('Grace', await bearer(operator))).status).toBe(202);
    expect(await pausedBy()).toBe('ada@contoso.example');
  });

  it('is whom App Service signed in, whatever the body or the headers say', async () => {
    set({ ASEFO_APP_SERVICE_AUTH: 'on' });
    const forged = Buffer.from(
      JSON.stringify({
        auth_typ: 'aad',
        claims: [
          { typ: 'preferred_username', val: 'boss' },
          { typ: 'roles', val: 'Failover.Operator' },
        ],
      }),
    );
    const spoof = { 'x-ms-client-principal': forged.toString('base64'), 'x-ms-client-principal-name': 'boss' };
    expect((await pause('Grace', { headers: { ...cookie('ada').headers, ...spoof } })).status).toBe(202);
    expect(await pausedBy()).toBe('ada@contoso.example');
    await pause('Grace', { headers: spoof });
    expect(await pausedBy()).toBe('Grace (by key)');
  });

  it('is nobody proven where a function key is all there is, and the record says so', async () => {
    set({});
    await pause('Ada');
    expect(await pausedBy()).toBe('Ada (by key)');
    await pause('Ada\r\n\u202e(verified)');
    expect(await pausedBy()).toBe('Ada (verified) (by key)');
  });

  it.each(['pause', 'resume', 'adopt', 'declare'])('is not made by nobody, even with a key: %s', async (action) => {
    set({});
    await pause('Ada');
    for (const by of [undefined, ' \u202e ']) {
      const answer = await send('manualRun', { action, site, ...(by ? { by } : {}) });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).error).toMatchObject({
        code: 'ERR_USAGE',
        remedy: expect.stringContaining('"by"'),
      });
    }
    expect(await pausedBy()).toBe('Ada (by key)');
  });

  it('is written down for each word, on a ledger that only grows', async () => {
    set({});
    await send('manualRun', { action: 'declare', kind: 'hold', site, by: 'Ada', reason: 'freeze' });
    await send('manualRun', { action: 'withdraw', site, by: 'Grace' });
    const { archive } = await wire();
    const [name = ''] = await archive.list(wordsBlob(site, '').replace('.jsonl', ''));
    const lines = ((await archive.read(name)) ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(-2)).toMatchObject([
      { action: 'declare', by: 'Ada (by key)', reason: 'freeze', about: { kind: 'hold' } },
      { action: 'withdraw', by: 'Grace (by key)' },
    ]);
  });

  it('has to be proven where the settings ask for it: a key may still look', async () => {
    set({ ...tenant.settings, ASEFO_APP_SERVICE_AUTH: 'on', ASEFO_REQUIRE_IDENTITY: 'on' });
    const before = await pausedBy();
    const digest = `sha256:${'0'.repeat(64)}`;
    for (const word of [
      { action: 'pause' },
      { action: 'resume' },
      { action: 'apply', digest },
      { action: 'adopt' },
      { action: 'declare' },
      { action: 'withdraw' },
      { action: 'confirmDevice' },
      { action: 'move' },
      { action: 'decline', digest },
      { action: 'cancelMove' },
      { action: 'retryMove' },
      { action: 'retire' },
      { action: 'standby', want: 'up' },
      { action: 'acceptSnapshot' },
      { action: 'useSnapshot', version: '0123456789ab' },
    ]) {
      const answer = await send('manualRun', { site, by: 'Ada', ...word });
      expect({ word, status: answer.status }).toEqual({ word, status: 403 });
    }
    expect(await pausedBy()).toBe(before);
    expect((await send('manualRun', { site })).status).toBe(200);
    expect((await pause(undefined, cookie('ada'))).status).toBe(202);
    expect((await pause(undefined, await bearer(operator))).status).toBe(202);
  });

  it('cannot be proven by what is not the role, the tenant, or an access token', async () => {
    set({ ...tenant.settings, ASEFO_APP_SERVICE_AUTH: 'on' });
    const before = await pausedBy();
    expect((await pause('Ada', cookie('guest'))).status).toBe(403);
    expect((await pause('Ada', cookie('stranger'))).status).toBe(401);
    expect((await pause('Ada', await bearer({ ...operator, roles: ['Reader'] }))).status).toBe(403);
    expect((await pause('Ada', await bearer(operator, { forged: true }))).status).toBe(401);
    expect((await pause('Ada', await bearer({ ...operator, azp: undefined }))).status).toBe(401);
    expect((await pause('Ada', await bearer(alertsApp))).status).toBe(403);
    expect(await pausedBy()).toBe(before);
  });
});

describe('a decision', () => {
  beforeEach(() => set({}));

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('is not made by %s', async (method) => {
    const query = `manualRun?action=resume&site=${site}`;
    const answer = await send(query, { action: 'resume', site }, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.text).toContain('POST');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'is not taken from a form, which any page may post with somebody\u2019s cookies: "%s"',
    async (type) => {
      const answer = await send('manualRun', { action: 'resume', site }, { headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
    },
  );

  it('is answered with headers that keep it out of caches, frames and guesses', async () => {
    for (const answer of [await send('manualRun', { site }), await send('manualRun', { site: 'no' }), await alert()])
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
  });
});
