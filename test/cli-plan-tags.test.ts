import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outage, type PlanJson, setPrefixes, siteEntry, tableOf, tagsWith, usual } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const home = 'AzureCloud.usgovvirginia';

const ran = async (words: readonly string[]) => {
  const { code, out, err } = await run(['plan', ...words], { cwd: folder.path });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};
const plan = async (words: readonly string[]): Promise<PlanJson> =>
  JSON.parse(await ran([...words, '--json'])) as PlanJson;

describe('where the service tags come from', () => {
  const sourcesOf = (plan: unknown) => (plan as { tags: { sources: Record<string, unknown>[] } }).tags.sources;
  const shrunk = tagsWith((file) => {
    file.changeNumber += 1;
    setPrefixes(home, (prefixes) => prefixes.slice(1))(file);
  });

  it('is in every plan: the file, its change, its age by the day in its name, and why it was used', async () => {
    const words = usual(folder).slice(0, 4);
    folder.write('ServiceTags_AzureGovernment_20260713.json', shrunk);
    const tags = ['--service-tags', 'ServiceTags_AzureGovernment_20260713.json', '--last-good', 'tags.json'];
    const dated = await plan([...words, ...tags, '--now', '2026-07-20T03:00:00Z']);
    expect(sourcesOf(dated)).toMatchObject([
      { name: 'ServiceTags_AzureGovernment_20260713.json', changeNumber: shrunk.changeNumber, ageDays: 7, used: true },
      { name: 'tags.json', ageDays: null, used: true, why: expect.stringContaining('--last-good') },
    ]);
    expect(dated.notes.join('\n')).toMatch(/_20260713\.json, change \d+, 7 days old: used, it is --service-tags\./);
    expect(dated.notes.join('\n')).toMatch(/no longer in change \d+; they stay until the next change lacks them, too/);
    const later = await plan([...words, ...tags, '--now', '2026-07-22T03:00:00Z']);
    expect(sourcesOf(later)[0]).toMatchObject({ ageDays: 9 });
    expect(later.digest).toBe(dated.digest);
  });
});

describe('between the last good file and the new one', () => {
  const newer = (change: (prefixes: string[]) => string[]) =>
    tagsWith((file) => {
      file.changeNumber += 1;
      setPrefixes(home, change)(file);
    });
  const planned = (file: unknown, more: readonly string[] = []) => {
    folder.write('newer.json', file);
    const words = usual(folder, siteEntry()).slice(0, 4);
    return plan([...words, '--service-tags', 'newer.json', '--last-good', 'tags.json', ...more]);
  };

  it('what is new is routed, and what is gone stays', async () => {
    const before = await plan(usual(folder));
    const table = folder.write('routes.json', tableOf(before.routeTable.routes));
    const moved = await planned(
      newer((prefixes) => [...prefixes.slice(1), '33.250.0.0/24']),
      ['--routes', table],
    );
    expect(moved.routeTable.add.map(({ addressPrefix }) => addressPrefix)).toEqual(['33.250.0.0/24']);
    expect(moved.routeTable.remove).toEqual([]);
  });

  it('a tag that vanished is as it was, also for a service that fails over now', async () => {
    const event = ['--event', folder.write('event.json', outage())];
    const whole = await plan([...usual(folder), ...event]);
    const without = tagsWith((file) => {
      file.changeNumber += 1;
      file.values = file.values.filter(({ name }) => ![home, 'Storage.USGovTexas'].includes(name));
    });
    const kept = await planned(without, event);
    expect(kept.routeTable).toEqual(whole.routeTable);
    expect(kept.digest).toBe(whole.digest);
    expect(kept.alarms).toHaveLength(2);
  });

  it('files of one number and of two contents are still compared', async () => {
    const same = tagsWith(setPrefixes(home, (prefixes) => prefixes.slice(0, 1)));
    expect((await planned(same)).alarms).toEqual([expect.stringContaining(`${home} stays as the last good`)]);
  });

  it('stands in the text for people, too', async () => {
    folder.write(
      'newer.json',
      newer((prefixes) => prefixes.slice(1)),
    );
    const words = usual(folder).slice(0, 4);
    const out = await ran([...words, '--service-tags', 'newer.json', '--last-good', 'tags.json']);
    expect(out).toMatch(/Source {5}file newer\.json, change 901, of unknown age: used/);
    expect(out.match(/newer\.json/g)).toHaveLength(1);
  });
});
