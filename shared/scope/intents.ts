import { byCodeUnit } from '../base/canonical.ts';
import type { Fact } from './fact.ts';
import type { Intent } from './intent.ts';

/** True while an intent is neither withdrawn nor expired; `now` in milliseconds. */
export const isLive = (intent: Intent, now: number): boolean =>
  intent.withdrawnAt === null && (intent.expiresAt === null || Date.parse(intent.expiresAt) > now);

/** The live intents of a site, the newest last. */
export const liveIntents = (siteId: string, intents: readonly Intent[], now: number): readonly Intent[] =>
  intents
    .filter((intent) => intent.site === siteId && isLive(intent, now))
    .sort((a, b) => byCodeUnit(a.at, b.at) || byCodeUnit(a.id, b.id));

/** True where an intent speaks of a service: it names it, or names none and means all. */
const speaksOf = (intent: Intent, service: string): boolean =>
  intent.services.length === 0 || intent.services.some((named) => named.toLowerCase() === service.toLowerCase());

/** A person's last word on whether a service is failed over or home; `live` as `liveIntents` orders them. */
export const wordOn = (service: string, live: readonly Intent[]): Intent | undefined =>
  live.findLast((intent) => intent.kind !== 'hold' && speaksOf(intent, service));

/**
 * True where a person said, after a failover was run on a resource, that its service is home: nothing else ever closes
 * such a fact, so the word outlives its own end. One that was taken back says nothing.
 */
export const answeredHome = (fact: Fact, siteId: string, intents: readonly Intent[]): boolean =>
  fact.resourceId !== null &&
  intents.some(
    (intent) =>
      intent.site === siteId &&
      intent.kind === 'home' &&
      intent.withdrawnAt === null &&
      intent.at >= fact.at &&
      speaksOf(intent, fact.service),
  );

/** The last live `hold`. */
export const holdOf = (live: readonly Intent[]): Intent | undefined => live.findLast(({ kind }) => kind === 'hold');
