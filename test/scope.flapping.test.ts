import { describe, expect, it } from 'vitest';
import { decide, type ScopeInput } from '../shared/scope/decide.ts';
import type { Fact } from '../shared/scope/fact.ts';
import { mergeFacts } from '../shared/scope/mergeFact.ts';
import { HOME, intent, siteWith, told } from './scopeData.ts';

const minute = 60_000;
const start = Date.parse('2026-03-01T06:00:00Z');
const iso = (at: number): string => new Date(at).toISOString();
const alert = (status: string, at: number): readonly Fact[] =>
  told({ services: [['Storage', HOME]], status, at: iso(at) }, iso(at));

/** An incident that opens and closes ten times in the first hour, decided upon each minute of a day. */
const play = (policy: Record<string, unknown>, evidence: boolean) => {
  const site = siteWith(policy);
  const moves: string[] = [];
  let facts: readonly Fact[] = [];
  let away: string[] = [];
  let left: { service: string; at: string }[] = [];
  for (let at = start; at < start + 24 * 60 * minute; at += minute) {
    const minutes = (at - start) / minute;
    if (minutes < 60 && minutes % 6 === 0) facts = mergeFacts([...facts, ...alert('Active', at)]);
    if (minutes < 60 && minutes % 6 === 3) facts = mergeFacts([...facts, ...alert('Resolved', at)]);
    const homeSince = iso(start - 24 * 60 * minute);
    const seen = evidence ? [{ service: 'Storage', homeSince, seenAt: iso(at) }] : [];
    const decision = decide({ site, facts, intents: [], failedOver: away, left, now: at, evidence: seen });
    const added = decision.services.filter((one) => !away.includes(one) && !decision.addWaits.includes(one));
    const gone = decision.leaving.filter((one) => !decision.releaseWaits.includes(one));
    for (const service of added) moves.push(`${minutes} ${service} added`);
    for (const service of gone) moves.push(`${minutes} ${service} left`);
    left = [...left, ...gone.map((service) => ({ service, at: iso(at) }))];
    away = [...away, ...added].filter((service) => !gone.includes(service));
  }
  return moves;
};

describe('an incident that opens and closes ten times an hour', () => {
  it('moves routes once, at once, and back only with a person', () => {
    expect(play({}, false)).toEqual(['0 Storage added']);
  });

  it('moves them back once, by evidence, when it has stayed closed for the whole soak time', () => {
    expect(play({ failback: 'auto', soak: 'PT1H' }, true)).toEqual(['0 Storage added', '117 Storage left']);
  });

  it('moves once each way even where the soak is shorter than its quiet spells', () => {
    const moves = play({ failback: 'auto', soak: 'PT2M' }, true);
    expect(moves.slice(0, 2)).toEqual(['0 Storage added', '5 Storage left']);
    expect(moves).toHaveLength(2);
  });
});

describe('what left a moment ago', () => {
  const now = start + 60 * minute;
  const decided = (policy: Record<string, unknown>, minutesAgo: number, more: Partial<ScopeInput> = {}) =>
    decide({
      site: siteWith(policy),
      facts: alert('Active', now - minute),
      intents: [],
      failedOver: [],
      left: [{ service: 'storage', at: iso(now - minutesAgo * minute) }],
      now,
      ...more,
    });

  it('is not added again within policy.minBetweenRuns, and says until when', () => {
    expect(decided({}, 59)).toMatchObject({
      services: ['Storage'],
      addWaits: ['Storage'],
      addAgainAt: iso(now + minute),
      addApproval:
        "Storage left US Gov Texas less than PT1H ago: without a person's word not added again before 2026-03-01 07:01 UTC (policy.minBetweenRuns).",
    });
  });

  it('is added by itself after that', () => {
    const after = decided({}, 60);
    expect([after.addWaits, after.addApproval, 'addAgainAt' in after]).toEqual([[], null, false]);
  });

  it('is added at once where a person declares it', () => {
    expect(decided({}, 1, { intents: [intent({ services: ['Storage'] })] }).addWaits).toEqual([]);
  });

  it('delays nothing else: a first failover, and another service, at once', () => {
    expect(decided({}, 1, { left: [] }).addWaits).toEqual([]);
    expect(decided({}, 1, { left: [{ service: 'EventHub', at: iso(now - minute) }] }).addWaits).toEqual([]);
  });

  it('waits for a person alone where policy asks anyway', () => {
    const asks = decided({ serviceFailover: 'ask' }, 1);
    expect([asks.addApproval, 'addAgainAt' in asks]).toEqual(["Storage: policy serviceFailover is 'ask'.", false]);
  });
});
