import { describe, expect, it } from 'vitest';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { setPrefixes, siteEntry, sitesFile, type TagsFile, tagsWith } from './cliPlanData.ts';
import { useStorage } from './cliStorage.ts';

const { folder, ok, ports, refusal, stored } = useStorage();

const tags = (change: (file: TagsFile) => void = () => {}): TagsFile => tagsWith(change);
const { changeNumber } = tags();
const blob = `service-tags/AzureGovernment-${String(changeNumber).padStart(6, '0')}.json`;
const nextBlob = `service-tags/AzureGovernment-${String(changeNumber + 1).padStart(6, '0')}.json`;
const newer = (change: (file: TagsFile) => void = () => {}): TagsFile =>
  tags((file) => {
    file.changeNumber += 1;
    change(file);
  });
const halved = newer(
  setPrefixes('AzureCloud.usgovvirginia', (prefixes) => prefixes.filter((_, index) => index % 4 === 0)),
);

describe('tags put and get', () => {
  const withSite = () => ok(['sites', 'put', folder().write('sites.json', sitesFile(siteEntry()))]);

  it('puts a file under its cloud and number, and says what is in force', async () => {
    await withSite();
    const text = readSyntheticTags();
    const put = await ok(['tags', 'put', folder().write('tags.json', text)]);
    expect(put.out.replaceAll('\n', ' ')).toContain(
      `tags.json is in force as ${blob}: AzureGovernment, change ${changeNumber}, the first of its cloud.`,
    );
    expect((await stored())[blob]).toBe(text);
    const { out } = await ok(['tags', 'get', '--out', 'copy.json', '--json']);
    expect(folder().files()['copy.json']).toBe(text);
    expect(JSON.parse(out)).toMatchObject({
      blob,
      cloud: 'AzureGovernment',
      changeNumber,
      before: null,
      accepted: null,
      refused: [],
      out: 'copy.json',
    });
  });

  it('says in words what is in force, what it is compared with, and what was refused', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    await ok(['tags', 'put', folder().write('newer.json', newer())]);
    await (await ports()).config.write('service-tags/broken.json', '{');
    const { out } = await ok(['tags', 'get']);
    expect(out.replace(/\n +/g, ' ')).toContain(`In force   ${nextBlob}: AzureGovernment, change ${changeNumber + 1},`);
    expect(out).toContain(`Before it  change ${changeNumber};`);
    expect(out).toContain('Refused    service-tags/broken.json is cut off');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(82);
  });

  it.each<[string, TagsFile | string, string]>([
    ['is not JSON', 'x', 'bad.json is not JSON'],
    ['is cut off', JSON.stringify(tags()).slice(0, 5_000), 'bad.json is cut off'],
    [
      'has a bad prefix',
      newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '10.0.0.0/33'])),
      '"10.0.0.0/33"',
    ],
    [
      'is of another cloud',
      newer((file) => {
        file.cloud = 'China';
      }),
      'bad.json: The service tags are of China',
    ],
    [
      'is older',
      tags((file) => {
        file.changeNumber -= 1;
      }),
      'bad.json: The service tags have changeNumber',
    ],
    [
      'has the number of the one in force and other content',
      tags(setPrefixes('AzureCloud.usgovvirginia', (list) => list.slice(1))),
      `bad.json has the change number ${changeNumber} of the file in force, and other content`,
    ],
  ])('refuses a file that %s; nothing is written', async (_, content, message) => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    expect(await refusal(['tags', 'put', folder().write('bad.json', content)])).toContain(message);
  });

  it('refuses a file that would block a site: its own addresses are in the home tag', async () => {
    const own = siteEntry({}, {}, { onPremAddressPrefixes: ['33.250.0.0/16'] });
    await ok(['sites', 'put', folder().write('sites.json', sitesFile(own))]);
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    const bad = newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '33.250.1.0/24']));
    expect(await refusal(['tags', 'put', folder().write('bad.json', bad)])).toMatch(
      /bad\.json would block planning\. Site rig-07: tag AzureCloud\.usgovvirginia holds .*33\.250\.1\.0\/24/,
    );
  });

  it.each<[string, TagsFile, string]>([
    ['lost half of the home tag', halved, 'lost'],
    ['has an empty home tag', newer(setPrefixes('AzureCloud.usgovvirginia', () => [])), 'has no IPv4 prefix'],
    [
      'has a home range of everything',
      newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list, '0.0.0.0/0'])),
      'holds 0.0.0.0/0',
    ],
  ])('takes a file that %s: the tag stays as it was, and that is said', async (_, content, why) => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    const { err } = await ok(['tags', 'put', folder().write('bad.json', content)]);
    expect(err.replace(/\n {2}/g, ' ')).toContain(
      `! Frozen as change ${changeNumber} had it: AzureCloud.usgovvirginia ${why}`,
    );
    const { out } = await ok(['tags', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      changeNumber: changeNumber + 1,
      frozen: [{ tag: 'AzureCloud.usgovvirginia', since: changeNumber + 1, lastGood: changeNumber }],
    });
  });

  it('says what is in at once, and what waits for the next file or a person', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    const swapped = newer(setPrefixes('AzureCloud.usgovvirginia', (list) => [...list.slice(1), '33.250.0.0/24']));
    const put = await ok(['tags', 'put', folder().write('swapped.json', swapped)]);
    const said = put.out.replace(/\n +/g, ' ');
    expect(said).toContain('In at once: 256 addresses of 1 tag: AzureCloud.usgovvirginia (256)');
    expect(said).toMatch(/Waits: [\d,]+ addresses of 1 tag: AzureCloud\.usgovvirginia/);
    const { waits } = JSON.parse((await ok(['tags', 'get', '--json'])).out);
    expect(waits).toMatchObject([{ tag: 'AzureCloud.usgovvirginia', since: changeNumber + 1 }]);
  });

  it('takes a person’s word on the file in force later, by its number only', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    await ok(['tags', 'put', folder().write('halved.json', halved)]);
    expect(await refusal(['tags', 'accept', String(changeNumber)])).toContain(`${changeNumber + 1} is`);
    expect(await refusal(['tags', 'accept', 'all'])).toMatch(/^ERR_USAGE: "all" is not a change number/);
    const { out } = await ok(['tags', 'accept', String(changeNumber + 1), '--by', 'Grace']);
    expect(out.replace(/\n +/g, ' ')).toContain('is accepted by Grace: what it no longer has is gone (1 tag)');
    const now = JSON.parse((await ok(['tags', '--json'])).out);
    expect(now).toMatchObject({ frozen: [], waits: [], accepted: { by: 'Grace' } });
  });

  it('writes out what is in force, not what the newest file says', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    await ok(['tags', 'put', folder().write('halved.json', halved)]);
    await ok(['tags', 'get', '--out', 'copy.json']);
    const copy = JSON.parse(folder().files()['copy.json'] ?? '') as TagsFile;
    const home = (file: TagsFile) => file.values.find(({ name }) => name === 'AzureCloud.usgovvirginia');
    expect(home(copy)?.properties.addressPrefixes).toEqual(home(tags())?.properties.addressPrefixes);
    expect(copy.changeNumber).toBe(changeNumber + 1);
  });

  it('takes losses that a person accepts, under the person’s name', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    await ok(['tags', 'put', folder().write('halved.json', halved), '--accept', '--by', 'Grace'], {
      now: () => Date.parse('2026-03-02T08:00:00Z'),
    });
    const blobs = await stored();
    expect(JSON.parse(blobs['accepted-tags.json'] ?? '')).toEqual({
      changeNumber: changeNumber + 1,
      by: 'Grace',
      at: '2026-03-02T08:00:00.000Z',
    });
    expect(blobs[nextBlob]).toBe(JSON.stringify(halved));
    const { out } = await ok(['tags', 'get', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      blob: nextBlob,
      before: changeNumber,
      accepted: { by: 'Grace' },
      frozen: [],
    });
  });

  it('does not take what is dangerous, whoever accepts it', async () => {
    await withSite();
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    const wide = newer(setPrefixes('AzureCloud.usgovvirginia', () => ['0.0.0.0/0']));
    expect(await refusal(['tags', 'put', folder().write('wide.json', wide), '--accept'])).toContain('0.0.0.0/0');
  });

  it('tells which tags a failover would leave out, and puts the file all the same', async () => {
    await withSite();
    const without = newer((file) => {
      file.values = file.values.filter(({ name }) => name.toLowerCase() !== 'storage.usgovtexas');
    });
    const { err } = await ok(['tags', 'put', folder().write('without.json', without)]);
    expect(err.replace(/\n {2}/g, ' ')).toMatch(
      /A failover would leave out Storage\.usgovtexas: it is not in the file/i,
    );
    expect(Object.keys(await stored())).toContain(nextBlob);
  });

  it('takes a file while no sites are known yet', async () => {
    await ok(['tags', 'put', folder().write('tags.json', tags())]);
    expect(Object.keys(await stored())).toContain(blob);
  });
});
