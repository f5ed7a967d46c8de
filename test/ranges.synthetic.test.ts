import { describe, expect, it } from 'vitest';
import { regionsOf } from '../shared/base/geography.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { notPublic } from '../shared/ranges/forbidden.ts';
import { holesIn } from '../shared/ranges/holes.ts';
import { parsePrefix } from '../shared/ranges/prefix.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { Tag, TagTable } from '../shared/ranges/tagTable.ts';
import { committed, generateTags } from '../simulator/tags/generate.ts';
import { readSyntheticTags, syntheticGateways } from '../simulator/tags/syntheticTags.ts';
import { dataText, haveData, needsData, siteOf } from './rangesData.ts';

const text = readSyntheticTags();
const table = parseTagFile(text, 'synthetic');
const cloudTags = (tags: TagTable) => tags.tags.filter((tag) => /^AzureCloud(\.|$)/.test(tag.name));
const regionalTags = (tags: TagTable) =>
  tags.tags.filter((tag) => tag.region !== '' && !tag.name.startsWith('AzureCloud'));
const globalTags = (tags: TagTable) => tags.tags.filter((tag) => tag.region === '' && tag.name !== 'AzureCloud');
const sum = (tags: readonly Tag[], count: (tag: Tag) => number) => tags.reduce((total, tag) => total + count(tag), 0);

describe('the synthetic service tags', () => {
  it('are what the generator writes, to the byte, with the gateways it names', () => {
    const made = generateTags(committed.seed, committed.changeNumber);
    expect(made.text === text).toBe(true);
    expect(made.gateways).toEqual(syntheticGateways);
    expect(text.length).toBeLessThan(350_000);
  });

  it('are another file for another seed', () => {
    expect(generateTags(1, committed.changeNumber).text === text).toBe(false);
  });

  it('list only public addresses', () => {
    expect(RangeSet.unionOf(table.tags.map((tag) => tag.ipv4)).meets(notPublic)).toBe(false);
  });

  it('have a region for each of the cloud, disjoint, minimal and inside AzureCloud', () => {
    const regions = regionsOf('AzureGovernment').map((region) => table.regional('AzureCloud', region));
    const sets = regions.map((tag) => tag?.ipv4 ?? RangeSet.empty);
    expect(sets.every((set) => !set.isEmpty)).toBe(true);
    expect(RangeSet.unionOf(sets).size).toBe(sets.reduce((total, set) => total + set.size, 0));
    expect(regions.map((tag) => tag?.ipv4Count)).toEqual(sets.map((set) => set.cidrs().length));
    expect(sets.every((set) => table.get('AzureCloud')?.ipv4.covers(set))).toBe(true);
  });

  it('have every regional range inside its region, gateway management too', () => {
    const outside = regionalTags(table).filter((tag) => !table.get(`AzureCloud.${tag.region}`)?.ipv4.covers(tag.ipv4));
    expect(outside.map((tag) => tag.name)).toEqual([]);
    const managers = table.tags.filter((tag) => tag.name.startsWith('GatewayManager.'));
    expect(managers).toHaveLength(5);
    expect(managers.every((tag) => table.get('GatewayManager')?.ipv4.covers(tag.ipv4))).toBe(true);
  });

  it.each(Object.entries(syntheticGateways))(
    'have a gateway address in %s that no service lists',
    (region, address) => {
      const owners = table.who(parsePrefix(`${address}/32`).start).map((tag) => tag.name);
      expect(owners).toEqual(['AzureCloud', `AzureCloud.${region}`]);
    },
  );

  it('give a site a failover like a real one: it fits 400 routes, adds some, has holes', () => {
    const site = siteOf('AzureGovernment', { homeRegion: 'usgovvirginia', failoverRegion: 'usgovtexas' });
    const desired = desiredSets({ site, services: site.services, tags: table });
    expect(desired.blockers).toEqual([]);
    expect(desired.services).toEqual(['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage']);
    expect(desired.wanted.cidrs().length).toBeGreaterThan(desired.home.cidrs().length + 9);
    expect(desired.wanted.cidrs().length).toBeLessThan(200);
    expect(holesIn(desired.wanted, table, []).cidrs().length).toBeGreaterThanOrEqual(5);
  });
});

describe.skipIf(!haveData)(`beside a real government file${needsData}`, () => {
  const real = haveData
    ? parseTagFile(dataText('service-tags/ServiceTags_AzureGovernment_20260720.json'), 'real')
    : table;

  it.each([
    ['AzureCloud tags', cloudTags],
    ['regional tags', regionalTags],
    ['global tags', globalTags],
  ])('the %s and their prefixes are about as many', (_kind, select) => {
    const figures = (tags: TagTable) => {
      const chosen = select(tags);
      return [chosen.length, sum(chosen, (tag) => tag.ipv4Count), sum(chosen, (tag) => tag.ipv6Count)];
    };
    const [mine, theirs] = [figures(table), figures(real)];
    const ratios = mine.map((count, i) => count / (theirs[i] ?? 0));
    expect(Math.min(...ratios)).toBeGreaterThan(0.85);
    expect(Math.max(...ratios)).toBeLessThan(1.15);
  });

  it('where a tag may be used is spread alike', () => {
    const share = (tags: TagTable, feature: string) =>
      tags.tags.filter((tag) => tag.networkFeatures.includes(feature)).length / tags.tags.length;
    for (const feature of ['UDR', 'FW', 'API', 'NSG']) {
      expect(Math.abs(share(table, feature) - share(real, feature)), feature).toBeLessThan(0.05);
    }
  });

  it('no address is Azure’s, and the form is the real one', () => {
    const all = (tags: TagTable) => RangeSet.unionOf(tags.tags.map((tag) => tag.ipv4));
    expect(all(table).meets(all(real))).toBe(false);
    type File = { values: { properties: object }[] };
    const keys = (json: string) => {
      const file = JSON.parse(json) as File;
      return [Object.keys(file), Object.keys(file.values[0] ?? {}), Object.keys(file.values[0]?.properties ?? {})];
    };
    expect(keys(text)).toEqual(keys(dataText('service-tags/ServiceTags_AzureGovernment_20260720.json')));
  });
});
