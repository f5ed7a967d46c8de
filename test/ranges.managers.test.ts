import { describe, expect, it } from 'vitest';
import { desiredSets } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { smallSite } from './planData.ts';

type File = { values: { name: string; properties: { addressPrefixes: string[] } }[] };

const sound = parseTagFile(readSyntheticTags(), 'sound');

/** The synthetic file with the ranges of gateway management changed. */
const tagsWith = (change: (prefixes: string[]) => string[] | null) => {
  const file = JSON.parse(readSyntheticTags()) as File;
  const values = file.values.flatMap((value) => {
    if (value.name !== 'GatewayManager') return [value];
    const addressPrefixes = change(value.properties.addressPrefixes);
    return addressPrefixes === null ? [] : [{ ...value, properties: { ...value.properties, addressPrefixes } }];
  });
  return parseTagFile(JSON.stringify({ ...file, values }), 'the test');
};

describe('a GatewayManager tag that was never sound blocks, since its ranges are led around the firewall', () => {
  it.each<[string, (prefixes: string[]) => string[] | null, string]>([
    ['gone', () => null, 'TAG_MISSING'],
    ['empty', () => [], 'TAG_EMPTY'],
    ['everything', (prefixes) => [...prefixes, '0.0.0.0/0'], 'TAG_TOO_WIDE'],
    ['private', (prefixes) => [...prefixes, '10.0.0.0/16'], 'TAG_FORBIDDEN'],
    ['too wide', (prefixes) => [...prefixes, '52.0.0.0/8'], 'TAG_TOO_WIDE'],
  ])('%s', (_, change, code) => {
    const { blockers } = desiredSets({ site: smallSite(), services: [], tags: tagsWith(change) });
    expect(blockers.map((blocker) => blocker.code)).toContain(code);
    expect(blockers[0]?.message).toContain('GatewayManager');
  });

  it('as it is does not', () => {
    expect(desiredSets({ site: smallSite(), services: [], tags: sound }).blockers).toEqual([]);
  });
});
