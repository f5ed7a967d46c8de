import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applyStep } from '../shared/apply/applyStep.ts';
import { deviceBundle, deviceFile } from '../shared/apply/deviceFile.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { firewallJson, planOn, smallSite, tableJson, tagsOf, toFirewall, toInternet } from './planData.ts';

const site = smallSite();
const tags = tagsOf({ home: ['20.0.0.0/24', '20.0.2.0/24'] });
const theirs = { name: 'theirs', addressPrefix: '198.51.100.0/24', ...toInternet };
const old = { name: 'asefo-20.9.0.0_24', addressPrefix: '20.9.0.0/24', ...toFirewall };
const operations = {
  name: 'operations',
  properties: {
    priority: 300,
    action: { type: 'Allow' },
    unknownOfCollection: 1,
    rules: [{ name: 'ntp', unknownOfRule: 2 }],
  },
};
const table = tableJson([theirs, old]);
const firewall = firewallJson([operations]);
const plan = planOn({ site, tags, table, firewall });

type Put = { readonly id: string; readonly body: JsonObject; readonly ifMatch: string | null };

/** Takes one step on a world of one resource; tells what was written, and what foreign things were noted before. */
const take = async (id: 'firewall' | 'routeTable', held: JsonObject, of: Plan = plan) => {
  const puts: Put[] = [];
  const noted: string[] = [];
  const step = of.steps.find((candidate) => candidate.id === id);
  if (!step) throw new Error(`no step ${id}`);
  const outcome = await applyStep(of, step, {
    reader: { get: async () => held },
    writer: {
      put: async (resource, body, ifMatch) => {
        expect(noted).toHaveLength(1);
        puts.push({ id: resource, body, ifMatch });
        return { status: 'done' };
      },
      poll: async () => ({ status: 'succeeded' }),
    },
    namePrefix: 'asefo-',
    fresh: new Map(),
    beforeWrite: async (hash) => void noted.push(hash),
  });
  return { outcome, puts };
};

const propertiesOf = (put: Put | undefined): JsonObject => {
  if (put === undefined) throw new Error('nothing was written');
  return put.body['properties'] as JsonObject;
};

const asWritten = (put: Put | undefined, etag: string, provisioningState: string): JsonObject => ({
  ...put?.body,
  etag,
  properties: { ...(put?.body['properties'] as JsonObject), provisioningState },
});

describe('one write of the route table', () => {
  it('holds what is foreign byte for byte, ours as planned, and none of what ARM fills in', async () => {
    const { puts } = await take('routeTable', table);
    expect(puts).toHaveLength(1);
    expect(puts[0]).toMatchObject({ id: site.ids.routeTable, ifMatch: 'W/"1"' });
    const { routes, ...rest } = propertiesOf(puts[0]) as { routes: JsonObject[] };
    expect(rest).toEqual({ disableBgpRoutePropagation: false, unknownOfTable: { kept: true } });
    expect(puts[0]?.body['tags']).toEqual({ owner: 'somebody' });
    expect(routes).toEqual([
      {
        name: 'theirs',
        properties: { addressPrefix: '198.51.100.0/24', nextHopType: 'Internet', unknownOfRoute: 'theirs' },
      },
      ...['20.0.0.0/24', '20.0.2.0/24'].map((addressPrefix) => ({
        name: `asefo-${addressPrefix.replace('/', '_')}`,
        properties: { addressPrefix, ...toFirewall },
      })),
    ]);
  });

  it('is not repeated where it stands, is repeated where Azure failed, waited for where Azure is at work', async () => {
    const [put] = (await take('routeTable', table)).puts;
    expect(await take('routeTable', asWritten(put, 'W/"5"', 'Succeeded'))).toMatchObject({
      outcome: { status: 'unchanged' },
      puts: [],
    });
    const repeated = await take('routeTable', asWritten(put, 'W/"6"', 'Failed'));
    expect(repeated.puts).toMatchObject([{ ifMatch: 'W/"6"', body: { properties: put?.body['properties'] } }]);
    await expect(take('routeTable', asWritten(put, 'W/"7"', 'Updating'))).rejects.toMatchObject({ retry: 'later' });
  });

  it.each([
    ['ours changed since the plan saw it', tableJson([theirs])],
    ['one of ours leads elsewhere', tableJson([theirs, { ...old, ...toInternet, nextHopIpAddress: '172.16.1.5' }])],
    [
      'a foreign route took a prefix of the plan',
      tableJson([theirs, old, { ...theirs, name: 'rival', addressPrefix: '20.0.0.0/24' }]),
    ],
  ])('is refused where %s: it is planned again', async (_what, held) => {
    await expect(take('routeTable', held)).rejects.toMatchObject({ code: 'ERR_PLAN_OUTDATED' });
  });

  it('goes on where only what is foreign changed, with the change in it', async () => {
    const { puts } = await take('routeTable', tableJson([{ ...theirs, addressPrefix: '198.51.101.0/24' }, old]));
    expect(JSON.stringify(puts[0]?.body)).toContain('198.51.101.0/24');
  });
});

describe('one write of the firewall', () => {
  it('adds our collection to the others, which stay byte for byte', async () => {
    const { puts } = await take('firewall', firewall);
    expect(puts[0]).toMatchObject({ id: site.ids.firewall, ifMatch: 'W/"2"' });
    const { networkRuleCollections, unknownOfFirewall } = propertiesOf(puts[0]) as {
      networkRuleCollections: JsonObject[];
      unknownOfFirewall: unknown;
    };
    expect(unknownOfFirewall).toEqual([1, 2, 3]);
    expect(networkRuleCollections[0]).toEqual(operations);
    expect(networkRuleCollections.map(({ name }) => name)).toEqual(['operations', 'asefo-rig-07']);
  });

  it('keeps what it does not know of our own collection and rule', async () => {
    const [put] = (await take('firewall', firewall)).puts;
    const { networkRuleCollections } = propertiesOf(put) as {
      networkRuleCollections: { name: string; properties: { rules: JsonObject[] } & JsonObject }[];
    };
    const [theirsToo, ours] = networkRuleCollections;
    const known = {
      ...ours,
      id: 'an id',
      properties: {
        ...ours?.properties,
        unknownOfOurs: 'kept',
        rules: ours?.properties.rules.map((rule) => ({ ...rule, description: 'kept', destinationAddresses: [] })),
      },
    };
    const held = firewallJson([theirsToo, known] as unknown as JsonObject[]);
    const again = planOn({ site, tags, table, firewall: held });
    const { puts } = await take('firewall', held, again);
    const text = JSON.stringify(puts[0]?.body);
    expect(text).toContain('"unknownOfOurs":"kept"');
    expect(text).toContain('"description":"kept"');
    expect(text).toContain('"destinationAddresses":["20.0.0.0/24","20.0.2.0/24"]');
  });

  it('is refused where another collection took our priority since: it is planned again', async () => {
    const rival = { name: 'asefo-rig-08', properties: { ...operations.properties, priority: 200 } };
    await expect(take('firewall', firewallJson([operations, rival]))).rejects.toMatchObject({
      code: 'ERR_PLAN_OUTDATED',
    });
    const planned = planOn({ site, tags, table, firewall: firewallJson([operations, rival]) });
    expect(planned.firewall.after.priority).toBe(201);
  });
});

describe("the device's file", () => {
  const text = JSON.stringify({
    changeNumber: 7,
    cloud: 'AzureGovernment',
    values: [
      {
        name: 'AzureCloud.usgovvirginia',
        properties: {
          changeNumber: 1,
          region: 'usgovvirginia',
          systemService: '',
          addressPrefixes: ['20.0.0.0/24', '2603::/40'],
        },
      },
      {
        name: 'Storage.USGovTexas',
        properties: { changeNumber: 1, region: 'usgovtexas', systemService: '', addressPrefixes: ['30.0.0.0/24'] },
      },
    ],
  });

  it('is a service tags file that reads back: IPv4 only, what failed over in the home tag, one change number up', () => {
    const file = parseTagFile(deviceFile(site, text, ['30.0.0.0/24'], ['60.0.0.0/30']), 'the file');
    expect(file.changeNumber).toBe(8);
    expect(file.get('AzureCloud.usgovvirginia')?.addressPrefixes).toEqual([
      '20.0.0.0/24',
      '60.0.0.0/30',
      '30.0.0.0/24',
    ]);
    expect(file.get('Storage.USGovTexas')?.addressPrefixes).toEqual(['30.0.0.0/24']);
  });

  it('of the way back is the very file that was there before', () => {
    const before = deviceFile(site, text, [], []);
    deviceFile(site, text, ['30.0.0.0/24'], []);
    expect(deviceBundle(site, deviceFile(site, text, [], []), 0).checksum).toBe(deviceBundle(site, before, 0).checksum);
  });

  it('comes with five lines that name the checksum to compare and the word to say', () => {
    const { checksum, instruction } = deviceBundle(site, 'a file\n', 0);
    expect(checksum).toBe(`sha256:${createHash('sha256').update('a file\n').digest('hex')}`);
    expect(instruction).toHaveLength(5);
    expect(instruction[0]).toContain(checksum.slice(7, 19));
    expect(instruction[4]).toContain(`confirm-device --site ${site.id} --checksum ${checksum.slice(7, 19)}`);
  });
});
