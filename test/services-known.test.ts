import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outage, type PlanJson, siteEntry, usual } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const check = (site: unknown, ...more: readonly string[]) => {
  usual(folder, site);
  return run(['sites', 'check', 'sites.json', ...more], { cwd: folder.path });
};
const flat = (text: string): string => text.replace(/\s+/g, ' ');
const misspelt = siteEntry({ services: ['Storage', 'AzureKeyvalut'] });

describe('a service that no tag is named after', () => {
  it('is noted in every plan, before it would fail over', async () => {
    const { out } = await run(['plan', ...usual(folder, misspelt), '--json'], { cwd: folder.path });
    const { notes, applyable } = JSON.parse(out) as PlanJson;
    expect(applyable).toBe(true);
    expect(notes.join()).toContain('No service tag is named after AzureKeyvalut (services of site rig-07)');
    expect(notes.join()).not.toMatch(/named after Storage/);
  });

  it('is told by sites check, with the tags; nothing is written', async () => {
    const { code, out, err } = await check(misspelt, '--service-tags', 'tags.json');
    expect({ code, out }).toEqual({ code: 0, out: 'sites.json is right: 1 site.\n' });
    expect(flat(err)).toContain('! No service tag is named after AzureKeyvalut');
    expect(Object.keys(folder.files()).sort()).toEqual(['sites.json', 'tags.json']);
  });

  it('is told as JSON, too', async () => {
    const { out } = await check(misspelt, '--service-tags', 'tags.json', '--json');
    expect(JSON.parse(out)).toMatchObject({ sites: 1, servicesChecked: true, warnings: [expect.any(String)] });
  });
});

it('a service whose tags are all in other regions is noted as such', async () => {
  const elsewhere = siteEntry({ services: ['AzureActiveDirectory'] });
  const { out } = await run(['plan', ...usual(folder, elsewhere), '--json'], { cwd: folder.path });
  expect((JSON.parse(out) as PlanJson).notes.join()).toContain('No tag in usgovtexas for AzureActiveDirectory');
});

describe('sites whose services are all known', () => {
  it('are spoken of in no note, at home or failed over', async () => {
    const words = [...usual(folder), '--event', folder.write('event.json', outage()), '--json'];
    const { out } = await run(['plan', ...words], { cwd: folder.path });
    expect((JSON.parse(out) as PlanJson).notes.join()).not.toMatch(/named after|No tag in/);
  });

  it('pass sites check without a warning', async () => {
    expect(await check(siteEntry(), '--service-tags', 'tags.json')).toMatchObject({ code: 0, err: '' });
  });
});

describe('sites check', () => {
  it('says which ranges a site would lack in a target that is not where its services fail over to', async () => {
    const elsewhere = siteEntry({ services: ['Storage'], move: { targetRegion: 'usgovarizona' } });
    const { code, err } = await check(elsewhere, '--service-tags', 'tags.json');
    expect(code).toBe(0);
    expect(flat(err)).toMatch(/its table in US Gov Arizona has no ranges of theirs.*globalTags: Storage\.USGovTexas\./);
  });

  it('says that services were not looked at where it has no tags', async () => {
    const { code, out } = await check(misspelt);
    expect(code).toBe(0);
    expect(flat(out)).toContain('Its services are not: that takes --service-tags FILE.');
  });

  it('refuses a faulty file as put does', async () => {
    const { code, out, err } = await check(siteEntry({ homeRegion: 'nowhere' }));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Site rig-07: homeRegion "nowhere" is not a region');
  });
});
