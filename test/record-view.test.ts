import { describe, expect, it } from 'vitest';
import { commandText } from '../shared/record/ask.ts';
import { headlines } from '../shared/record/headline.ts';
import { questionOf } from '../shared/record/question.ts';
import type { SiteState } from '../shared/record/state.ts';
import { summaryText } from '../shared/record/view.ts';
import {
  ago,
  away,
  awayInPlace,
  confirmed,
  digest,
  fact,
  inPlace,
  intent,
  now,
  offered,
  oneSite,
  pastRun,
  plan,
  run,
  siteWith,
  stateOf,
  step,
  viewWith,
  word,
} from './recordData.ts';

const short = (letter: string) => `sha256:${letter.repeat(8)}...`;
const operation = { operationUrl: 'https://arm.test/operations/1', notBefore: now + 10_000 };
const writing = run([step('firewall', 'running', { operation }), step('routeTable', 'pending')]);
const blocked = away({
  applyable: false,
  headroom: -4,
  blockers: [{ code: 'ROUTE_BUDGET', message: '404 routes are needed.', remedy: 'Raise the limit.' }],
});
const waiting = { digest: digest('a'), why: 'policy.failback is ask', since: ago(1), title: 'home: 25 routes removed' };
const removing = run([step('deviceBundle', 'done'), step('deviceConfirm', 'done'), step('routeTable', 'running')], {
  digest: digest('e'),
});

type Row = readonly [
  what: string,
  state: Partial<SiteState>,
  headline: (typeof headlines)[number],
  waits: readonly string[],
];

const rows: readonly Row[] = [
  ['a site that has never been looked at', {}, 'home', []],
  ['a site at rest', { inPlace: inPlace(), lastPlan: plan() }, 'home', []],
  [
    'a site whose services are failed over',
    { inPlace: awayInPlace(), lastPlan: away({ changes: 0 }) },
    'failed over',
    [],
  ],
  [
    'a run that waits for Azure',
    { inPlace: inPlace(), lastPlan: away(), run: writing },
    'failing over',
    ['Azure: waiting for the firewall operation, next look 03:12:10'],
  ],
  [
    'a run that waits for a lock',
    {
      inPlace: inPlace(),
      lastPlan: away(),
      run: run([step('routeTable', 'pending', { why: 'it is locked', notBefore: now + 60_000 })]),
    },
    'failing over',
    ['Azure: waiting for the route table operation (it is locked), next look 03:13:00'],
  ],
  [
    'a run at work',
    { inPlace: inPlace(), lastPlan: away(), run: run([step('firewall', 'unchanged'), step('routeTable', 'running')]) },
    'failing over',
    ['The product: at work: Write the route table, once and whole'],
  ],
  [
    'a run that takes services home',
    { inPlace: awayInPlace(), lastPlan: plan({ digest: digest('e'), changes: 25 }), run: removing },
    'coming home',
    ['The product: at work: Write the route table, once and whole'],
  ],
  [
    'a run that takes services home while a newer plan was made, told by the order of its steps',
    { inPlace: awayInPlace(), lastPlan: plan(), run: removing },
    'coming home',
    ['The product: at work: Write the route table, once and whole'],
  ],
  [
    'a run that repairs what is in place',
    {
      inPlace: inPlace(),
      lastPlan: plan({ digest: digest('f'), changes: 1 }),
      run: run([step('routeTable', 'running')], { digest: digest('f') }),
    },
    'home',
    ['The product: at work: Write the route table, once and whole'],
  ],
  [
    'a run that waits for the device',
    {
      inPlace: awayInPlace(),
      lastPlan: away(),
      run: run([step('verify', 'done'), step('deviceConfirm', 'waiting')], { cloudReadyAt: ago(3) }),
      device: { offered: offered('d'), confirmed: confirmed('c') },
    },
    'waits for the device',
    [`A person: put the file ${short('d')} on the device, then confirm`],
  ],
  [
    'a run whose device was confirmed a moment ago',
    {
      inPlace: awayInPlace(),
      lastPlan: away(),
      run: run([step('verify', 'done'), step('deviceConfirm', 'waiting')], { cloudReadyAt: ago(3) }),
      device: { offered: offered('d'), confirmed: confirmed('d') },
    },
    'waits for the device',
    ['The product: about to go on: bob confirmed the device'],
  ],
  [
    'a file that was offered and whose run is over',
    { inPlace: inPlace(), lastPlan: plan(), device: { offered: offered('d'), confirmed: null } },
    'waits for the device',
    [`A person: put the file ${short('d')} on the device, then confirm`],
  ],
  [
    'a plan that waits for approval',
    { inPlace: awayInPlace(), lastPlan: plan({ changes: 25, at: ago(1) }), waiting },
    'waits for approval',
    [`A person: approve ${short('a')} (home: 25 routes removed)`],
  ],
  [
    'a plan that is blocked',
    { inPlace: inPlace(), lastPlan: blocked },
    'blocked',
    ['A person: resolve ROUTE_BUDGET: Raise the limit.'],
  ],
  [
    'a site a person paused',
    { inPlace: inPlace(), paused: word({ reason: 'maintenance' }) },
    'paused',
    ['A person: resume it; alice paused it (maintenance)'],
  ],
  [
    'a paused site whose run stands still',
    { inPlace: inPlace(), lastPlan: away(), paused: word({ reason: '' }), run: writing },
    'paused',
    ['A person: resume it; alice paused it'],
  ],
  [
    'a site that went wrong, whatever else it does',
    {
      inPlace: inPlace(),
      lastPlan: away(),
      run: writing,
      attention: { code: 'ERR_AZURE_FORBIDDEN', why: 'The identity may not write.', since: ago(9) },
    },
    'needs attention',
    [
      'A person: mend what is told under ERR_AZURE_FORBIDDEN, then have it looked at again',
      'Azure: waiting for the firewall operation, next look 03:12:10',
    ],
  ],
];

const sentences = (site: ReturnType<typeof oneSite>) => site.waits.map(({ who, text }) => `${who}: ${text}`);

describe('headline and who waits', () => {
  it.each(rows)('%s', (_, state, headline, waits) => {
    const site = oneSite(state);
    expect({ headline: site.headline, waits: sentences(site) }).toEqual({ headline, waits });
  });

  it('a site in shadow asks for its adoption with the digest of the plan that was shown', () => {
    const site = oneSite({ lastPlan: plan({ changes: 131 }) }, {}, { shadow: true });
    expect(site.headline).toBe('shadow');
    expect(site.waits).toMatchObject([
      { who: 'A person', ask: { action: 'adopt', site: 'rig-07', digest: digest('a') } },
    ]);
  });

  it('a site in shadow that is blocked asks for the remedy, not for adoption', () => {
    const site = oneSite({ lastPlan: blocked }, {}, { shadow: true });
    expect([site.headline, ...sentences(site)]).toEqual(['shadow', 'A person: resolve ROUTE_BUDGET: Raise the limit.']);
  });

  it('an adopted site is out of shadow', () => {
    const state = { adopted: word(), inPlace: inPlace(), lastPlan: plan() };
    expect(oneSite(state, {}, { shadow: true }).headline).toBe('home');
  });

  it('every headline has a row or a test above', () => {
    // Those of a move: test/record-move.test.ts.
    const ofMoves = ['moving', 'moving back', 'moved'];
    const told = [...rows.map(([, , headline]) => headline), 'shadow', ...ofMoves];
    expect([...new Set(told)].sort()).toEqual([...headlines].sort());
  });

  it('asks are commands that can be copied', () => {
    const facts = [fact({ service: 'EventHub', serviceName: 'Event Hubs', at: ago(5_000), heardAt: ago(5_000) })];
    const state = { inPlace: inPlace(), waiting, paused: word(), device: { offered: offered('d'), confirmed: null } };
    expect(oneSite(state, { facts }).waits.map(({ ask }) => ask && commandText(ask))).toEqual([
      'npm run cli -- resume --site rig-07',
      `npm run cli -- confirm-device --site rig-07 --checksum ${digest('d')}`,
      `npm run cli -- approve --site rig-07 --digest ${digest('a')} --question ${questionOf(waiting).question}`,
      'npm run cli -- declare --site rig-07 --kind home --services EventHub --reason "..."',
    ]);
  });

  it('approving and confirming name the very digest and checksum', () => {
    const state = {
      inPlace: inPlace(),
      lastPlan: plan({ at: ago(1) }),
      waiting,
      device: { offered: offered('d'), confirmed: null },
    };
    expect(oneSite(state).waits.map(({ ask }) => ask)).toEqual([
      { action: 'confirmDevice', site: 'rig-07', checksum: digest('d') },
      { action: 'apply', site: 'rig-07', ...questionOf(waiting) },
    ]);
  });
});

describe('cloud ready and protected', () => {
  type Lamps = readonly [
    what: string,
    state: Partial<SiteState>,
    ready: boolean,
    isProtected: 'yes' | 'no' | 'unknown',
  ];
  const lamps: readonly Lamps[] = [
    ['nothing was ever put in place', {}, false, 'unknown'],
    ['home, and no file was ever offered', { inPlace: inPlace() }, true, 'unknown'],
    [
      'home, and the device confirmed',
      { inPlace: inPlace(), device: { offered: offered(), confirmed: confirmed() } },
      true,
      'yes',
    ],
    [
      'a file offered again after another was offered: nobody has said since which one is on the device',
      { inPlace: inPlace(), device: { offered: { ...offered(), at: ago(0) }, confirmed: confirmed() } },
      true,
      'no',
    ],
    [
      'proven, the device not yet confirmed',
      {
        inPlace: awayInPlace(),
        lastPlan: away(),
        run: run([step('deviceConfirm', 'waiting')], { cloudReadyAt: ago(3) }),
        singlyEncryptedSince: ago(30),
        device: { offered: offered('d'), confirmed: confirmed('c') },
      },
      true,
      'no',
    ],
    [
      'written, not proven',
      {
        inPlace: inPlace(),
        lastPlan: away(),
        run: writing,
        singlyEncryptedSince: ago(30),
        device: { offered: offered(), confirmed: confirmed() },
      },
      false,
      'no',
    ],
    [
      'blocked while a service is unwell',
      { inPlace: inPlace(), lastPlan: blocked, singlyEncryptedSince: ago(30) },
      false,
      'no',
    ],
    [
      'a removal that waits for a person takes nothing from what is wanted',
      {
        inPlace: awayInPlace(),
        lastPlan: plan({ changes: 25, at: ago(1) }),
        waiting,
        device: { offered: offered(), confirmed: confirmed() },
      },
      true,
      'yes',
    ],
    [
      'drift that is only told means that the proof no longer holds',
      {
        inPlace: inPlace(),
        lastPlan: plan({ digest: digest('f'), changes: 1, at: ago(1) }),
        device: { offered: offered(), confirmed: confirmed() },
      },
      false,
      'yes',
    ],
  ];
  it.each(lamps)('%s', (_, state, ready, isProtected) => {
    const site = oneSite(state);
    expect([site.cloudReady.ready, site.protected.state]).toEqual([ready, isProtected]);
  });

  it('says since when a site is singly encrypted and for how long', () => {
    const site = oneSite({ singlyEncryptedSince: ago(134) });
    expect(site.singlyEncrypted).toEqual({
      since: ago(134),
      forMs: 134 * 60_000,
      text: 'Singly encrypted since 00:58:00 (2 h 14 min)',
    });
  });

  it('says who confirmed the device and when', () => {
    const site = oneSite({ device: { offered: offered(), confirmed: confirmed() } });
    expect(site.protected).toMatchObject({ by: 'bob', since: ago(1) });
  });
});

describe('facts, intents, runs and budget', () => {
  it('tells open, stale and left-aside facts apart, and asks a person about the stale ones', () => {
    const facts = [
      fact(),
      fact({
        trackingId: 'OLD',
        service: 'EventHub',
        serviceName: 'Event Hubs',
        since: ago(5_000),
        at: ago(5_000),
        heardAt: ago(5_000),
      }),
      fact({ trackingId: 'TEST', acts: false, why: 'it is a test alert' }),
      fact({ trackingId: 'NEW', service: 'Quantum', serviceName: 'Quantum', known: false }),
      fact({ trackingId: 'OVER', state: 'closed' }),
      fact({ trackingId: 'FAR', region: 'usgovarizona' }),
    ];
    const site = oneSite({ inPlace: inPlace() }, { facts });
    expect(site.facts.map(({ kind, trackingId }) => `${kind} ${trackingId}`)).toEqual([
      'open VT60-RC0',
      'stale OLD',
      'aside NEW',
      'aside TEST',
    ]);
    expect(site.facts.find(({ trackingId }) => trackingId === 'TEST')?.why).toBe('it is a test alert');
    expect(sentences(site)).toEqual([expect.stringContaining('nothing has been heard for long of Event Hubs')]);
  });

  it('keeps the intents that stand', () => {
    const intents = [intent(), intent({ id: 'i2', withdrawnAt: ago(2) }), intent({ id: 'i3', site: 'other' })];
    expect(oneSite({}, { intents }).intents.map(({ id }) => id)).toEqual(['i1']);
  });

  it('gives each past run its reason, outcome, duration and own overhead, the newest first', () => {
    const older = pastRun({
      id: 'run-5',
      outcome: 'failed',
      why: 'the firewall refused',
      arrivedAt: ago(95),
      endedAt: ago(90),
    });
    const runs = oneSite({ lastRuns: [older, pastRun()] }).lastRuns;
    expect(runs).toMatchObject([
      { id: 'run-6', outcome: 'protected', durationMs: 20 * 60_000, ownOverheadMs: 840 },
      { id: 'run-5', outcome: 'failed', durationMs: 5 * 60_000, why: 'the firewall refused' },
    ]);
  });

  it.each([
    [
      'in place',
      { inPlace: inPlace({ foreignRoutes: 12 }), lastPlan: plan({ headroom: 259 }) },
      { ours: 129, foreign: 12, planned: null, headroom: 259, fits: true },
    ],
    [
      'planned',
      { inPlace: inPlace(), lastPlan: away() },
      { ours: 129, foreign: 0, planned: 148, headroom: 252, fits: true },
    ],
    [
      'too many',
      { inPlace: inPlace(), lastPlan: away({ routes: 404, headroom: -4 }) },
      { ours: 129, planned: 404, headroom: -4, fits: false },
    ],
    ['never looked at', {}, { limit: 400, ours: null, foreign: null, headroom: null }],
  ])('counts the routes of a table: %s', (_, state, budget) => {
    expect(oneSite(state).budget).toMatchObject(budget);
  });
});

describe('the view as a whole', () => {
  const ids = ['calm', 'shadow', 'runs', 'person', 'urgent', 'broken'];
  const sites = ids.map((id) => siteWith(id, { shadow: id === 'shadow' }));
  const states = [
    stateOf({ inPlace: inPlace(), lastPlan: plan() }, 'calm'),
    stateOf({ lastPlan: plan({ changes: 9 }) }, 'shadow'),
    stateOf({ inPlace: inPlace(), lastPlan: away(), run: writing }, 'runs'),
    stateOf({ inPlace: inPlace(), paused: word() }, 'person'),
    stateOf({ inPlace: inPlace(), lastPlan: blocked, singlyEncryptedSince: ago(14) }, 'urgent'),
    stateOf({ attention: { code: 'ERR_BUG', why: 'x', since: ago(1) } }, 'broken'),
    stateOf({}, 'forgotten'),
  ];

  it('puts the sites that need a person first', () => {
    expect(viewWith({ sites, states }).sites.map(({ id }) => id)).toEqual([
      'broken',
      'urgent',
      'person',
      'runs',
      'shadow',
      'calm',
    ]);
  });

  it('is the same value whatever the order of its input, and survives JSON', () => {
    const facts = [fact(), fact({ trackingId: 'B' }), fact({ service: 'AzureKeyVault', serviceName: 'Key Vault' })];
    const one = viewWith({ sites, states, facts });
    const other = viewWith({ sites: sites.toReversed(), states: states.toReversed(), facts: facts.toReversed() });
    expect(other).toEqual(one);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  it('names states that no sites file knows, and sums everything up in a sentence', () => {
    const view = viewWith({ sites, states });
    expect(view.unlisted).toEqual(['forgotten']);
    expect(summaryText(view)).toBe('6 sites: 1 site singly encrypted, 4 waiting for a person, 1 being worked on.');
    expect(summaryText(viewWith())).toBe('There are no sites yet.');
  });
});
