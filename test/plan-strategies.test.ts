import { describe, expect, it } from 'vitest';
import { readSites } from '../shared/base/site.ts';
import type { StrategyName } from '../shared/base/sites.ts';
import { makePlan } from '../shared/plan/makePlan.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { reachOf } from '../shared/plan/reach.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { forbiddenFor } from '../shared/ranges/forbidden.ts';
import { RangeSet } from '../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { settledDecision } from '../shared/scope/decision.ts';
import { readSyntheticTags, syntheticGateways } from '../simulator/tags/syntheticTags.ts';

const tags = parseTagFile(readSyntheticTags(), 'synthetic');
const services = ['AzureKeyVault', 'EventHub', 'ServiceBus', 'Storage'];
const hop = 'virtualappliance 172.16.1.4';

const decision = settledDecision({ mode: 'serviceFailover', services, target: 'usgovtexas' });

const planWith = (routeBudget: {
  limit: number;
  strategies: readonly StrategyName[];
  maxExtraPercent?: number;
}): Plan => {
  const network = {
    virtualNetwork: 'v',
    gateway: 'g',
    firewall: 'f',
    firewallPrivateIpAddress: '172.16.1.4',
    routeTable: 'r',
    clientAddressPool: '192.168.150.0/24',
  };
  const entry = { id: 'a', subscriptionId: 's', resourceGroup: 'g', homeRegion: 'usgovvirginia', services, network };
  const [site] = readSites(
    JSON.stringify({ cloud: 'AzureGovernment', sites: [{ ...entry, routeBudget, policy: { shadow: false } }] }),
    'sites',
  );
  if (!site) throw new Error('no site');
  return makePlan({
    site,
    decision,
    desired: desiredSets({ site, services, tags }),
    tags,
    table: { routes: [], provisioningState: 'Succeeded' },
    firewall: null,
    network: {
      gatewayPublicIpAddresses: [syntheticGateways.usgovvirginia],
      gatewaySubnet: null,
      addressSpace: ['172.16.0.0/16'],
      firewallPrivateIpAddress: '172.16.1.4',
      clientAddressPool: ['192.168.150.0/24'],
    },
    approval: null,
  });
};

/** What the plan's routes really do, by longest prefix match with tags expanded. */
const done = (plan: Plan) => {
  const toFirewall = reachOf(plan.routeTable.routes, tags).get(hop) ?? RangeSet.empty;
  const wanted = RangeSet.fromPrefixes(plan.wanted);
  const holes = RangeSet.fromPrefixes(plan.holes);
  return { toFirewall, needed: wanted.subtract(holes), holes };
};

describe('every strategy', () => {
  it.each<[StrategyName, number]>([
    ['exact', 400],
    ['longestPrefix', 400],
    ['serviceTags', 400],
    ['summarize', 150],
    ['summarize', 100],
  ])('%s in %i routes leads all that is wanted to the firewall, no hole, nothing forbidden', (strategy, limit) => {
    const plan = planWith({ limit, strategies: [strategy], maxExtraPercent: 100 });
    expect(plan.blockers).toEqual([]);
    const { toFirewall, needed, holes } = done(plan);
    expect(toFirewall.covers(needed)).toBe(true);
    expect(toFirewall.meets(holes)).toBe(false);
    expect(toFirewall.meets(tags.get('GatewayManager')?.ipv4 ?? RangeSet.empty)).toBe(false);
    expect(toFirewall.subtract(needed).size).toBe(plan.extra.addresses);
    const [site] = readSites(
      JSON.stringify({
        cloud: 'AzureGovernment',
        sites: [
          {
            id: 'a',
            subscriptionId: 's',
            resourceGroup: 'g',
            homeRegion: 'usgovvirginia',
            services,
            network: {
              virtualNetwork: 'v',
              gateway: 'g',
              firewall: 'f',
              routeTable: 'r',
              clientAddressPool: '192.168.150.0/24',
            },
          },
        ],
      }),
      'sites',
    );
    if (site) expect(toFirewall.meets(forbiddenFor(site, ['172.16.0.0/16']))).toBe(false);
    expect(plan.budget.needed).toBeLessThanOrEqual(limit);
  });

  it('changes the routes only: firewall and device keep the exact set', () => {
    const exact = planWith({ limit: 400, strategies: ['exact'] });
    const summary = planWith({ limit: 100, strategies: ['summarize'], maxExtraPercent: 100 });
    expect(summary.firewall.destinations).toEqual(exact.firewall.destinations);
    expect(summary.device).toEqual(exact.device);
    expect(summary.wanted).toEqual(exact.wanted);
  });

  it('has the very tags it routes as destinations of the firewall, beside the exact set', () => {
    const plan = planWith({ limit: 400, strategies: ['serviceTags'] });
    const routed = plan.routeTable.routes.map((route) => route.addressPrefix).filter((prefix) => !/^\d/.test(prefix));
    expect(routed.length).toBeGreaterThan(0);
    expect(routed.length).toBeLessThanOrEqual(25);
    expect(plan.firewall.after.rules.find((rule) => rule.name === 'tags')?.destinationAddresses.toSorted()).toEqual(
      routed.toSorted(),
    );
    expect(plan.routeTable.routes.find((route) => route.addressPrefix === routed[0])?.name).toBe(`asefo-${routed[0]}`);
  });
});

describe('the ladder', () => {
  it('takes the first that fits, in the order of the site, and says why the others were not', () => {
    const plan = planWith({ limit: 120, strategies: ['exact', 'longestPrefix', 'summarize'], maxExtraPercent: 100 });
    expect(plan.budget.strategy).toBe('summarize');
    expect(plan.budget.attempts.map(({ strategy, why }) => [strategy, why === null])).toEqual([
      ['exact', false],
      ['longestPrefix', false],
      ['summarize', true],
    ]);
    expect(plan.budget.attempts[0]?.why).toContain('too many');
  });

  it('stops at the first that fits', () => {
    const plan = planWith({ limit: 400, strategies: ['exact', 'summarize'] });
    expect(plan.budget.attempts).toHaveLength(1);
  });

  it('refuses a summary above what the site allows, and says the price', () => {
    const plan = planWith({ limit: 100, strategies: ['exact', 'summarize'], maxExtraPercent: 0.001 });
    expect(plan.applyable).toBe(false);
    expect(plan.blockers[0]).toMatchObject({ code: 'ROUTE_BUDGET' });
    expect(plan.blockers[0]?.message).toMatch(
      /summarize: \d+ routes would lead [\d,]+ extra addresses .* allows 0.001 %; \d+ routes would stay within that/,
    );
  });

  it('names what is not possible at all', () => {
    const plan = planWith({ limit: 1, strategies: ['summarize'], maxExtraPercent: 100 });
    expect(plan.blockers[0]?.message).toMatch(
      /no choice of 1 route covers .* without forbidden ones; the fewest possible are \d+/,
    );
  });

  it('says of a summary what 1 % and 5 % would take, the same as a summary of that many routes', () => {
    const plan = planWith({ limit: 90, strategies: ['summarize'], maxExtraPercent: 100 });
    expect(plan.extra.percent).toBeGreaterThan(1);
    const { onePercent, fivePercent } = plan.extra.smallestFor ?? { onePercent: null, fivePercent: null };
    const at = (limit: number) => planWith({ limit, strategies: ['summarize'], maxExtraPercent: 100 }).extra.percent;
    expect(at(onePercent ?? 1)).toBeLessThanOrEqual(1);
    expect(at((onePercent ?? 1) - 1)).toBeGreaterThan(1);
    expect(at(fivePercent ?? 1)).toBeLessThanOrEqual(5);
    expect(at((fivePercent ?? 1) - 1)).toBeGreaterThan(5);
  });

  it('the fewest possible is what it says: one route less is too few', () => {
    const plan = planWith({ limit: 1, strategies: ['summarize'], maxExtraPercent: 100 });
    const fewest = Number(/the fewest possible are (\d+)/.exec(plan.blockers[0]?.message ?? '')?.[1]);
    const tried = (limit: number) => planWith({ limit, strategies: ['summarize'] }).budget.attempts[0]?.why;
    expect(tried(fewest)).toContain(`${fewest} routes would lead`);
    expect(tried(fewest - 1)).toContain(`no choice of ${fewest - 1} routes covers`);
  });

  it('plans the same to the byte when asked again', () => {
    const ask = () => JSON.stringify(planWith({ limit: 90, strategies: ['summarize'], maxExtraPercent: 100 }));
    expect(ask()).toBe(ask());
  });
});
