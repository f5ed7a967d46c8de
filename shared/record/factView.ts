import { byCodeUnit } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import type { Fact } from '../scope/fact.ts';
import type { Intent } from '../scope/intent.ts';
import { liveIntents } from '../scope/intents.ts';
import { describeIntent, regionName } from '../scope/sentences.ts';
import { unwellFor } from '../scope/unwell.ts';
import { plainText } from './words.ts';

/** What was heard and what it means for one site; `aside` is heard and not acted on, with the reason. */
export type FactView = {
  readonly kind: 'open' | 'stale' | 'aside';
  readonly service: string;
  readonly region: string;
  readonly trackingId: string;
  readonly title: string;
  readonly since: string;
  readonly heardAt: string;
  readonly source: Fact['source'];
  readonly why: string | null;
};

/** A person's word that stands. */
export type IntentView = {
  readonly id: string;
  readonly kind: Intent['kind'];
  readonly services: readonly string[];
  readonly by: string;
  readonly at: string;
  readonly expiresAt: string | null;
  readonly text: string;
};

const order = { open: 0, stale: 1, aside: 2 } as const;

const factView = (kind: FactView['kind'], fact: Fact, why: string | null): FactView => ({
  kind,
  service: plainText(fact.serviceName),
  region: plainText(regionName(fact.region)),
  trackingId: plainText(fact.trackingId),
  title: plainText(fact.title),
  since: fact.since,
  heardAt: fact.heardAt,
  source: fact.source,
  why: why === null ? null : plainText(why),
});

const flat = (byService: ReadonlyMap<string, readonly Fact[]>): Fact[] => [...byService.values()].flat();

/**
 * The facts that concern a site: open ones first, then stale ones, then those left aside; the newest first in each.
 * `stale` has those about the site's own services: what becomes of them a person has to say.
 */
export const factsOfSite = (
  site: Site,
  facts: readonly Fact[],
  now: number,
): { readonly views: readonly FactView[]; readonly stale: readonly Fact[] } => {
  const { home, failover, target, stale, aside } = unwellFor(site, facts, now);
  const old = new Set(flat(stale));
  // A service nobody knows counts when a whole region fails, but nothing is failed over for it.
  const left = new Set(aside.map(({ fact }) => fact).filter((fact) => !old.has(fact)));
  const open = (byService: ReadonlyMap<string, readonly Fact[]>) => flat(byService).filter((fact) => !left.has(fact));
  const views = [
    ...open(home).map((fact) => factView('open', fact, null)),
    ...open(failover).map((fact) => factView('open', fact, 'in the failover region')),
    ...(target === failover
      ? []
      : open(target).map((fact) => factView('open', fact, 'in the region the site would move to'))),
    ...[...old].map((fact) => factView('stale', fact, 'nothing has been heard of it for long')),
    ...aside.filter(({ fact }) => left.has(fact)).map(({ fact, why }) => factView('aside', fact, why)),
  ];
  const key = (view: FactView) => `${view.service} ${view.region} ${view.trackingId}`;
  return {
    views: views.sort(
      (a, b) => order[a.kind] - order[b.kind] || byCodeUnit(b.since, a.since) || byCodeUnit(key(a), key(b)),
    ),
    stale: site.services.flatMap((service) => stale.get(service) ?? []),
  };
};

/** The intents of a site that stand, the newest last. */
export const intentsOfSite = (siteId: string, intents: readonly Intent[], now: number): readonly IntentView[] =>
  liveIntents(siteId, intents, now).map((intent) => {
    const { id, kind, services, at, expiresAt } = intent;
    const what = services.length > 0 ? services.join(', ') : 'all services';
    return {
      id,
      kind,
      services,
      by: plainText(intent.by),
      at,
      expiresAt,
      text: plainText(`${what}: ${describeIntent(intent)}`, 500),
    };
  });
