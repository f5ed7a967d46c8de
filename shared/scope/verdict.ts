import type { Site } from '../base/site.ts';
import type { Fact } from './fact.ts';
import type { Intent } from './intent.ts';
import { wordOn } from './intents.ts';
import { describeFacts, describeIntent } from './sentences.ts';
import type { Unwell } from './unwell.ts';

/** What decided about one service. */
type Because = 'person' | 'unwell' | 'bothUnwell' | 'stale' | 'well';

/** Whether one service of the site is wanted in the failover region too, and what decided it. */
export type Verdict = {
  readonly service: string;
  readonly wanted: boolean;
  readonly because: Because;
  readonly intent: Intent | undefined;
  /** Open facts about the service at home, stale ones included. */
  readonly facts: readonly Fact[];
};

/** `away`: it is failed over now. A person's word first; then facts; facts that say nothing new leave all as it is. */
export const judge = (service: string, away: boolean, unwell: Unwell, live: readonly Intent[]): Verdict => {
  const fresh = unwell.home.get(service) ?? [];
  const facts = [...fresh, ...(unwell.stale.get(service) ?? [])];
  const verdict = (wanted: boolean, because: Because, intent?: Intent): Verdict => ({
    service,
    wanted,
    because,
    intent,
    facts,
  });
  const word = wordOn(service, live);
  if (word) return verdict(word.kind === 'failover', 'person', word);
  if (fresh.length > 0) return unwell.failover.has(service) ? verdict(away, 'bothUnwell') : verdict(true, 'unwell');
  return facts.length > 0 ? verdict(away, 'stale') : verdict(false, 'well');
};

/** The verdict as a sentence; undefined for a service that is well and at home, which needs none. */
export const explain = (
  site: Site,
  { service, wanted, because, intent, facts }: Verdict,
  away: boolean,
): string | undefined => {
  const told = describeFacts(facts);
  const place = wanted ? `it is wanted in ${site.failover.displayName} too` : 'it stays home';
  switch (because) {
    case 'person':
      return `${service}: ${place}, since ${intent ? describeIntent(intent) : 'a person said so'}.`;
    case 'unwell':
      return `${service}: ${place}, since it is unwell at home: ${told}.`;
    case 'bothUnwell':
      return `${service}: it stays where it is, since it is unwell in ${site.failover.displayName} as well: ${told}.`;
    case 'stale':
      return `${service}: it stays where it is, since nothing has been heard for 48 hours of: ${told}.`;
    case 'well':
      return away
        ? `${service}: it is in ${site.failover.displayName} too, and no open incident asks for it.`
        : undefined;
  }
};
