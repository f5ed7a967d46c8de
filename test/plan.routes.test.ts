import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../shared/plan/observed.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { firewallAddress, network, planOn, tableJson, tagsOf, toFirewall, toInternet } from './planData.ts';

const route = (
  name: string,
  addressPrefix: string,
  hop: Omit<Route, 'name' | 'addressPrefix'> = toFirewall,
): Route => ({
  name,
  addressPrefix,
  ...hop,
});
const own = (addressPrefix: string, hop = toFirewall): Route =>
  route(`asefo-${addressPrefix.replace('/', '_')}`, addressPrefix, hop);

/** The table's changes as counts, and our routes after them as text. */
const outcome = (plan: Plan) => ({
  add: plan.routeTable.add.length,
  remove: plan.routeTable.remove.length,
  change: plan.routeTable.change.length,
  unchanged: plan.routeTable.unchanged,
  blockers: plan.blockers.map(({ code }) => code),
});
const spelt = (plan: Plan): string[] =>
  plan.routeTable.routes.map(({ name, addressPrefix }) => `${name.replace('asefo-', '')} ${addressPrefix}`);

describe('merging wanted routes with a table', () => {
  const one = ['20.0.0.0_24 20.0.0.0/24'];
  const two = ['20.0.0.0_24 20.0.0.0/24', '20.0.2.0_24 20.0.2.0/24'];
  const cases: readonly {
    what: string;
    current: readonly Route[];
    home?: readonly string[];
    gives: Partial<ReturnType<typeof outcome>>;
    routes?: readonly string[];
  }[] = [
    { what: 'an empty table gets everything', current: [], gives: { add: 1 } },
    { what: 'what stands is left', current: [own('20.0.0.0/24')], gives: { unchanged: 1 } },
    {
      what: 'ours that nobody wants goes',
      current: [own('20.0.0.0/24'), own('20.9.0.0/24')],
      gives: { unchanged: 1, remove: 1 },
    },
    {
      what: 'ours with another hop is changed',
      current: [route('asefo-20.0.0.0_24', '20.0.0.0/24', toInternet)],
      gives: { change: 1 },
    },
    {
      what: 'ours with another appliance is changed',
      current: [own('20.0.0.0/24', { ...toFirewall, nextHopIpAddress: '172.16.1.5' })],
      gives: { change: 1 },
    },
    { what: 'ours under another name is renamed', current: [route('asefo-old', '20.0.0.0/24')], gives: { change: 1 } },
    {
      what: 'ours whose prefix somebody changed is changed back',
      current: [route('asefo-20.0.0.0_24', '20.7.0.0/24')],
      gives: { change: 1 },
    },
    {
      what: 'ours in other letters is ours, and renamed',
      current: [route('ASEFO-20.0.0.0_24', '20.0.0.0/24')],
      gives: { change: 1 },
    },
    { what: 'a foreign route there satisfies', current: [route('theirs', '20.0.0.0/24')], gives: {}, routes: [] },
    {
      what: 'a foreign route spelt as the portal does satisfies as well',
      current: [route('theirs', '20.0.0.0/24', { ...toFirewall, nextHopType: 'virtualAppliance' })],
      gives: {},
      routes: [],
    },
    {
      what: 'a foreign route there with another hop blocks',
      current: [route('theirs', '20.0.0.0/24', toInternet)],
      gives: { blockers: ['FOREIGN_ROUTE_CONFLICT'] },
      routes: [],
    },
    {
      what: 'a more specific foreign route with another hop blocks',
      current: [route('theirs', '20.0.0.128/25', toInternet)],
      gives: { add: 1, blockers: ['FOREIGN_ROUTE_DIVERTS'] },
    },
    {
      what: 'ours makes way for a foreign one of the same prefix',
      current: [own('20.0.0.0/24'), route('theirs', '20.0.0.0/24')],
      gives: { remove: 1 },
      routes: [],
    },
    {
      what: "foreign routes elsewhere are nobody's business",
      current: [route('theirs', '20.5.0.0/24', toInternet)],
      gives: { add: 1 },
    },
    {
      what: 'two of ours that swapped their prefixes are put right',
      current: [route('asefo-20.0.0.0_24', '20.0.2.0/24'), route('asefo-20.0.2.0_24', '20.0.0.0/24')],
      home: ['20.0.0.0/24', '20.0.2.0/24'],
      gives: { change: 2 },
      routes: two,
    },
    {
      what: 'ours that took the prefix of another leaves room for both',
      current: [route('asefo-20.0.0.0_24', '20.0.2.0/24')],
      home: ['20.0.0.0/24', '20.0.2.0/24'],
      gives: { change: 1, add: 1 },
      routes: two,
    },
    {
      what: 'one route for prefixes published twice, in pieces and inside one another',
      current: [],
      home: ['20.0.0.0/25', '20.0.0.128/25', '20.0.0.64/26', '20.0.0.0/25'],
      gives: { add: 1 },
    },
  ];

  it.each(cases)('$what', ({ current, home = ['20.0.0.0/24'], gives, routes = one }) => {
    const plan = planOn({ tags: tagsOf({ home }), table: tableJson(current) });
    expect(outcome(plan)).toEqual({ add: 0, remove: 0, change: 0, unchanged: 0, blockers: [], ...gives });
    expect(spelt(plan)).toEqual(routes);
    const satisfied = current.some(({ name, nextHopType }) => name === 'theirs' && nextHopType !== 'Internet');
    expect(plan.notes.join()).toContain(satisfied ? '1 foreign route already leads a wanted prefix' : '');
  });
});

describe('of the foreign routes around a diverting one', () => {
  const blockersFor = (current: readonly Route[], managers?: readonly string[]) =>
    planOn({ tags: tagsOf({ home: ['20.0.0.0/24'], ...(managers ? { managers } : {}) }), table: tableJson(current) })
      .blockers;

  it('only those that take addresses away are named', () => {
    const [blocker] = blockersFor([
      route('diverts', '20.0.0.128/25', toInternet),
      route('wider', '20.0.0.0/16', toInternet),
      route('to-the-firewall', '20.0.0.0/25', toFirewall),
      route('within, to the firewall', '20.0.0.192/26', toFirewall),
    ]);
    expect(blocker).toMatchObject({ code: 'FOREIGN_ROUTE_DIVERTS' });
    expect(blocker?.message).toBe(
      '64 wanted addresses would not reach the firewall because of routes that are not ours: "diverts" (20.0.0.128/25).',
    );
  });

  it('of one address it speaks as of one', () => {
    const [blocker] = blockersFor([route('diverts', '20.0.0.128/32', toInternet)]);
    expect(blocker?.message).toMatch(/^1 wanted address would not reach the firewall/);
  });

  it('only those that lead into a hole are named', () => {
    const [blocker] = blockersFor(
      [route('leads-in', '20.0.0.64/28', toFirewall), route('wider', '20.0.0.0/16', toFirewall)],
      ['20.0.0.64/26'],
    );
    expect(blocker).toMatchObject({ code: 'FOREIGN_ROUTE_COVERS_HOLE' });
    expect(blocker?.message).toContain('"leads-in"');
    expect(blocker?.message).not.toContain('"wider"');
  });
});

describe('a hole', () => {
  it.each([
    {
      what: 'in the middle',
      home: ['20.0.0.0/24'],
      holes: ['20.0.0.64/26'],
      gives: ['20.0.0.0/24', '20.0.0.64/26 out'],
    },
    {
      what: 'at the end',
      home: ['20.0.0.0/24'],
      holes: ['20.0.0.255/32'],
      gives: ['20.0.0.0/24', '20.0.0.255/32 out'],
    },
    {
      what: 'that is the whole prefix',
      home: ['20.0.0.0/24', '20.9.0.0/24'],
      holes: ['20.0.0.0/24'],
      gives: ['20.9.0.0/24'],
    },
    {
      what: 'that is more than the prefix',
      home: ['20.0.0.0/24', '20.9.0.0/24'],
      holes: ['20.0.0.0/16'],
      gives: ['20.9.0.0/24'],
    },
    {
      what: 'that is a whole prefix of a chain and half of its neighbour',
      home: ['20.0.0.0/24', '20.0.1.0/25'],
      holes: ['20.0.1.0/25', '20.0.0.128/25'],
      gives: ['20.0.0.0/24', '20.0.0.128/25 out'],
    },
    {
      what: 'published as both halves of a prefix',
      home: ['20.0.0.0/24', '20.9.0.0/24'],
      holes: ['20.0.0.0/25', '20.0.0.128/25'],
      gives: ['20.9.0.0/24'],
    },
    {
      what: 'across the border of two prefixes',
      home: ['20.0.0.0/24', '20.0.1.0/25'],
      holes: ['20.0.0.192/26', '20.0.1.0/26'],
      gives: ['20.0.0.0/24', '20.0.0.192/26 out', '20.0.1.0/25', '20.0.1.0/26 out'],
    },
  ])('$what', ({ home, holes, gives }) => {
    // Beside so much else that the holes are a plausible share of it.
    const bulk = '30.0.0.0/16';
    const plan = planOn({ tags: tagsOf({ home: [...home, bulk], managers: holes }) });
    const routes = plan.routeTable.routes.map(
      ({ addressPrefix, nextHopType }) => `${addressPrefix}${nextHopType === 'Internet' ? ' out' : ''}`,
    );
    expect(routes).toEqual([...gives, bulk]);
    expect(plan.blockers).toEqual([]);
  });
});

/** An oracle of its own: nothing of the product's arithmetic. */
type Span = { first: number; last: number };
const spanOf = (text: string): Span => {
  const [address = '', length = '32'] = text.split('/');
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
};
const inside = (address: number, spans: readonly Span[]): boolean =>
  spans.some(({ first, last }) => first <= address && address <= last);
const winner = (address: number, routes: readonly Route[]): string | undefined => {
  const hits = routes
    .map((each) => ({
      ...spanOf(each.addressPrefix),
      hop: `${each.nextHopType.toLowerCase()} ${each.nextHopIpAddress ?? ''}`,
    }))
    .filter(({ first, last }) => first <= address && address <= last);
  return hits.sort((a, b) => a.last - a.first - (b.last - b.first))[0]?.hop;
};

/** Prefixes of 18 to 32 bits in one /16, so that they nest, touch and coincide often. */
const prefix = fc.tuple(fc.integer({ min: 18, max: 32 }), fc.nat(0xffff)).map(([length, host]) => {
  const at = 20 * 2 ** 24 + host - (host % 2 ** (32 - length));
  return `20.0.${Math.floor(at / 256) % 256}.${at % 256}/${length}`;
});
const hop = fc.constantFrom<Omit<Route, 'name' | 'addressPrefix'>>(toFirewall, toInternet, {
  nextHopType: 'VirtualAppliance',
  nextHopIpAddress: '172.16.9.9',
});
const someRoutes = (name: (index: number) => string) =>
  fc
    .array(fc.tuple(prefix, hop), { maxLength: 6 })
    .map((pairs) => pairs.map(([addressPrefix, to], index) => route(name(index), addressPrefix, to)));
const distinct = (routes: readonly Route[]): Route[] =>
  routes.filter(
    (each, index) => routes.findIndex(({ addressPrefix }) => addressPrefix === each.addressPrefix) === index,
  );

describe('the forwarding of any plan', () => {
  it('is exact at every end of every interval, keeps what is foreign, and is nothing to do the second time', () => {
    let applied = 0;
    fc.assert(
      fc.property(
        fc.array(prefix, { minLength: 1, maxLength: 12 }),
        fc.array(prefix, { maxLength: 8 }),
        fc.array(prefix, { maxLength: 6 }),
        someRoutes((index) => `theirs-${index}`),
        someRoutes((index) => `asefo-was-${index}`),
        fc.constantFrom(0, 1, 6),
        prefix.map((text) => text.split('/')[0] ?? ''),
        (home, storage, managers, theirs, ours, most, gateway) => {
          const tags = tagsOf({ home, storage: storage.length > 0 ? storage : home, managers });
          const table = distinct([...theirs.slice(0, most), ...ours]);
          const more = { network: { ...network, gatewayPublicIpAddresses: [gateway] } };
          const plan = planOn({ tags, services: ['Storage'], table: tableJson(table), more });
          if (!plan.applyable) return;
          applied += 1;
          const foreign = table.filter(({ name }) => !name.startsWith('asefo-'));
          const after = [...foreign, ...plan.routeTable.routes];
          expect(new Set(after.map(({ addressPrefix }) => addressPrefix)).size).toBe(after.length);

          const wanted = [...home, ...storage].map(spanOf);
          const holes = [...managers.map(spanOf), spanOf(gateway)];
          const ends = [...wanted, ...holes, ...after.map(({ addressPrefix }) => spanOf(addressPrefix))].flatMap(
            ({ first, last }) => [first - 1, first, last, last + 1],
          );
          for (const address of new Set(ends)) {
            const leads = winner(address, after) === `virtualappliance ${firewallAddress}`;
            if (inside(address, wanted)) expect(leads, `address ${address}`).toBe(!inside(address, holes));
            else if (foreign.length === 0) expect(leads, `address ${address}`).toBe(false);
          }
          const again = planOn({ tags, services: ['Storage'], table: tableJson(after), more });
          expect([again.routeTable.add, again.routeTable.remove, again.routeTable.change]).toEqual([[], [], []]);
          expect(again.routeTable.routes).toEqual(plan.routeTable.routes);
        },
      ),
      { numRuns: 600 },
    );
    expect(applied).toBeGreaterThan(200);
  });
});
