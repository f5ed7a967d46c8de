import { byCodeUnit } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import type { Intent } from './intent.ts';
import { moveCalled } from './regionMove.ts';
import { describeFacts, describeIntent, listed } from './sentences.ts';
import type { Unwell } from './unwell.ts';
import type { Verdict } from './verdict.ts';

const ofVerdict = ({ service, wanted, because, intent, facts }: Verdict, unwell: Unwell): string[] => {
  const told = describeFacts(facts);
  if (because === 'bothUnwell') {
    const there = describeFacts(unwell.failover.get(service) ?? []);
    return [
      `${service} is unwell in both regions, so failing over helps nobody; it stays where it is. ${told}; ${there}.`,
    ];
  }
  if (because === 'stale') {
    const state = wanted ? `failed over until a person declares it home` : 'home';
    return [`${service} stays ${state}: nothing has been heard for 48 hours of ${told}.`];
  }
  const newer = facts.filter((fact) => intent !== undefined && fact.since > intent.at);
  if (intent?.kind === 'home' && newer.length > 0) {
    return [
      `${service} stays home although it is unwell: ${describeIntent(intent)}, before this began. Withdraw it to fail over. ${describeFacts(newer)}.`,
    ];
  }
  return [];
};

const ofRegion = (site: Site, unwell: Unwell): string[] => {
  const { alarm } = moveCalled(site, unwell);
  return alarm === null ? [] : [alarm];
};

const ofOperations = (site: Site, unwell: Unwell): string[] =>
  [...unwell.home]
    .filter(([service]) => !site.services.includes(service))
    .flatMap(([service, facts]) => {
      const own = facts.filter((fact) => fact.resourceId !== null);
      if (own.length === 0) return [];
      return [
        `${service} is not among the site's services, so its routes are not planned, but ${describeFacts(own)}. Add it to the site.`,
      ];
    });

const ofIntents = (site: Site, live: readonly Intent[]): string[] =>
  live.flatMap((intent) => {
    const foreign = intent.services.filter(
      (named) => !site.services.some((own) => own.toLowerCase() === named.toLowerCase()),
    );
    if (foreign.length === 0) return [];
    return [`${listed(foreign)}: not among the services of site ${site.id}, though ${describeIntent(intent)}.`];
  });

/** What people must be told apart from the plan; sorted, each once. */
export const alarmsOf = (
  site: Site,
  verdicts: readonly Verdict[],
  unwell: Unwell,
  live: readonly Intent[],
): readonly string[] => {
  const alarms = [
    ...verdicts.flatMap((verdict) => ofVerdict(verdict, unwell)),
    ...ofRegion(site, unwell),
    ...ofOperations(site, unwell),
    ...ofIntents(site, live),
  ];
  return [...new Set(alarms)].sort(byCodeUnit);
};
