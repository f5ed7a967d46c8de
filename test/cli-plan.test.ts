import { readFileSync } from 'node:fs';
import { containsCidr, excludeCidr, mergeCidr } from 'cidr-tools';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../cli/command.ts';
import { syntheticFile, syntheticGateways } from '../simulator/tags/syntheticTags.ts';
import {
  away,
  firewall,
  home,
  outage,
  type PlanJson,
  type PlanRoute,
  prefixesIn,
  setPrefixes,
  siteEntry,
  sitesFile,
  subscription,
  type TagsFile,
  tableOf,
  tagNames,
  tagsWith,
  usual,
} from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';
import { operationEvent } from './eventsData.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const tags = JSON.parse(readFileSync(syntheticFile, 'utf8')) as TagsFile;

const plan = async (words: readonly string[], code = 0): Promise<PlanJson> => {
  const ran = await run(['plan', ...words, '--json'], { cwd: folder.path });
  expect({ code: ran.code, err: ran.err }).toEqual({ code, err: '' });
  return JSON.parse(ran.out) as PlanJson;
};

/** Plans the usual site with these events. */
const planWith = (events: readonly unknown[], site: unknown = siteEntry(), more: readonly string[] = []) => {
  const files = events.flatMap((event, index) => ['--event', folder.write(`event-${index}.json`, event)]);
  return plan([...usual(folder, site), ...files, ...more]);
};

const ipv4 = (name: string): string[] => prefixesIn(tags, name).filter((prefix) => !prefix.includes(':'));
const sizeOf = (prefixes: readonly string[]): number =>
  prefixes.reduce((sum, prefix) => sum + 2 ** (32 - Number(prefix.split('/')[1])), 0);
const sorted = (texts: Iterable<string>): string[] => [...texts].sort();
const prefixesOf = (routes: readonly PlanRoute[], hop: string): string[] =>
  sorted(routes.filter((route) => route.nextHopType === hop).map((route) => route.addressPrefix));

/** What another library says must be routed: the tags' union, and which of it is a hole. */
const oracle = (names: readonly string[]) => {
  const wanted = mergeCidr(names.flatMap(ipv4));
  const candidates = mergeCidr([...ipv4('GatewayManager'), `${syntheticGateways.usgovvirginia}/32`]);
  const holes = candidates.filter((prefix) => containsCidr(wanted, prefix));
  return { wanted: sorted(wanted), holes: sorted(holes) };
};

const atHome = ['AzureCloud.usgovvirginia', 'AzureActiveDirectory', 'AzureActiveDirectoryDomainServices'];
const failedOver = [...atHome, ...tagNames.map((name) => `${name}.usgovtexas`)];

describe('a plan in numbers', () => {
  it.each([
    ['home', [], atHome, []],
    ['serviceFailover', [outage()], failedOver, tagNames],
  ])('of mode %s routes exactly the tags of the file', async (mode, events, names, services) => {
    const expected = oracle(names);
    const { decision, routeTable, budget, firewall: rules, device, addresses } = await planWith(events);
    expect(decision).toMatchObject({ mode, services, target: services.length > 0 ? 'usgovtexas' : null });
    expect(prefixesOf(routeTable.routes, 'VirtualAppliance')).toEqual(expected.wanted);
    expect(prefixesOf(routeTable.routes, 'Internet')).toEqual(expected.holes);
    expect(sorted(rules.destinations)).toEqual(expected.wanted);
    const added = excludeCidr(expected.wanted, oracle(atHome).wanted);
    expect(sorted(device.added)).toEqual(sorted(added));
    expect(addresses).toEqual({ wanted: sizeOf(expected.wanted), added: sizeOf(added), holes: sizeOf(expected.holes) });
    const routes = expected.wanted.length + expected.holes.length;
    expect(budget).toEqual({
      limit: 400,
      reserve: 0,
      foreign: 0,
      needed: routes,
      headroom: 400 - routes,
      strategy: 'exact',
      attempts: [{ strategy: 'exact', routes, extraAddresses: 0 }],
    });
  });

  it('adds every route to an empty table, firewall first, the device last', async () => {
    const { routeTable, steps, digest, applyable, blockers } = await planWith([outage()]);
    expect(routeTable).toMatchObject({ remove: [], change: [], unchanged: 0 });
    expect(routeTable.add).toEqual(routeTable.routes);
    expect(steps.map((step) => step.id)).toEqual(['firewall', 'routeTable', 'deviceBundle', 'deviceConfirm']);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect({ applyable, blockers }).toEqual({ applyable: true, blockers: [] });
  });

  it('gives a hop address to routes to the firewall, and to no other', async () => {
    const { routeTable } = await planWith([outage()]);
    for (const route of routeTable.routes) {
      const hop = route.nextHopType === 'VirtualAppliance' ? { nextHopIpAddress: firewall } : {};
      const { name, addressPrefix, nextHopType } = route;
      expect(route).toEqual({ name, addressPrefix, nextHopType, ...hop });
    }
  });

  it('has the keys of the contract first, in its order', async () => {
    const json = await planWith([outage()]);
    expect(Object.keys(json).slice(0, 11)).toEqual(
      'site decision approval applyable blockers budget routeTable firewall device steps digest'.split(' '),
    );
    expect(Object.keys(json.decision)).toEqual(['mode', 'services', 'target', 'reasons']);
    expect(Object.keys(json.budget)).toEqual('limit reserve foreign needed headroom strategy attempts'.split(' '));
    expect(Object.keys(json.routeTable)).toEqual(['routes', 'add', 'remove', 'change', 'unchanged']);
    expect(json.steps.map((step) => Object.keys(step))).toEqual(
      json.steps.map(() => ['id', 'title', 'resource', 'stopHere']),
    );
    expect([Object.keys(json.firewall), Object.keys(json.device)]).toEqual([['destinations'], ['added']]);
  });

  it('leaves the gateway no hole where the site does not tell its address', async () => {
    const without = await planWith([], siteEntry({}, {}, { gatewayPublicIpAddresses: undefined }));
    const { holes } = oracle(atHome);
    expect(prefixesOf(without.routeTable.routes, 'Internet')).toEqual(
      holes.filter((prefix) => prefix !== `${syntheticGateways.usgovvirginia}/32`),
    );
  });

  it('takes the pair where the site names no failover region', async () => {
    const site = siteEntry({ homeRegion: 'US DoD Central', failoverRegion: undefined });
    const { decision } = await planWith([outage({ services: [['Storage', 'USDoD Central']] })], site);
    expect(decision).toMatchObject({ mode: 'serviceFailover', target: 'usdodeast' });
  });
});

describe('events', () => {
  const first = outage({ at: '2026-03-01T10:00:00Z', services: [['Storage', home]] });
  const second = outage({ at: '2026-03-01T11:00:00Z', services: [['Key Vault', home]], trackingId: 'OTHER-1' });
  const end = outage({ at: '2026-03-01T11:30:00Z', services: [['Storage', home]], status: 'Resolved' });
  const test = outage({ at: '2026-03-01T10:30:00Z', trackingId: 'TEST-1', properties: { IsSynthetic: 'True' } });
  const stranger = outage({ subscriptionId: '99999999-0000-4000-8000-00000000c0de' });

  it.each([
    ['two incidents', [first, second]],
    ['an incident and its end', [first, end]],
    ['an incident, its end, a test and one of another subscription', [first, end, test, stranger]],
  ])('give one plan in any order and given twice: %s', async (_, events) => {
    const expected = await planWith(events);
    expect(await planWith([...events].reverse())).toEqual(expected);
    expect(await planWith([...events, ...events])).toEqual(expected);
  });

  it('fail over the services they name and no others', async () => {
    const { decision } = await planWith([first, second]);
    expect(decision.services).toEqual(['AzureKeyVault', 'Storage']);
  });

  it('that are over call for home', async () => {
    expect((await planWith([first, end])).decision.mode).toBe('home');
  });

  it('unheard of for 48 hours add nothing, and somebody is told', async () => {
    const fresh = await planWith([first], siteEntry(), ['--now', '2026-03-03T09:00:00Z']);
    expect(fresh.decision.mode).toBe('serviceFailover');
    const stale = await planWith([first], siteEntry(), ['--now', '2026-03-03T11:00:00Z']);
    expect(stale.decision.mode).toBe('home');
    expect(stale.alarms.join()).toContain('nothing has been heard for 48 hours');
  });

  it('that are tests are shown and change nothing', async () => {
    const { decision, digest } = await planWith([test]);
    expect(decision.mode).toBe('home');
    expect(decision.reasons.join()).toContain('it is a test alert');
    expect(digest).toBe((await planWith([])).digest);
  });

  it('with a service that nobody knows are shown, and the known ones act', async () => {
    const { decision } = await planWith([
      outage({
        services: [
          ['Quantum Toaster', home],
          ['Storage', home],
        ],
      }),
    ]);
    expect(decision.services).toEqual(['Storage']);
    expect(decision.reasons.join()).toContain('Quantum Toaster');
  });

  it('of another subscription are left aside with the reason', async () => {
    const { decision } = await planWith([stranger]);
    expect(decision.mode).toBe('home');
    expect(decision.reasons.join()).toContain('it is of subscription 99999999-0000-4000-8000-00000000c0de');
  });

  it('in the failover region too leave a service where it is', async () => {
    const both = outage({ services: [['Storage', home, away]] });
    const { decision, alarms } = await planWith([both]);
    expect(decision.mode).toBe('home');
    expect(alarms.join()).toContain('unwell in both regions');
  });

  it('of neither kind are said, and change nothing', async () => {
    const validation = operationEvent({ type: 'Microsoft.EventGrid.SubscriptionValidationEvent' });
    expect((await planWith([validation])).decision.reasons.join()).toContain('a handshake, answered by the door');
  });
});

describe('a failover that somebody ran on a resource', () => {
  const account = (id: string) =>
    `/subscriptions/${id}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs`;
  const other = '77777777-0000-4000-8000-00000000c0de';

  it.each([
    ['in its subscription', subscription],
    ['in another subscription', other],
  ])('of the site fails its service over: %s', async (_, id) => {
    const event = operationEvent({ resource: account(id) });
    const { decision } = await planWith([event], siteEntry({ resources: [account(id)] }));
    expect(decision).toMatchObject({ mode: 'serviceFailover', services: ['Storage'] });
    expect(decision.reasons.join()).toContain('a failover of logs ran');
  });

  it.each([
    ['in its subscription', subscription, "the resource is not one of the site's"],
    ['in another subscription', other, `it is of subscription ${other}`],
  ])('of nobody we know is ignored with a reason: %s', async (_, id, reason) => {
    const { decision } = await planWith([operationEvent({ resource: account(id) })]);
    expect(decision.mode).toBe('home');
    expect(decision.reasons.join()).toContain(reason);
  });
});

describe('who says yes', () => {
  const twoRuns = async (site: unknown) => {
    const { routeTable } = await planWith([outage()], site);
    return ['--routes', folder.write('routes.json', tableOf(routeTable.routes))];
  };

  it('is nobody where policy lets services fail over', async () => {
    expect((await planWith([outage()])).approval).toBeNull();
  });

  it.each([
    ['serviceFailover is ask', { serviceFailover: 'ask' }, "policy serviceFailover is 'ask'"],
    ['the site is in shadow', { shadow: true }, 'is in shadow'],
    ['shadow is not set', { shadow: undefined }, 'is in shadow'],
  ])('is a person where %s; the plan is whole and applyable', async (_, policy, why) => {
    const asked = await planWith([outage()], siteEntry({}, policy));
    expect(asked.approval?.why).toContain(why);
    expect(asked.applyable).toBe(true);
    expect(asked.digest).toBe((await planWith([outage()])).digest);
  });

  it('is a person before anything leaves', async () => {
    const back = await planWith([], siteEntry(), await twoRuns(siteEntry()));
    expect(back.decision.mode).toBe('home');
    expect(back.approval?.why).toContain('the end of an incident does not bring a service back');
    expect(sorted(back.routeTable.remove.map((route) => route.addressPrefix))).toEqual(
      sorted(oracle(failedOver).wanted.filter((prefix) => !oracle(atHome).wanted.includes(prefix))),
    );
    expect(back.steps.map((step) => step.id)).toEqual(['deviceBundle', 'deviceConfirm', 'routeTable', 'firewall']);
  });

  it('is a person before anything leaves, also where the tags grew since', async () => {
    const grown = tagsWith((file) => {
      file.changeNumber += 1;
      setPrefixes('Storage.usgovtexas', (prefixes) => [...prefixes, '33.250.0.0/24'])(file);
    });
    const routes = await twoRuns(siteEntry());
    const words = usual(folder);
    folder.write('grown.json', grown);
    const back = await plan([
      ...words.slice(0, 4),
      '--service-tags',
      'grown.json',
      '--last-good',
      'tags.json',
      ...routes,
    ]);
    expect(back.approval?.why).toContain('AzureKeyVault, EventHub, ServiceBus and Storage may still be in');
  });

  it('is nobody where there is nothing to do', async () => {
    const again = await planWith([outage()], siteEntry(), await twoRuns(siteEntry()));
    expect(again).toMatchObject({ approval: null, steps: [], applyable: true });
    expect(again.routeTable).toMatchObject({ add: [], remove: [], change: [], unchanged: again.budget.needed });
  });

  it.each([
    ['tell', 'somebody changed the routes (policy.drift is tell)'],
    ['repair', null],
  ])('is asked about drift by policy %s', async (drift, why) => {
    const site = siteEntry({}, { drift });
    const { routeTable } = await planWith([], site);
    const drifted = routeTable.routes.map((route, index) =>
      index === 3 ? { ...route, nextHopIpAddress: '172.16.1.99' } : route,
    );
    folder.write('routes.json', tableOf(drifted.slice(0, -1)));
    const repair = await planWith([], site, ['--routes', 'routes.json']);
    expect(repair.routeTable.add).toEqual(routeTable.routes.slice(-1));
    expect(repair.routeTable.change).toEqual([{ before: drifted[3], after: routeTable.routes[3] }]);
    if (why === null) expect(repair.approval).toBeNull();
    else expect(repair.approval?.why).toContain(why);
  });

  it.each([
    ['auto', null],
    ['ask', 'policy.tagUpdates is ask'],
  ])('is asked about new service tags by policy %s', async (tagUpdates, why) => {
    const site = siteEntry({}, { tagUpdates });
    const { routeTable } = await planWith([], site);
    folder.write('routes.json', tableOf(routeTable.routes));
    folder.write(
      'newer.json',
      tagsWith((file) => {
        file.changeNumber += 1;
        setPrefixes('AzureCloud.usgovvirginia', (prefixes) => [...prefixes, '33.250.0.0/24'])(file);
      }),
    );
    const words = usual(folder, site).slice(0, 4);
    const more = ['--service-tags', 'newer.json', '--last-good', 'tags.json', '--routes', 'routes.json'];
    const update = await plan([...words, ...more]);
    expect(update.routeTable.add.map((route) => route.addressPrefix)).toEqual(['33.250.0.0/24']);
    if (why === null) expect(update.approval).toBeNull();
    else expect(update.approval?.why).toContain(why);
  });
});

describe('foreign routes', () => {
  const wanted = oracle(atHome).wanted[7] ?? '';
  const [network = '', length = ''] = wanted.split('/');
  const foreign = (addressPrefix: string, hop: string | null, name = 'route_7') => ({
    name,
    addressPrefix,
    nextHopType: hop === null ? 'Internet' : 'VirtualAppliance',
    ...(hop === null ? {} : { nextHopIpAddress: hop }),
  });
  const planBeside = (route: PlanRoute, code: number, site: unknown = siteEntry()) =>
    plan([...usual(folder, site), '--routes', folder.write('routes.json', tableOf([route]))], code);
  const needed = oracle(atHome).wanted.length + oracle(atHome).holes.length;

  it('with our prefix and our hop satisfy the plan', async () => {
    const { budget, routeTable } = await planBeside(foreign(wanted, firewall), 0);
    expect(budget).toMatchObject({ foreign: 1, needed: needed - 1, headroom: 400 - needed });
    expect(routeTable.routes.map((route) => route.addressPrefix)).not.toContain(wanted);
    expect(routeTable.remove).toEqual([]);
  });

  it('with our prefix and another hop block, by name', async () => {
    const { blockers, applyable } = await planBeside(foreign(wanted, '172.16.9.9'), 2);
    expect(applyable).toBe(false);
    expect(blockers.map((blocker) => blocker.code)).toEqual(['FOREIGN_ROUTE_CONFLICT']);
    expect(blockers[0]?.message).toContain(`"route_7" (not ours) leads ${wanted} to VirtualAppliance 172.16.9.9`);
  });

  it('that divert a part of what is wanted block, by name', async () => {
    const { blockers } = await planBeside(foreign(`${network}/${Number(length) + 1}`, null), 2);
    expect(blockers.map((blocker) => blocker.code)).toEqual(['FOREIGN_ROUTE_DIVERTS']);
    expect(blockers[0]?.message).toContain('"route_7"');
  });

  it('that have nothing to do with us stay and count', async () => {
    const { budget, routeTable } = await planBeside(foreign('198.51.100.0/24', null), 0);
    expect(budget).toMatchObject({ foreign: 1, needed, headroom: 400 - needed - 1 });
    expect(routeTable.remove).toEqual([]);
  });

  it.each([
    ['the table', (table: ReturnType<typeof tableOf>) => table],
    ['a list', (table: ReturnType<typeof tableOf>) => ({ value: table.properties.routes })],
    ['a bare array', (table: ReturnType<typeof tableOf>) => table.properties.routes],
    [
      'what az prints',
      (table: ReturnType<typeof tableOf>) => ({
        ...table,
        properties: undefined,
        routes: table.properties.routes.map(({ name, properties }) => ({ name, ...properties })),
      }),
    ],
  ])('are read from %s', async (_, form) => {
    const table = form(tableOf([foreign('198.51.100.0/24', null)]));
    const { budget } = await plan([...usual(folder), '--routes', folder.write('routes.json', table)]);
    expect(budget.foreign).toBe(1);
  });
});

describe('a table that is too small', () => {
  it('blocks, by how much and what was tried; the plan is printed all the same', async () => {
    const { wanted, holes } = oracle(failedOver);
    const needed = wanted.length + holes.length;
    const small = siteEntry({ routeBudget: { limit: needed - 1, reserve: 2 } });
    const words = [...usual(folder, small), '--event', folder.write('event.json', outage())];
    const { applyable, budget, blockers, routeTable } = await plan(words, 2);
    expect(applyable).toBe(false);
    expect(budget).toEqual({
      limit: needed - 1,
      reserve: 2,
      foreign: 0,
      needed,
      headroom: -3,
      strategy: null,
      attempts: [{ strategy: 'exact', routes: needed, extraAddresses: 0 }],
    });
    expect(routeTable.routes).toHaveLength(needed);
    expect(blockers[0]?.code).toBe('ROUTE_BUDGET');
    expect(blockers[0]?.message).toContain(
      `${needed} routes are needed (${wanted.length} prefixes + ${holes.length} holes)`,
    );
    expect(blockers[0]?.message).toContain('3 too many');
  });

  it('that holds the routes to the last place does not block', async () => {
    const { wanted, holes } = oracle(failedOver);
    const exact = siteEntry({ routeBudget: { limit: wanted.length + holes.length } });
    expect((await planWith([outage()], exact)).budget.headroom).toBe(0);
  });

  it('is measured by exact where no strategy that is listed fits', async () => {
    const { wanted, holes } = oracle(atHome);
    const small = siteEntry({ routeBudget: { limit: 20, strategies: ['longestPrefix'] } });
    const { budget, blockers } = await plan(usual(folder, small), 2);
    expect(budget).toMatchObject({ strategy: null, needed: wanted.length + holes.length });
    expect(blockers[0]?.message).toContain('longestPrefix');
    expect(blockers[0]?.remedy).toContain('summarize');
  });
});

describe('a plan for a person at a terminal', () => {
  const text = async (words: readonly string[], world: Partial<Io> = {}) => {
    const { out, err } = await run(['plan', ...words], { cwd: folder.path, ...world });
    expect(err).toBe('');
    return out;
  };
  const crowded = () => {
    const site = siteEntry({ routeBudget: { limit: 100 } }, { serviceFailover: 'ask' });
    return [
      ...usual(folder, site),
      '--event',
      folder.write(
        'event.json',
        outage({
          services: [
            ['Storage', home, away],
            ['Key Vault', home],
          ],
        }),
      ),
    ];
  };

  it.each([80, 60])('fits %i columns, whatever it has to say', async (width) => {
    const out = await text(crowded(), { width });
    for (const heading of ['Why', 'Blocked', 'Waits for a person', 'Alarms', 'Route table', 'Steps', 'Notes']) {
      expect(out).toContain(`\n${heading}\n`);
    }
    const lines = out.split('\n').filter((line) => line.includes(' '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('is the same text in colours', async () => {
    const coloured = await text(crowded(), { paint: (format, part) => `<${format}>${part}</>` });
    expect(coloured).toContain('<bold,red>Blocked</>');
    expect(coloured).toContain('<green>  + ');
    expect(coloured.replaceAll(/<\/?[a-z,]*>/g, '')).toBe(await text(crowded()));
  });

  it('keeps what came from outside from speaking to the terminal', async () => {
    const odd = outage({ services: [['Sto\u001b[31mrage\u202e', home]] });
    const out = await text([...usual(folder), '--event', folder.write('event.json', odd)]);
    expect(out).toContain('Heard, not acted on: Sto');
    expect(out.replaceAll('\n', '')).toBe(out.replaceAll(/[\p{Cc}\u202a-\u202e]/gu, ''));
  });
});

it('finds its files from where the person is, and any site of the file', async () => {
  const sites = sitesFile(siteEntry(), siteEntry({ id: 'rig-08' }, {}, { routeTable: 'other' }));
  const words = [...usual(folder), '--site', 'rig-08'].filter((_, index) => index !== 2 && index !== 3);
  folder.write('sites.json', sites);
  expect((await plan(words)).site).toBe('rig-08');
});
