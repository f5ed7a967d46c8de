import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setPrefixes, siteEntry, sitesFile, type TagsFile, tagsWith, usual } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const text = JSON.stringify(tagsWith(() => {}));
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const withPrefix = (prefix: unknown): TagsFile =>
  tagsWith(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, prefix as string]));
const renamed = (name: string): TagsFile =>
  tagsWith((file) => {
    const [first] = file.values;
    if (first) first.name = name;
  });

const plan = (files: { readonly tags?: unknown; readonly sites?: unknown }) => {
  const words = usual(folder);
  if (files.tags !== undefined) folder.write('tags.json', files.tags);
  if (files.sites !== undefined) folder.write('sites.json', files.sites);
  return run(['plan', ...words, '--json'], { cwd: folder.path });
};

const refused = async (files: { readonly tags?: unknown; readonly sites?: unknown }): Promise<string> => {
  const { code, out, err } = await plan(files);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).not.toMatch(/ERR_BUG|\n\s+at |\.ts:\d/);
  return err;
};

describe('a tags file of a hostile shape is refused by place', () => {
  it.each<[string, unknown, RegExp]>([
    ['cut off in the middle', text.slice(0, text.length / 2), /tags\.json is cut off after \d+ characters/],
    ['cut off before its last bracket', text.slice(0, -1), /tags\.json is cut off after/],
    ['nested without end', nested(100_000), /tags\.json: (cloud|changeNumber) is missing/],
    ['a prefix of 33 bits', withPrefix('1.2.3.4/33'), /"1\.2\.3\.4\/33"/],
    ['a zero in front', withPrefix('01.2.3.4/8'), /"01\.2\.3\.4\/8" has a leading zero/],
    ['a prefix that is a list', withPrefix(['33.0.0.0/24']), /tag AzureCloud\.usgovvirginia, prefix \d+ of \d+/],
    ['a prefix that is nothing', withPrefix(null), /tag AzureCloud\.usgovvirginia, prefix \d+ of \d+/],
    ['a prefix of a million characters', withPrefix('1'.repeat(1_000_000)), /tag AzureCloud\.usgovvirginia, prefix/],
    ['one name twice in other letters', renamed('AZURECLOUD.USGOVVIRGINIA'), /two tags named/],
    ['a name with a line end', renamed('Storage\nUKWest'), /has no usable name/],
    [
      'values that are an object',
      { changeNumber: 1, cloud: 'AzureGovernment', values: { length: 3 } },
      /has no values/,
    ],
  ])('%s', async (_, tags, message) => {
    const err = await refused({ tags });
    expect(err).toMatch(/^ERR_TAG_FILE: /);
    expect(err).toMatch(message);
    expect(err.length).toBeLessThan(3_000);
  });
});

describe('names of the language itself are only names', () => {
  it.each(['__proto__', 'constructor', 'toString'])('a tag called %s changes no plan', async (name) => {
    const file = tagsWith((all) => {
      all.values.push({ name, properties: { changeNumber: 1, region: '', systemService: '', addressPrefixes: [] } });
    });
    const before = JSON.parse((await plan({})).out);
    const { code, out } = await plan({ tags: file });
    expect(code).toBe(0);
    expect(JSON.parse(out).routeTable).toEqual(before.routeTable);
  });

  it('a key __proto__ in a tags file gives nobody a cloud or a prefix', async () => {
    const hidden = `{"__proto__":${text}}`;
    expect(await refused({ tags: hidden })).toMatch(/(cloud|changeNumber) is missing/);
  });

  it('a key __proto__ in a sites file is refused or without effect', async () => {
    const [first] = sitesFile(siteEntry()).sites;
    const { id: _, ...rest } = first as { id: string };
    const site = JSON.stringify(rest).replace('{', '{"__proto__":{"id":"rig-07"},');
    expect(await refused({ sites: `{"cloud":"AzureGovernment","sites":[${site}]}` })).toContain('sites.0.id');
    expect(({} as { id?: string }).id).toBeUndefined();
  });
});

describe('a sites file of a hostile shape is refused by field', () => {
  it.each<[string, unknown, RegExp]>([
    ['nested without end', nested(100_000), /cloud: is missing/],
    ['sites that are a text', { cloud: 'AzureGovernment', sites: 'rig-07' }, /sites: /],
    ['a site that is null', { cloud: 'AzureGovernment', sites: [null] }, /sites\.0: /],
    ['a cloud that is a list', { cloud: ['Public'], sites: [] }, /cloud: is of type object/],
    ['a network that is a list', sitesFile({ ...siteEntry(), network: [] }), /sites\.0\.network/],
    ['a limit without end', JSON.stringify(sitesFile(siteEntry())).replace('"limit":400', '"limit":1e999'), /limit/],
    ['cut off in the middle', JSON.stringify(sitesFile(siteEntry())).slice(0, 200), /sites\.json is not JSON/],
  ])('%s', async (_, sites, message) => {
    const err = await refused({ sites });
    expect(err).toMatch(/^ERR_SITES_FILE: /);
    expect(err).toMatch(message);
  });
});

it('a byte order mark in front of either file changes nothing', async () => {
  const plain = await plan({});
  const marked = await plan({ tags: `\uFEFF${text}`, sites: `\uFEFF${JSON.stringify(sitesFile(siteEntry()))}` });
  expect(marked).toEqual({ ...plain, out: expect.any(String) });
  expect(JSON.parse(marked.out).digest).toBe(JSON.parse(plain.out).digest);
});
