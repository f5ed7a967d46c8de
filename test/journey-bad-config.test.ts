import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { renderPage } from '../shared/record/page.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, services, startJourney, startStage } from './support/journey.ts';
import { atHome, failOver, prefixesOf, writesOf } from './support/landing.ts';
import { prefixesIn, tagsWith, withoutTag } from './support/tagsWith.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const home = 'AzureCloud.usgovvirginia';

const sweepNow = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

const sitesText = async (journey: Journey): Promise<string> => (await journey.ports.config.read('sites.json')) ?? '';

const alarms = (journey: Journey): string[] =>
  journey.notices.filter(({ kind }) => kind === 'alarm').map(({ title, text }) => `${title}: ${text}`);

describe('no credential', () => {
  // First in this file: the SDK keeps a token for the whole process.
  it('writes nothing and says so when no token can be had, and goes on when there is one', async () => {
    const journey = await startJourney(stage);
    const lift = stage.arm.deny({ kind: 'token' });
    await failOver(journey);
    lift();
    expect(writesOf(journey)).toEqual([]);
    expect((await journey.state()).attention).toMatchObject({
      code: 'ERR_AZURE_CREDENTIAL',
      why: expect.stringMatching(/No token could be had for reading .*routeTables\/routetable.*managed identity/),
    });
    await sweepNow(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });
});

describe('a service tags file that cannot be read', () => {
  const unreadable: readonly (readonly [string, string, RegExp])[] = [
    ['is not JSON', 'changeNumber: 901', /901\.json is not JSON/],
    ['is cut off', tagsWith(() => {}).slice(0, 30_000), /901\.json is cut off after 30000 characters/],
    ['is empty', '', /901\.json is not JSON/],
    ['has no values', '{"changeNumber":901,"cloud":"AzureGovernment","values":[]}', /it has no values/],
    [
      'has the prefix 10.0.0.0/33',
      tagsWith((file) => prefixesIn(file, home).push('10.0.0.0/33')),
      /AzureCloud\.usgovvirginia.*10\.0\.0\.0\/33/,
    ],
    ['has the prefix hello/8', tagsWith((file) => prefixesIn(file, home).push('hello/8')), /hello\/8/],
    ['has the prefix 010.0.0.0/8', tagsWith((file) => prefixesIn(file, home).push('010.0.0.0/8')), /010\.0\.0\.0\/8/],
    ['has host bits set', tagsWith((file) => prefixesIn(file, home).push('20.0.0.1/8')), /20\.0\.0\.1\/8/],
  ];

  it.each(unreadable)(
    'that %s is refused and told once; the last good one stays in force',
    async (_, text, message) => {
      const journey = await startJourney(stage);
      await journey.ports.config.write('service-tags/AzureGovernment-901.json', text);
      await failOver(journey);
      expect(await journey.state()).toMatchObject({
        inPlace: { mode: 'serviceFailover', tagsChangeNumber: 900 },
        attention: null,
      });
      await sweep(journey.ports, 'the sweep');
      await sweep(journey.ports, 'the sweep');
      expect(alarms(journey)).toEqual([expect.stringMatching(message)]);
      expect((await overview(journey.ports)).configTrouble).toMatch(message);
    },
  );

  it.each(unreadable.slice(0, 2))('that %s and is the only one leaves the site alone', async (_, text, message) => {
    const journey = await startJourney(stage);
    await journey.dropConfig('service-tags/');
    await journey.ports.config.write('service-tags/AzureGovernment-901.json', text);
    await failOver(journey);
    expect(writesOf(journey)).toEqual([]);
    expect((await journey.state()).attention).toMatchObject({
      code: 'ERR_TAGS_MISSING',
      why: expect.stringMatching(/No valid service tags of AzureGovernment have been put\. .*tags put/),
    });
    expect((await journey.state()).attention?.why).toMatch(message);
  });

  it('of another cloud only, or none at all, leaves the site alone and says which cloud is wanted', async () => {
    const journey = await startJourney(stage);
    await journey.dropConfig('service-tags/');
    await failOver(journey);
    await journey.ports.config.write(
      'service-tags/Public-901.json',
      tagsWith((file) => Object.assign(file, { cloud: 'Public' })),
    );
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    expect((await journey.state()).attention).toMatchObject({
      code: 'ERR_TAGS_MISSING',
      why: expect.stringContaining('AzureGovernment'),
    });
    expect(journey.notices.filter(({ text }) => text.includes('No valid service tags'))).toHaveLength(1);
    await journey.putTags(tagsWith(() => {}));
    await sweepNow(journey);
    expect(await journey.state()).toMatchObject({ attention: null, inPlace: { mode: 'serviceFailover' } });
  });
});

describe('a service tags file that must not be believed', () => {
  /** Two prefixes are left of a hundred, or of a dozen. */
  const shrink = (prefixes: string[]): void => void prefixes.splice(2);

  const inHome = (change: (prefixes: string[]) => void): string => tagsWith((file) => change(prefixesIn(file, home)));

  it.each([
    [
      'lacks the home tag',
      tagsWith((file) => withoutTag(file, home)),
      'TAG_MISSING',
      /AzureCloud\.usgovvirginia is not in the file/,
    ],
    [
      'has an empty home tag',
      tagsWith((file) => void prefixesIn(file, home).splice(0)),
      'TAG_EMPTY',
      /AzureCloud\.usgovvirginia has no IPv4 prefix/,
    ],
    [
      'has 0.0.0.0/0 in the home tag',
      tagsWith((file) => prefixesIn(file, home).push('0.0.0.0/0')),
      'TAG_TOO_WIDE',
      /0\.0\.0\.0\/0, wider than any real tag/,
    ],
    [
      'has a private range in a global tag',
      tagsWith((file) => prefixesIn(file, 'AzureActiveDirectory').push('10.1.0.0/16')),
      'TAG_FORBIDDEN',
      /AzureActiveDirectory holds addresses that must never be routed: 10\.1\.0\.0\/16/,
    ],
  ])('that %s blocks where there is no last good one, with nothing written', async (_, text, code, message) => {
    const journey = await startJourney(stage, { tags: text });
    await failOver(journey);
    expect(writesOf(journey)).toEqual([]);
    const { lastPlan, inPlace } = await journey.state();
    expect(inPlace).toBeNull();
    expect(lastPlan?.blockers.map((blocker) => [blocker.code, blocker.message])).toEqual([
      [code, expect.stringMatching(message)],
    ]);
    expect(journey.notices.at(-1)).toMatchObject({ kind: 'blocked', text: expect.stringMatching(message) });
  });

  it.each([
    ['lacks the home tag', tagsWith((file) => withoutTag(file, home)), /it is not in the file/],
    ['has an empty home tag', inHome((prefixes) => void prefixes.splice(0)), /it has no IPv4 prefix/],
    ['has 0.0.0.0/0 in the home tag', inHome((prefixes) => prefixes.push('0.0.0.0/0')), /it holds 0\.0\.0\.0\/0/],
    ['lost most of the home tag', inHome(shrink), /it lost \d+ of the \d+ addresses/],
  ])('that %s freezes that tag: it is told once, and over when a file has it whole', async (_, text, why) => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    await journey.putTags(text);
    await sweepNow(journey);
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    const { lastPlan } = await journey.state();
    expect(lastPlan?.blockers).toEqual([]);
    expect(lastPlan?.alarms).toEqual([expect.stringMatching(why)]);
    expect(alarms(journey)).toEqual([expect.stringMatching(/AzureCloud\.usgovvirginia stays as the last good/)]);
    await failOver(journey);
    expect(prefixesOf(stage, journey)).toEqual(expect.arrayContaining(before));
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
    await journey.putTags(tagsWith(() => {}, 902));
    await sweepNow(journey);
    expect((await journey.state()).lastPlan?.alarms).toEqual([]);
    expect(alarms(journey)).toHaveLength(1);
  });

  it('that lost a tag no site uses is told once, shown, and over when it is back', async () => {
    const journey = await atHome(stage);
    const unused = 'Storage.USGovArizona';
    await journey.putTags(tagsWith((file) => withoutTag(file, unused)));
    await sweepNow(journey);
    await sweepNow(journey);
    expect((await journey.state()).lastPlan?.alarms).toEqual([]);
    expect(alarms(journey)).toEqual([expect.stringContaining(`1 service tag stays at its last good value: ${unused}`)]);
    const view = await overview(journey.ports);
    expect(view.tags).toMatchObject({ changeNumber: 901, frozen: [unused], waiting: 0 });
    expect(view.tags?.sources).toEqual([
      expect.stringMatching(/change 901, 0 days old: used, it is the newest valid file\.$/),
    ]);
    expect(renderPage(view)).toContain(`last good value: ${unused}`);
    expect(renderStatusText(view).replace(/\n +/g, ' ')).toContain(`last good value: ${unused}`);
    await journey.putTags(tagsWith(() => {}, 902));
    await sweepNow(journey);
    expect((await overview(journey.ports)).tags?.frozen).toEqual([]);
    await journey.putTags(tagsWith((file) => withoutTag(file, unused), 903));
    await sweepNow(journey);
    expect(alarms(journey)).toHaveLength(2);
  });

  it('is gone back on by a person’s word, on that very change, and on the plan that takes most routes away', async () => {
    const journey = await atHome(stage);
    await journey.putTags(inHome(shrink));
    await sweepNow(journey);
    expect((await journey.state()).run).toBeNull();
    await journey.ports.config.write(
      'accepted-tags.json',
      '{"changeNumber":900,"by":"Ada","at":"2026-07-20T03:00:00Z"}',
    );
    await sweepNow(journey);
    expect((await journey.state()).run).toBeNull();
    await journey.ports.config.write(
      'accepted-tags.json',
      '{"changeNumber":901,"by":"Ada","at":"2026-07-20T03:00:00Z"}',
    );
    await sweepNow(journey);
    // The word on the tags is for every site; what it takes from this one is more than a plan may by itself.
    const { run: none, waiting } = await journey.state();
    expect([none, waiting?.why]).toEqual([null, expect.stringContaining('policy.caps.removedPercent')]);
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    const { run, lastPlan } = await journey.state();
    expect([lastPlan?.alarms, run?.steps[0]?.id]).toEqual([[], 'deviceBundle']);
  });

  it.each([
    [
      'is missing',
      tagsWith((file) => withoutTag(file, 'Storage.USGovTexas')),
      /Storage\.usgovtexas is left out: it is not in the file/,
    ],
    [
      'is empty',
      tagsWith((file) => void prefixesIn(file, 'Storage.USGovTexas').splice(0)),
      /Storage\.USGovTexas is left out: it has no IPv4 prefix/,
    ],
    [
      'holds a private range',
      tagsWith((file) => prefixesIn(file, 'Storage.USGovTexas').push('192.168.0.0/16')),
      /Storage\.USGovTexas is left out: it holds addresses that must never be routed/,
    ],
  ])(
    'of a failover tag that %s, and was never sound, leaves that service out, says so, and does the rest',
    async (_, text, message) => {
      const journey = await startJourney(stage, { tags: text });
      await failOver(journey);
      const { inPlace, lastPlan } = await journey.state();
      expect(inPlace).toMatchObject({
        mode: 'serviceFailover',
        services: services.filter((name) => name !== 'Storage').sort(),
      });
      expect(lastPlan?.alarms).toEqual([expect.stringMatching(message)]);
      expect(alarms(journey)).toEqual([expect.stringMatching(message)]);
      await sweepNow(journey);
      expect(journey.calls().writes).toBe(2);
      expect(alarms(journey)).toHaveLength(1);
    },
  );

  it.each([
    ['is gone', tagsWith((file) => withoutTag(file, 'Storage.USGovTexas'))],
    ['is empty', tagsWith((file) => void prefixesIn(file, 'Storage.USGovTexas').splice(0))],
    ['lost most of its addresses', tagsWith((file) => shrink(prefixesIn(file, 'Storage.USGovTexas')))],
  ])('of a failover tag in use that %s takes nothing away, and says so', async (_, text) => {
    const journey = await startJourney(stage);
    await failOver(journey);
    await journey.word({ action: 'confirmDevice' });
    await journey.work();
    const before = prefixesOf(stage, journey);
    journey.mark();
    await journey.putTags(text);
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    expect(prefixesOf(stage, journey)).toEqual(before);
    const { inPlace, device } = await journey.state();
    expect(inPlace?.services).toEqual([...services].sort());
    expect(device.offered?.checksum).toBe(device.confirmed?.checksum);
    expect(alarms(journey)).toEqual([expect.stringMatching(/Storage\.usgovtexas/i)]);
  });

  it('put while a run is under way never mixes with the one the run was planned by', async () => {
    const journey = await startJourney(stage);
    await journey.event(incident(journey.subscriptionId));
    while ((await journey.state()).run === null) await journey.step();
    await journey.putTags(tagsWith((file) => prefixesIn(file, home).push('20.55.0.0/16')));
    await journey.work();
    const { inPlace, device, run } = await journey.state();
    expect(inPlace).toMatchObject({ tagsChangeNumber: 901, wantedHash: device.offered?.listHash });
    expect(run?.steps.at(-1)).toMatchObject({ id: 'deviceConfirm', status: 'waiting' });
    expect(prefixesOf(stage, journey)).toContain('20.55.0.0/16');
    expect(await journey.ports.archive.read(device.offered?.blob ?? '')).toContain('20.55.0.0/16');
    expect(journey.notices.filter(({ kind }) => kind === 'needsDevice')).toHaveLength(1);
  });

  it('older than the one in force, put by hand, changes nothing', async () => {
    const journey = await atHome(stage);
    await journey.putTags(tagsWith((file) => void prefixesIn(file, home).splice(0, 5), 800));
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    expect(await journey.state()).toMatchObject({ inPlace: { tagsChangeNumber: 900 }, waiting: null, attention: null });
  });

  it('is not waved through by an acceptance somebody broke', async () => {
    const journey = await atHome(stage);
    await journey.ports.config.write('accepted-tags.json', '{ "changeNumber": 901');
    await journey.putTags(tagsWith((file) => shrink(prefixesIn(file, home))));
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    expect((await journey.state()).lastPlan?.alarms).toEqual([expect.stringMatching(/stays as the last good/)]);
    expect(alarms(journey).sort()).toEqual([
      expect.stringMatching(/^Site .* stays as the last good/),
      expect.stringContaining('accepted-tags.json'),
    ]);
  });
});

describe('a sites file that cannot be used', () => {
  const changed = (text: string, change: (site: Record<string, unknown>) => void): string => {
    const file = JSON.parse(text) as { sites: Record<string, unknown>[] };
    for (const site of file.sites.slice(0, 1)) change(site);
    return JSON.stringify(file);
  };
  const twice = (text: string, change: Record<string, unknown>): string => {
    const file = JSON.parse(text) as { sites: Record<string, unknown>[] };
    return JSON.stringify({ ...file, sites: [...file.sites, { ...file.sites[0], ...change }] });
  };

  it.each<[string, (text: string) => string, RegExp]>([
    ['is not JSON', (text) => text.slice(0, -20), /sites\.json is (not JSON|cut off)/],
    [
      'names an unknown region',
      (text) => changed(text, (site) => Object.assign(site, { homeRegion: 'usgovnowhere' })),
      /usgovnowhere/,
    ],
    [
      'has no pair for its region',
      (text) =>
        changed(text, (site) => Object.assign(site, { homeRegion: 'qatarcentral', failoverRegion: undefined })).replace(
          '"AzureGovernment"',
          '"Public"',
        ),
      /qatarcentral has no paired region, and the site names no failoverRegion/,
    ],
    [
      'has a pool that overlaps the firewall',
      (text) =>
        changed(text, (site) => {
          const overlapping = { clientAddressPool: '172.16.0.0/16', firewallPrivateIpAddress: '172.16.1.4' };
          Object.assign(site, { network: { ...(site['network'] as object), ...overlapping } });
        }),
      /clientAddressPool 172\.16\.0\.0\/16 overlaps/,
    ],
    ['has two sites of one id', (text) => twice(text, {}), /have one id/],
    ['has two sites with one route table', (text) => twice(text, { id: 'other' }), /route ?table/i],
  ])('because it %s leaves the last good one in force, and is told once', async (_, broken, message) => {
    const journey = await startJourney(stage);
    await sweep(journey.ports, 'the sweep'); // the good file is seen
    await journey.ports.config.write('sites.json', broken(await sitesText(journey)));
    await failOver(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
    await sweep(journey.ports, 'the sweep');
    await sweep(journey.ports, 'the sweep');
    expect(alarms(journey)).toEqual([expect.stringMatching(message)]);
    expect(alarms(journey)[0]).toContain('The last good file stays in force.');
    expect((await overview(journey.ports)).configTrouble).toMatch(message);
  });

  it('is told again when it was mended and broke again', async () => {
    const journey = await startJourney(stage);
    const good = await sitesText(journey);
    await sweep(journey.ports, 'the sweep');
    for (const text of ['{', good, '{']) {
      await journey.ports.config.write('sites.json', text);
      await sweep(journey.ports, 'the sweep');
    }
    expect(alarms(journey)).toHaveLength(2);
  });

  it.each([
    ['there is none', null, /There is no sites file yet\. .*sites put/],
    ['it was never a good one', '{ "cloud": ', /sites\.json is (not JSON|cut off)/],
  ])('writes nothing, keeps what it heard and says so when %s', async (_, text, message) => {
    const journey = await startJourney(stage);
    const good = await sitesText(journey);
    await journey.dropConfig('sites.json');
    await journey.dropConfig('last-good/');
    if (text !== null) await journey.ports.config.write('sites.json', text);
    await failOver(journey);
    await sweepNow(journey);
    await sweepNow(journey);
    expect(writesOf(journey)).toEqual([]);
    expect(alarms(journey)).toEqual([expect.stringMatching(message)]);

    await journey.ports.config.write('sites.json', good);
    await sweepNow(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });

  it('that no longer lists a site leaves it alone', async () => {
    const journey = await atHome(stage);
    const file = JSON.parse(await sitesText(journey)) as { sites: object[] };
    const elsewhere = { id: 'elsewhere', resourceGroup: 'elsewhere' };
    await journey.ports.config.write(
      'sites.json',
      JSON.stringify({ ...file, sites: [{ ...file.sites[0], ...elsewhere }] }),
    );
    await journey.ports.messages.send({
      kind: 'site',
      site: journey.site,
      generation: 0,
      because: 'late',
      notBefore: 0,
      arrivedAt: 0,
    });
    expect(await journey.work()).toBe(1);
    expect(writesOf(journey)).toEqual([]);
    expect((await overview(journey.ports)).unlisted).toContain(journey.site);
  });
});
