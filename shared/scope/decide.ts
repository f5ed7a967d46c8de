import { byCodeUnit } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import { alarmsOf } from './alarms.ts';
import type { Decision } from './decision.ts';
import type { Fact } from './fact.ts';
import { type Departure, restSentence, restUntil } from './flapping.ts';
import type { Intent } from './intent.ts';
import { answeredHome, holdOf, liveIntents } from './intents.ts';
import { moveCalled, targetFails } from './regionMove.ts';
import { type HomeEvidence, type Release, releaseOf } from './release.ts';
import { describeFact, describeIntent, listed } from './sentences.ts';
import { asSiteSpells, type Unwell, unwellFor } from './unwell.ts';
import { explain, judge, type Verdict } from './verdict.ts';

/** All that a decision is made from. */
export type ScopeInput = {
  readonly site: Site;
  /** Of any subscription, in any order, merged or not; closed ones included. */
  readonly facts: readonly Fact[];
  readonly intents: readonly Intent[];
  /** Service tags that are in the failover region now. */
  readonly failedOver: readonly string[];
  /** Services that left the failover region, and when; none where absent. */
  readonly left?: readonly Departure[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Without any, `failback: auto` asks all the same. */
  readonly evidence?: readonly HomeEvidence[];
};

/** Events that were heard and not acted on are listed up to this many; the rest is counted. */
const MOST_ASIDE = 10;

const asideLines = (unwell: Unwell): readonly string[] => {
  const lines = unwell.aside.map(({ fact, why }) => `Heard, not acted on: ${describeFact(fact)}: ${why}.`);
  const unique = [...new Set(lines)].sort(byCodeUnit);
  if (unique.length <= MOST_ASIDE) return unique;
  return [...unique.slice(0, MOST_ASIDE), `Heard, not acted on: ${unique.length - MOST_ASIDE} more.`];
};

/** A verdict of "no change" for every service: what `hold` asks for. */
const frozen = (verdict: Verdict, away: ReadonlySet<string>): Verdict => ({
  ...verdict,
  wanted: away.has(verdict.service),
});

const earliest = (facts: readonly Fact[]): string | null => facts.map((fact) => fact.since).sort(byCodeUnit)[0] ?? null;

const reasonsOf = (
  site: Site,
  verdicts: readonly Verdict[],
  away: ReadonlySet<string>,
  unwell: Unwell,
  hold: Intent | undefined,
  release: Release,
): readonly string[] => {
  const lines = verdicts.flatMap((verdict) => explain(site, verdict, away.has(verdict.service)) ?? []);
  const gone = [...away].filter((service) => !site.services.includes(service)).sort(byCodeUnit);
  return [
    ...(hold ? [`Nothing is changed: ${describeIntent(hold)}. Without it:`] : []),
    ...(lines.length > 0 ? lines : [`No service of site ${site.id} is told unwell in ${site.home.displayName}.`]),
    ...gone.map(
      (service) => `${service}: it is in ${site.failover.displayName} too, but no longer among the site's services.`,
    ),
    ...release.notes,
    ...asideLines(unwell),
  ];
};

/** Under `hold` nothing leaves, not even what a person or evidence would let go. */
const releaseFor = (
  input: ScopeInput,
  leaving: readonly string[],
  verdicts: readonly Verdict[],
  unwell: Unwell,
  hold?: Intent,
): Release => {
  if (hold && leaving.length > 0) return { waits: leaving, approval: describeIntent(hold), notes: [] };
  const sentHome = verdicts.filter(({ because, wanted }) => because === 'person' && !wanted);
  return releaseOf(
    input.site,
    leaving,
    new Set(sentHome.map(({ service }) => service)),
    input.evidence ?? [],
    unwell.lastOpen,
    input.now,
  );
};

/** Who is asked before services are added: a person by policy, or nobody but time. */
const additionOf = (
  site: Site,
  addWaits: readonly string[],
  asks: boolean,
  rest: ReadonlyMap<string, number>,
): Pick<Decision, 'addApproval' | 'addWaits' | 'addAgainAt'> => {
  if (addWaits.length === 0) return { addApproval: null, addWaits };
  if (asks) return { addApproval: `${listed(addWaits)}: policy serviceFailover is 'ask'.`, addWaits };
  const first = Math.min(...addWaits.map((service) => rest.get(service) ?? 0));
  return { addApproval: restSentence(site, addWaits, rest), addWaits, addAgainAt: new Date(first).toISOString() };
};

/**
 * What should be failed over for a site. Each service on its own, the first row that fits; then the site as a whole,
 * where the third column is the region that it would move to (regionMove.ts).
 *
 * | a person's last live word | at home (open facts)        | in the failover region | the service         | who says yes            |
 * | ------------------------- | --------------------------- | ---------------------- | ------------------- | ----------------------- |
 * | `hold` (whole site)       | any                         | any                    | stays where it is   | nothing changes         |
 * | `failover`                | any                         | any                    | is wanted there too | the person did          |
 * | `home`                    | any                         | any                    | leaves              | the person did          |
 * | none                      | unwell                      | well                   | is wanted there too | policy.serviceFailover  |
 * | none                      | the same, and it left less than policy.minBetweenRuns ago | well | is wanted there too | time, or a person |
 * | none                      | unwell                      | unwell                 | stays where it is   | alarm                   |
 * | none                      | stale facts only            | any                    | stays where it is   | alarm                   |
 * | none                      | well                        | any                    | leaves              | policy.failback         |
 * | any                       | a tunnel service, or 6 of any | well                 | as above            | alarm, and `move`: policy.regionMove |
 * | any                       | a tunnel service, or 6 of any | the same             | as above            | alarm: no move helps    |
 *
 * "Leaves" means: if it is there now. An operation on a resource of the site (Event Grid) counts as unwell at home,
 * until a person's `home` that came after it: also when that word has ended.
 * Pure: the same input gives the same decision, whatever the order of facts, intents and `failedOver`.
 */
export const decide = (input: ScopeInput): Decision => {
  const { site, now } = input;
  const away: ReadonlySet<string> = new Set(input.failedOver.map((service) => asSiteSpells(site, service)));
  const live = liveIntents(site.id, input.intents, now);
  const hold = holdOf(live);
  const facts = input.facts.filter((fact) => !answeredHome(fact, site.id, input.intents));
  const unwell = unwellFor(site, facts, now);
  const own = [...new Set(site.services)].sort(byCodeUnit);
  const verdicts = own.map((service) => judge(service, away.has(service), unwell, live));
  const final = hold ? verdicts.map((verdict) => frozen(verdict, away)) : verdicts;

  const wanted = final.filter((verdict) => verdict.wanted);
  const services = wanted.map(({ service }) => service);
  const leaving = [...away].filter((service) => !services.includes(service)).sort(byCodeUnit);
  const asks = site.policy.serviceFailover === 'ask';
  const rest = restUntil(site, input.left ?? [], now);
  const addWaits = wanted
    .filter(({ service, because }) => (asks || rest.has(service)) && because !== 'person' && !away.has(service))
    .map(({ service }) => service);
  const called = hold ? null : moveCalled(site, unwell).move;
  const fails = targetFails(site, unwell);
  const release = releaseFor(input, leaving, verdicts, unwell, hold);
  return {
    mode: services.length > 0 ? 'serviceFailover' : 'home',
    services,
    target: services.length > 0 ? site.failover.name : null,
    leaving,
    ...additionOf(site, addWaits, asks, rest),
    releaseApproval: release.approval,
    releaseWaits: release.waits,
    move: called,
    ...(fails === null ? {} : { targetFails: fails }),
    hold: hold ? describeIntent(hold) : null,
    alarms: alarmsOf(site, verdicts, unwell, live),
    reasons: reasonsOf(site, verdicts, away, unwell, hold, release),
    since: earliest(wanted.flatMap(({ facts }) => facts)),
  };
};
