import { describe, expect, it } from 'vitest';
import type { CloudName } from '../shared/base/clouds.ts';
import { regionsOf } from '../shared/base/geography.ts';
import type { Cause } from '../shared/plan/approval.ts';
import { capReached, type Extent, extentOf } from '../shared/plan/caps.ts';
import type { Route } from '../shared/plan/observed.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { planOn, smallSite, tableJson, tagsOf, toFirewall } from './planData.ts';
import { dataText, haveData, needsData, siteOf } from './rangesData.ts';

const { caps } = smallSite().policy;
const prefixes = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `30.${from + at}.0.0/24`);
const ours = (list: readonly string[]): Route[] =>
  list.map((addressPrefix, at) => ({ name: `asefo-${at}`, addressPrefix, ...toFirewall }));

/** The extent of a plan that finds these prefixes routed and wants those. */
const extent = (
  held: readonly string[],
  home: readonly string[],
  proven: Parameters<typeof extentOf>[0]['proven'] = null,
): Extent => {
  const tags = tagsOf({ home });
  const table = ours(held);
  const plan = planOn({ tags, table: tableJson(table) });
  return extentOf({ plan, table, tags, namePrefix: 'asefo-', proven });
};

const why = (found: Extent, cause: Cause, more: Partial<Parameters<typeof capReached>[0]> = {}): string | null =>
  capReached({ caps, extent: found, cause, failsBack: false, ...more });

describe('how far a plan goes', () => {
  it('counts routes and addresses that come and go', () => {
    expect(extent(prefixes(4), prefixes(4, 2))).toEqual({
      before: { routes: 4, addresses: 4 * 256 },
      added: { routes: 2, addresses: 512 },
      removed: { routes: 2, addresses: 512 },
    });
  });

  it('does not count the same addresses cut in another way', () => {
    const found = extent(['30.0.0.0/25', '30.0.0.128/25'], ['30.0.0.0/24']);
    expect([found.added, found.removed]).toEqual([
      { routes: 0, addresses: 0 },
      { routes: 0, addresses: 0 },
    ]);
  });

  it('measures by what was proven where somebody deleted what is ours', () => {
    expect(extent([], prefixes(20), { routes: 20, addresses: 5_120 }).before).toEqual({ routes: 20, addresses: 5_120 });
  });
});

describe('what a plan may change by itself', () => {
  const lost = extent(prefixes(20), prefixes(9));
  it.each<[string, Extent, Cause, string | null]>([
    ['half of the routes go', extent(prefixes(20), prefixes(10)), 'tags', null],
    ['more than half of the routes go', lost, 'tags', 'takes away 11 routes (of 20); policy.caps.removedPercent is 50'],
    ['more than half go because settings say so', lost, 'settings', 'policy.caps.removedPercent'],
    ['more than half of what somebody put there goes', lost, 'drift', 'policy.caps.removedPercent'],
    [
      'few routes go, most addresses with them',
      extent([...prefixes(11), '40.0.0.0/14'], prefixes(11)),
      'tags',
      'takes away 262,144 addresses',
    ],
    ['four times as much comes', extent(prefixes(20), prefixes(100)), 'tags', null],
    ['more than four times as much comes', extent(prefixes(20), prefixes(101)), 'tags', 'adds 81 routes (of 20)'],
    ['the same, of services failed over', extent(prefixes(20), prefixes(101)), 'scope', 'policy.caps.addedPercent'],
    ['all that was proven is put back', extent([], prefixes(101), { routes: 101, addresses: 25_856 }), 'drift', null],
    ['anything comes at first', extent([], prefixes(200)), 'first', null],
    ['three of four routes go: too few to judge by', extent(prefixes(4), prefixes(1)), 'tags', null],
  ])('%s', (_what, found, cause, says) => {
    const answer = why(found, cause);
    if (says === null) expect(answer).toBeNull();
    else expect(answer).toContain(says);
  });

  it('takes away what was failed back, however much that is', () => {
    expect(why(lost, 'scope', { failsBack: true })).toBeNull();
    expect(why(lost, 'tags', { failsBack: true })).not.toBeNull();
  });

  it('counts, too: no plan adds more routes or addresses than the site allows', () => {
    const tight = smallSite({ policy: { caps: { routes: 5, addresses: 100 } } }).policy.caps;
    const answer = why(extent([], prefixes(6)), 'first', { caps: tight });
    expect(answer).toContain('changes 6 routes; policy.caps.routes is 5');
    expect(answer).toContain('changes 1,536 addresses; policy.caps.addresses is 100');
    expect(answer).toContain('approves its very digest lets it pass, once');
  });
});

describe.skipIf(!haveData)(`on real files${needsData}`, () => {
  const files: readonly [CloudName, string][] = [
    ['Public', 'ServiceTags_Public_20251028.json'],
    ['AzureGovernment', 'ServiceTags_AzureGovernment_20260720.json'],
    ['China', 'ServiceTags_China_20260720.json'],
  ];
  const services = ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus', 'Sql', 'AppService', 'AzureMonitor'];

  it.each(files)('no failover of a region of %s to its pair trips a default', (cloud, name) => {
    const tags = parseTagFile(dataText(`service-tags/${name}`), name);
    const pairs = regionsOf(cloud).filter(({ pair, code }) => pair !== null && tags.get(`AzureCloud.${code}`));
    expect(pairs.length).toBeGreaterThan(3);
    for (const { name: home } of pairs) {
      const site = siteOf(cloud, { homeRegion: home, services });
      const { home: at, wanted, added } = desiredSets({ site, services, tags });
      const before = { routes: at.cidrs().length, addresses: at.size };
      const comes = { routes: wanted.cidrs().length - before.routes, addresses: added.size };
      const none = { routes: 0, addresses: 0 };
      expect(why({ before, added: comes, removed: none }, 'scope'), home).toBeNull();
      expect(why({ before: none, added: before, removed: none }, 'first'), home).toBeNull();
    }
  });
});
