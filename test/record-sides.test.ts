import { describe, expect, it } from 'vitest';
import type { MovePlan } from '../shared/plan/move/movePlan.ts';
import { keptOf } from '../shared/readKept.ts';
import type { MoveSummary, Residence } from '../shared/record/move.ts';
import { askedPlanBlob } from '../shared/record/moveProgress.ts';
import { renderPage } from '../shared/record/page.ts';
import { movePlanBlob } from '../shared/record/progress.ts';
import { countedResources, standingSource } from '../shared/record/standingView.ts';
import type { SiteState } from '../shared/record/state.ts';
import { ago, digest, inPlace, oneSite, plan, siteWith, stateOf, viewWith } from './recordData.ts';
import { awaiting, building, movePlan, pastMove } from './recordMoveData.ts';

const settled = { inPlace: inPlace(), lastPlan: plan() };

describe('where a site lives', () => {
  const living = (
    parts: Partial<Residence>,
    policy: Record<string, unknown> = {},
    lastMoves: readonly MoveSummary[] = [],
  ) =>
    oneSite(
      {
        ...settled,
        residence: { side: 'target', since: ago(130), because: 'outage', by: 'alice', ...parts },
        lastMoves,
      },
      {},
      { shadow: false, ...policy },
    );

  it.each<[string, Partial<Residence>, Record<string, unknown>, string, RegExp]>([
    [
      'after an outage',
      {},
      {},
      'moved',
      /^lives in US Gov Texas since 01:02:00 \(2 h 10 min\), because the other region failed \(alice\); the way back to US Gov Virginia asks for approval$/,
    ],
    [
      'after an outage, by a policy that returns',
      {},
      { regionFailback: 'auto' },
      'moved',
      /goes back by itself when US Gov Virginia has been well/,
    ],
    [
      'after routes that did not fit',
      { because: 'budget' },
      {},
      'moved',
      /did not fit .*; the way back to US Gov Virginia asks/,
    ],
    [
      'after a planned move',
      { because: 'planned' },
      {},
      'home',
      /it was moved on purpose \(alice\); this is its home from then on$/,
    ],
    [
      'after the way back',
      { side: 'home', because: 'return' },
      {},
      'home',
      /^lives in US Gov Virginia since .* because it moved back \(alice\)$/,
    ],
  ])('%s', (_, residence, policy, headline, text) => {
    const view = living(residence, policy);
    expect([view.headline, view.residence?.text]).toEqual([headline, expect.stringMatching(text)]);
  });

  it('after a no to going back: until when nobody is asked, and the command that goes back before', () => {
    const no = { reason: 'return', from: 'target', to: 'home', outcome: 'declined' } as const;
    const said = pastMove({ ...no, endedAt: ago(9), why: 'bob declined it: until spring' });
    for (const regionFailback of ['ask', 'auto'])
      expect(living({}, { regionFailback }, [said]).residence?.text).toMatch(
        /\(alice\)\. bob declined it: until spring\. The way back is asked for again when something new is heard of US Gov Virginia\. To go home before: npm run cli -- move start --site rig-07$/,
      );
    expect(living({}, {}, [{ ...said, endedAt: ago(140) }]).residence?.text).toMatch(/asks for approval$/);
  });

  it('its regions are told as they are now', () => {
    const { home, failover } = living({});
    expect([home.name, failover.name]).toEqual(['usgovtexas', 'usgovvirginia']);
  });

  it('nothing is told where it lives as configured', () => {
    expect(oneSite(settled).residence).toBeNull();
  });
});

describe('what would have to be known before a move', () => {
  const pointer = { blob: 'snapshots/rig-07/home-1.json', hash: digest('e'), at: ago(50) };
  const doubtful = { ...pointer, at: ago(20), lost: ['2 of 5 firewall rules'] };

  it.each([
    ['a good snapshot', { good: pointer, doubtful: null }, 'US Gov Virginia as of 02:22:00 (50 min ago)', null],
    [
      'one that lost something',
      { good: pointer, doubtful },
      'US Gov Virginia as of 02:22:00 (50 min ago)',
      'the one of 02:52:00 (20 min ago) lost something and is not relied on',
    ],
    [
      'none that is good',
      { good: null, doubtful },
      'none of US Gov Virginia yet: it could not be moved from there if the region failed',
      'the one of 02:52:00 (20 min ago) lost something and is not relied on',
    ],
  ])('%s', (_, home, text, doubt) => {
    const [view] = oneSite({ ...settled, snapshots: { home } }).snapshots;
    expect([view?.text, view?.doubtful?.text ?? null]).toEqual([text, doubt]);
  });

  it.each([
    [true, 'it could move to US Gov Texas now, 2 checks passed; looked 01:12:00 (2 h ago)', 0],
    [false, 'it could not move to US Gov Texas now, 1 of 2 checks failed; looked 01:12:00 (2 h ago)', 1],
  ])('the preflight: %s', (ok, text, failed) => {
    const checks = [
      { id: 'quota', ok, text: '1 public address is free, 2 are needed.', remedy: 'Ask for quota.' },
      { id: 'names', ok: true, text: 'All names are free.', remedy: '' },
    ];
    const { preflight } = oneSite({ ...settled, preflight: { side: 'target', at: ago(120), checks } });
    expect([preflight?.text, preflight?.failed.length]).toEqual([text, failed]);
  });

  it('nothing is said of a move to where the site lives by now', () => {
    const preflight = { side: 'target', at: ago(120), checks: [] } as const;
    const residence = { side: 'target', since: ago(9), because: 'outage', by: 'alice' } as const;
    expect(oneSite({ ...settled, preflight, residence }).preflight).toBeNull();
  });

  it('of the side it came to no snapshot is kept yet: that is said', () => {
    const residence = { side: 'target', since: ago(9), because: 'outage', by: 'alice' } as const;
    const { snapshots } = oneSite({ ...settled, residence, snapshots: { home: { good: pointer, doubtful: null } } });
    expect(snapshots.map(({ text }) => text)).toEqual([
      'none of US Gov Texas yet: it could not be moved from there if the region failed',
      'US Gov Virginia as of 02:22:00 (50 min ago)',
    ]);
  });

  it.each([
    ['outage', 'from US Gov Virginia to US Gov Texas'],
    ['standbyUp', 'in US Gov Texas'],
    ['teardown', 'in US Gov Virginia'],
  ] as const)('a move that ended is told with where it was: %s', (reason, where) => {
    expect(oneSite({ ...settled, lastMoves: [pastMove({ reason })] }).lastMoves[0]?.where).toBe(where);
  });

  it('a move that ended is told with its outcome and what it took', () => {
    const { lastMoves } = oneSite({ ...settled, lastMoves: [pastMove()] });
    expect(lastMoves).toMatchObject([
      { outcome: 'protected', text: '50 min, 6 s of it our own; 14 writes, 60 reads, 31 polls' },
    ]);
  });
});

describe('what stands on the side where a site does not live', () => {
  const pointer = (minutes: number) => ({
    blob: 'snapshots/rig-07/target-1.json',
    hash: digest('e'),
    at: ago(minutes),
  });
  const kept = (side: 'home' | 'target', minutes: number) => ({
    snapshots: { [side]: { good: pointer(minutes), doubtful: null } },
  });
  const built = pastMove({ reason: 'standbyUp', outcome: 'standing', endedAt: ago(100), digest: digest('5') });
  const removed = pastMove({ reason: 'teardown', outcome: 'removed', endedAt: ago(40) });
  const moved = { residence: { side: 'target', since: ago(200), because: 'outage', by: 'alice' } } as const;
  const snapshot = { snapshotBlob: pointer(1).blob };
  const planned = { planDigest: digest('5') };
  const refused = pastMove({
    reason: 'teardown',
    from: 'target',
    to: 'home',
    outcome: 'declined',
    endedAt: ago(30),
    digest: digest('5'),
  });

  type Row = readonly [what: string, state: Partial<SiteState>, from: object | null];
  it.each<Row>([
    ['nothing, of a site that never moved', {}, null],
    ['nothing, where only its own side was kept', kept('home', 10), null],
    ['the side it left, as last kept', { ...moved, ...kept('home', 300) }, snapshot],
    ['a standby, as kept since', { ...kept('target', 10), lastMoves: [built] }, snapshot],
    ['a standby, as planned where it was never kept', { lastMoves: [built] }, planned],
    ['a standby, as planned where what was kept is older', { ...kept('target', 110), lastMoves: [built] }, planned],
    ['nothing, where it was taken down since', { ...kept('target', 50), lastMoves: [removed, built] }, null],
    ['what was kept since it was taken down', { ...kept('target', 10), lastMoves: [removed, built] }, snapshot],
    [
      'the side it left, whatever was taken down before',
      { ...moved, ...kept('home', 300), lastMoves: [pastMove({ outcome: 'removed', endedAt: ago(250) })] },
      snapshot,
    ],
    ['what a cancelled move made, where a person let it stand', { lastMoves: [refused] }, planned],
    [
      'what a cancelled move made, while a person is asked',
      { move: building({ reason: 'teardown', status: 'awaitingApproval', from: 'target', digest: digest('5') }) },
      planned,
    ],
    [
      'nothing, where that was taken down later',
      { lastMoves: [pastMove({ ...removed, endedAt: ago(20) }), refused] },
      null,
    ],
    ['nothing of the side where the site lives', { ...moved, lastMoves: [refused] }, null],
  ])('%s', (_, state, from) => {
    expect(standingSource(stateOf(state))?.from ?? null).toEqual(from);
  });

  it('is counted by type and size, what costs most first; groups and strangers are left out', () => {
    const at = (type: string, name: string, body: object = {}) => ({
      id: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/${type}/${name}`,
      body: body as Record<string, never>,
    });
    expect(
      countedResources([
        at('routeTables', 'a'),
        at('routeTables', 'b'),
        at('publicIPAddresses', 'a', { sku: { name: 'Standard' } }),
        at('virtualNetworkGateways', 'g', { properties: { sku: { name: 'VpnGw2AZ' } } }),
        at('azureFirewalls', 'f', { properties: { sku: { name: 'AZFW_VNet', tier: 'Premium' } } }),
        at('natGateways', 'n'),
        { id: '/subscriptions/s/resourceGroups/g', body: {} },
      ]),
    ).toEqual(['1 VPN gateway VpnGw2AZ', '1 Azure Firewall Premium', '1 public IP address Standard', '2 route tables']);
  });

  const archive = (blobs: Readonly<Record<string, unknown>>) => {
    const asked: string[] = [];
    const read = async (name: string) => {
      asked.push(name);
      const value = blobs[name];
      return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
    };
    return { asked, archive: { read, keep: async () => {}, append: async () => {}, list: async () => [] } };
  };
  const blob = askedPlanBlob('rig-07', building());

  it('is read of sites with something to read only', async () => {
    const from = archive({});
    expect(await keptOf(stateOf(settled), from)).toEqual({ movePlan: null, standing: null });
    expect(from.asked).toEqual([]);
  });

  it('and the plan of a move under way are read from what was kept', async () => {
    const bodies: MovePlan = movePlan();
    const from = archive({ [blob]: bodies, [movePlanBlob('rig-07', digest('5'))]: bodies });
    const { movePlan: read, standing } = await keptOf(stateOf({ move: building(), lastMoves: [built] }), from);
    expect(read).toEqual(JSON.parse(JSON.stringify(bodies)));
    expect(standing).toMatchObject({ side: 'target', at: built.endedAt });
    expect(standing?.resources).toHaveLength(7);
  });

  it('is what was to be taken down, where nobody approved that', async () => {
    const steps = [{ id: 'delete gateway vngw', kind: 'delete', resource: '/a/virtualNetworkGateways/vngw' }];
    const from = archive({ [movePlanBlob('rig-07', digest('5'))]: { ...movePlan(), steps } });
    const { standing } = await keptOf(stateOf({ lastMoves: [refused] }), from);
    expect(countedResources(standing?.resources ?? [])).toEqual(['1 VPN gateway']);
  });

  it.each([
    ['gone', undefined],
    ['cut short', '{"steps": ['],
    ['something else', { hello: 1 }],
  ])('is left out where what was kept is %s', async (_, content) => {
    const { movePlan: read } = await keptOf(stateOf({ move: building() }), archive({ [blob]: content }));
    expect(read).toBeNull();
  });

  it('says on the page of a taking down what is deleted, not written', () => {
    const kept = new Map([['rig-07', { movePlan: movePlan({ reason: 'teardown' }), standing: null }]]);
    const move = awaiting({ reason: 'teardown' });
    const page = renderPage(viewWith({ sites: [siteWith('rig-07')], states: [stateOf({ ...settled, move })], kept }));
    expect(page).toContain('What is deleted, and what stays');
    expect(page).not.toContain('writes to Azure');
  });
});
