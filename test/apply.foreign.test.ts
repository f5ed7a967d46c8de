import { describe, expect, it } from 'vitest';
import { foreignInRouteTable } from '../shared/apply/foreign.ts';

const route = (name: string, nextHopType: string, more: Record<string, string> = {}) => ({
  name,
  properties: { addressPrefix: '8.8.8.8/32', nextHopType },
  ...more,
});

const table = (...routes: ReturnType<typeof route>[]) => ({ location: 'usgovtexas', properties: { routes } });

describe('what is not ours in a route table', () => {
  it('is the same before ARM has given a new route its id, and after', () => {
    const written = foreignInRouteTable(table(route('theirs', 'Internet')), 'asefo-');
    const held = table(route('theirs', 'Internet', { id: '/subscriptions/a/routes/theirs', etag: 'W/"1"' }));
    expect(foreignInRouteTable(held, 'asefo-')).toBe(written);
  });

  it('is another where one of its routes leads elsewhere', () => {
    const before = foreignInRouteTable(table(route('theirs', 'Internet')), 'asefo-');
    expect(foreignInRouteTable(table(route('theirs', 'None')), 'asefo-')).not.toBe(before);
  });
});
