import { describe, expect, it } from 'vitest';
import type { MoveSummary } from '../shared/record/move.ts';
import { endMove } from '../shared/record/moveProgress.ts';
import { type Asking, refusalOf } from '../shared/record/refusal.ts';
import { newSite } from '../shared/record/state.ts';

const saidAt = '2026-03-01T11:00:00.000Z';
const before = '2026-03-01T10:00:00.000Z';
const after = '2026-03-01T12:00:00.000Z';
const hour = 3_600_000;

const ended = (parts: Partial<MoveSummary>): MoveSummary =>
  ({ id: 'm', digest: 'd', from: 'target', to: 'home', outcome: 'declined', endedAt: saidAt, ...parts }) as MoveSummary;

/** Whether a no to this very question stands, so long after it was said. */
const stands = (asked: Partial<Asking> & Pick<Asking, 'reason'>, hours = 2, said: Partial<MoveSummary> = {}): boolean =>
  refusalOf(
    { lastMoves: [ended({ reason: asked.reason, ...said })] },
    { from: 'target', digest: 'd', since: before, ...asked },
    Date.parse(saidAt) + hours * hour,
  ) !== null;

describe('the no of a person', () => {
  const reasons = ['outage', 'budget', 'standbyUp', 'return', 'teardown'] as const;
  it.each(reasons)('to the question of %s stands, and so does turning it back', (reason) => {
    expect(stands({ reason })).toBe(true);
    expect(stands({ reason, since: null })).toBe(true);
    expect(stands({ reason }, 2, { outcome: 'cancelled' })).toBe(true);
    expect(stands({ reason }, 2, { outcome: 'expired' })).toBe(false);
  });

  it.each(reasons)('to the question of %s is over when what calls for it began after it', (reason) => {
    expect(stands({ reason, since: after })).toBe(false);
  });

  it.each([
    ['outage', false],
    ['budget', false],
    ['standbyUp', true],
    ['return', true],
    ['teardown', true],
  ] as const)('to the question of %s stands after a day: %s', (reason, still) => {
    expect(stands({ reason }, 25)).toBe(still);
  });

  it.each([
    ['outage', false],
    ['budget', false],
    ['standbyUp', false],
    ['return', true],
    ['teardown', true],
  ] as const)('to the question of %s is also one to another plan of it: %s', (reason, still) => {
    expect(stands({ reason, digest: 'e' })).toBe(still);
  });

  it('says nothing of another question, or of leaving the other side', () => {
    expect(stands({ reason: 'return' }, 2, { reason: 'teardown' })).toBe(false);
    expect(stands({ reason: 'return' }, 2, { from: 'home' })).toBe(false);
  });

  it('is remembered however many moves have ended since', () => {
    const upkeep = Array.from({ length: 20 }, (_, n) =>
      ended({ id: `s${n}`, reason: 'standbyUp', outcome: 'standing' }),
    );
    const noes = [ended({ id: 'older', reason: 'return' }), ended({ id: 'no', reason: 'return' })];
    const state = [...noes, ...upkeep].reduce(endMove, newSite('rig-07'));
    expect(refusalOf(state, { reason: 'return', from: 'target', digest: null, since: before }, 0)?.id).toBe('no');
    expect(state.lastMoves?.map(({ id }) => id)).toEqual(['s19', 's18', 's17', 's16', 's15', 'no']);
  });
});
