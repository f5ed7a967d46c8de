import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sideOf } from '../shared/base/side.ts';
import { decide, type ScopeInput } from '../shared/scope/decide.ts';
import type { Fact } from '../shared/scope/fact.ts';
import type { Intent } from '../shared/scope/intent.ts';
import { AWAY, HOME, intent, now, ran, resource, siteWith, told } from './scopeData.ts';

const decided = (parts: Partial<ScopeInput>) =>
  decide({ site: siteWith(), facts: [], intents: [], failedOver: [], now, ...parts });

const storageDown = told({ services: [['Storage', HOME]] });
const storageDownThere = told({ trackingId: 'XY99-ZZ0', services: [['Storage', AWAY]] });
const storageClosed = told({ services: [['Storage', HOME]], status: 'Resolved', at: '2026-03-01T11:00:00Z' });
const later = now + 48 * 3_600_000;
const six = ['Storage', 'Key Vault', 'SQL Database', 'App Service', 'Quantum Toaster', 'Azure Monitor'];

describe('the rows of the truth table', () => {
  it('hold: every service stays where it is, and nothing may change', () => {
    const decision = decided({
      facts: told({ services: [['Key Vault', HOME]] }),
      intents: [intent({ kind: 'hold' }), intent({ id: 'i2', kind: 'home' })],
      failedOver: ['Storage'],
    });
    expect(decision).toMatchObject({ mode: 'serviceFailover', services: ['Storage'], leaving: [] });
    expect(decision.hold).toContain('alice declared hold');
  });

  it('a person says failover: the service is wanted there whatever the facts say', () => {
    const decision = decided({
      facts: storageDownThere,
      intents: [intent({ services: ['storage'] })],
      site: siteWith({ serviceFailover: 'ask' }),
    });
    expect(decision).toMatchObject({
      mode: 'serviceFailover',
      services: ['Storage'],
      target: 'usgovtexas',
      addApproval: null,
    });
  });

  it('a person says home: the service leaves although it is told unwell, and nobody else is asked', () => {
    const decision = decided({
      facts: storageDown,
      intents: [intent({ kind: 'home', services: ['Storage'] })],
      failedOver: ['Storage'],
    });
    expect(decision).toMatchObject({
      mode: 'home',
      services: [],
      leaving: ['Storage'],
      releaseApproval: null,
      releaseWaits: [],
    });
  });

  it('unwell at home and well there: it is wanted there by itself, or asks by policy', () => {
    const auto = decided({ facts: storageDown });
    expect(auto).toMatchObject({
      mode: 'serviceFailover',
      services: ['Storage'],
      addApproval: null,
      addWaits: [],
      alarms: [],
    });
    expect(auto.since).toBe('2026-03-01T09:00:00.000Z');
    const ask = decided({ facts: storageDown, site: siteWith({ serviceFailover: 'ask' }) });
    expect(ask).toMatchObject({
      services: ['Storage'],
      addWaits: ['Storage'],
      addApproval: "Storage: policy serviceFailover is 'ask'.",
    });
  });

  it('unwell in both regions: it stays where it is, with an alarm', () => {
    const facts = [...storageDown, ...storageDownThere];
    const atHome = decided({ facts });
    expect(atHome).toMatchObject({ mode: 'home', services: [], leaving: [] });
    expect(atHome.alarms).toEqual([expect.stringContaining('Storage is unwell in both regions')]);
    expect(decided({ facts, failedOver: ['Storage'] })).toMatchObject({ services: ['Storage'], leaving: [] });
  });

  it('stale facts only: it stays where it is, with an alarm', () => {
    const atHome = decided({ facts: storageDown, now: later });
    expect(atHome).toMatchObject({ mode: 'home', services: [], leaving: [] });
    expect(atHome.alarms[0]).toContain('Storage stays home: nothing has been heard for 48 hours');
    const away = decided({ facts: storageDown, failedOver: ['Storage'], now: later });
    expect(away).toMatchObject({ mode: 'serviceFailover', services: ['Storage'], leaving: [] });
    expect(away.alarms[0]).toContain('stays failed over until a person declares it home');
  });

  it('well: nothing is wanted; what is there leaves once somebody says so', () => {
    expect(decided({ facts: storageClosed })).toMatchObject({
      mode: 'home',
      services: [],
      leaving: [],
      target: null,
      since: null,
    });
    const away = decided({ facts: [...storageDown, ...storageClosed], failedOver: ['Storage'] });
    expect(away).toMatchObject({ mode: 'home', leaving: ['Storage'], releaseWaits: ['Storage'] });
    expect(away.releaseApproval).toContain("policy failback is 'ask'");
  });

  it.each([
    'VPN Gateway',
    'VPN Gateway \\ Virtual WAN',
    'Virtual Network',
    'Azure Firewall',
    'Network Infrastructure',
    'Azure Stack Edge',
  ])('%s unwell: a move is called for, and the unwell services of the site go meanwhile', (name) => {
    const decision = decided({
      facts: told({
        services: [
          [name, HOME],
          ['Storage', HOME],
        ],
      }),
    });
    expect(decision).toMatchObject({ mode: 'serviceFailover', services: ['Storage'] });
    expect(decision.alarms).toEqual([
      expect.stringContaining('A move of site rig-07 from US Gov Virginia to US Gov Texas is called for'),
    ]);
  });

  it("six different services unwell, the site's or not: a move is called for; five are not enough", () => {
    const facts = told({ services: six.map((name) => [name, HOME] as const) });
    const decision = decided({ facts });
    expect(decision.services).toEqual(['AzureKeyVault', 'Storage']);
    expect(decision.alarms[0]).toContain('6 services are unwell');
    expect(decided({ facts: told({ services: six.slice(1).map((name) => [name, HOME] as const) }) }).alarms).toEqual(
      [],
    );
  });

  it('both regions unwell as a whole: no move helps', () => {
    const facts = told({ services: [['VPN Gateway', HOME, AWAY]] });
    expect(decided({ facts })).toMatchObject({
      mode: 'home',
      alarms: [expect.stringContaining('no move to US Gov Texas helps')],
    });
  });
});

describe('a site whose target is not its failover region', () => {
  const elsewhere = siteWith({}, { move: { targetRegion: 'usgovarizona' } });
  const tunnelDown = (...regions: string[]) => told({ services: [['VPN Gateway', ...regions]] });

  it('is not moved into a target that fails as well, and the alarm names it', () => {
    const decision = decided({ site: elsewhere, facts: tunnelDown(HOME, 'USGov Arizona') });
    expect(decision.move).toBeNull();
    expect(decision.alarms).toEqual([expect.stringContaining('no move to US Gov Arizona helps')]);
  });

  it('is moved to its target although the failover region fails', () => {
    const decision = decided({ site: elsewhere, facts: tunnelDown(HOME, AWAY) });
    expect(decision.move?.why).toContain('from US Gov Virginia to US Gov Arizona is called for');
  });

  it('fails its services over as before, whatever is unwell in the target', () => {
    const facts = told({ services: [['Storage', HOME, 'USGov Arizona']] });
    expect(decided({ site: elsewhere, facts })).toMatchObject({ services: ['Storage'], target: 'usgovtexas' });
  });

  it('is moved back home from there, where home is what has to be well', () => {
    const facts = tunnelDown('USGov Arizona');
    const { move } = decided({ site: sideOf(elsewhere, 'target'), facts });
    expect(move?.why).toContain('from US Gov Arizona to US Gov Virginia');
    expect(decided({ site: sideOf(elsewhere, 'target'), facts: tunnelDown('USGov Arizona', HOME) }).move).toBeNull();
  });
});

describe('intents', () => {
  it.each([
    ['withdrawn', { withdrawnAt: '2026-03-01T11:30:00.000Z' }],
    ['expired', { expiresAt: '2026-03-01T12:00:00.000Z' }],
    ['of another site', { site: 'rig-08' }],
  ])('that are %s do not count', (_name, parts) => {
    expect(decided({ intents: [intent(parts)] }).mode).toBe('home');
  });

  it('without services mean all of the site', () => {
    expect(decided({ intents: [intent({})] }).services).toEqual(['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage']);
  });

  it('of one service: the last word stands', () => {
    const intents = [
      intent({ id: 'b', kind: 'home', at: '2026-03-01T11:30:00.000Z', services: ['EventHub'] }),
      intent({ id: 'a' }),
    ];
    expect(decided({ intents }).services).toEqual(['AzureKeyVault', 'ServiceBus', 'Storage']);
  });

  it('of services that the site does not use raise an alarm', () => {
    const decision = decided({ intents: [intent({ services: ['Sql'] })] });
    expect(decision).toMatchObject({
      mode: 'home',
      alarms: [expect.stringContaining('Sql: not among the services of site rig-07')],
    });
  });

  it('that say home raise an alarm when an outage begins afterwards', () => {
    const home = intent({ kind: 'home', at: '2026-03-01T08:00:00.000Z' });
    expect(decided({ facts: storageDown, intents: [home] }).alarms[0]).toContain('Withdraw it to fail over');
    expect(decided({ facts: storageDown, intents: [intent({ kind: 'home' })] }).alarms).toEqual([]);
  });
});

describe('release', () => {
  const auto = { site: siteWith({ failback: 'auto', soak: 'PT1H' }), facts: storageClosed, failedOver: ['Storage'] };
  const seen = (homeSince: string, seenAt = '2026-03-01T11:55:00.000Z') => [{ service: 'Storage', homeSince, seenAt }];

  it('by policy auto needs evidence for the whole soak time, and fresh', () => {
    expect(decided({ ...auto, evidence: seen('2026-03-01T10:55:00.000Z') })).toMatchObject({
      leaving: ['Storage'],
      releaseApproval: null,
    });
    expect(decided({ ...auto, evidence: seen('2026-03-01T10:55:01.000Z') }).releaseApproval).toContain(
      'less than PT1H',
    );
    expect(
      decided({ ...auto, evidence: seen('2026-03-01T01:00:00.000Z', '2026-03-01T11:40:00.000Z') }).releaseApproval,
    ).toContain('last looked at');
    expect(decided({ ...auto, evidence: seen('never', 'never') }).releaseApproval).not.toBeNull();
  });

  it('by policy auto asks all the same where no evidence is given, and says why', () => {
    expect(decided(auto).releaseApproval).toContain(
      'there is no evidence that its endpoints resolve in US Gov Virginia',
    );
  });

  it('by policy ask is not moved by evidence', () => {
    const evidence = seen('2026-03-01T01:00:00.000Z');
    expect(decided({ facts: storageClosed, failedOver: ['Storage'], evidence }).releaseApproval).toContain("is 'ask'");
  });

  it('asks only for the services that no person sent home', () => {
    const intents = [intent({ kind: 'home', services: ['EventHub'] })];
    const decision = decided({ intents, failedOver: ['Storage', 'EventHub'] });
    expect(decision).toMatchObject({ leaving: ['EventHub', 'Storage'], releaseWaits: ['Storage'] });
  });

  it('takes a service that the site no longer uses, and asks', () => {
    const decision = decided({ failedOver: ['Sql'] });
    expect(decision).toMatchObject({ mode: 'home', leaving: ['Sql'], releaseWaits: ['Sql'] });
    expect(decision.reasons.join()).toContain("no longer among the site's services");
  });

  it('waits while a person holds', () => {
    const intents = [intent({ kind: 'hold' })];
    const evidence = [{ service: 'Sql', homeSince: '2026-03-01T01:00:00.000Z', seenAt: '2026-03-01T11:55:00.000Z' }];
    expect(decided({ ...auto, failedOver: ['Sql'], evidence })).toMatchObject({ releaseWaits: [] });
    expect(decided({ ...auto, failedOver: ['Sql'], evidence, intents })).toMatchObject({ releaseWaits: ['Sql'] });
  });
});

describe('addition', () => {
  it('asks by policy, but not for what is there already', () => {
    const facts = told({
      services: [
        ['Storage', HOME],
        ['Key Vault', HOME],
      ],
    });
    const decision = decided({ facts, site: siteWith({ serviceFailover: 'ask' }), failedOver: ['storage'] });
    expect(decision).toMatchObject({ services: ['AzureKeyVault', 'Storage'], addWaits: ['AzureKeyVault'] });
  });
});

describe('a failover operation', () => {
  const failover = 'Microsoft.Storage/storageAccounts/failover/action';

  it('on a resource of the site opens its service', () => {
    const facts = ran(failover, 'Microsoft.Storage/storageAccounts/LOGS');
    const decision = decided({ facts });
    expect(decision).toMatchObject({
      mode: 'serviceFailover',
      services: ['Storage'],
      since: '2026-03-01T10:00:00.123Z',
    });
    expect(decision.reasons[0]).toContain('a failover of logs ran at 2026-03-01 10:00 UTC (Event Grid)');
  });

  it('counts where the site lists what holds the resource', () => {
    const facts = ran(failover, 'Microsoft.Storage/storageAccounts/other');
    const site = siteWith({}, { resources: [`${resource('').replace('/providers/', '')}/`] });
    expect(decided({ site, facts }).services).toEqual(['Storage']);
  });

  it('on any other resource is ignored with a reason', () => {
    const decision = decided({ facts: ran(failover, 'Microsoft.Storage/storageAccounts/logs2') });
    expect(decision.mode).toBe('home');
    expect(decision.reasons.join()).toContain("the resource is not one of the site's");
  });

  it("on a server that holds a resource of the site counts, and alarms where the service is not the site's", () => {
    const facts = ran(
      'Microsoft.Sql/servers/failoverGroups/failover/action',
      'Microsoft.Sql/servers/s1/failoverGroups/g',
    );
    const without = decided({ facts });
    expect(without).toMatchObject({
      mode: 'home',
      alarms: [expect.stringContaining("Sql is not among the site's services")],
    });
    const site = siteWith({}, { services: ['Sql'] });
    expect(decided({ site, facts })).toMatchObject({ services: ['Sql'], alarms: [] });
  });

  it('run again renews the fact and never closes it', () => {
    const first = ran(failover, 'Microsoft.Storage/storageAccounts/logs');
    const again = first.map((fact) => ({ ...fact, at: '2026-03-01T11:00:00.000Z' }));
    expect(decided({ facts: [...first, ...again], failedOver: ['Storage'] })).toMatchObject({
      services: ['Storage'],
      leaving: [],
    });
  });

  it('does not count as a service of Service Health', () => {
    const facts = [
      ...told({ services: six.slice(1).map((name) => [name, HOME] as const) }),
      ...ran(failover, 'Microsoft.Storage/storageAccounts/logs'),
    ];
    expect(decided({ facts }).alarms).toEqual([]);
  });
});

describe("what is not the site's business", () => {
  it('facts of another subscription change nothing', () => {
    expect(decided({ facts: told({ subscriptionId: 'another' }) })).toEqual(decided({}));
  });

  it('facts of another region change nothing', () => {
    expect(decided({ facts: told({ services: [['Storage', 'UK South']] }) })).toEqual(decided({}));
  });

  it.each([
    ['a test alert', { properties: { isSynthetic: 'True' } }, 'test alert'],
    ['a resolved test alert', { properties: { isSynthetic: 'True' }, status: 'Resolved' }, 'test alert'],
    ['Global', { services: [['Storage', 'Global']] as const }, 'Global'],
    ['an unknown region', { services: [['Storage', 'Atlantis']] as const }, 'no table knows'],
    ['an informational incident', { level: 4 }, 'Informational'],
    ['maintenance', { incidentType: 'Maintenance' }, 'Maintenance'],
    [
      'an unknown service',
      { services: [['Quantum Toaster', HOME]] as const },
      'no table knows the name of the service',
    ],
  ])('%s changes nothing and is told', (_name, parts, why) => {
    const decision = decided({ facts: told(parts) });
    expect(decision).toMatchObject({ mode: 'home', services: [], leaving: [], alarms: [] });
    expect(decision.reasons.at(-1)).toContain('Heard, not acted on');
    expect(decision.reasons.at(-1)).toContain(why);
  });

  it('lists ten such events and counts the rest', () => {
    const facts = Array.from({ length: 14 }, (_, n) => told({ trackingId: `T-${n}`, level: 4 })).flat();
    const lines = decided({ facts }).reasons.filter((reason) => reason.startsWith('Heard'));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('Heard, not acted on: 4 more.');
  });
});

describe('any input', () => {
  it('a site can name a service that the table does not know, also for facts heard before', () => {
    const facts = told({ services: [['Quantum Toaster', HOME]] });
    const site = siteWith({}, { services: ['Toaster'], serviceNames: { 'quantum toaster': 'Toaster' } });
    expect(decided({ site, facts }).services).toEqual(['Toaster']);
  });

  it('two incidents overlap: the region is well only when both are closed', () => {
    const other = told({ trackingId: 'SECOND-1', services: [['Storage', HOME]] });
    expect(decided({ facts: [...storageDown, ...storageClosed, ...other] }).services).toEqual(['Storage']);
  });

  it('gives the same decision for any order of facts, intents and services', () => {
    const facts: readonly Fact[] = [
      ...told({ services: six.map((name) => [name, HOME, AWAY, 'Global'] as const) }),
      ...told({
        trackingId: 'SECOND-1',
        services: [
          ['Service Bus', HOME],
          ['Storage', HOME],
        ],
      }),
      ...storageClosed,
      ...ran('Microsoft.Storage/storageAccounts/failover/action', 'Microsoft.Storage/storageAccounts/logs'),
    ];
    const intents: readonly Intent[] = [
      intent({ id: 'a', services: ['EventHub'] }),
      intent({ id: 'b', services: ['EventHub'], kind: 'home' }),
      intent({ id: 'c', services: ['Sql'] }),
    ];
    const failedOver = ['Storage', 'EventHub', 'Sql'];
    const expected = decided({ facts, intents, failedOver });
    const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
    fc.assert(
      fc.property(shuffled([...facts, ...facts.slice(0, 5)]), shuffled(intents), shuffled(failedOver), (f, i, o) => {
        expect(decided({ facts: f, intents: i, failedOver: o })).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps its word: approvals name exactly who waits, and services are among the site's", () => {
    const services = ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus', 'Sql'];
    const names = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus', 'SQL Database', 'VPN Gateway'];
    const alerts = fc.array(
      fc.tuple(
        fc.constantFrom(...names),
        fc.constantFrom(HOME, AWAY, 'Global'),
        fc.constantFrom('Active', 'Resolved'),
        fc.boolean(),
      ),
      { maxLength: 8 },
    );
    const kinds = fc.constantFrom('failover' as const, 'home' as const, 'hold' as const);
    const words = fc.array(fc.record({ kind: kinds, services: fc.subarray(services) }), { maxLength: 3 });
    const policy = fc.record({
      serviceFailover: fc.constantFrom('ask', 'auto'),
      failback: fc.constantFrom('ask', 'auto'),
    });
    fc.assert(
      fc.property(alerts, words, fc.subarray(services), policy, (told_, said, failedOver, rules) => {
        const facts = told_.flatMap(([name, region, status, old], n) =>
          told(
            { trackingId: `T-${n}`, services: [[name, region]], status },
            old ? '2026-01-01T00:00:00.000Z' : undefined,
          ),
        );
        const intents = said.map((parts, n) => intent({ ...parts, id: `i${n}` }));
        const site = siteWith(rules);
        const decision = decide({ site, facts, intents, failedOver, now });
        expect(site.services).toEqual(expect.arrayContaining([...decision.services]));
        expect([...decision.services, ...decision.leaving]).toEqual(expect.arrayContaining(failedOver));
        expect(decision.services.filter((service) => decision.leaving.includes(service))).toEqual([]);
        expect(decision.addApproval === null).toBe(decision.addWaits.length === 0);
        expect(decision.releaseApproval === null).toBe(decision.releaseWaits.length === 0);
        expect(decision.mode === 'home').toBe(decision.services.length === 0);
        if (decision.hold !== null)
          expect(decision.services.filter((service) => !failedOver.includes(service))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
