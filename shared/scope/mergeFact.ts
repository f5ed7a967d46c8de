import { byCodeUnit, canonicalJson } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import type { Fact } from './fact.ts';

/** What a fact is filed under: subscription, tracking id, service and region, as unambiguous text. */
export const factKey = (fact: Pick<Fact, 'subscriptionId' | 'trackingId' | 'service' | 'region'>): string =>
  JSON.stringify([fact.subscriptionId, fact.trackingId, fact.service, fact.region]);

/**
 * A total order of what was said of one key, so that merging is choosing the greatest: the newer message; of one
 * moment the closed one, then the one that acts; the rest only so that any two machines choose alike.
 */
const weight = ({ since: _since, heardAt: _heardAt, closedAt: _closedAt, ...said }: Fact): readonly string[] => [
  said.at,
  said.state === 'closed' ? '1' : '0',
  said.acts ? '1' : '0',
  canonicalJson(said),
];

const isNewer = (a: Fact, b: Fact): boolean => {
  const [wa, wb] = [weight(a), weight(b)];
  const order = wa.map((part, index) => byCodeUnit(part, wb[index] ?? '')).find((compared) => compared !== 0);
  return order !== undefined && order > 0;
};

const earlier = (a: string, b: string): string => (a < b ? a : b);
const later = (a: string, b: string): string => (a > b ? a : b);

/**
 * What is known after hearing `heard` where `stored` was known: commutative, associative and idempotent, so that
 * messages may come in any order and any number of times. Throws ERR_BUG where the two are filed under two keys.
 */
export const mergeFact = (stored: Fact | undefined, heard: Fact): Fact => {
  if (stored === undefined) return heard;
  if (factKey(stored) !== factKey(heard)) {
    throw new AutomationError('ERR_BUG', `Facts ${factKey(stored)} and ${factKey(heard)} are not one.`, {
      remedy: 'Please report this; facts are merged under their own key only.',
    });
  }
  const closedAt = later(stored.closedAt ?? '', heard.closedAt ?? '');
  return {
    ...(isNewer(heard, stored) ? heard : stored),
    since: earlier(stored.since, heard.since),
    heardAt: later(stored.heardAt, heard.heardAt),
    ...(closedAt === '' ? {} : { closedAt }),
  };
};

/** All facts, each key once, sorted by key. */
export const mergeFacts = (facts: readonly Fact[]): readonly Fact[] => {
  const byKey = new Map<string, Fact>();
  for (const fact of facts) byKey.set(factKey(fact), mergeFact(byKey.get(factKey(fact)), fact));
  return [...byKey].sort(([a], [b]) => byCodeUnit(a, b)).map(([, fact]) => fact);
};
