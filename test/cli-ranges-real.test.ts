import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { siteEntry } from './cliPlanData.ts';
import { newFolder, run } from './cliRun.ts';
import { dataJson, haveData, needsData } from './rangesData.ts';

const file = fileURLToPath(new URL('../../shared/data/service-tags/ServiceTags_Public_20251028.json', import.meta.url));
const folder = newFolder();
afterAll(() => folder.remove());

const json = async (...words: string[]) => {
  const { code, out, err } = await run(['ranges', ...words, '--json'], {
    cwd: folder.path,
    now: () => performance.now(),
  });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

type Strategy = { strategy: string; routes: number; extraAddresses: number; why: string | null };
type Case = { title: string; strategies: Strategy[]; chosen: string | null; headroom: number };
type Rule = { rule: string; fewest: number; exact: number; extraAddresses: number | null };

const of = (found: Case | undefined) =>
  Object.fromEntries((found?.strategies ?? []).map(({ strategy, routes }) => [strategy, routes]));

describe.skipIf(!haveData)(`ranges on the public file of 2025-10-28${needsData}`, () => {
  const union = 'AzureCloud.eastus,AzureCloud.westus,AzureActiveDirectory,AzureActiveDirectoryDomainServices';

  it('plans every region pair with all strategies in under 2 seconds', async () => {
    const { cases, ms } = await json('report', '--service-tags', file);
    expect(cases).toHaveLength(26);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(2_000);
    const found = cases.find(({ title }: Case) => title === 'eastus+westus');
    expect(of(found)).toMatchObject({ exact: 870, longestPrefix: 857, summarize: 400 });
    expect(cases.filter(({ strategies }: Case) => (strategies[0]?.routes ?? 0) > 400)).toHaveLength(13);
  });

  it.each([
    [400, { free: 1_247_479, outside: 1_479_905, cut: 5_959_237 }],
    [375, { free: 1_630_854, outside: 2_002_913, cut: 9_340_034 }],
    [200, { free: 9_281_009, outside: null, cut: null }],
  ])('prices %i routes for eastus and westus under each rule', async (limit, prices) => {
    const { rules } = await json('curve', '--service-tags', file, '--tags', union, '--limit', String(limit));
    const at = Object.fromEntries(rules.map(({ rule, extraAddresses }: Rule) => [rule, extraAddresses]));
    expect(at).toMatchObject(prices);
  });

  it('knows how few routes are possible, and how many the exact list has, under each rule', async () => {
    const { rules, fewest, exact } = await json('curve', '--service-tags', file, '--tags', union);
    const bounds = Object.fromEntries(rules.map((rule: Rule) => [rule.rule, [rule.fewest, rule.exact]]));
    expect(bounds).toEqual({ around: [fewest, 870], outside: [236, 860], cut: [341, 959], free: [1, 860] });
    expect(exact).toBe(870);
  });

  it('fits uksouth with four services failed over to ukwest, exactly and at 28 extra addresses', async () => {
    const routeBudget = { limit: 400, reserve: 0, strategies: ['exact', 'summarize'], maxExtraPercent: 1 };
    const entry = siteEntry(
      { homeRegion: 'uksouth', failoverRegion: 'ukwest', routeBudget },
      {},
      { gatewayPublicIpAddresses: ['20.90.100.1'] },
    );
    const sites = folder.write('uk.json', { cloud: 'Public', sites: [entry] });
    const { cases } = await json('report', '--service-tags', file, '--sites', sites);
    const failedOver: Case = cases[1];
    expect(of(failedOver)).toEqual({ exact: 404, longestPrefix: 404, serviceTags: 159, summarize: 400 });
    expect(failedOver.strategies.at(-1)).toMatchObject({ extraAddresses: 28, why: null });
    expect(failedOver).toMatchObject({ chosen: 'summarize', headroom: 0 });
  });

  it('finds every address of a region in that region', async () => {
    type Tags = { values: { name: string; properties: { addressPrefixes: string[] } }[] };
    const { values } = dataJson<Tags>('service-tags/ServiceTags_Public_20251028.json');
    const west = values.find(({ name }) => name === 'AzureCloud.ukwest')?.properties.addressPrefixes ?? [];
    const [prefix = ''] = west.filter((text) => !text.includes(':'));
    const made = await json('who', prefix, '--service-tags', file);
    expect(made.regions).toEqual(['UK West (ukwest)']);
    expect(made.nobodys).toBe(0);
  });

  it('sees a site lose nothing between a file and itself', async () => {
    const made = await json('diff', file, file);
    expect(made).toMatchObject({ tags: [], newTags: [], vanishedTags: [], tables: null });
  });
});
