import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../cli/command.ts';
import { renderMove } from '../cli/renderMove.ts';
import type { Move } from '../shared/record/move.ts';
import { questionOfMove } from '../shared/record/question.ts';
import type { Standing } from '../shared/record/standingView.ts';
import type { SiteState } from '../shared/record/state.ts';
import type { View } from '../shared/record/view.ts';
import { type Ran, run } from './cliRun.ts';
import { digest, inPlace, now, plan, siteWith, stateOf, viewWith } from './recordData.ts';
import { atTheDevice, awaiting, bodySecret, building, movePlan, pastMove, stopped } from './recordMoveData.ts';

/** An app that gives the answers in their order, the last again and again, and remembers what it was told. */
let server: Server;
let url: string;
let told: Record<string, unknown>[];
let answers: { readonly status: number; readonly value: unknown }[];

beforeEach(async () => {
  told = [];
  answers = [{ status: 202, value: { site: 'rig-07', said: 'done' } }];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.method === 'POST') told.push(JSON.parse(Buffer.concat(chunks).toString()));
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers;
    response.writeHead(answer?.status ?? 500);
    response.end(JSON.stringify(answer?.value));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const cli = (words: readonly string[], world: Partial<Io> = {}): Promise<Ran> =>
  run(words, { env: { ASEFO_APP_URL: url, ASEFO_APP_KEY: 'secret-key' }, now: () => now, ...world });
const move = (verb: string, ...words: string[]) => cli(['move', verb, '--site', 'rig-07', ...words]);
const answering = (...values: unknown[]) => {
  answers = values.map((value) => ({ status: 200, value }));
};

const settled = { inPlace: inPlace(), lastPlan: plan() };
const viewOf = (state: Partial<SiteState>, standing: Standing | null = null): View =>
  viewWith({
    sites: [siteWith('rig-07')],
    states: [stateOf({ ...settled, ...state })],
    kept: new Map([['rig-07', { movePlan: movePlan(), standing }]]),
  });
const moving = (under: Move | null): View => viewOf({ move: under });
const proposed = { site: 'rig-07', said: 'proposed', move: movePlan(), digest: digest('9') };
const blocked = {
  ...proposed,
  move: movePlan({
    applyable: false,
    blockers: [{ code: 'ROUTE_BUDGET', message: '404 routes do not fit.', remedy: 'Raise the limit.' }],
  }),
};
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('what is said of a move', () => {
  it.each<[string, readonly string[], Record<string, unknown>]>([
    ['plan', ['--to', 'usgovtexas'], { action: 'move', to: 'usgovtexas' }],
    ['plan', [], { action: 'move' }],
    ['start', ['--digest', digest('9')], { action: 'move', digest: digest('9') }],
    ['approve', ['--digest', digest('9')], { action: 'apply', digest: digest('9') }],
    [
      'retire',
      ['--digest', digest('9'), '--question', '01234567'],
      { action: 'retire', digest: digest('9'), question: '01234567' },
    ],
    ['decline', ['--digest', digest('9'), '--reason', 'no'], { action: 'decline', digest: digest('9'), reason: 'no' }],
    ['cancel', ['--reason', 'it is back'], { action: 'cancelMove', reason: 'it is back' }],
    ['retry', [], { action: 'retryMove' }],
    ['confirm-device', ['--checksum', '0123456789'], { action: 'confirmDevice', checksum: '0123456789' }],
    ['retire', [], { action: 'retire' }],
    ['retire', ['--digest', digest('9')], { action: 'retire', digest: digest('9') }],
  ])('is sent to the app as it was said: %s %j', async (verb, words, body) => {
    expect(await move(verb, ...words)).toEqual({ code: 0, out: 'rig-07: done\n', err: '' });
    expect(told).toEqual([{ ...body, site: 'rig-07', by: 'ada' }]);
  });

  it.each<[string, readonly string[], Record<string, unknown>]>([
    ['up', ['--by', 'Grace'], { by: 'Grace', want: 'up' }],
    ['down', ['--digest', digest('9')], { by: 'ada', want: 'down', digest: digest('9') }],
  ])('is sent to the app as it was said: standby %s', async (want, words, body) => {
    expect((await cli(['standby', want, '--site', 'rig-07', ...words])).code).toBe(0);
    expect(told).toEqual([{ action: 'standby', site: 'rig-07', ...body }]);
  });

  it.each<[string, readonly string[], string]>([
    ['a verb that is none', ['move', 'up', '--site', 'a'], 'move up is not a command'],
    ['no site', ['move', 'plan'], '--site is missing'],
    ['no digest to approve', ['move', 'approve', '--site', 'a'], '--digest is missing'],
    ['half a digest', ['move', 'start', '--site', 'a', '--digest', 'sha256:ab'], 'is not a digest'],
    ['an option of another verb', ['move', 'retry', '--site', 'a', '--to', 'b'], "Unknown option '--to'"],
    ['an approval with nobody to ask', ['move', 'start', '--site', 'a'], 'There is no terminal to ask at'],
    ['the same without a verb', ['move', '--site', 'a', '--to', 'b'], 'There is no terminal to ask at'],
    ['JSON with somebody to ask', ['move', 'start', '--site', 'a', '--json'], '--json leaves nobody to ask'],
    ['looks too often', ['move', 'status', '--site', 'a', '--watch', '--every', '0'], 'is no number of seconds'],
    ['a standby that is neither', ['standby', 'warm', '--site', 'a'], 'standby warm is not a command'],
  ])('is refused before anything is sent: %s', async (_, words, message) => {
    const { code, out, err } = await cli(words);
    expect({ code, out, told }).toEqual({ code: 1, out: '', told: [] });
    expect(err).toContain(message);
  });

  it.each(['move', 'standby'])('has a help that fits a terminal: %s', async (name) => {
    const { code, out } = await cli([name, '--help']);
    expect(code).toBe(0);
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect((await cli(['help'])).out).toContain(`  ${name} `);
  });
});

describe('a proposed move', () => {
  it('is shown, and how to approve it', async () => {
    answering(proposed);
    const { code, out } = await move('plan');
    expect(code).toBe(0);
    expect(out).toContain('rig-07: the whole site, since its region fails');
    expect(out).toContain(`npm run cli -- approve --site rig-07 --digest ${digest('9')}`);
    expect(told).toHaveLength(1);
  });

  it('says of a taking down what is deleted, not written', () => {
    const text = renderMove(movePlan({ reason: 'teardown' }), now);
    expect(text).toContain('Deleted in Azure (9)\n  things resourceGroup\n');
    expect(text).not.toContain('write');
  });

  it('shows steps in order, longest path, mappings, defaults, secrets, writes and table in 80 columns', () => {
    const text = renderMove(movePlan(), now);
    const long = text.split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([]);
    expect(text).toContain('   1. * Create the resource group ase-rig-07-usgovtexas (1 min; stop here:');
    expect(text).toMatch(/ {3}2\. {3}Create the public address firewall-ip .*\n {8}Create the public address vngw-ip/);
    expect(unwrapped(text)).toContain('virtualNetwork > gateway > profile > bundle > confirm > settle: 50 min');
    expect(unwrapped(text)).toContain(
      '8. * A person puts the bundle on the device and confirms (a person; stop here: works)',
    );
    expect(unwrapped(text)).toContain("route to-proxy, nextHopIpAddress: 10.0.1.4 -> the new firewall's address");
    expect(text).toContain('Writes to Azure (9)\n  1 write of things resourceGroup\n');
    expect(text).toContain('Routes     131 of 400 routes (exact)');
    expect(text).toContain('RADIUS secret (vngw): Key Vault, move.sharedKey');
    expect(text).not.toContain(bodySecret);
    expect(text.trimEnd().endsWith(digest('9'))).toBe(true);
  });

  it('that is blocked is shown with what to do, is not approved, and ends with 2', async () => {
    answering(blocked);
    const { code, out } = await move('start', '--yes');
    expect([code, told.length]).toEqual([2, 1]);
    expect(out).toContain('ROUTE_BUDGET: 404 routes do not fit.');
    expect(out).not.toContain('move approve');
  });

  it.each([
    ['yes', true],
    ['Y', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
  ])('is approved by its very digest if the answer is "%s"', async (typed, approved) => {
    answering(proposed, { site: 'rig-07', said: `approved ${digest('9')}` });
    let question = '';
    const ask = async (text: string) => {
      question = text;
      return typed;
    };
    const { code, out } = await cli(['move', '--site', 'rig-07'], { ask });
    expect([code, question]).toEqual([0, `Approve ${digest('9')}? [y/N] `]);
    expect(told.slice(1)).toEqual(
      approved ? [{ action: 'apply', site: 'rig-07', by: 'ada', digest: digest('9') }] : [],
    );
    expect(unwrapped(out)).toContain(approved ? `rig-07: approved ${digest('9')}` : 'To approve it:');
  });

  it.each(['start', 'cancel', 'retire'])('is approved as it comes where --yes says so: %s', async (verb) => {
    answering(proposed, { site: 'rig-07', said: 'approved' });
    const { code, out } = await move(verb, '--yes', '--json');
    expect(code).toBe(0);
    expect(told[1]).toEqual({ action: 'apply', site: 'rig-07', by: 'ada', digest: digest('9') });
    expect(JSON.parse(out)).toEqual({ ...JSON.parse(JSON.stringify(proposed)), approved: true });
  });

  it('that waits is approved with the question under which it waits now', async () => {
    answering(moving(awaiting()), { site: 'rig-07', said: 'approved' });
    const asked = questionOfMove(awaiting());
    await move('approve', '--digest', asked.digest);
    answering(moving(awaiting()), { site: 'rig-07', said: 'approved' });
    const { out } = await cli(['approve', '--site', 'rig-07', '--digest', asked.digest]);
    expect(told).toEqual([1, 2].map(() => ({ action: 'apply', site: 'rig-07', by: 'ada', ...asked })));
    expect(unwrapped(out)).toContain('rig-07: read the move sha256:99999999...');
  });

  it('seen before is not shown again: only what the app says of its approval', async () => {
    answering({ ...proposed, said: 'approved' });
    expect(await move('start', '--digest', digest('9'))).toEqual({ code: 0, out: 'rig-07: approved\n', err: '' });
  });

  it('after a cancelled one says first that it is cancelled', async () => {
    answering({ ...proposed, said: 'cancelled; what it made stays until that is approved' });
    const { out } = await move('cancel');
    expect(out).toContain('rig-07: cancelled; what it made stays until that is approved\nTo approve it:\n');
  });

  it('does not outlive a refusal of the app', async () => {
    answers = [
      { status: 200, value: proposed },
      { status: 409, value: { error: { code: 'ERR_DIGEST_MISMATCH', message: 'Another waits.', remedy: 'Look.' } } },
    ];
    const { code, err } = await move('start', '--yes');
    expect([code, err]).toEqual([1, 'ERR_DIGEST_MISMATCH: Another waits.\n  Look.\n']);
  });
});

describe('the status of a move', () => {
  it.each<[string, Move | null, number, readonly string[]]>([
    ['none', null, 0, ['No move is asked for or under way.']],
    ['one that waits', awaiting(), 0, ['waits for approval since 03:08:00', 'Spelt differently on the new side']],
    [
      'one under way',
      building(),
      0,
      [
        'about 34 min to go (until 03:46:00)',
        'Done\n',
        'Under way\n  [>]*Create the VPN gateway',
        'Next\n  [ ] Write the route',
      ],
    ],
    ['one at the device', atTheDevice(), 0, ['waiting for a person at the device', 'Under way\n  [~]*A person puts']],
    [
      'one that failed',
      stopped(),
      2,
      ['Failed\n  [!]*Create the VPN gateway', 'What to do: Ask for quota', 'move retry --site rig-07'],
    ],
  ])('%s', async (_, under, exit, texts) => {
    answering(moving(under));
    const { code, out } = await move('status');
    expect(code).toBe(exit);
    for (const text of texts) expect(unwrapped(out)).toContain(unwrapped(text));
    const long = out.split('\n').filter((line) => line.length > 80 && !line.includes('sha256:'));
    expect(long).toEqual([]);
  });

  it('says what of it is under way as JSON', async () => {
    answering(moving(building()));
    const { move: shown } = JSON.parse((await move('status', '--json')).out);
    expect(shown).toMatchObject({ status: 'running', percent: 32, stopHere: { state: 'degraded' } });
  });

  it('of a site that is not there names those that are', async () => {
    answering(moving(null));
    const { code, err } = await cli(['move', 'status', '--site', 'rig-08']);
    expect([code, err]).toEqual([1, 'ERR_UNKNOWN_SITE: There is no site "rig-08".\n  Known sites: rig-07.\n']);
  });

  it('goes on line by line until the move is over, through a look that fails', async () => {
    answers = [
      { status: 200, value: moving(building()) },
      { status: 503, value: 'down' },
      { status: 200, value: moving(building()) },
      { status: 200, value: moving(atTheDevice()) },
      { status: 200, value: viewOf({ lastMoves: [pastMove()] }) },
    ];
    const { code, out, err } = await move('status', '--watch', '--every', '0.01');
    const [first = '', rest = ''] = out.split(`${digest('9')}\n`);
    expect(first).toContain('about 34 min to go');
    expect(rest).toContain('03:12:00  The site: waits for the device');
    expect(rest).toContain('Create the VPN gateway VpnGw1AZ: done in 1 min');
    expect(rest).toContain('rig-07: the move is over: protected; 50 min');
    expect(err.match(/Still trying/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('stops watching a move that failed, and says so by its exit', async () => {
    answering(moving(building()), moving(stopped()));
    const { code, out } = await move('status', '--watch', '--every', '0.01', '--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).move.status);
    expect([code, lines]).toEqual([2, ['running', 'failed']]);
  });
});

describe('the standby', () => {
  const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
  const standing: Standing = {
    side: 'target',
    at: '2026-03-23T02:12:00.000Z',
    resources: [
      { id: `${group}/publicIPAddresses/a`, body: { sku: { name: 'Standard' } } },
      { id: `${group}/publicIPAddresses/b`, body: { sku: { name: 'Standard' } } },
      { id: `${group}/azureFirewalls/f`, body: { properties: { sku: { name: 'AZFW_VNet', tier: 'Standard' } } } },
      { id: `${group}/virtualNetworkGateways/g`, body: { properties: { sku: { name: 'VpnGw1AZ' } } } },
      { id: '/subscriptions/s/resourceGroups/g', body: {} },
    ],
  };

  it('says what stands idle, resource by resource', async () => {
    answering(viewOf({}, standing));
    expect((await cli(['standby', 'status', '--site', 'rig-07'])).out).toBe(
      [
        'rig-07: cold by the sites file; US Gov Texas stands idle and is billed by Azure',
        '  1 VPN gateway VpnGw1AZ',
        '  1 Azure Firewall Standard',
        '  2 public IP addresses Standard',
        '  as of 2026-03-23 02:12:00 UTC',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing stands, and what is being built', async () => {
    answering(viewOf({ move: building({ reason: 'standbyUp', title: 'a standby in US Gov Texas' }) }));
    const { out } = await cli(['standby', 'status', '--site', 'rig-07']);
    expect(out).toContain('nothing is known to stand in US Gov Texas\na standby in US Gov Texas: 7 of 14 steps over');
  });

  it('is the same as JSON', async () => {
    answering(viewOf({}, standing));
    const { out } = await cli(['standby', 'status', '--site', 'rig-07', '--json']);
    expect(JSON.parse(out)).toMatchObject({ site: 'rig-07', wanted: 'cold', work: null, standing: { side: 'target' } });
  });
});
