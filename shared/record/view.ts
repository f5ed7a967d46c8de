import { byCodeUnit } from '../base/canonical.ts';
import { counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import type { Fact } from '../scope/fact.ts';
import type { Intent } from '../scope/intent.ts';
import { type Kept, type SiteView, siteViewOf } from './siteView.ts';
import { newSite, type SiteState } from './state.ts';
import type { TagsView } from './tagsView.ts';
import { momentText, plainAll, plainText } from './words.ts';

/** What page, JSON, `status` and notices show: one model, so that they never disagree. Serialises as it is. */
export type View = {
  /** Application time (ISO); with `speed` above 1 it is a simulation's clock. */
  readonly at: string;
  readonly speed: number;
  readonly tags: TagsView | null;
  /** Why the newest configuration is not in force; the last good one is. */
  readonly configTrouble: string | null;
  readonly counts: {
    readonly sites: number;
    readonly needPerson: number;
    readonly singlyEncrypted: number;
    readonly running: number;
  };
  /** Who paused every site, when and why; null while nobody has. */
  readonly paused: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** Those that need a person first. */
  readonly sites: readonly SiteView[];
  /** Remembered, but in no sites file any more: nobody looks after what is in place there. */
  readonly unlisted: readonly string[];
};

export type ViewInput = {
  readonly sites: readonly Site[];
  readonly states: readonly SiteState[];
  readonly facts: readonly Fact[];
  readonly intents: readonly Intent[];
  readonly tags: (Pick<TagsView, 'cloud' | 'changeNumber'> & Partial<TagsView>) | null;
  readonly configTrouble: string | null;
  readonly paused?: View['paused'];
  /** By site; of sites without an entry nothing was read. */
  readonly kept?: ReadonlyMap<string, Kept>;
  /** Milliseconds of application time. */
  readonly now: number;
  /** Application milliseconds per wall millisecond; 1 where left out. */
  readonly speed?: number;
};

/** How soon a person should see a site; a site in shadow is in no hurry although it waits for one. */
const rank = (site: SiteView): number => {
  if (site.headline === 'needs attention') return 0;
  if (site.needsPerson && !site.shadow) return site.singlyEncrypted ? 1 : 2;
  if (site.singlyEncrypted) return 3;
  if (site.run || site.move) return 4;
  return site.shadow ? 5 : 6;
};

const pausedView = ({ by, at, reason }: NonNullable<View['paused']>): View['paused'] => ({
  by: plainText(by, 200),
  at,
  reason: plainText(reason, 600),
});

/** That nothing is written anywhere, who said so and why; null while nobody has. */
export const pausedText = ({ paused, at }: Pick<View, 'paused' | 'at'>): string | null => {
  if (paused === null) return null;
  const why = paused.reason === '' ? 'no reason was given' : paused.reason;
  return `Every site is paused, nothing is written: ${paused.by}, ${momentText(paused.at, Date.parse(at))} (${why}). To go on: resume --all`;
};

/** The view of everything; a function of its input alone. */
export const viewOf = (input: ViewInput): View => {
  const { now, facts, intents, tags, configTrouble } = input;
  const states = new Map(input.states.map((state) => [state.site, state]));
  const sites = input.sites
    .map((site) => {
      const state = states.get(site.id) ?? newSite(site.id);
      return siteViewOf({ site, state, facts, intents, kept: input.kept?.get(site.id), now });
    })
    .sort((a, b) => rank(a) - rank(b) || byCodeUnit(a.id, b.id));
  const known = new Set(sites.map(({ id }) => id));
  return plainAll({
    at: new Date(now).toISOString(),
    speed: input.speed ?? 1,
    tags: tags && { at: null, sources: [], frozen: [], waiting: 0, ...tags },
    configTrouble: configTrouble === null ? null : plainText(configTrouble, 600),
    counts: {
      sites: sites.length,
      needPerson: sites.filter(({ needsPerson }) => needsPerson).length,
      singlyEncrypted: sites.filter(({ singlyEncrypted }) => singlyEncrypted !== null).length,
      running: sites.filter(({ run, move }) => run !== null || move?.status === 'running').length,
    },
    paused: input.paused ? pausedView(input.paused) : null,
    sites,
    unlisted: [...states.keys()].filter((id) => !known.has(id)).sort(byCodeUnit),
  });
};

/** The whole view in one sentence: what a person has to know before anything else. */
export const summaryText = ({ counts }: View): string => {
  if (counts.sites === 0) return 'There are no sites yet.';
  const parts = [
    counts.singlyEncrypted > 0 ? `${counted(counts.singlyEncrypted, 'site')} singly encrypted` : null,
    counts.needPerson > 0 ? `${counts.needPerson} waiting for a person` : null,
    counts.running > 0 ? `${counts.running} being worked on` : null,
  ].filter((part) => part !== null);
  return `${counted(counts.sites, 'site')}: ${parts.length > 0 ? parts.join(', ') : 'nothing waits for anyone'}.`;
};
