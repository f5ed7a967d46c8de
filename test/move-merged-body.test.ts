import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { retiredPaths } from '../shared/plan/move/childPaths.ts';
import { mergedBody } from '../shared/plan/move/mergedBody.ts';

const isOurs = (name: string) => name.startsWith('asefo-');
const named = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more });
const body = (list: string, ...children: JsonObject[]): JsonObject => ({ properties: { [list]: children } });
const merged = (actual: JsonObject, planned: JsonObject, ...retired: string[]) =>
  mergedBody(actual, planned, { retired: new Set(retired), isOurs });

describe('a PUT over what stands there', () => {
  it.each<[string, JsonObject, JsonObject, string[], JsonObject]>([
    [
      'keeps a child that others added',
      body('rules', named('a', { x: 1 }), named('theirs')),
      body('rules', named('A', { x: 2 })),
      [],
      body('rules', named('A', { x: 2 }), named('theirs')),
    ],
    [
      'takes out a child that is no longer wanted',
      body('rules', named('a'), named('old')),
      body('rules', named('a')),
      ['properties/rules/old'],
      body('rules', named('a')),
    ],
    [
      'keeps what others added inside a child',
      body('subnets', named('s', { properties: { x: 1, theirs: { id: '/t' } } })),
      body('subnets', named('s', { properties: { x: 2 } })),
      [],
      body('subnets', named('s', { properties: { x: 2, theirs: { id: '/t' } } })),
    ],
    [
      'detaches what was attached before and is no longer',
      { properties: { x: 1, routeTable: { id: '/t' } } },
      { properties: { x: 1 } },
      ['properties/routetable'],
      { properties: { x: 1 } },
    ],
    ['writes a list of values as planned', { p: ['a', 'theirs'] }, { p: ['a', 'b'] }, [], { p: ['a', 'b'] }],
    ['keeps tags of others', { tags: { theirs: '1' } }, { tags: { a: '2' } }, [], { tags: { a: '2', theirs: '1' } }],
    [
      'knows exactly the certificates that the living side knows',
      body('vpnClientRootCertificates', named('root'), named('compromised')),
      body('vpnClientRootCertificates', named('root')),
      [],
      body('vpnClientRootCertificates', named('root')),
    ],
    [
      'writes ours whole',
      body('collections', named('asefo-x', { rules: [named('old')] })),
      body('collections', named('asefo-x', { rules: [named('new')] })),
      [],
      body('collections', named('asefo-x', { rules: [named('new')] })),
    ],
    [
      'sends one spelling of a range',
      { addressPrefixes: ['10.0.0.0/24'] },
      { addressPrefix: '10.0.0.0/24' },
      [],
      { addressPrefix: '10.0.0.0/24' },
    ],
  ])('%s', (_, actual, planned, retired, expected) => {
    expect(merged(actual, planned, ...retired)).toEqual(expected);
  });
});

describe('what an earlier move put there and is no longer wanted', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['a child', body('rules', named('a'), named('b')), body('rules', named('A')), ['properties/rules/b']],
    [
      'a child with all that is in it, once',
      body('collections', named('c', { rules: [named('r')] })),
      body('collections'),
      ['properties/collections/c'],
    ],
    ['a reference', { subnet: { nsg: { id: '/n' } } }, { subnet: {} }, ['subnet/nsg']],
    ['a tag', { tags: { a: '1', b: '2' } }, { tags: { a: '3' } }, ['tags/b']],
    ['no other value', { x: 1, p: ['a'] }, {}, []],
    ['nothing of ours', body('collections', named('asefo-x', { rules: [named('r')] })), {}, []],
  ])('is %s', (_, before, planned, expected) => {
    expect(retiredPaths([before], [planned], isOurs)).toEqual(expected);
  });
});
