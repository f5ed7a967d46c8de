import { describe, expect, it } from 'vitest';
import { discoverLimit } from '../shared/discover.ts';
import { type DiscoveredLimit, limitInUsages, routeLimitOf } from '../shared/plan/routeLimit.ts';
import { network, planOn, smallSite, tableJson, tagsOf, toInternet } from './planData.ts';

const said = (routes: number | null, why: string | null = null): DiscoveredLimit => ({
  region: 'usgovvirginia',
  routes,
  at: '2026-07-20T03:00:00.000Z',
  why,
});

describe('the limit of a route table', () => {
  it.each([
    { what: 'a number of the site', asked: 250, azure: said(1_000), held: 0, gives: [250, 'site'] },
    { what: 'what Azure says', asked: 'discover', azure: said(1_000), held: 450, gives: [1_000, 'azure'] },
    { what: 'just what is there', asked: 'discover', azure: said(450), held: 450, gives: [450, 'azure'] },
    { what: '400 where Azure was not asked', asked: 'discover', azure: undefined, held: 3, gives: [400, 'default'] },
    { what: '400 where it did not say', asked: 'discover', azure: said(null, 'x'), held: 3, gives: [400, 'default'] },
    {
      what: '400 where it says fewer than there are',
      asked: 'discover',
      azure: said(5),
      held: 6,
      gives: [400, 'default'],
    },
    { what: 'what is there, if more', asked: 'discover', azure: said(400), held: 450, gives: [450, 'default'] },
    { what: 'what Azure said last', asked: 'discover', azure: said(600, 'it is away'), held: 3, gives: [600, 'azure'] },
  ] as const)('is $what', ({ asked, azure, held, gives }) => {
    const { limit, from, note } = routeLimitOf(asked, azure, held);
    expect([limit, from]).toEqual(gives);
    expect(note === null).toBe(from === 'site' || (from === 'azure' && azure?.why === null));
  });

  it('says why Azure is not followed', () => {
    expect(routeLimitOf('discover', said(5), 6).note).toBe(
      'routeBudget.limit is discover, but Azure says 5 routes, fewer than the 6 that are in the table: 400 is taken.',
    );
    expect(routeLimitOf('discover', said(null, 'no permission'), 6).note).toContain('(no permission)');
    expect(routeLimitOf('discover', said(600, 'it is away'), 6).note).toContain(
      'it is away); 600 routes is what it said on 2026-07-20',
    );
  });
});

describe('the usages of a region', () => {
  const usage = (value: string, limit: unknown) => ({ name: { value, localizedValue: 'x' }, limit, currentValue: 0 });
  it.each<[string, unknown[], number | null]>([
    ['tell the limit', [usage('RouteTables', 200), usage('RoutesPerRouteTable', 1_000)], 1_000],
    ['in any case', [usage('routesPerRouteTable', 600)], 600],
    ['or do not name it', [usage('RouteTables', 200)], null],
    ['or give no number', [usage('RoutesPerRouteTable', '1000')], null],
    ['or one that is none', [usage('RoutesPerRouteTable', -1)], null],
    ['or are of another form', [{ name: 'RoutesPerRouteTable', limit: 5 }, {}], null],
  ])('%s', (_, items, limit) => expect(limitInUsages(items as never[])).toBe(limit));
});

describe('asking Azure for the limit', () => {
  const now = Date.parse('2026-07-21T03:00:00Z');
  const azure = (usages: () => Promise<never[]>) => ({ locations: { usages } }) as never;
  const away = azure(() => Promise.reject(new Error('no answer')));

  it('never throws: what was said last stands, with the reason', async () => {
    expect(await discoverLimit(smallSite(), away, said(600), now)).toMatchObject({ routes: 600, at: said(600).at });
    expect((await discoverLimit(smallSite(), away, said(600), now)).why).toContain('no answer');
    expect(await discoverLimit(smallSite(), away, undefined, now)).toMatchObject({ routes: null });
  });

  it('does not believe what was said of another region', async () => {
    const elsewhere = { ...said(600), region: 'usgovtexas' };
    expect(await discoverLimit(smallSite(), away, elsewhere, now)).toMatchObject({
      region: 'usgovvirginia',
      routes: null,
    });
  });
});

describe('a plan of a site whose limit is discover', () => {
  const tags = tagsOf({ home: ['20.0.0.0/24', '20.0.2.0/24'] });
  const site = smallSite({ routeBudget: { limit: 'discover' } });
  const planAt = (routeLimit?: DiscoveredLimit, held = 0) =>
    planOn({
      tags,
      site,
      table: tableJson(
        Array.from({ length: held }, (_, i) => ({
          name: `theirs-${i}`,
          addressPrefix: `21.0.${i}.0/24`,
          ...toInternet,
        })),
      ),
      more: { network: { ...network, ...(routeLimit ? { routeLimit } : {}) } },
    });

  it('fits what Azure allows, and says that it is Azure who does', () => {
    const plan = planAt(said(1));
    expect(plan.budget).toMatchObject({ limit: 1, limitFrom: 'azure', headroom: -1 });
    expect(plan.blockers[0]).toMatchObject({ code: 'ROUTE_BUDGET' });
    expect(plan.blockers[0]?.remedy).toContain('Ask Azure for 2 routes in a table or more');
    expect(plan.notes.join()).not.toContain('discover');
  });

  it('takes 400 and says why where Azure speaks of fewer than there are', () => {
    const plan = planAt(said(1), 2);
    expect(plan).toMatchObject({ applyable: true, budget: { limit: 400, limitFrom: 'default' } });
    expect(plan.notes[0]).toContain('fewer than the 2 that are in the table: 400 is taken');
  });

  it('has the digest it would have with the same limit in the file', () => {
    const fixed = planOn({ tags, site: smallSite({ routeBudget: { limit: 600 } }) });
    expect(planAt(said(600)).digest).toBe(fixed.digest);
  });
});
