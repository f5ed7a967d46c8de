import { describe, expect, it } from 'vitest';
import { commandText } from '../shared/record/ask.ts';
import type { Move } from '../shared/record/move.ts';
import { moveView } from '../shared/record/moveView.ts';
import { renderPage } from '../shared/record/page.ts';
import { questionOfMove } from '../shared/record/question.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import {
  ago,
  awayInPlace,
  confirmed,
  fact,
  inPlace,
  now,
  offered,
  oneSite,
  plan,
  run,
  siteWith,
  stateOf,
  step,
  viewWith,
  word,
} from './recordData.ts';
import {
  atTheDevice,
  awaiting,
  bodySecret,
  building,
  movePlan,
  moveRecord,
  moveSteps,
  moveWith,
  operation,
  pastMove,
  profileAddress,
  stopped,
} from './recordMoveData.ts';

const site = siteWith('rig-07');
const seen = (move: Move, at = now) => moveView(site, move, movePlan(), at);
const stepOf = (move: Move, id: string, at = now) => seen(move, at).steps.find((step) => step.id === id);
const kept = new Map([['rig-07', { movePlan: movePlan(), standing: null }]]);
const settled = { inPlace: inPlace(), lastPlan: plan() };
const siteOf = (move: Move, state = {}) => oneSite({ ...settled, move, ...state }, { kept });
const sentences = ({ waits }: ReturnType<typeof oneSite>) => waits.map(({ who, text }) => `${who}: ${text}`);
const due = Date.parse(ago(-1));

describe('a step of a move', () => {
  type Row = readonly [what: string, move: Move, step: string, state: string, text: string];
  it.each<Row>([
    ['done', building(), 'firewall', 'over', 'done in 9 min'],
    ['standing there already', building(), 'rules', 'over', 'stands as planned'],
    ['not needed', moveWith({ rules: 'skipped' }), 'rules', 'over', 'not needed'],
    [
      'that Azure is at',
      building(),
      'gateway',
      'underWay',
      'under way for 13 min, about 32 min to go, next look 03:13:00',
    ],
    [
      'that takes longer than estimated',
      moveWith({ gateway: moveRecord('gateway', 'running', { startedAt: ago(57) }) }),
      'gateway',
      'underWay',
      'under way for 57 min, 12 min longer than estimated',
    ],
    [
      'held up by a lock',
      moveWith({ firewall: moveRecord('firewall', 'pending', { startedAt: ago(2), notBefore: due, why: 'a lock' }) }),
      'firewall',
      'held',
      'held up for 2 min, next look 03:13:00',
    ],
    ['at the device', atTheDevice(), 'confirm', 'held', 'waits for a person for 6 min'],
    [
      'at the device, while the gateway is asked for it',
      atTheDevice({
        steps: atTheDevice().steps.map((record) =>
          record.id === 'confirm' ? { ...record, operation: operation(due) } : record,
        ),
      }),
      'confirm',
      'held',
      'waits for a person for 6 min',
    ],
    ['with nothing before it left', building(), 'routes', 'next', 'next, about 1 min'],
    ['behind others', building(), 'profile', 'later', 'later, about 2 min'],
    ['of a person, behind others', building(), 'confirm', 'later', 'later, by a person'],
    ['of a move nobody has approved yet', awaiting(), 'resourceGroup', 'later', 'later, about 1 min'],
    ['of a move that stopped', stopped(), 'rules', 'later', 'later, about 4 min'],
    ['that failed', stopped(), 'gateway', 'failed', 'failed'],
  ])('%s', (_, move, id, state, text) => {
    expect(stepOf(move, id)).toMatchObject({ state, text });
  });

  it('that failed says why and what to do', () => {
    expect(stepOf(stopped(), 'gateway')).toMatchObject({
      why: 'Azure ended the operation: SkuNotAvailable.',
      remedy: expect.stringContaining('Ask for quota'),
    });
  });

  it('is not next while another of its key is under way', () => {
    const steps = [...moveSteps.filter(({ id }) => id !== 'rules'), ...moveSteps.filter(({ id }) => id === 'rules')];
    const freed = steps.map((step) => (step.id === 'rules' ? { ...step, after: ['virtualNetwork'] } : step));
    const move = moveWith({
      ...Object.fromEntries(moveSteps.slice(0, 5).map(({ id }) => [id, 'done' as const])),
      firewall: 'running',
      gateway: 'running',
    });
    const states = moveView(site, move, movePlan({ steps: freed }), now).steps.map(({ id, state }) => `${id} ${state}`);
    expect(states).toContain('rules later');
  });

  it('names what it waits for itself, not what that waits for', () => {
    expect(stepOf(building(), 'virtualNetwork')?.after).toEqual(['routeTable']);
    expect(stepOf(building(), 'proof')?.after).toEqual(['routes', 'gateway']);
  });
});

describe('a move', () => {
  it('stands in columns: no step left of one it waits for, each exactly once', () => {
    const { waves } = seen(building());
    const column = new Map(waves.flatMap((wave, index) => wave.map((id) => [id, index] as const)));
    expect([...column.keys()].sort()).toEqual(moveSteps.map(({ id }) => id).sort());
    for (const { id, after } of moveSteps)
      for (const before of after) expect(column.get(before)).toBeLessThan(column.get(id) ?? -1);
    expect(waves[1]).toEqual(['publicIp firewall-ip', 'publicIp vngw-ip', 'routeTable']);
  });

  it.each<[string, Move, number, number, string]>([
    [
      'before anyone approved it',
      awaiting(),
      50,
      0,
      '0 of 14 steps over, about 50 min to go, then a person at the device, not begun',
    ],
    [
      'while the gateway is made',
      building(),
      34,
      32,
      '7 of 14 steps over, about 34 min to go (until 03:46:00), then a person at the device',
    ],
    ['when only a person is left', atTheDevice(), 0, 99, '12 of 14 steps over, waiting for a person at the device'],
    [
      'when all is over',
      moveWith(Object.fromEntries(moveSteps.map(({ id }) => [id, 'done']))),
      0,
      100,
      '14 of 14 steps over',
    ],
  ])('says what is left of it %s', (_, move, minutes, percent, pace) => {
    expect(seen(move)).toMatchObject({ toGoMs: minutes * 60_000, percent, pace });
  });

  it('counts a step that takes too long as over any moment, never as time gained', () => {
    expect(seen(building(), now + 100 * 60_000).toGoMs).toBe(2 * 60_000);
  });

  it.each<[string, Move, string | null, RegExp]>([
    ['nothing is written', awaiting(), null, /nothing is written yet/],
    ['half of it stands', building(), 'degraded', /singly encrypted/],
    [
      'the device was moved',
      moveWith({ ...Object.fromEntries(moveSteps.map(({ id }) => [id, 'done'])), settle: 'pending' }),
      'works',
      /stays in the tunnel/,
    ],
  ])('says what stopping would mean: %s', (_, move, state, text) => {
    expect(seen(move).stopHere).toEqual({ state, text: expect.stringMatching(text) });
  });

  it('takes the label of the step that ended last, whatever the plan says comes later', () => {
    const steps = moveSteps.map((step) => (step.id === 'firewall' ? { ...step, stopHere: 'cut' as const } : step));
    const move = moveWith({
      firewall: moveRecord('firewall', 'done', { endedAt: ago(1) }),
      rules: moveRecord('rules', 'done', { endedAt: ago(3) }),
    });
    expect(moveView(site, move, movePlan({ steps }), now).stopHere.state).toBe('cut');
  });

  it('whose plan cannot be read shows its steps all the same, one after the other', () => {
    const view = moveView(site, building(), null, now);
    expect(view.steps.map(({ id }) => id)).toEqual(moveSteps.map(({ id }) => id));
    expect(view.waves.every((wave) => wave.length === 1)).toBe(true);
    expect([view.plan, view.stopHere.text]).toEqual([null, 'what traffic does is not known without the plan']);
  });

  it('shows the approver each mapping, default, carried route and secret of the plan', () => {
    expect(seen(awaiting()).plan).toMatchObject({
      mappings: ["routes-rig-07, route to-proxy, nextHopIpAddress: 10.0.1.4 -> the new firewall's address"],
      carriedRoutes: ["to-proxy 10.9.0.0/16 VirtualAppliance, the new firewall's address"],
      secrets: ['RADIUS secret (vngw): Key Vault, move.sharedKey'],
      table: '131 of 400 routes (exact)',
      writes: 9,
    });
  });
});

describe('the site of a move', () => {
  const offers = { offered: offered('d'), confirmed: confirmed('c') };
  const short = `sha256:${'d'.repeat(8)}...`;
  type Row = readonly [what: string, move: Move, state: object, headline: string, waits: readonly string[]];
  it.each<Row>([
    [
      'that waits for approval',
      awaiting(),
      {},
      'waits for approval',
      [
        'A person: read the move sha256:99999999... (the whole site to USGov Texas: 11 resources), then approve or decline it, until 13:12:00',
      ],
    ],
    [
      'that is built',
      building(),
      {},
      'moving',
      ['Azure: under way: Create the VPN gateway VpnGw1AZ, next look 03:13:00'],
    ],
    [
      'that moves back',
      building({ reason: 'return', from: 'target', to: 'home' }),
      {},
      'moving back',
      ['Azure: under way: Create the VPN gateway VpnGw1AZ, next look 03:13:00'],
    ],
    [
      'whose standby is built',
      building({ reason: 'standbyUp' }),
      {},
      'home',
      ['Azure: under way: Create the VPN gateway VpnGw1AZ, next look 03:13:00'],
    ],
    [
      'whose services failed over meanwhile',
      building({ reason: 'standbyUp' }),
      { inPlace: awayInPlace() },
      'failed over',
      ['Azure: under way: Create the VPN gateway VpnGw1AZ, next look 03:13:00'],
    ],
    [
      'that a person is needed at',
      atTheDevice(),
      { device: offers },
      'waits for the device',
      [`A person: put the VPN profile and the file ${short} on the device, then confirm`],
    ],
    [
      'that failed',
      stopped(),
      {},
      'needs attention',
      [
        'A person: the outage is over; cancel or retry: mend what stopped the move at gateway, then have it go on: Ask for quota of VPN gateways in USGov Texas, then have it go on.',
      ],
    ],
    [
      'that a person paused',
      building(),
      { paused: word({ reason: '' }) },
      'paused',
      ['A person: resume it; alice paused it'],
    ],
    [
      'that is about to begin',
      moveWith({}),
      {},
      'moving',
      ['The product: about to begin: Create the resource group ase-rig-07-usgovtexas'],
    ],
    [
      'that the product is at',
      moveWith({ resourceGroup: 'running' }),
      {},
      'moving',
      ['The product: at work: Create the resource group ase-rig-07-usgovtexas'],
    ],
    [
      'that a lock holds up',
      moveWith({ resourceGroup: moveRecord('resourceGroup', 'waiting', { why: 'it is locked', notBefore: due }) }),
      {},
      'moving',
      ['Azure: held up: Create the resource group ase-rig-07-usgovtexas (it is locked), next look 03:13:00'],
    ],
  ])('%s', (_, move, state, headline, waits) => {
    const view = siteOf(move, state);
    expect({ headline: view.headline, waits: sentences(view) }).toEqual({ headline, waits });
  });

  it.each([
    ['a region that answers nothing is why it moves', building(), 'ERR_AZURE_UNAVAILABLE', 'moving'],
    ['anything else is to be looked into', building(), 'ERR_AZURE_FORBIDDEN', 'needs attention'],
    [
      'on purpose, both regions should answer',
      building({ reason: 'planned' }),
      'ERR_AZURE_UNAVAILABLE',
      'needs attention',
    ],
    ['a move that failed explains nothing', stopped(), 'ERR_AZURE_UNAVAILABLE', 'needs attention'],
  ] as const)('that went wrong meanwhile: %s', (_, move, code, headline) => {
    const view = siteOf(move, { attention: { code, why: 'The region answers nothing.', since: ago(9) } });
    expect(view.headline).toBe(headline);
    expect(view.waits.some(({ text }) => text.startsWith('mend what is told'))).toBe(
      code !== 'ERR_AZURE_UNAVAILABLE' || move.reason !== 'outage' || move.status === 'failed',
    );
  });

  it.each([
    ['waits for a word', awaiting(), 'waits for approval', 'A person: read the move'],
    ['is under way', building(), 'moving', 'A person: put the file'],
  ] as const)('goes before a service failover that waits for the device: %s', (_, move, headline, first) => {
    const view = siteOf(move, { device: offers, run: run([step('deviceConfirm', 'waiting')]) });
    expect([view.headline, sentences(view)[0]]).toEqual([headline, expect.stringContaining(first)]);
  });

  const onItsWay = { device: { offered: offered('a'), confirmed: confirmed('a') } };
  it.each([
    ['waits for it', atTheDevice({ reason: 'planned' }), 'the bundle for US Gov Texas is not on it yet'],
    [
      'has it, and settles',
      moveWith(
        { settle: 'pending' },
        { reason: 'planned', device: { offered: offered('e'), confirmed: confirmed('e') } },
      ),
      'it has a bundle for US Gov Texas, where the site has not settled yet',
    ],
    [
      'has one that is out of date',
      moveWith(
        { proof: 'pending' },
        { reason: 'planned', deviceThere: true, device: { offered: offered('f'), confirmed: null } },
      ),
      'it has a bundle for US Gov Texas, where the site has not settled yet',
    ],
    [
      'has it, and failed',
      stopped({ reason: 'planned', device: { offered: offered('e'), confirmed: confirmed('e') } }),
      'it has a bundle for US Gov Texas, where the site has not settled yet',
    ],
  ] as const)('says protected by no file that the device has no more: a planned move that %s', (_, move, why) => {
    expect(siteOf(move, onItsWay).protected).toMatchObject({ state: 'no', why });
  });

  it('in shadow stays in shadow, whatever is asked for', () => {
    const view = oneSite({ ...settled, move: awaiting() }, { kept }, { shadow: true });
    expect(view.headline).toBe('shadow');
  });

  it('asks for the device once, although a service failover waits for it too', () => {
    const waiting = run([step('deviceConfirm', 'waiting')]);
    expect(sentences(siteOf(atTheDevice(), { device: offers, run: waiting }))).toHaveLength(1);
  });

  it('has a form on the page for the bundle that waits, in the name of the move', () => {
    const move = atTheDevice({ device: { offered: offered('e'), confirmed: null } });
    const view = { sites: [siteWith('rig-07')], states: [stateOf({ ...settled, device: offers, move })] };
    const page = renderPage(viewWith(view), { key: null, name: null, mayDecide: true });
    expect(page.match(/<form /g)).toHaveLength(1);
    expect(page).toContain(`name="asker" value="${move.id}"`);
    expect(page).toContain(`name="checksum" value="${move.device?.offered?.checksum}"`);
  });

  it('asks for approval of the very digest, and offers no approval of what is blocked', () => {
    expect(siteOf(awaiting()).waits[0]?.ask).toEqual({
      action: 'apply',
      site: 'rig-07',
      ...questionOfMove(awaiting()),
    });
    // The command of `ask` is printed right behind.
    expect(siteOf(awaiting()).waits[0]?.help.at(-1)).toBe('To approve it:');
    const blockers = [{ code: 'ROUTE_BUDGET' as const, message: '404 routes.', remedy: 'Raise the limit.' }];
    const blocked = new Map([['rig-07', { movePlan: movePlan({ blockers, applyable: false }), standing: null }]]);
    const [wait] = oneSite({ ...settled, move: awaiting() }, { kept: blocked }).waits;
    expect(wait).toMatchObject({ ask: null, text: expect.stringContaining('resolve what blocks the move') });
    expect(wait?.help).not.toContain('To approve it:');
  });

  it('says how a failed move goes on and how it is turned back', () => {
    const [wait] = siteOf(stopped()).waits;
    expect(wait?.ask && commandText(wait.ask)).toBe('npm run cli -- move retry --site rig-07');
    expect(wait?.help.slice(-2)).toEqual([
      'To turn back instead: npm run cli -- move cancel --site rig-07',
      'To have it go on:',
    ]);
  });

  it('says of a failed move out of a region that is well again that its outage is over', () => {
    const tunnel = fact({ service: 'VPN Gateway', serviceName: 'VPN Gateway', known: false });
    const firstWait = (facts: readonly ReturnType<typeof fact>[], move = stopped()) =>
      oneSite({ ...settled, move }, { kept, facts }).waits[0]?.text;
    expect(firstWait([tunnel])).toMatch(/^mend what stopped the move/);
    expect(firstWait([{ ...tunnel, state: 'closed' }])).toMatch(/^the outage is over; cancel or retry: mend what/);
    expect(firstWait([], stopped({ reason: 'planned' }))).toMatch(/^mend what stopped the move/);
  });

  it('hands the instructions to whoever stands at the device, once', () => {
    const { waits } = siteOf(atTheDevice(), { device: offers });
    expect(waits).toHaveLength(1);
    expect(waits[0]?.help).toEqual(expect.arrayContaining([...offers.offered.instruction]));
  });

  it.each<[string, Move | null, object, boolean, string]>([
    ['an outage: what was proven in the failing region says nothing', building(), {}, false, 'no'],
    [
      'on purpose: the old side carries the traffic until the device moves',
      building({ reason: 'planned' }),
      { singlyEncryptedSince: null },
      true,
      'unknown',
    ],
    ['proven on the new side, the device not there yet', atTheDevice(), { device: offers }, true, 'no'],
  ])('tells cloud and device apart: %s', (_, move, state, ready, isProtected) => {
    const view = oneSite({ ...settled, singlyEncryptedSince: ago(30), ...(move ? { move } : {}), ...state }, { kept });
    expect([view.cloudReady.ready, view.protected.state]).toEqual([ready, isProtected]);
  });
});

describe('page, terminal and JSON of a move', () => {
  const evil = `<img src=x onerror="alert(1)">'"&<script>alert(2)</script>\u001b[31m\u202Eevil < 5`;
  const evilPlan = movePlan({
    steps: moveSteps.map((step) => ({ ...step, title: evil })),
    mappings: [{ resource: evil, where: evil, before: evil, after: evil }],
    carriedRoutes: [{ name: evil, properties: { addressPrefix: evil } }],
    secrets: [{ what: evil, resource: evil, source: evil }],
    defaults: [evil],
    notes: [evil],
    alternatives: [evil],
    blockers: [{ code: 'ROUTE_BUDGET', message: evil, remedy: evil }],
    resourceGroup: evil,
    table: { routes: 1, limit: 2, fits: true, strategy: evil },
  });
  const evilState = {
    ...settled,
    move: stopped({
      title: evil,
      why: [evil],
      by: evil,
      trouble: { step: 'gateway', why: evil, remedy: evil },
    }),
    residence: { side: 'target', since: ago(1), because: 'outage', by: evil },
    lastMoves: [pastMove({ by: evil, why: evil })],
    snapshots: { home: { good: null, doubtful: { blob: evil, hash: evil, at: ago(1), lost: [evil] } } },
    preflight: { side: 'target', at: ago(1), checks: [{ id: evil, ok: false, text: evil, remedy: evil }] },
  } as const;
  const evilView = viewWith({
    sites: [site],
    states: [stateOf(evilState)],
    kept: new Map([['rig-07', { movePlan: evilPlan, standing: null }]]),
  });

  it('lets no tag, attribute or script of hostile text through', () => {
    const page = renderPage(evilView);
    expect(page).toContain('evil &lt; 5');
    expect(page).not.toMatch(/<script|<img|<[^>]*onerror|\u202E|[^\P{Cc}\n]/iu);
    expect(renderStatusText(evilView)).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.stringify(evilView)).not.toMatch(/<script|<img|\\u00[01]|\u202E/i);
  });

  const waitingAtGateway = building({
    steps: building().steps.map((record) =>
      record.id === 'gateway' ? { ...record, operation: operation(due) } : record,
    ),
  });
  const view = viewWith({ sites: [site], states: [stateOf({ ...settled, move: waitingAtGateway })], kept });

  it.each([
    ['the JSON', JSON.stringify(view)],
    ['the page', renderPage(view)],
    ['the terminal', renderStatusText(view)],
  ])('never shows the profile, the address of an operation or the body of a resource: %s', (_, shown) => {
    expect(shown).toContain('Create the VPN gateway VpnGw1AZ');
    for (const secret of [profileAddress, 'arm.test', bodySecret]) expect(shown).not.toContain(secret);
  });

  it('draws every step in words beside the colour, with its column and the longest path', () => {
    const page = renderPage(view);
    expect(page).not.toMatch(/<script|\ssrc=|\sstyle=|url\(|https?:/i);
    for (const text of ['done in 9 min', 'under way for 13 min', 'later, by a person', 'stands as planned'])
      expect(page).toContain(text);
    expect(page.match(/◆ longest path/g)).toHaveLength(8);
    expect(page).toContain('aria-label="Column 9 of 9"');
  });

  it('keeps to 80 columns in the terminal', () => {
    const long = renderStatusText(view)
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });

  it('survives JSON as it is', () => {
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
  });
});
