import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../shared/base/canonical.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import { makePlan } from '../shared/plan/makePlan.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { decide } from '../shared/scope/decide.ts';
import type { Fact } from '../shared/scope/fact.ts';
import { factsOf } from '../shared/scope/factsOf.ts';
import { mergeFact, mergeFacts } from '../shared/scope/mergeFact.ts';
import { network, smallSite, tagsOf } from './planData.ts';
import { accountIn, incidentStory } from './support/incidentStory.ts';

const subscriptionId = '00000000-0000-0000-0000-000000000007';
const story = incidentStory(subscriptionId);
const tags = tagsOf({ home: ['20.0.0.0/24'] });
const site = smallSite({ services: ['Storage'], resources: [accountIn(subscriptionId)] });
const heardAt = '2026-07-20T03:00:00.000Z';
const now = Date.parse('2026-07-20T04:00:00Z');

/** Facts are stored one by one as they come, each merged with what is there. */
const remembered = (order: readonly number[]): readonly Fact[] => {
  const stored = new Map<string, Fact>();
  const keyOf = ({ trackingId, service, region }: Fact) => `${trackingId} ${service} ${region}`;
  for (const index of order)
    for (const fact of readEvent(story[index]).signals.flatMap((signal) => factsOf(signal, heardAt)))
      stored.set(keyOf(fact), mergeFact(stored.get(keyOf(fact)), fact));
  return mergeFacts([...stored.values()]);
};

const planAfter = (facts: readonly Fact[], failedOver: readonly string[]) => {
  const decision = decide({ site, facts, intents: [], failedOver, now });
  const desired = desiredSets({ site, services: decision.services, tags });
  const table = { routes: [], provisioningState: 'Succeeded' };
  const plan = makePlan({ site, decision, desired, tags, table, firewall: null, network, approval: null });
  return canonicalJson({ decision, plan });
};

describe('events of one incident, some of them lost', () => {
  it('leave the same facts, decision and plan in any order, each heard one to three times', () => {
    const indexes = story.map((_, index) => index);
    const two = fc.subarray(indexes, { minLength: 1 }).chain((some) => {
      const delivery = fc
        .array(fc.constantFrom(...some), { maxLength: some.length * 2 })
        .chain((again) => fc.shuffledSubarray([...some, ...again], { minLength: some.length + again.length }));
      return fc.tuple(delivery, delivery, fc.subarray(['Storage']));
    });
    const modes = new Set<string>();
    fc.assert(
      fc.property(two, ([one, other, failedOver]) => {
        const [a, b] = [remembered(one), remembered(other)];
        expect(b).toEqual(a);
        expect(planAfter(b, failedOver)).toBe(planAfter(a, failedOver));
        modes.add(decide({ site, facts: a, intents: [], failedOver: [], now }).mode);
      }),
      { numRuns: 300 },
    );
    expect([...modes].sort()).toEqual(['home', 'serviceFailover']);
  });
});
