import { describe, expect, it } from 'vitest';
import { type EpisodeOptions, playEpisode } from './chaos/episode.ts';
import { readOptions } from './chaos/options.ts';
import { episodeOf } from './chaos/programme.ts';
import type { Sabotage } from './chaos/wire.ts';

const small: EpisodeOptions = {
  seed: 20_261_128,
  sites: 2,
  moving: 0,
  subscriptions: 1,
  instances: 2,
  hours: 1,
  leases: false,
  skewMs: 30_000,
  policies: false,
};

type Route = { name: string; properties: { addressPrefix: string; nextHopType: string; nextHopIpAddress?: string } };
type Table = { properties?: { routes?: Route[] } };

const ours = ({ name }: Route): boolean => name.startsWith('asefo-');

/** What a worse app would write instead of what ours does. */
const worse: readonly (readonly [what: string, change: (routes: Route[]) => Route[], found: RegExp])[] = [
  ['forgets routes of others', (routes) => routes.filter(ours), /not ours changed/],
  [
    'writes a list that somebody cut, once the device has its file',
    (routes) => (routes.length > 60 ? routes.filter((_, index) => index % 3 !== 0) : routes),
    /the device lists what lost its route/,
  ],
  [
    'leads the gateway management to the firewall',
    (routes) => routes.filter(({ properties }) => properties.nextHopType !== 'Internet'),
    /holes to the firewall/,
  ],
  [
    'leads a private range to the firewall',
    (routes) => [
      ...routes,
      {
        name: 'asefo-private',
        properties: { addressPrefix: '10.0.0.0/24', nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4' },
      },
    ],
    /forbidden to the firewall/,
  ],
];

const routesThrough = (change: (routes: Route[]) => Route[]): Sabotage => ({
  body: (body) => {
    const table = body as Table;
    return table.properties?.routes === undefined
      ? body
      : { ...table, properties: { ...table.properties, routes: change(table.properties.routes) } };
  },
});

/** A region that fails, and a site that moves out of it and back. */
const moving: EpisodeOptions = { ...small, sites: 1, moving: 1, hours: 3, calm: true };

/** What a worse app would do on a move instead of what ours does. */
const worseMoves: readonly (readonly [what: string, sabotage: Sabotage, found: RegExp])[] = [
  [
    'says that a site lives in the target once its move has begun',
    {
      state: (state) =>
        state.move?.status === 'running' && state.residence === undefined
          ? {
              ...state,
              residence: { side: 'target', since: state.move.askedAt, because: 'outage', by: 'policy' },
            }
          : state,
    },
    /said to live in the target: before it was proven/,
  ],
  [
    "deletes somebody else's address instead of making its own",
    {
      request: ({ method, url }) =>
        method === 'PUT' && url.includes('-usgovtexas/') && url.includes('/publicIPAddresses/')
          ? { method: 'DELETE', url: url.replace(/-usgovtexas\/(.*)\/[^/]+\?/, '/$1/theirs?') }
          : { method, url },
    },
    /DELETE .*theirs: no move made it/,
  ],
  [
    'makes things that say of nobody whose they are',
    { body: (body) => ({ ...(body as object), tags: {} }) },
    /made without the tag/,
  ],
  [
    'forgets the rules when it makes the firewall anew',
    {
      body: (body) => {
        const { properties } = body as { properties?: { networkRuleCollections?: { name: string }[] } };
        const theirs = properties?.networkRuleCollections?.filter(({ name }) => !name.startsWith('asefo-'));
        return theirs === undefined || theirs.length === properties?.networkRuleCollections?.length
          ? body
          : { ...(body as object), properties: { ...properties, networkRuleCollections: [] } };
      },
    },
    /firewall.*: rules that are not ours changed/,
  ],
];

type Rules = { name?: string; properties?: { ruleCollections?: unknown[]; ipAddresses?: string[] } };

/** What a worse app would do to a policy of others, and to the addresses its own rule refers to. */
const worsePolicies: readonly (readonly [what: string, sabotage: Sabotage, found: RegExp])[] = [
  [
    "writes its rules over somebody else's group",
    {
      request: ({ method, url }) => ({
        method,
        url:
          method === 'PUT'
            ? url.replace(/\/asefo-[^/]+\?/, '/operations?').replace('/ipGroups/operations', '/ipGroups/theirs')
            : url,
      }),
    },
    /what somebody else put there is not as it was|rules that are not ours changed/,
  ],
  [
    'takes every third address out of its group',
    {
      body: (body) => {
        const { properties } = body as Rules;
        const { ipAddresses } = properties ?? {};
        if (ipAddresses === undefined) return body;
        const fewer = ipAddresses.filter((_, index) => index % 3 !== 0);
        return { ...(body as object), properties: { ...properties, ipAddresses: fewer } };
      },
    },
    /led to a firewall that drops it|dropped while routed there/,
  ],
  [
    'allows a private range',
    {
      body: (body) => {
        const { properties } = body as Rules;
        const { ipAddresses } = properties ?? {};
        if (ipAddresses === undefined) return body;
        return { ...(body as object), properties: { ...properties, ipAddresses: [...ipAddresses, '10.0.0.0/24'] } };
      },
    },
    /allows what is forbidden/,
  ],
];

describe('an episode of trouble', () => {
  it.each([
    ['services', small],
    ['a region', { ...moving, calm: false }],
    ['services, at sites with a policy', { ...small, policies: true }],
    ['a region, at a site with a policy', { ...moving, calm: false, policies: true }],
  ])('of %s is the same for the same seed, and breaks no promise', async (_, options) => {
    const [first, second] = [await playEpisode(options), await playEpisode(options)];
    expect(first.breaches).toEqual([]);
    expect(first.counts['moved']).toBe(2 * options.moving);
    expect([second.trace, second.turns, second.faults]).toEqual([first.trace, first.turns, first.faults]);
    expect(first.counts['writes']).toBeGreaterThan(4);
    expect(first.counts['writesChecked']).toBe(first.counts['writes']);
  });

  it.each(worse)('catches an app that %s', async (_, change, found) => {
    const { breaches } = await playEpisode(
      { ...small, hours: 2, calm: true, stopsAtBreach: true },
      routesThrough(change),
    );
    expect(breaches.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringMatching(found)]));
  });

  it.each(worsePolicies)('catches an app that %s', async (_, sabotage, found) => {
    const { breaches } = await playEpisode(
      { ...small, hours: 2, calm: true, policies: true, stopsAtBreach: true },
      sabotage,
    );
    expect(breaches.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringMatching(found)]));
  });

  it.each(worseMoves)('catches an app that %s', async (_, sabotage, found) => {
    const { breaches } = await playEpisode({ ...moving, stopsAtBreach: true }, sabotage);
    expect(breaches.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringMatching(found)]));
  });

  it('catches a person who says that the device is on the new side where it is not', async () => {
    const { breaches } = await playEpisode({ ...moving, hours: 2, liar: true });
    expect(breaches.map(({ what }) => what)).toEqual(
      expect.arrayContaining([expect.stringMatching(/said to live in the target: the device is not there/)]),
    );
  });

  it('catches a person who says of a file that it is on the device where it is not', async () => {
    const { breaches } = await playEpisode({ ...small, hours: 0, calm: true, liar: true, stopsAtBreach: true });
    expect(breaches.map(({ what }) => what)).toEqual(
      expect.arrayContaining([expect.stringMatching(/said protected: no file was ever put/)]),
    );
  });
});

describe('the programme of a seed', () => {
  it('draws other episodes for another seed, and the same for the same', () => {
    const seeds = new Set([1, 2, 3].flatMap((seed) => [0, 1, 2].map((index) => episodeOf(seed, index).seed)));
    expect(seeds.size).toBe(9);
    expect(episodeOf(7, 3)).toEqual(episodeOf(7, 3));
  });

  it('plays hundreds of sites at once now and then', () => {
    const sizes = Array.from({ length: 48 }, (_, index) => episodeOf(1, index).sites);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(150);
  });
});

describe('its command line', () => {
  it('takes a seed by chance where none is given', () => {
    expect(readOptions(['--minutes', '30'], 42)).toMatchObject({ seed: 42, minutes: 30, lanes: 2 });
  });

  it.each([
    ['--seed', 'x'],
    ['--minutes', '0'],
    ['--episodes', '1.5'],
    ['--lanes', '0'],
  ])('refuses %s %s', (...argv) => {
    expect(() => readOptions(argv, 1)).toThrow(RangeError);
  });
});
