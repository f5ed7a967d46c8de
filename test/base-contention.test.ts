import { describe, expect, it } from 'vitest';
import { entityTagOf } from '../shared/base/entityTag.ts';
import { waitWhenFought } from '../shared/base/fought.ts';

describe('the entity tag of a resource', () => {
  it.each([
    ['of a table, as it stands in headers', { etag: 'W/"a"' }, 'W/"a"'],
    ['of a policy, bare', { etag: 'a' }, '"a"'],
    ['of an IP group, bare and spelt otherwise', { eTag: 'a' }, '"a"'],
    ['of a resource group, which has none', { name: 'a' }, null],
    ['that is empty', { etag: '' }, null],
  ])('%s', (_, raw, tag) => {
    expect(entityTagOf(raw)).toBe(tag);
  });
});

it('a write that others come before is tried twice at once, then ever later, a minute at most', () => {
  expect([0, 1, 2, 3, 13, 60].map(waitWhenFought)).toEqual([0, 0, 5_000, 10_000, 60_000, 60_000]);
});
