import type { Fact } from './fact.ts';
import { WHOLE } from './factsOf.ts';

/**
 * A fact unheard of for this long is stale. The sweep hears of every active incident at each of its rounds, so two
 * days of silence mean that the source fell silent, not that nothing changed; a weekend's outage is not cut short.
 */
export const STALE_AFTER_MS = 48 * 60 * 60 * 1_000;

/** True for the fact about an incident as a whole. */
export const isIncident = (fact: Fact): boolean => fact.service === WHOLE && fact.region === WHOLE;

const incidentKey = (fact: Fact): string => JSON.stringify([fact.subscriptionId, fact.trackingId]);

/** True where this was told closed at that time or later, whatever was told since. */
const closedSince = (fact: Fact, at: string): boolean =>
  (fact.closedAt !== undefined && fact.closedAt >= at) || (fact.state === 'closed' && fact.at >= at);

/** True while neither the fact nor its incident as a whole, at that time or later, was told closed. */
export const isOpen = (fact: Fact, incident: readonly Fact[]): boolean =>
  fact.state === 'open' &&
  !incident.some(
    (other) => isIncident(other) && incidentKey(other) === incidentKey(fact) && closedSince(other, fact.at),
  );

/** The open facts among merged ones, the incidents as a whole left out; in the order given. */
export const openFacts = (facts: readonly Fact[]): readonly Fact[] => {
  const incidents = new Map(facts.filter(isIncident).map((fact) => [incidentKey(fact), fact]));
  return facts.filter((fact) => {
    const incident = incidents.get(incidentKey(fact));
    return !isIncident(fact) && isOpen(fact, incident ? [incident] : []);
  });
};

/** True where nothing has been heard of it for 48 hours; `now` in milliseconds. */
export const isStale = (fact: Fact, now: number): boolean => now - Date.parse(fact.heardAt) >= STALE_AFTER_MS;
