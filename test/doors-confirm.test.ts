import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wordsBlob } from '../shared/noteWord.ts';
import type { SiteState } from '../shared/record/state.ts';
import { unwire, wire } from '../shared/wire.ts';
import { makeScene } from '../simulator/stage/scene.ts';
import { openStage, type Stage } from '../simulator/stage/stage.ts';

const scene = makeScene();
const site = scene.siteId;
let stage: Stage;

/** Who App Service knows by a session's cookie. */
const sessions: Readonly<Record<string, string>> = { ada: 'Failover.Operator', guest: 'Reader' };

const stateNow = async (): Promise<SiteState> => (await (await wire()).sites.load(site)).state;

/** Asks until it is so; the test's own time limit ends a wait for nothing. */
const until = async (isSo: (state: SiteState) => boolean): Promise<SiteState> => {
  for (;;) {
    const state = await stateNow();
    if (isSo(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const say = async (word: object): Promise<void> => {
  const response = await fetch(`${stage.host.url}/api/manualRun`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': stage.key },
    body: JSON.stringify({ site, by: 'Grace', ...word }),
  });
  expect(response.status).toBe(202);
};

const atDevice = ({ run }: SiteState): boolean =>
  run?.steps.some(({ id, status }) => id === 'deviceConfirm' && status === 'waiting') ?? false;

beforeAll(async () => {
  stage = await openStage({
    scene,
    speed: 500,
    runTimers: false,
    logLevel: 'none',
    signIn: (header) => {
      const name = header('cookie')?.replace('session=', '') ?? '';
      const role = sessions[name];
      if (role === undefined) return undefined;
      return [
        { typ: 'preferred_username', val: `${name}@contoso.example` },
        { typ: 'roles', val: role },
      ];
    },
  });
  await say({ action: 'adopt' });
  await until(atDevice);
});
afterAll(() => stage.close());

const settings = ['ASEFO_APP_SERVICE_AUTH', 'ASEFO_REQUIRE_IDENTITY'];
const set = (...on: readonly string[]): void => {
  for (const name of settings) delete process.env[name];
  for (const name of on) process.env[name] = 'on';
  unwire();
};
afterEach(() => set());

const cookie = (name: string) => ({ cookie: `session=${name}` });

const page = async (headers: Record<string, string> = {}, query = `?code=${stage.key}`): Promise<string> =>
  (await fetch(`${stage.host.url}/api/status${query}`, { headers })).text();

/** What a browser makes of the page's one form. */
const formIn = (text: string) => {
  const [form = ''] = /<form [\s\S]*?<\/form>/.exec(text) ?? [];
  const action = / action="([^"]*)"/.exec(form)?.[1] ?? '';
  const hidden = [...form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
  return { form, action, fields: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])) };
};

type Sent = { readonly headers?: Record<string, string>; readonly method?: string; readonly action?: string };

const send = async (fields: Record<string, string> | string, { headers = {}, method = 'POST', action }: Sent = {}) => {
  const response = await fetch(new URL(action ?? formIn(await page()).action, `${stage.host.url}/api/status`), {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    ...(method === 'GET' ? {} : { body: typeof fields === 'string' ? fields : `${new URLSearchParams(fields)}` }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

describe('the form of a file that waits for the device', () => {
  it('is on the page, names file and run, asks for a name, and carries the key that the page was opened with', async () => {
    const { run, device } = await stateNow();
    const { form, action, fields } = formIn(await page());
    expect(action).toBe(`confirm-device?code=${stage.key}`);
    expect(fields).toEqual({ site, checksum: device.offered?.checksum, asker: run?.id });
    expect(form).toContain('method="post"');
    expect(form).toMatch(/<input name="by" required /);
  });

  it('tells nobody a key that came in a header', async () => {
    const text = await page({ 'x-functions-key': stage.key }, '');
    expect(formIn(text).action).toBe('confirm-device');
    expect(text).not.toContain(stage.key);
  });

  it('leaves time for a name before the page is refreshed', async () => {
    expect(await page()).toContain('http-equiv="refresh" content="120"');
    set('ASEFO_APP_SERVICE_AUTH');
    expect(await page(cookie('ada'))).toContain('http-equiv="refresh" content="30"');
  });

  it('asks whom App Service signed in for no name', async () => {
    set('ASEFO_APP_SERVICE_AUTH', 'ASEFO_REQUIRE_IDENTITY');
    const { form } = formIn(await page(cookie('ada')));
    expect(form).toContain('As ada@contoso.example');
    expect(form).not.toContain('name="by"');
  });

  it('is not shown to whoever may not decide; the page says so', async () => {
    set('ASEFO_APP_SERVICE_AUTH', 'ASEFO_REQUIRE_IDENTITY');
    for (const headers of [{}, cookie('guest')]) {
      const text = await page(headers);
      expect(text).not.toContain('<form');
      expect(text).toContain('sign in as somebody who may decide');
    }
  });
});

describe('a confirmation that is posted', () => {
  const changed = async (change: Record<string, string>): Promise<Record<string, string>> => ({
    ...formIn(await page()).fields,
    by: 'Ada',
    ...change,
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['of a run that does not wait', { asker: '00000000-0000-4000-8000-000000000000' }, 409, 'does not wait'],
    ['of no run', { asker: '' }, 400, 'asker'],
    ['of another file', { checksum: `sha256:${'0'.repeat(64)}` }, 409, 'The newest file'],
    ['of a file by the beginning of its checksum', { checksum: 'sha256:01234567' }, 400, 'checksum'],
    ['of a site that there is not', { site: 'rig-99' }, 404, 'rig-07'],
    ['by nobody', { by: ' ' }, 400, 'by'],
    ['by half a book', { by: 'x'.repeat(5_000) }, 413, '4 KiB'],
  ])('%s is refused, and a page says why and leads back', async (_, change, status, says) => {
    const answer = await send(await changed(change));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(says);
    expect(answer.text).toContain(`href="status?code=${stage.key}"`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await stateNow()).device.confirmed).toBeNull();
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', ''])(
    'as another content type is refused: "%s"',
    async (type) => {
      const answer = await send(await changed({}), { headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
      expect((await stateNow()).device.confirmed).toBeNull();
    },
  );

  it('by a page that is not of this app is refused where the browser says so', async () => {
    const answers = ['cross-site', 'same-site'].map(async (from) =>
      send(await changed({}), { headers: { 'sec-fetch-site': from } }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403]);
    expect((await stateNow()).device.confirmed).toBeNull();
  });

  it('with a field twice, or without the key, is refused', async () => {
    const fields = new URLSearchParams(await changed({}));
    expect((await send(`${fields}&site=rig-08`)).status).toBe(400);
    expect((await send(`${fields}`, { action: 'confirm-device' })).status).toBe(401);
    expect((await stateNow()).device.confirmed).toBeNull();
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('is no decision by %s: 405', async (method) => {
    const { action } = formIn(await page());
    const query = method === 'GET' ? `${action}&${new URLSearchParams(await changed({}))}` : action;
    const answer = await send(await changed({}), { method, action: query });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect((await stateNow()).device.confirmed).toBeNull();
  });

  it('by a key alone is refused where the settings ask for more', async () => {
    const fields = await changed({});
    const { action } = formIn(await page());
    set('ASEFO_APP_SERVICE_AUTH', 'ASEFO_REQUIRE_IDENTITY');
    expect((await send(fields, { action })).status).toBe(403);
    expect((await send(fields, { action, headers: cookie('guest') })).status).toBe(403);
    expect((await stateNow()).device.confirmed).toBeNull();
  });

  it('is said back without the markup in it', async () => {
    const answer = await send(await changed({ site: '<script>alert(1)</script>' }));
    expect(answer.text).toContain('There is no site');
    expect(answer.text).not.toContain('<script');
  });

  it('leads back to the page, ends the run protected, and is recorded with who said it', async () => {
    const fields = await changed({});
    const answer = await send(fields);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`status?code=${stage.key}#site-${site}`);
    const { lastRuns, device } = await until(({ run }) => run === null);
    expect(lastRuns[0]).toMatchObject({ id: fields['asker'], outcome: 'protected' });
    expect(device.confirmed?.by).toBe('Ada (by key)');
    const { archive } = await wire();
    const [name = ''] = await archive.list(wordsBlob(site, '').replace('.jsonl', ''));
    const last = ((await archive.read(name)) ?? '').trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({
      action: 'confirmDevice',
      by: 'Ada (by key)',
      about: { asker: fields['asker'] },
    });
    expect(await page()).not.toContain('<form');
    expect((await send(fields, { action: `confirm-device?code=${stage.key}` })).status).toBe(409);
  });
});
