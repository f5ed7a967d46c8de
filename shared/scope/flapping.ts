import type { Site } from '../base/site.ts';
import { isoDurationMs } from './duration.ts';
import { listed, minute } from './sentences.ts';
import { asSiteSpells } from './unwell.ts';

/** A service that was taken out of the failover region's part of our tables, and when that was proven (ISO). */
export type Departure = { readonly service: string; readonly at: string };

/** Services that left a moment ago, and when each may come again by itself (ms). */
export const restUntil = (site: Site, left: readonly Departure[], now: number): ReadonlyMap<string, number> => {
  const restMs = isoDurationMs(site.policy.minBetweenRuns);
  const until = left.map(({ service, at }) => [asSiteSpells(site, service), Date.parse(at) + restMs] as const);
  return new Map(until.filter(([, end]) => end > now));
};

/** Why they are not added again at once. */
export const restSentence = (site: Site, services: readonly string[], rest: ReadonlyMap<string, number>): string => {
  const last = Math.max(...services.map((service) => rest.get(service) ?? 0));
  return `${listed(services)} left ${site.failover.displayName} less than ${site.policy.minBetweenRuns} ago: without a person's word not added again before ${minute(new Date(last).toISOString())} (policy.minBetweenRuns).`;
};
