import { describe, expect, it } from 'vitest';
import { approvalFor, type Cause, causeOf } from '../shared/plan/approval.ts';
import type { Decision } from '../shared/scope/decision.ts';
import { decisionFor, smallSite } from './planData.ts';

describe('what moved since the last proof', () => {
  const inPlace = { services: ['EventHub', 'Storage'], wantedHash: 'h' };
  const before = { settingsHash: 's1', outcomeHash: 'o1' };
  it.each<[string, Partial<Parameters<typeof causeOf>[0]>, Cause]>([
    ['nothing was ever put in place', { inPlace: null }, 'first'],
    ['a service came', { services: ['EventHub', 'Sql', 'Storage'] }, 'scope'],
    ['a service left', { services: ['Storage'] }, 'scope'],
    ['the same services in another order', { services: ['Storage', 'EventHub'] }, 'none'],
    ['their addresses changed', { wantedHash: 'other' }, 'tags'],
    ['both: the services say more', { services: [], wantedHash: 'other', changes: 5 }, 'scope'],
    ['neither, and yet there is something to do', { changes: 1 }, 'drift'],
    [
      'settings that ask for something else',
      { inPlace: { ...inPlace, ...before }, settingsHash: 's2', outcomeHash: 'o2', changes: 1 },
      'settings',
    ],
    [
      'settings without consequence excuse nobody who tampers',
      { inPlace: { ...inPlace, ...before }, settingsHash: 's2', outcomeHash: 'o1', changes: 1 },
      'drift',
    ],
    [
      'the same settings, and a table that others changed around ours',
      { inPlace: { ...inPlace, ...before }, settingsHash: 's1', outcomeHash: 'o2', changes: 1 },
      'drift',
    ],
    ['the second half of a change', { inPlace: { ...inPlace, retains: true }, changes: 1 }, 'tags'],
    ['neither, and nothing to do', {}, 'none'],
  ])('%s', (_what, more, cause) => {
    expect(causeOf({ inPlace, services: ['EventHub', 'Storage'], wantedHash: 'h', changes: 0, ...more })).toBe(cause);
  });
});

describe('who has to say yes', () => {
  const site = (policy: Record<string, unknown>) => smallSite({ policy: { shadow: false, ...policy } });
  type Row = {
    what: string;
    policy?: Record<string, unknown>;
    decision?: Partial<Decision>;
    more?: { adopted?: boolean; cause?: Cause; comes?: boolean; leaves?: boolean };
    why: string | null;
  };
  const rows: readonly Row[] = [
    { what: 'nobody, for a first run', more: { cause: 'first' }, why: null },
    { what: 'nobody, where nothing is to be done', why: null },
    { what: 'a person who said hold, whatever it is', decision: { hold: 'Ada said hold' }, why: 'Ada said hold' },
    {
      what: 'hold comes before shadow',
      policy: { shadow: true },
      decision: { hold: 'Ada said hold' },
      why: 'Ada said hold',
    },
    { what: 'whoever adopts a site in shadow', policy: { shadow: true }, why: 'shadow' },
    { what: 'nobody, once it is adopted', policy: { shadow: true }, more: { adopted: true }, why: null },
    {
      what: 'a person, where services come and policy asks',
      decision: { addApproval: 'policy serviceFailover' },
      more: { cause: 'scope', comes: true },
      why: 'policy serviceFailover',
    },
    {
      what: 'nobody, where they come and policy does not ask',
      more: { cause: 'scope', comes: true },
      why: null,
    },
    {
      what: 'nobody, for the part that does not wait',
      decision: { addApproval: 'policy serviceFailover' },
      more: { cause: 'scope' },
      why: null,
    },
    {
      what: 'a person, where services leave without evidence',
      decision: { releaseApproval: 'may still be there' },
      more: { cause: 'scope', leaves: true },
      why: 'may still be there',
    },
    {
      what: 'leaving is the graver question of the two',
      decision: { releaseApproval: 'may still be there', addApproval: 'policy serviceFailover' },
      more: { cause: 'scope', leaves: true, comes: true },
      why: 'may still be there',
    },
    { what: 'nobody, for new tags by default', more: { cause: 'tags' }, why: null },
    {
      what: 'a person, for new tags',
      policy: { tagUpdates: 'ask' },
      more: { cause: 'tags' },
      why: 'tagUpdates is ask',
    },
    { what: 'a person, for drift by default', more: { cause: 'drift' }, why: 'drift is tell' },
    { what: 'nobody, for drift to be repaired', policy: { drift: 'repair' }, more: { cause: 'drift' }, why: null },
    {
      what: 'nobody, where services come whatever else changed',
      policy: { tagUpdates: 'ask', drift: 'tell' },
      more: { cause: 'scope', comes: true },
      why: null,
    },
  ];

  it.each(rows)('$what', ({ policy = {}, decision = {}, more = {}, why }) => {
    const asked = approvalFor({
      site: site(policy),
      decision: { ...decisionFor(), ...decision },
      adopted: false,
      cause: 'none',
      comes: false,
      leaves: false,
      ...more,
    });
    if (why === null) expect(asked).toBe(null);
    else expect(asked?.why).toContain(why);
  });
});
