import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tagDownload } from '../shared/azure/tagDownload.ts';
import type { TagSettings } from '../shared/base/settings.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, prefixesOf, writesOf } from './support/landing.ts';
import { prefixesIn, tagsWith, withoutTag } from './support/tagsWith.ts';
import { type Page, startWebPages, type WebPages } from './support/webPages.ts';

const home = 'AzureCloud.usgovvirginia';
const more = '20.55.0.0/16';
const day = 24 * 60 * 60 * 1_000;
const withMore = (changeNumber: number): string => tagsWith((file) => prefixesIn(file, home).push(more), changeNumber);

let stage: Stage;
let web: WebPages;
beforeAll(async () => {
  [stage, web] = await Promise.all([startStage(), startWebPages()]);
});
afterAll(async () => {
  await Promise.all([stage.close(), web.close()]);
});
beforeEach(() => {
  web.pages.clear();
  web.asked.length = 0;
  web.credentials.length = 0;
});

/** A site at home whose product also asks these sources. */
const asking = async (settings: Partial<TagSettings>): Promise<Journey> => {
  const journey = await atHome(stage);
  const tagSettings: TagSettings = { api: false, url: null, mostLost: 0.5, ...settings };
  Object.assign(journey.ports, { tagSettings });
  return journey;
};
const publish = (text: string): void => stage.arm.setServiceTags(JSON.parse(text));
const sweepNow = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};
/** What was asked takes part in the next look. */
const sweepTwice = async (journey: Journey): Promise<void> => {
  await sweepNow(journey);
  await sweepNow(journey);
};
const callsToApi = (journey: Journey): string[] =>
  journey.exchanges().flatMap(({ url }) => /locations\/(\w+)\/serviceTags/.exec(url)?.[1] ?? []);
const noteOf = async (journey: Journey): Promise<string> =>
  ((await journey.state()).lastPlan?.notes ?? []).filter((note) => note.startsWith('Service tags: ')).join('\n');
const askedOf = async (journey: Journey) =>
  JSON.parse((await journey.ports.config.read('tag-sources/AzureGovernment.json')) ?? '{}');

describe('the Service Tags API', () => {
  it('is asked once a day, in the failover region, and what it adds is routed', async () => {
    const journey = await asking({ api: true });
    publish(withMore(901));
    await sweepTwice(journey);
    expect(callsToApi(journey)).toEqual(['usgovtexas']);
    expect(prefixesOf(stage, journey)).toContain(more);
    expect(await noteOf(journey)).toMatch(/Service Tags API .*, change 901, 0 days old: used, it is 1 change newer/);
    stage.clock.advance(day);
    await sweepNow(journey);
    expect(callsToApi(journey)).toHaveLength(2);
  });

  it('is asked nothing where the setting is off', async () => {
    const journey = await asking({});
    await sweepTwice(journey);
    expect(callsToApi(journey)).toEqual([]);
  });

  it('does not make a tag vanish by leaving it out, and says nothing where it lags', async () => {
    const journey = await asking({ api: true });
    publish(tagsWith((file) => withoutTag(file, home), 899));
    await sweepTwice(journey);
    expect(await noteOf(journey)).toMatch(/change 899, .* not used, it is 1 change older than the file/);
    stage.clock.advance(day);
    publish(tagsWith((file) => withoutTag(file, home), 902));
    await sweepTwice(journey);
    expect((await journey.state()).lastPlan).toMatchObject({ changes: 0, alarms: [] });
    expect(writesOf(journey)).toEqual([]);
  });

  it('is the second witness of what a file took away', async () => {
    const journey = await asking({ api: true });
    const [gone] = prefixesIn(JSON.parse(tagsWith(() => {})), home);
    const without = (changeNumber: number) =>
      tagsWith((file) => void prefixesIn(file, home).splice(0, 1), changeNumber);
    publish(without(901));
    await journey.putTags(without(901));
    await sweepTwice(journey);
    expect((await journey.state()).run).toBeNull();
    stage.clock.advance(day);
    publish(without(902));
    await sweepTwice(journey);
    expect((await journey.state()).run?.steps[0]?.id).toBe('deviceBundle');
    const file = await journey.ports.archive.read((await journey.state()).device.offered?.blob ?? '');
    expect(
      JSON.stringify(JSON.parse(file ?? '').values.find(({ name }: { name: string }) => name === home)),
    ).not.toContain(`"${gone}"`);
  });

  it('that throttles is asked again after an hour, and the look is not harmed', async () => {
    const journey = await asking({ api: true });
    publish(withMore(901));
    const label = { url: 'locations/.*/serviceTags' };
    stage.arm.plantFault({ match: label, times: 1, effect: { kind: 'throttle', retryAfterSeconds: 778 } });
    await journey.putTags(withMore(901));
    await sweepNow(journey);
    expect(callsToApi(journey)).toEqual(['usgovtexas']);
    expect((await askedOf(journey)).api).toMatchObject({
      changeNumber: null,
      said: expect.stringContaining('Too many'),
    });
    expect(prefixesOf(stage, journey)).toContain(more);
    stage.clock.advance(3_000_000);
    await sweepNow(journey);
    expect(callsToApi(journey)).toHaveLength(1);
    stage.clock.advance(700_000);
    await sweepNow(journey);
    expect(callsToApi(journey)).toHaveLength(2);
    expect((await askedOf(journey)).api).toMatchObject({ changeNumber: 901 });
  });

  it('that asks for more time than there is is asked again after an hour', async () => {
    const journey = await asking({ api: true });
    publish(withMore(901));
    const headers = { 'Retry-After': '9'.repeat(20) };
    stage.arm.plantFault({
      match: { url: 'locations/.*/serviceTags' },
      effect: { kind: 'answer', status: 429, headers },
    });
    await sweepNow(journey);
    expect((await askedOf(journey)).api).toMatchObject({ changeNumber: null });
    stage.clock.advance(3_700_000);
    await sweepNow(journey);
    expect((await askedOf(journey)).api).toMatchObject({ changeNumber: 901 });
  });

  it('is asked in the other region where one does not answer, and never where an incident is open', async () => {
    const journey = await asking({ api: true });
    publish(withMore(901));
    stage.arm.plantFault({ match: { url: 'usgovtexas/serviceTags' }, times: 1, effect: { kind: 'unavailable' } });
    await sweepNow(journey);
    expect(callsToApi(journey)).toEqual(['usgovtexas', 'usgovvirginia']);

    const other = await asking({ api: true });
    await other.event(incident(other.subscriptionId, { region: 'USGov Texas', names: ['Storage'] }));
    await sweepNow(other);
    expect(callsToApi(other)).toEqual(['usgovvirginia']);
  });

  it('that answers no service tags is noted, and asked again in an hour', async () => {
    const journey = await asking({ api: true });
    publish(JSON.stringify({ changeNumber: 901, cloud: 'AzureGovernment', values: [] }));
    await sweepNow(journey);
    expect((await askedOf(journey)).api.said).toMatch(/is not a service tags file: it has no values/);
    expect((await journey.ports.config.list('service-tags-api/')).length).toBe(0);
    publish(withMore(901));
    stage.clock.advance(day / 24);
    await sweepNow(journey);
    expect((await askedOf(journey)).api).toMatchObject({ changeNumber: 901 });
  });
});

describe('the download address', () => {
  it('is asked once a day, and its file is taken like an operator’s', async () => {
    web.pages.set('/tags.json', { text: withMore(901) });
    const journey = await asking({ url: `${web.origin}/tags.json` });
    await sweepTwice(journey);
    expect(web.asked).toEqual(['/tags.json']);
    expect(prefixesOf(stage, journey)).toContain(more);
    expect(await noteOf(journey)).toMatch(
      /downloaded file service-tags\/download-AzureGovernment-000901\.json, change 901/,
    );
  });

  it('may name the day: the newest of the last eight is taken', async () => {
    const journey = await asking({ url: `${web.origin}/ServiceTags_YYYYMMDD.json` });
    const monday = new Date(stage.clock.now() - 3 * day).toISOString().slice(0, 10).replaceAll('-', '');
    web.pages.set(`/ServiceTags_${monday}.json`, { text: withMore(901) });
    await sweepNow(journey);
    expect(web.asked).toHaveLength(4);
    expect((await askedOf(journey)).download).toMatchObject({ changeNumber: 901, said: 'change 901' });
  });

  it.each<[string, Page, RegExp]>([
    ['has no file', { status: 404, text: '' }, /there is no such file/],
    ['is a page', { text: '<html>Download</html>' }, /The download is not JSON/],
    ['is cut off', { text: withMore(901).slice(0, 5_000) }, /The download is cut off/],
    ['is of another cloud', { text: withMore(901).replace('AzureGovernment', 'China') }, /are of China/],
    ['is older', { text: withMore(899) }, /change 899, no newer than what was put \(900\)/],
    ['leads elsewhere', { status: 302, text: '', headers: { Location: 'https://localhost:1/' } }, /answers HTTP 302/],
    ['fails', { status: 503, text: '' }, /answers HTTP 503/],
  ])('that %s changes nothing, and says so', async (_, page, said) => {
    web.pages.set('/tags.json', page);
    const journey = await asking({ url: `${web.origin}/tags.json` });
    await sweepTwice(journey);
    expect((await askedOf(journey)).download.said).toMatch(said);
    expect((await journey.state()).inPlace?.tagsChangeNumber).toBe(900);
    expect(writesOf(journey)).toEqual([]);
  });

  it('that counts far ahead is not taken before a person puts it: the next real file still counts', async () => {
    const journey = await asking({ url: `${web.origin}/tags.json` });
    const told = () => journey.notices.filter(({ title }) => title.startsWith('The configuration has a fault'));
    web.pages.set('/tags.json', { text: tagsWith(() => {}, 999_999_999) });
    await sweepTwice(journey);
    expect(told().map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /change 999999999, which is not taken: .* ahead of what was put \(900\)\. .* tags put FILE/,
      ),
    ]);
    web.pages.set('/tags.json', { text: withMore(901) });
    stage.clock.advance(day);
    await sweepTwice(journey);
    expect(prefixesOf(stage, journey)).toContain(more);
    expect(told()).toHaveLength(1);
  });

  it('is cut off at a size no file has, and is never asked without https', async () => {
    web.pages.set('/tags.json', { text: 'x'.repeat(200_000) });
    const download = tagDownload(stage.clock, undefined, 100_000);
    await expect(download.fetch(`${web.origin}/tags.json`)).rejects.toThrow('more than 100000 bytes');
    await expect(download.fetch('http://localhost/tags.json')).rejects.toThrow('not https');
  });

  it('is not followed to where it leads, and learns nothing of who asks', async () => {
    web.pages.set('/tags.json', { status: 302, text: '', headers: { Location: `${web.origin}/inside` } });
    web.pages.set('/inside', { text: withMore(901) });
    await expect(tagDownload(stage.clock).fetch(`${web.origin}/tags.json`)).rejects.toThrow('answers HTTP 302');
    expect(web.asked).toEqual(['/tags.json']);
    expect(web.credentials).toEqual(['']);
  });
});
