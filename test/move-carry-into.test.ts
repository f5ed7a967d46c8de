import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { carryInto } from '../shared/plan/move/carryInto.ts';
import { listIn } from '../shared/plan/move/json.ts';

const route = (name: string, addressPrefix: string, hop = '172.16.1.4'): JsonObject => ({
  name,
  properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: hop },
});
/** As ARM shows it. */
const shown = (one: JsonObject): JsonObject => ({
  ...one,
  id: `/x/routes/${String(one['name'])}`,
  properties: { ...(one['properties'] as JsonObject), provisioningState: 'Succeeded' },
});
const table = (...routes: JsonObject[]): JsonObject => ({ properties: { routes: routes.map(shown) } });
const namesIn = (raw: JsonObject) =>
  listIn(raw['properties'], 'routes').map((one) => {
    const { name, properties } = one as { name: string; properties: { addressPrefix: string } };
    return `${name} ${properties.addressPrefix}`;
  });

const office = route('to-head-office', '10.99.0.0/16');
const beside = route('asefo-20.10.0.0_24', '20.10.0.0/24');

describe('routes of others that come along', () => {
  it('are in place where the table has the very same', () => {
    expect(carryInto(table(office, beside), [office], true)).toEqual({ raw: table(office, beside), missing: 0 });
  });

  it.each<[string, JsonObject]>([
    ['another prefix', route('to-head-office', '10.77.0.0/16')],
    ['another hop', route('to-head-office', '10.99.0.0/16', '172.16.1.5')],
    ['another name', route('office', '10.99.0.0/16')],
  ])('replace what an earlier move carried with %s', (_, old) => {
    const { raw, missing } = carryInto(table(old, beside), [office], true);
    expect(namesIn(raw)).toEqual(['asefo-20.10.0.0_24 20.10.0.0/24', 'to-head-office 10.99.0.0/16']);
    expect(missing).toBe(1);
  });

  it('are taken out when they are gone where the site lives', () => {
    const { raw, missing } = carryInto(table(office, beside), [], true, ['routes/to-head-office']);
    expect(namesIn(raw)).toEqual(['asefo-20.10.0.0_24 20.10.0.0/24']);
    expect(missing).toBe(1);
  });

  it('replace nothing in a table that is not ours, and are missing there', () => {
    const theirs = route('to-head-office', '10.77.0.0/16');
    const { raw, missing } = carryInto(table(theirs), [office, route('new', '10.1.0.0/16')], false);
    expect(namesIn(raw)).toEqual(['to-head-office 10.77.0.0/16', 'new 10.1.0.0/16']);
    expect(missing).toBe(2);
  });
});
