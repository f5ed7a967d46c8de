import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, firewallOf, prefixesOf, putsOf } from './support/landing.ts';
import { tagsVersion } from './support/tagVersions.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const [steady, leaving, coming] = ['40.90.0.0/24', '40.91.0.0/24', '40.92.0.0/24'];
const first = tagsVersion(0, [steady, leaving]);

const updated = async (journey: Journey, later: number, homeExtra: readonly string[]): Promise<void> => {
  // A file is put some time after the last word on the device.
  stage.clock.advance(60_000);
  journey.mark();
  await journey.putTags(tagsVersion(later, homeExtra));
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

/** The same by two files in a row: what they no longer have is really gone. */
const updatedTwice = async (journey: Journey, later: number, homeExtra: readonly string[]): Promise<void> => {
  await journey.putTags(tagsVersion(later, homeExtra));
  await updated(journey, later + 1, homeExtra);
};

const homeRule = (journey: Journey): string[] => {
  const ours = firewallOf(stage, journey).properties.networkRuleCollections.find(({ name }) =>
    name.startsWith('asefo-'),
  );
  const rules = (ours?.properties['rules'] ?? []) as { name: string; destinationAddresses: string[] }[];
  return rules.flatMap(({ destinationAddresses }) => destinationAddresses);
};

/** Which of the three test prefixes are routed, allowed by the firewall, and in the device's newest file. */
const where = async (journey: Journey) => {
  const { device } = await journey.state();
  const file = JSON.parse((await journey.ports.archive.read(String(device.offered?.blob))) ?? '{"values":[]}');
  const listed: string[] = file.values.find(({ name }: { name: string }) => name === 'AzureCloud.usgovvirginia')
    .properties.addressPrefixes;
  const of = (list: readonly string[]) => [steady, leaving, coming].filter((prefix) => list.includes(prefix));
  return { routed: of(prefixesOf(stage, journey)), allowed: of(homeRule(journey)), listed: of(listed) };
};

const stepsOf = async (journey: Journey): Promise<string[]> =>
  ((await journey.state()).run?.steps ?? []).map(({ id, status }) => `${id} ${status}`);

describe('new service tags', () => {
  it('that only add are allowed, routed, proven, and the device file is offered', async () => {
    const journey = await atHome(stage, { tags: first });
    await updated(journey, 1, [steady, leaving, coming]);
    expect(await stepsOf(journey)).toEqual([
      'firewall done',
      'routeTable done',
      'verify done',
      'deviceBundle done',
      'deviceConfirm waiting',
    ]);
    const all = [steady, leaving, coming];
    expect(await where(journey)).toEqual({ routed: all, allowed: all, listed: all });
    // Its addresses leave the tunnel until the device knows them.
    expect((await journey.state()).singlyEncryptedSince).not.toBe(null);
    await confirm(journey);
    expect(await journey.state()).toMatchObject({
      singlyEncryptedSince: null,
      inPlace: { tagsChangeNumber: 901 },
      lastRuns: [{ outcome: 'protected', by: 'policy' }, {}],
    });
    expect(journey.calls().writes).toBe(2);
  });

  it('that take away change nothing before the next file agrees; one of the same number is no second one', async () => {
    const journey = await atHome(stage, { tags: first });
    for (const name of ['one', 'two']) {
      await journey.ports.config.write(`service-tags/${name}.json`, tagsVersion(1, [steady]));
      await sweep(journey.ports, 'the sweep');
      await journey.work();
      const { run, lastPlan } = await journey.state();
      expect([run, lastPlan?.changes]).toEqual([null, 0]);
      expect(lastPlan?.notes).toContainEqual(
        '256 addresses of AzureCloud.usgovvirginia are no longer in change 901; they stay until the next change lacks them, too, or a person accepts that.',
      );
    }
    await updated(journey, 2, [steady]);
    expect((await stepsOf(journey))[1]).toBe('deviceConfirm waiting');
    expect((await where(journey)).listed).toEqual([steady]);
  });

  it('that take away what comes back a week later never changed anything', async () => {
    const journey = await atHome(stage, { tags: first });
    await updated(journey, 1, [steady]);
    await updated(journey, 2, [steady, leaving]);
    await updated(journey, 3, [steady]);
    expect(journey.exchanges().filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(await where(journey)).toMatchObject({ routed: [steady, leaving], allowed: [steady, leaving] });
  });

  it('that only take away: the device first, then the routes, then the firewall', async () => {
    const journey = await atHome(stage, { tags: first });
    await updatedTwice(journey, 1, [steady]);
    expect(await stepsOf(journey)).toEqual([
      'deviceBundle done',
      'deviceConfirm waiting',
      'routeTable pending',
      'firewall pending',
      'verify pending',
    ]);
    expect(await where(journey)).toEqual({ routed: [steady, leaving], allowed: [steady, leaving], listed: [steady] });
    expect(journey.calls().writes).toBe(0);
    await confirm(journey);
    expect(await where(journey)).toEqual({ routed: [steady], allowed: [steady], listed: [steady] });
    const [table] = putsOf(journey, journey.ids.routeTable);
    const [firewall] = putsOf(journey, journey.ids.firewall);
    expect(Number(firewall?.at)).toBeGreaterThan(Number(table?.at));
    expect((await journey.state()).lastRuns[0]).toMatchObject({ outcome: 'protected', by: 'policy' });
  });

  it('that do both add first, and take away when the device no longer lists it', async () => {
    const journey = await atHome(stage, { tags: first });
    await updatedTwice(journey, 1, [steady, coming]);
    const all = [steady, leaving, coming];
    expect(await where(journey)).toEqual({ routed: all, allowed: all, listed: [steady, coming] });
    expect((await journey.state()).inPlace).toMatchObject({ retains: true });
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect((await where(journey)).routed).toEqual(all);
    await confirm(journey);
    const end = [steady, coming];
    expect(await where(journey)).toEqual({ routed: end, allowed: end, listed: end });
    expect(await journey.state()).toMatchObject({ run: null, waiting: null, inPlace: { retains: false } });
    expect(journey.notices.filter(({ kind }) => kind === 'drift')).toEqual([]);
    expect(journey.calls().writes).toBe(4);
  });

  it('wait for a word where policy.tagUpdates is ask', async () => {
    const journey = await atHome(stage, { tags: first, policy: { tagUpdates: 'ask' } });
    await updated(journey, 1, [steady, leaving, coming]);
    const { waiting } = await journey.state();
    expect(waiting?.why).toBe('The service tags changed, and policy.tagUpdates is ask.');
    expect(journey.calls().writes).toBe(0);
    await journey.word({ action: 'apply', digest: waiting?.digest });
    await journey.work();
    expect((await where(journey)).routed).toEqual([steady, leaving, coming]);
  });

  it('that take away while services fail over: what leaves stays until the device has the file of both', async () => {
    const journey = await atHome(stage, { tags: first });
    await updatedTwice(journey, 1, [steady]);
    expect((await stepsOf(journey))[1]).toBe('deviceConfirm waiting');
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'] }));
    await journey.work();
    const over = await journey.state();
    expect(over.lastRuns[0]?.outcome).toBe('superseded');
    expect(over.inPlace).toMatchObject({ mode: 'serviceFailover', services: ['Storage'], retains: true });
    expect(await where(journey)).toEqual({ routed: [steady, leaving], allowed: [steady, leaving], listed: [steady] });
    await confirm(journey);
    expect(await where(journey)).toEqual({ routed: [steady], allowed: [steady], listed: [steady] });
    expect(await journey.state()).toMatchObject({
      run: null,
      waiting: null,
      singlyEncryptedSince: null,
      inPlace: { mode: 'serviceFailover', services: ['Storage'], retains: false },
    });
  });

  it('that come while a file waits for the device replace the question, and a late confirmation of the old file is refused', async () => {
    const journey = await atHome(stage, { tags: first });
    await updated(journey, 1, [steady, leaving, coming]);
    const old = (await journey.state()).device.offered?.checksum;
    await updated(journey, 2, [steady, leaving, coming, '40.93.0.0/24']);
    expect((await journey.state()).lastRuns[0]?.outcome).toBe('superseded');
    expect(prefixesOf(stage, journey)).toContain('40.93.0.0/24');
    await expect(journey.word({ action: 'confirmDevice', checksum: old })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ run: null, inPlace: { tagsChangeNumber: 902 } });
  });
});
