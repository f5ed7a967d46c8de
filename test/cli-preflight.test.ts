import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PreflightCheck } from '../shared/record/move.ts';
import { run } from './cliRun.ts';

let server: Server;
let url: string;
let told: Record<string, unknown>[];
let checks: Record<string, readonly PreflightCheck[]>;

const well: PreflightCheck = { id: 'names', ok: true, text: 'All names are free.', remedy: '' };
const ill: PreflightCheck = {
  id: 'quota',
  ok: false,
  text: 'The quota of UK West has no room for the move. PublicIPAddresses: 2 needed, 1 of 10 free.',
  remedy: 'Ask Azure for a higher quota of the region now.',
};

/** An app with two sites, which finds what `checks` says. */
beforeEach(async () => {
  told = [];
  checks = { 'rig-07': [well], 'rig-08': [well] };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.method === 'GET') {
      response.end(JSON.stringify({ counts: {}, sites: Object.keys(checks).map((id) => ({ id })) }));
      return;
    }
    const word = JSON.parse(Buffer.concat(chunks).toString());
    told.push(word);
    const preflight = { side: 'target', at: '2026-07-20T03:00:00.000Z', checks: checks[word.site] };
    response.end(JSON.stringify({ site: word.site, said: 'looked', preflight }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const cli = (...words: string[]) => run(words, { env: { ASEFO_APP_URL: url, ASEFO_APP_KEY: 'secret-key' } });

describe('preflight', () => {
  it('asks for every site, and ends 0 where all checks pass', async () => {
    const { code, out } = await cli('preflight');
    expect(told.map(({ action, site }) => `${action} ${site}`)).toEqual(['preflight rig-07', 'preflight rig-08']);
    expect(code).toBe(0);
    expect(out).toContain('  ok     names       All names are free.');
  });

  it('ends 2 where a check fails, with what to do, in 80 columns', async () => {
    checks = { 'rig-07': [well, ill] };
    const { code, out } = await cli('preflight', '--site', 'rig-07');
    expect(code).toBe(2);
    expect(out).toMatch(/FAILED quota {7}The quota of UK West/);
    expect(out).toContain('> Ask Azure for a higher quota');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('gives the same as JSON', async () => {
    checks = { 'rig-07': [ill] };
    const { code, out } = await cli('preflight', '--site', 'rig-07', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ sites: [{ site: 'rig-07', side: 'target', checks: [ill] }] });
  });
});

describe('snapshot', () => {
  it('accept says so to the app, of the side that is named', async () => {
    const { code, out } = await cli('snapshot', 'accept', '--site', 'rig-07', '--side', 'target', '--by', 'Ada');
    expect(told).toEqual([{ action: 'acceptSnapshot', site: 'rig-07', side: 'target', by: 'Ada' }]);
    expect({ code, out }).toEqual({ code: 0, out: 'rig-07: looked\n' });
  });

  it('use names the version to the app', async () => {
    await cli('snapshot', 'use', '--site', 'rig-07', '--version', '0123456789ab', '--by', 'Ada');
    expect(told).toEqual([{ action: 'useSnapshot', site: 'rig-07', version: '0123456789ab', by: 'Ada' }]);
  });

  it.each([
    ['snapshot', 'use', '--site', 'rig-07'],
    ['snapshot', 'refuse', '--site', 'rig-07'],
    ['snapshot', 'accept', '--site', 'rig-07', '--side', 'left'],
    ['snapshot', 'accept'],
  ])('asks the app nothing where it is misused: %s %s', async (...words) => {
    expect((await cli(...words)).code).toBe(1);
    expect(told).toEqual([]);
  });
});
