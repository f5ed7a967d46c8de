import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderPage } from '../shared/record/page.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { alertOf, makeScene } from '../simulator/stage/scene.ts';
import { openStage } from '../simulator/stage/stage.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { untilDevice } from './support/moves.ts';
import { finishAtDevice, plannedMove, quickMoves } from './support/moveTrouble.ts';
import { keepSecret, secretsIn, takeLeaks, watched } from './support/secrets.ts';
import { operator, startTenant } from './support/tenant.ts';
import { tunnelSite } from './support/tunnelZone.ts';

/** Everything the product has written down, by name. What holds a secret by design is left out by the caller. */
const stored = async (connectionString: string): Promise<Map<string, string>> => {
  const texts = new Map<string, string>();
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  for await (const { name: container } of blobs.listContainers())
    for await (const { name } of blobs.getContainerClient(container).listBlobsFlat()) {
      if (name.startsWith('service-tags')) continue;
      const content = await blobs.getContainerClient(container).getBlobClient(name).downloadToBuffer();
      texts.set(`${container}/${name}`, content.toString('utf8'));
    }
  const tables = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for await (const { name = '' } of tables.listTables()) {
    const table = TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
    for await (const row of table.listEntities()) texts.set(`${name}/${row.rowKey}`, JSON.stringify(row));
  }
  return texts;
};

/** The address of a VPN profile lets anyone fetch it: this is the one place where it is kept. */
const isProfile = (name: string): boolean => name.startsWith('asefo-records/profiles/');

const lookThrough = async (stage: Stage, journey: Journey): Promise<void> => {
  for (const [name, text] of await stored(stage.connectionString)) if (!isProfile(name)) watched(name, text);
  const view = await overview(journey.ports);
  watched('the JSON', JSON.stringify(view));
  watched('the page', renderPage(view));
  watched('the terminal', renderStatusText(view).toString());
  // The address of a long operation is a capability of its own.
  expect(JSON.stringify(view)).not.toMatch(/https?:[^"]*\/operation/i);
};

describe('what is looked for', () => {
  it.each([
    ['https://x.blob.core.windows.net/a?sv=1&sig=aGVsbG8lM0Q%3D&se=2', 'a signature of a link'],
    ['AccountName=a;AccountKey=c2VjcmV0LWtleQ==;', 'a key in a connection string'],
    ['authorization: Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x', 'a token'],
    ['GET /api/status?code=abcdefghijklmnopqrstuvwxyz', 'a key in an address'],
  ])('is found: %s', (text, what) => expect(secretsIn(text)).toEqual([what]));

  it.each([
    '?sig=[left out]',
    'AccountKey=[left out]',
    '?code=KEY',
    'the signature of a link',
    'sha256:0123456789abcdef',
  ])('is not seen where it is not: %s', (text) => expect(secretsIn(text)).toEqual([]));

  it('is found in what a test prints, and held against it', () => {
    console.log('a line with ?sig=bm90LWEtc2VjcmV0');
    expect(takeLeaks()).toEqual(expect.arrayContaining(['a printed line shows a signature of a link']));
  });
});

describe('a region move', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(quickMoves);
  });
  afterAll(() => stage.close());

  const talkative = () => {
    const link = `https://logs.blob.core.windows.net/a?sv=1&sig=${keepSecret('a signature in an error', 'c2lnbmF0dXJlLW9mLWE%3D')}`;
    const token = `eyJhbGciOiJSUzI1NiJ9.${keepSecret('a token in an error', 'eyJ1c2VyIjoiYSJ9LXRva2Vu')}.c2ln`;
    const key = `AccountKey=${keepSecret('a key in an error', 'a2V5LWluLWFuLWVycm9y')}`;
    return `Look at ${link} with Bearer ${token}; ${key};`;
  };

  it('shows the address of its VPN profile to nobody, nor what Azure let slip in its errors', async () => {
    const journey = await startJourney(stage);
    const message = talkative();
    await plannedMove(journey);
    for (const match of [
      { label: 'AzureFirewalls_CreateOrUpdate' },
      { label: 'VirtualNetworkGateways_CreateOrUpdate' },
    ])
      stage.arm.plantFault({ match, effect: { kind: 'operationFails', code: 'InternalServerError', message } });
    const body = { error: { code: 'BadRequest', message } };
    stage.arm.plantFault({
      match: { method: 'PUT', url: '/routeTables/' },
      effect: { kind: 'answer', status: 400, body },
    });
    let told = '';
    for (let tries = 0; tries < 6; tries += 1) {
      await untilDevice(journey).catch((error: unknown) => watched('a thrown error', String(error)));
      const { move } = await journey.state();
      if (move?.status !== 'failed') break;
      told += move.trouble?.why ?? '';
      await lookThrough(stage, journey);
      await journey.word({ action: 'retryMove' });
    }
    expect(told).toContain('https://logs.blob.core.windows.net/a with Bearer [left out]');
    const { move } = await journey.state();
    const profile = JSON.parse((await journey.ports.archive.read(move?.profileBlob ?? '')) ?? '{}') as { url?: string };
    keepSecret("the profile's address", profile.url ?? '');
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence).toMatchObject({ side: 'target' });
    await lookThrough(stage, journey);
    expect(takeLeaks()).toEqual([]);
  });

  it('shows a site-to-site key to nobody: it goes from the old connection to the new one alone', async () => {
    const sharedKey = keepSecret('the shared key', 'swordfish-2f7d41');
    const journey = await startJourney(stage, tunnelSite(sharedKey));
    await plannedMove(journey);
    await untilDevice(journey);
    const { move } = await journey.state();
    expect(move?.trouble).toBe(null);
    const written = journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes('/connections/'));
    expect(JSON.stringify(written)).toContain(sharedKey);
    await lookThrough(stage, journey);
    expect(takeLeaks()).toEqual([]);
  });
});

describe('the doors', () => {
  const lines: string[] = [];
  afterEach(() => vi.restoreAllMocks());

  it('show no key and no token: not in a log, an answer or the page, even where storage and callers fail', async () => {
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk));
      return true;
    });
    const scene = makeScene();
    const tenant = await startTenant();
    const log = (line: unknown) => void lines.push(JSON.stringify(line));
    const stage = await openStage({
      scene,
      speed: 500,
      runTimers: false,
      logLevel: 'info',
      settings: tenant.settings,
      log,
    });
    try {
      keepSecret('the function key', stage.key);
      keepSecret("the webhook's key", stage.systemKey);
      const storage = process.env['AzureWebJobsStorage'] ?? '';
      const token = keepSecret('a token', await tenant.token({ claims: { ...operator, roles: [] } }));
      const forged = keepSecret('a forged token', await tenant.token({ claims: operator, forged: true }));
      const send = async (path: string, body?: object, bearer?: string): Promise<void> => {
        const response = await fetch(`${stage.host.url}/api/${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            'content-type': 'application/json',
            'x-functions-key': stage.key,
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        watched(`the answer of ${path.split('?')[0]}`, JSON.stringify([...response.headers]) + (await response.text()));
      };
      const round = async () => {
        for (const bearer of [token, forged, undefined]) {
          await send('events/service-health', alertOf(scene, 'Active', Date.now()), bearer);
          await send('events/event-grid', [{ eventType: 'x' }], bearer);
          await send('manualRun', { site: scene.siteId, action: 'pause', by: 'Ada' }, bearer);
        }
        await send(`status?code=${stage.key}`);
        await send(`status?code=${stage.key}&format=json`);
      };
      await round();
      await stage.host.idle();
      const { unwire } = await import('../shared/wire.ts');
      process.env['AzureWebJobsStorage'] = storage.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
      unwire();
      await round();
      process.env['AzureWebJobsStorage'] = storage;
      unwire();
      for (const line of lines) watched('a log line', line);
      expect(lines.filter((line) => line.includes('a caller was refused')).length).toBeGreaterThan(3);
      expect(takeLeaks()).toEqual([]);
    } finally {
      await stage.close();
      await tenant.close();
    }
  });
});
