import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outage, type PlanJson, setPrefixes, siteEntry, sitesFile, tagsWith, usual } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const site = (routeBudget: Record<string, unknown>) => siteEntry({ routeBudget });
const failedOver = () => ['--event', folder.write('event.json', outage())];

const plan = async (words: readonly string[]) => {
  const { code, out, err } = await run(['plan', ...words, '--json'], { cwd: folder.path });
  return { code, err, plan: out === '' ? null : (JSON.parse(out) as PlanJson & { limitFrom: string }) };
};

const report = (words: readonly string[]) =>
  run(['ranges', 'report', '--service-tags', 'tags.json', ...words], { cwd: folder.path });

describe('a limit of discover, offline', () => {
  it('is 400, and the plan says that nobody asked Azure', async () => {
    const { code, plan: made } = await plan([...usual(folder, site({ limit: 'discover' })), ...failedOver()]);
    expect(code).toBe(0);
    expect(made).toMatchObject({ limitFrom: 'default', budget: { limit: 400 } });
    expect(made?.notes.join()).toContain('routeBudget.limit is discover, but Azure was not asked');
    const { out } = await run(['plan', ...usual(folder, site({ limit: 'discover' }))], { cwd: folder.path });
    expect(out).toContain('limit 400 (Azure did not say)');
  });

  it('is 400 in a report, which says so; --limit says otherwise', async () => {
    usual(folder, site({ limit: 'discover' }));
    const guessed = await report(['--sites', 'sites.json']);
    expect(guessed.code).toBe(0);
    expect(guessed.out.replace(/\s+/g, ' ')).toContain('limit 400 (discover: Azure is not asked offline)');
    const given = await report(['--sites', 'sites.json', '--limit', '600']);
    expect(given.out).toContain('limit 600');
    expect(given.out).not.toContain('discover');
  });
});

describe('a limit that cannot be', () => {
  it.each([
    ['0 routes', 0],
    ['half a route', 0.5],
    ['more than any table holds', 10_001],
    ['fewer than none', -1],
    ['a number as text', '400'],
    ['another word', 'plenty'],
    ['nothing', null],
  ])('of %s is refused by site and field, with what may be written', async (_, limit) => {
    const { code, err, plan: made } = await plan(usual(folder, site({ limit })));
    expect({ code, made }).toEqual({ code: 1, made: null });
    expect(err).toContain('sites.0.routeBudget.limit: is neither a whole number from 1 to 10000 nor "discover"');
  });

  it('of 0 routes is refused on the command line as well', async () => {
    usual(folder);
    const { code, err } = await report(['--limit', '0']);
    expect(code).toBe(1);
    expect(err).toContain('--limit: "0" is not a number of routes');
  });

  it('with nothing left beside reserve and foreign routes blocks, and says what is missing', async () => {
    const small = site({ limit: 5, reserve: 5, strategies: ['summarize'] });
    const { code, plan: made } = await plan(usual(folder, small));
    expect(code).toBe(2);
    expect(made?.blockers[0]?.message).toContain('summarize: there is room for 0 routes');
  });
});

describe('a limit below the fewest routes that are possible', () => {
  it('says which number that is, in the plan and in the report alike', async () => {
    const { code, plan: made } = await plan(usual(folder, site({ limit: 3, strategies: ['summarize'] })));
    expect(code).toBe(2);
    const [, fewest] =
      /no choice of 3 routes .*; the fewest possible are (\d+)/.exec(made?.blockers[0]?.message ?? '') ?? [];
    expect(Number(fewest)).toBeGreaterThan(3);
    const { out } = await report(['--sites', 'sites.json', '--limit', '3', '--json']);
    expect(JSON.parse(out).cases[0].fewest).toBe(Number(fewest));
  });

  it('is impossible at any number where what is wanted is forbidden; it says what', async () => {
    const words = usual(folder, site({ limit: 3, strategies: ['summarize'] }));
    folder.write('tags.json', tagsWith(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '10.1.0.0/16'])));
    folder.write('sites.json', sitesFile(site({ limit: 3, strategies: ['summarize'] })));
    const { code, plan: made } = await plan(words);
    expect(code).toBe(2);
    expect(made?.blockers.map((blocker) => blocker.code)).toContain('TAG_FORBIDDEN');
    expect(made?.blockers.map((blocker) => blocker.message).join()).toContain('10.1.0.0/16');
    const curve = await run(['ranges', 'curve', '--service-tags', 'tags.json', '--tags', 'AzureCloud.usgovvirginia'], {
      cwd: folder.path,
    });
    expect(curve.out.replace(/\s+/g, ' ')).toContain(
      'No choice of routes covers these addresses: forbidden among them are 10.1.0.0/16',
    );
  });
});

it('a summary that is chosen is told with its price, its owners and what 1 % and 5 % would take', async () => {
  const words = usual(folder, site({ limit: 110, strategies: ['summarize'], maxExtraPercent: 100 }));
  const { out } = await run(['plan', ...words], { cwd: folder.path });
  const told = out.replace(/\s+/g, ' ');
  expect(told).toMatch(/Extra [\d,]+ address(es)? beyond the wanted ones \([\d.]+ %\) (is|are) led to the firewall/);
  expect(told).toMatch(/Whose: .*(in no tag|Azure)/);
  expect(told).toMatch(/The fewest routes for at most 1 % extra: \d+; for 5 %: \d+\./);
});
