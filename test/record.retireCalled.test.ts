import { describe, expect, it } from 'vitest';
import { sideOf } from '../shared/base/side.ts';
import type { MoveSummary } from '../shared/record/move.ts';
import { retireCalled } from '../shared/record/retireCalled.ts';
import { newSite, type SiteState } from '../shared/record/state.ts';
import { AWAY, HOME, now, siteWith, told } from './scopeData.ts';

const at = '2026-03-01T10:30:00.000Z';
const good = { blob: 'b', hash: 'h', at };
const ended = (parts: Partial<MoveSummary>): MoveSummary =>
  ({ id: 'm', digest: 'd', from: 'target', to: 'home', endedAt: '2026-03-01T11:00:00.000Z', ...parts }) as MoveSummary;

const lives = (because: 'planned' | 'return' | 'outage' | 'budget' | 'configured', parts: Partial<SiteState> = {}) => ({
  ...newSite('rig-07'),
  residence: { side: 'target' as const, since: at, because, by: 'Ada' },
  snapshots: { home: { good, doubtful: null } },
  ...parts,
});

const called = (state: SiteState, parts: { readonly move?: Record<string, unknown>; readonly down?: string } = {}) => {
  const configured = siteWith({}, { move: parts.move ?? {} });
  const facts = parts.down === undefined ? [] : told({ services: [['Storage', parts.down]] });
  return retireCalled(configured, sideOf(configured, 'target'), state, facts, now);
};

const stays = { lastMoves: [ended({ reason: 'return', outcome: 'declined' })] };
const tornDown = { lastMoves: [ended({ reason: 'teardown', from: 'home', outcome: 'removed' })] };

describe('the question of what becomes of the side that was left', () => {
  it.each([
    ['a planned move', lives('planned')],
    ['a return', lives('return')],
    ['an outage whose way back was declined', lives('outage', stays)],
  ])('is asked after %s', (_, state) => {
    expect(called(state)).toBe(true);
  });

  it.each([
    ['after an outage while the way back is the question', lives('outage'), {}],
    ['after an outage while its region is unwell', lives('outage', stays), { down: HOME }],
    ['after a planned move while the old region is unwell', lives('planned'), { down: HOME }],
    ['where the sites file says where it lives', lives('configured'), {}],
    ['where the site keeps what it left', lives('planned'), { move: { retireOld: 'never' } }],
    ['where the old side stands by', lives('planned'), { move: { standby: 'warm' } }],
    ['where nothing is known to stand there', lives('planned', { snapshots: {} }), {}],
    ['where it was taken down already', lives('planned', tornDown), {}],
  ])('is not asked %s', (_, state, parts) => {
    expect(called(state, parts)).toBe(false);
  });

  it('does not mind what is unwell where the site lives', () => {
    expect(called(lives('planned'), { down: AWAY })).toBe(true);
  });
});
