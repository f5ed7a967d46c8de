import { describe, expect, it } from 'vitest';
import { renderPlan } from '../cli/renderPlan.ts';
import { sideOf } from '../shared/base/side.ts';
import { fallbackText, isWayOut } from '../shared/plan/fallback.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { decisionFor, planOn, smallSite } from './planData.ts';

/** Every second /24, so that none merges with another. */
const apart = (first: number, many: number): string[] =>
  Array.from({ length: many }, (_, n) => `${first}.0.${n * 2}.0/24`);

const tagsWithin = (target: number) => {
  const tag = (name: string, region: string, addressPrefixes: readonly string[]) => ({
    name,
    properties: { changeNumber: 1, region, systemService: '', addressPrefixes },
  });
  const values = [
    tag('AzureCloud.usgovvirginia', 'usgovvirginia', apart(20, 8)),
    tag('AzureCloud.usgovtexas', 'usgovtexas', target === 0 ? [] : apart(30, target)),
    tag('AzureCloud.usgovarizona', 'usgovarizona', apart(40, 4)),
    tag('Storage.USGovTexas', 'usgovtexas', apart(30, 3)),
    tag('GatewayManager', '', ['31.255.255.0/26']),
  ];
  return parseTagFile(JSON.stringify({ changeNumber: 7, cloud: 'AzureGovernment', values }), 'the test');
};

const limited = (limit: number, reserve = 0) => smallSite({ routeBudget: { limit, reserve, maxExtraPercent: 100 } });
const away = (limit: number, target = 5, reserve = 0) =>
  planOn({ site: limited(limit, reserve), tags: tagsWithin(target), services: ['Storage'] });

describe('where a service failover does not fit', () => {
  it('the move is offered with how its own table fits, its gateway counted', () => {
    expect(away(10).fallback).toMatchObject({
      mode: 'regionMove',
      target: 'usgovtexas',
      routes: 6,
      limit: 10,
      fits: true,
      strategy: 'exact',
    });
  });

  it('a move that would not fit either is said to be no way out', () => {
    const { fallback } = away(10, 12);
    expect(fallback).toMatchObject({ routes: 13, fits: false, strategy: null });
    expect(fallback && fallbackText(fallback)).toContain('no way out');
  });

  it('a move into a target that fails as a whole is said to be no way out, and why', () => {
    const decision = {
      ...decisionFor(['Storage']),
      targetFails: 'US Gov Texas fails as a whole, since VPN Gateway is',
    };
    const { fallback } = planOn({ site: limited(10), tags: tagsWithin(5), services: ['Storage'], more: { decision } });
    expect(fallback).toMatchObject({ fits: true, noHelp: decision.targetFails });
    expect(isWayOut(fallback)).toBe(false);
    expect(fallback && fallbackText(fallback)).toContain('no way out: US Gov Texas fails as a whole');
  });

  it('a move to another region than the services fail over to is said to be no way out, and why', () => {
    const move = { targetRegion: 'usgovarizona' };
    const third = (globalTags: string[]) =>
      planOn({
        site: smallSite({ routeBudget: { limit: 10, reserve: 0, maxExtraPercent: 100 }, move, globalTags }),
        tags: tagsWithin(5),
        services: ['Storage'],
      });
    const { fallback } = third([]);
    expect(fallback).toMatchObject({ target: 'usgovarizona', fits: true });
    expect(isWayOut(fallback)).toBe(false);
    expect(fallback && fallbackText(fallback)).toBe(
      'A move to usgovarizona is no way out: its table has the ranges of US Gov Arizona, not those of Storage.USGovTexas.',
    );
    expect(isWayOut(third(['Storage.USGovTexas']).fallback)).toBe(true);
  });

  it('a target whose tag is empty is no way out', () => {
    expect(away(10, 0).fallback).toMatchObject({ fits: false });
  });

  it('the limits and strategies that would make it fit are told', () => {
    const instead = away(10).fallback?.instead ?? [];
    expect(instead[0]).toBe('A limit of 11 routes or more (it is 10), if the subscription allows it.');
    expect(instead.some((text) => text.startsWith('summarize in routeBudget.strategies: it takes 10 routes'))).toBe(
      true,
    );
    expect(instead.join()).not.toContain('longestPrefix');
    expect(away(12, 5, 2).fallback?.instead).toContain('A routeBudget.reserve of 1 or less (it is 2).');
  });

  it('a person reads it beside what blocks', () => {
    expect(renderPlan(away(10))).toMatch(/Blocked\n(.*\n)+Instead\n {2}The site as a whole would fit in usgovtexas/);
  });
});

describe('no move is offered', () => {
  it.each([
    ['where the failover fits', away(11)],
    ['where home itself does not fit', planOn({ site: limited(7), tags: tagsWithin(5) })],
    [
      'where the site lives in its target',
      planOn({ site: sideOf(limited(4), 'target'), tags: tagsWithin(5), services: ['Storage'] }),
    ],
  ])('%s', (_, plan) => {
    expect(plan.fallback).toBeNull();
  });
});
