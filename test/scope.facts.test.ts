import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import type { Fact } from '../shared/scope/fact.ts';
import { factsOf } from '../shared/scope/factsOf.ts';
import { mergeFact, mergeFacts } from '../shared/scope/mergeFact.ts';
import { isIncident, isOpen, isStale, openFacts } from '../shared/scope/openFact.ts';
import { describeFact } from '../shared/scope/sentences.ts';
import { commonAlert, healthEvent, legacyAlert } from './eventsData.ts';
import { AWAY, factsFrom, HOME, heardAt, ran, SUBSCRIPTION, told } from './scopeData.ts';

const keys = (facts: readonly Fact[]) =>
  facts.map((fact) => `${fact.service}@${fact.region}:${fact.state}${fact.known ? '' : '?'}${fact.acts ? '' : '!'}`);

describe('the facts of a signal', () => {
  it('are one for the incident and one for each service and region', () => {
    const facts = told({
      services: [
        ['Key Vault', HOME, AWAY],
        ['Storage', HOME],
      ],
    });
    expect(keys(facts)).toEqual([
      '*@*:open',
      'AzureKeyVault@usgovvirginia:open',
      'AzureKeyVault@usgovtexas:open',
      'Storage@usgovvirginia:open',
    ]);
  });

  it('keep an unknown service by its name and let the known one of the same event act', () => {
    const facts = told({
      services: [
        ['Quantum Toaster', HOME],
        ['Storage', HOME],
      ],
    });
    expect(keys(facts)).toEqual(['*@*:open', 'Quantum Toaster@usgovvirginia:open?', 'Storage@usgovvirginia:open']);
  });

  it('do not act for Global and for a region that nobody knows', () => {
    const facts = told({ services: [['Storage', 'Global', 'Atlantis', HOME]] });
    expect(keys(facts)).toEqual([
      '*@*:open',
      'Storage@global:open!',
      'Storage@Atlantis:open!',
      'Storage@usgovvirginia:open',
    ]);
  });

  it('know services that carry the tunnel although no tag holds them', () => {
    expect(keys(told({ services: [['VPN Gateway', HOME]] }))).toContain('VPN Gateway@usgovvirginia:open');
  });

  it('are one for two names of one tag, open while one of them is', () => {
    const item = healthEvent({
      services: [
        ['SQL Database', 'UK South'],
        ['SQL Managed Instance', 'UK South'],
      ],
    });
    const [, second] = item.properties.impact;
    if (second?.impactedRegions[0]) second.impactedRegions[0].status = 'Resolved';
    const facts = factsFrom({ ...item, id: '/subscriptions/s/providers/Microsoft.ResourceHealth/events/x' });
    expect(keys(facts)).toEqual(['*@*:open', 'Sql@uksouth:open']);
    expect(facts[1]?.serviceName).toBe('SQL Database');
  });

  it('are all closed where the incident is, whatever its impacts say', () => {
    const [signal] = readServiceHealth(commonAlert()).signals;
    if (!signal) throw new Error('no signal');
    expect(keys(factsOf({ ...signal, state: 'closed' }, heardAt))).toEqual([
      '*@*:closed',
      'Storage@usgovvirginia:closed',
    ]);
  });

  it('of an operation have the resource and no region', () => {
    const facts = ran('Microsoft.Storage/storageAccounts/failover/action', 'Microsoft.Storage/storageAccounts/logs');
    expect(keys(facts)).toEqual(['*@*:open', 'Storage@*:open']);
    expect(facts[1]?.resourceId).toMatch(/storageaccounts\/logs$/);
  });
});

describe('merging', () => {
  const fact = (parts: Partial<Fact>): Fact => {
    const found = told({}).find(({ service }) => service === 'Storage');
    if (!found) throw new Error('no fact');
    return { ...found, ...parts };
  };

  it('keeps the newest state, the earliest beginning and the latest hearing', () => {
    const old = fact({
      at: '2026-01-02T00:00:00.000Z',
      since: '2026-01-01T00:00:00.000Z',
      heardAt: '2026-01-09T00:00:00.000Z',
    });
    const young = fact({ at: '2026-01-03T00:00:00.000Z', since: '2026-01-02T00:00:00.000Z', state: 'closed' });
    expect(mergeFact(old, young)).toEqual({
      ...young,
      since: old.since,
      heardAt: young.heardAt > old.heardAt ? young.heardAt : old.heardAt,
    });
    expect(mergeFact(young, old)).toEqual(mergeFact(old, young));
  });

  it('prefers closed over open of one moment', () => {
    expect(mergeFact(fact({ state: 'open' }), fact({ state: 'closed' })).state).toBe('closed');
  });

  it('prefers, of one moment, what acts', () => {
    expect(mergeFact(fact({ acts: true, why: 'a' }), fact({ acts: false, why: 'z' })).acts).toBe(true);
    expect(mergeFact(fact({ acts: false, why: 'a' }), fact({ acts: true, why: 'z' })).acts).toBe(true);
  });

  it('refuses facts of two keys', () => {
    expect(() => mergeFact(fact({}), fact({ region: 'x' }))).toThrowError(expect.objectContaining({ code: 'ERR_BUG' }));
  });

  it('commutes, associates and is idempotent', () => {
    const times = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z');
    const any = fc
      .record({
        at: times,
        since: times,
        heardAt: times,
        state: fc.constantFrom('open' as const, 'closed' as const),
        acts: fc.boolean(),
        why: fc.constantFrom('a', 'b'),
        title: fc.constantFrom('x', 'y'),
        source: fc.constantFrom('serviceHealth' as const, 'resourceHealthEvents' as const),
      })
      .map((parts) => (parts.state === 'closed' ? { ...parts, closedAt: parts.at } : parts))
      .map(fact);
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(mergeFact(a, b)).toEqual(mergeFact(b, a));
        expect(mergeFact(mergeFact(a, b), c)).toEqual(mergeFact(a, mergeFact(b, c)));
        expect(mergeFact(a, a)).toEqual(a);
        expect(mergeFact(mergeFact(a, b), b)).toEqual(mergeFact(a, b));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The life of one incident as three channels tell it, out of step with each other. */
const messages: readonly unknown[] = [
  commonAlert({ at: '2026-03-01T10:00:00Z', services: [['Storage', HOME]] }),
  commonAlert({
    at: '2026-03-01T10:20:00Z',
    services: [
      ['Storage', HOME, AWAY],
      ['Key Vault', HOME],
    ],
  }),
  legacyAlert({
    at: '2026-03-01T10:20:00Z',
    services: [
      ['Storage', HOME, AWAY],
      ['Key Vault', HOME],
    ],
  }),
  commonAlert({ at: '2026-03-01T10:40:00Z', services: [['Storage', HOME]], level: 4 }),
  healthEvent({ at: '2026-03-01T10:30:00Z', services: [['Storage', HOME, AWAY]] }, (region) =>
    region === AWAY ? 'Resolved' : 'Active',
  ),
  commonAlert({ at: '2026-03-01T11:00:00Z', status: 'Resolved', services: [['Storage', HOME]] }),
  commonAlert({ at: '2026-03-03T09:00:00Z', status: 'Active', stage: 'RCA', services: [['Storage', HOME]] }),
].map((payload) =>
  'name' in payload
    ? { ...payload, id: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ResourceHealth/events/x` }
    : payload,
);

const heardOf = (indexes: readonly number[]): readonly Fact[] =>
  indexes.flatMap((index) => factsFrom(messages[index], `2026-03-01T1${index}:59:00.000Z`));

describe('all messages of one incident', () => {
  const all = messages.map((_, index) => index);

  it('leave the same facts in any order and any number of times', () => {
    const expected = mergeFacts(heardOf(all));
    const deliveries = fc
      .array(fc.constantFrom(...all), { maxLength: 10 })
      .chain((again) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }));
    fc.assert(
      fc.property(deliveries, (order) => {
        let stored: readonly Fact[] = [];
        for (const index of order) stored = mergeFacts([...stored, ...heardOf([index])]);
        expect(stored).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('end closed, also for what the last message did not list', () => {
    const facts = mergeFacts(heardOf(all));
    expect(facts.find(({ service }) => service === 'AzureKeyVault')?.state).toBe('open');
    expect(openFacts(facts)).toEqual([]);
  });

  it('need no first message: a Resolved alone closes what comes late', () => {
    const facts = mergeFacts(heardOf([5, 1]));
    expect(openFacts(facts)).toEqual([]);
    expect(openFacts(mergeFacts(heardOf([1]))).map(({ service }) => service)).toEqual([
      'AzureKeyVault',
      'Storage',
      'Storage',
    ]);
  });

  it('are open again after a newer message says so, what it does not list stays closed', () => {
    const later = factsFrom(commonAlert({ at: '2026-03-04T00:00:00Z' }));
    expect(openFacts(mergeFacts([...heardOf(all), ...later])).map(({ service }) => service)).toEqual(['Storage']);
  });

  it('tell one region recovered while the other is not', () => {
    const open = openFacts(mergeFacts(heardOf([1, 4])));
    expect(open.filter(({ service }) => service === 'Storage').map(({ region }) => region)).toEqual(['usgovvirginia']);
  });
});

describe('a fact', () => {
  const facts = told({});
  const [incident, storage] = facts;
  if (!incident || !storage) throw new Error('no facts');

  it('is closed by its incident at that time or later, and by no other incident', () => {
    const closed: Fact = { ...incident, state: 'closed' };
    expect(isIncident(incident)).toBe(true);
    expect(isOpen(storage, facts)).toBe(true);
    expect(isOpen(storage, [closed])).toBe(false);
    expect(isOpen(storage, [{ ...closed, at: '2020-01-01T00:00:00.000Z' }])).toBe(true);
    expect(isOpen(storage, [{ ...closed, trackingId: 'OTHER' }])).toBe(true);
  });

  it('is not closed by a test alert with the tracking id of its incident', () => {
    const test = told({ at: '2026-03-02T00:00:00Z', status: 'Resolved', properties: { isSynthetic: 'True' } });
    expect(openFacts(mergeFacts([...facts, ...test]))).toEqual([storage]);
  });

  it('is stale after 48 hours of silence', () => {
    const at48 = Date.parse(heardAt) + 48 * 3_600_000;
    expect(isStale(storage, at48 - 1)).toBe(false);
    expect(isStale(storage, at48)).toBe(true);
  });

  it('is described in one line with service, region, incident, time and source', () => {
    expect(describeFact(storage)).toBe(
      'Storage in US Gov Virginia: open since 2026-03-01 09:00 UTC, incident AB12-CD3 (Service Health alert)',
    );
  });
});
