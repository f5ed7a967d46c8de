import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { resourceFits, standingOf } from '../shared/plan/move/standing.ts';

const group = '/subscriptions/s/resourceGroups/rg';
const resource = `${group}/providers/Microsoft.Network/publicIPAddresses/ip`;
const tags = { 'asefo-site': 'plant' };
const body: JsonObject = {
  location: 'ukwest',
  tags,
  sku: { name: 'Standard' },
  properties: { publicIPAllocationMethod: 'Static' },
};
const standing: JsonObject = {
  id: resource,
  name: 'ip',
  etag: 'W/"1"',
  location: 'ukwest',
  tags: { 'asefo-site': 'plant', costCentre: '7' },
  sku: { name: 'Standard', tier: 'Regional' },
  properties: { provisioningState: 'Succeeded', publicIPAllocationMethod: 'Static', ipAddress: '52.0.0.1' },
};
const withState = (provisioningState: string): JsonObject => ({
  ...standing,
  properties: { ...(standing['properties'] as JsonObject), provisioningState },
});

describe('a resource is as planned', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['with members that ARM added', { a: 1, b: 2 }, { a: 1 }],
    ['where words differ in case only', { protocols: ['TCP'] }, { protocols: ['Tcp'] }],
    ['where an id differs in case only', { s: { id: '/Subscriptions/S/x' } }, { s: { id: '/subscriptions/s/X' } }],
    ['where the region is spelt for people', { location: 'UK West' }, { location: 'ukwest' }],
    ['whatever the order of a list', { zones: ['2', '1'] }, { zones: ['1', '2'] }],
    [
      'whatever the order of children',
      { subnets: [{ name: 'b' }, { name: 'a', x: 1 }] },
      { subnets: [{ name: 'A', x: 1 }] },
    ],
    ['where ARM leaves out what was never set', {}, { routes: [], enableBgp: false, x: null, o: {} }],
    ['whatever a secret is', { properties: {} }, { properties: { sharedKey: 'k', radiusServerSecret: 'r' } }],
    ['between whichever regions it was moved', { tags }, { tags: { ...tags, 'asefo-move': 'a to b' } }],
  ])('%s', (_, actual, planned) => {
    expect(resourceFits(actual, planned)).toBe(true);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a value differs', { a: 1 }, { a: 2 }],
    ['a value is missing', {}, { a: 1 }],
    ['a child is missing', { subnets: [{ name: 'a' }] }, { subnets: [{ name: 'a' }, { name: 'b' }] }],
    [
      'a child differs inside',
      { routes: [{ name: 'a', properties: { x: 1 } }] },
      { routes: [{ name: 'a', properties: { x: 2 } }] },
    ],
    ['a list of values has one more', { p: ['10.0.0.0/8', '0.0.0.0/0'] }, { p: ['10.0.0.0/8'] }],
    ['a list of values has one less', { p: ['10.0.0.0/8'] }, { p: ['10.0.0.0/8', '11.0.0.0/8'] }],
    ['one value stands twice for two', { p: ['a', 'b'] }, { p: ['a', 'a'] }],
    ['a certificate differs in case', { publicCertData: 'AbC' }, { publicCertData: 'abc' }],
    ['a list is none', { p: 'a' }, { p: ['a'] }],
    [
      'it knows a root certificate more',
      { vpnClientRootCertificates: [{ name: 'good' }, { name: 'compromised' }] },
      { vpnClientRootCertificates: [{ name: 'good' }] },
    ],
    [
      'it knows a root certificate, and none is planned',
      { vpnClientRootCertificates: [{ name: 'compromised' }] },
      { vpnClientRootCertificates: [] },
    ],
  ])('not where %s', (_, actual, planned) => {
    expect(resourceFits(actual, planned)).toBe(false);
  });
});

describe('how a resource stands to its step', () => {
  it.each<[string, JsonObject | null, string]>([
    ['nothing there', null, 'absent'],
    ['ours with every value', standing, 'ours-as-planned'],
    ['ours with another value', { ...standing, sku: { name: 'Basic' } }, 'ours-different'],
    ['ours, but ARM is at work on it', withState('Updating'), 'unsettled'],
    ['ours, being deleted', withState('Deleting'), 'unsettled'],
    ['ours, failed', withState('Failed'), 'failed'],
    ['without tags', { ...standing, tags: {} }, 'strangers'],
    ["another site's", { ...standing, tags: { 'asefo-site': 'other' } }, 'strangers'],
    ["a stranger's that failed", { ...withState('Failed'), tags: {} }, 'strangers'],
  ])('%s', (_, actual, expected) => {
    expect(standingOf(actual, { resource, body }, 'plant')).toBe(expected);
  });

  it('needs no tag where the site names the resource, and none of our tags in it', () => {
    const named = { resource, body, ownedById: true };
    expect(standingOf({ ...standing, tags: {} }, named, 'plant')).toBe('ours-as-planned');
    expect(standingOf({ ...standing, tags: {}, sku: { name: 'Basic' } }, named, 'plant')).toBe('ours-different');
  });

  it('is different while it has what an earlier move put there and nobody wants any more', () => {
    const retiring = { resource, body, retired: ['properties/rules/old'] };
    const withRule = (name: string) => ({
      ...standing,
      properties: { ...(standing['properties'] as JsonObject), rules: [{ name }] },
    });
    expect(standingOf(withRule('Old'), retiring, 'plant')).toBe('ours-different');
    expect(standingOf(withRule('of-others'), retiring, 'plant')).toBe('ours-as-planned');
  });

  it('takes a child for its parent’s', () => {
    const child = `${group}/providers/Microsoft.Network/firewallPolicies/p/ruleCollectionGroups/g`;
    const read = { properties: { priority: 100, provisioningState: 'Succeeded' } };
    expect(standingOf(read, { resource: child, body: { properties: { priority: 100 } } }, 'plant')).toBe(
      'ours-as-planned',
    );
  });

  it('takes a resource group without our tag for a stranger’s', () => {
    expect(standingOf({ id: group, location: 'ukwest' }, { resource: group, body }, 'plant')).toBe('strangers');
  });

  it('needs no body to be deleted', () => {
    expect(standingOf(standing, { resource }, 'plant')).toBe('ours-as-planned');
  });
});
