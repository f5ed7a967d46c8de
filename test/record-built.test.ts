import { describe, expect, it } from 'vitest';
import { builtAfter } from '../shared/record/built.ts';
import type { MoveSummary } from '../shared/record/move.ts';
import { noCosts } from '../shared/record/progress.ts';

const ended = (digest: string, outcome: MoveSummary['outcome'], more: Partial<MoveSummary> = {}): MoveSummary => ({
  id: digest,
  digest,
  reason: 'outage',
  from: 'home',
  to: 'target',
  outcome,
  startedAt: '2026-07-20T02:00:00.000Z',
  endedAt: '2026-07-20T03:00:00.000Z',
  ownOverheadMs: 0,
  costs: noCosts,
  by: 'Ada',
  why: null,
  ...more,
});
const after = (...moves: MoveSummary[]) =>
  moves.reduce<ReturnType<typeof builtAfter>>(
    (built, summary) => builtAfter(built === undefined ? {} : { built }, summary),
    undefined,
  );

describe('by which plans a side was built', () => {
  it.each<[string, MoveSummary[], ReturnType<typeof builtAfter>]>([
    [
      'the last finished move',
      [ended('a', 'protected'), ended('b', 'protected')],
      { target: { bodies: ['b'], routes: ['b'] } },
    ],
    [
      'a standby since, which wrote no routes',
      [ended('a', 'protected'), ended('b', 'standing')],
      { target: { bodies: ['b'], routes: ['a'] } },
    ],
    [
      'a move since that was turned back',
      [ended('a', 'protected'), ended('b', 'cancelled')],
      { target: { bodies: ['a', 'b'], routes: ['a', 'b'] } },
    ],
    ['none that was never begun', [ended('a', 'declined', { startedAt: null })], undefined],
    ['none that takes down', [ended('a', 'removed', { reason: 'teardown' })], undefined],
  ])('is remembered: %s', (_, moves, expected) => {
    expect(after(...moves)).toEqual(expected);
  });
});
