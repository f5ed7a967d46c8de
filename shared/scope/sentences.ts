import { byCodeUnit } from '../base/canonical.ts';
import { findRegionAnywhere } from '../base/geography.ts';
import { oneLine } from '../events/payload.ts';
import type { SignalSource } from '../events/signal.ts';
import type { Fact } from './fact.ts';
import { WHOLE } from './factsOf.ts';
import type { Intent } from './intent.ts';

const sources: Readonly<Record<SignalSource, string>> = {
  serviceHealth: 'Service Health alert',
  resourceHealthEvents: 'Service Health events',
  eventGrid: 'Event Grid',
};

/** `2026-03-23 15:40 UTC` */
export const minute = (isoTime: string): string => `${isoTime.slice(0, 16).replace('T', ' ')} UTC`;

/** As Azure displays it; a spelling nobody knows stays as it is. */
export const regionName = (region: string): string =>
  region === WHOLE
    ? 'all regions'
    : region === 'global'
      ? 'Global'
      : (findRegionAnywhere(region)?.displayName ?? region);

const nameOf = (armId: string): string => armId.slice(armId.lastIndexOf('/') + 1);

/** One line about a fact: service, region, tracking id, since when, who told. Its text comes from outside: escape it. */
export const describeFact = (fact: Fact): string => {
  const told = sources[fact.source];
  if (fact.resourceId !== null) {
    return oneLine(`${fact.serviceName}: a failover of ${nameOf(fact.resourceId)} ran at ${minute(fact.at)} (${told})`);
  }
  const service = fact.serviceName === WHOLE ? 'the incident' : fact.serviceName;
  const region = regionName(fact.region);
  return oneLine(
    `${service} in ${region}: ${fact.state} since ${minute(fact.state === 'open' ? fact.since : fact.at)}, incident ${fact.trackingId} (${told})`,
    400,
  );
};

/** Several facts in one clause, in a fixed order; beyond three they are counted. */
export const describeFacts = (facts: readonly Fact[]): string => {
  const lines = [...new Set(facts.map(describeFact))].sort(byCodeUnit);
  return lines.length <= 3 ? lines.join('; ') : `${lines.slice(0, 3).join('; ')}; and ${lines.length - 3} more`;
};

/** What a person declared, with name, time and reason. */
export const describeIntent = ({ by, kind, at, expiresAt, reason }: Intent): string => {
  const until = expiresAt === null ? 'until withdrawn' : `until ${minute(expiresAt)}`;
  return oneLine(`${by} declared ${kind} at ${minute(at)}, ${until}${reason && ` (${reason})`}`, 400);
};

/** `A`, `A and B`, `A, B and C` */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
