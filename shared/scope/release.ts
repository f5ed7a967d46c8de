import type { Site } from '../base/site.ts';
import { isoDurationMs } from './duration.ts';
import { listed, minute } from './sentences.ts';
import { asSiteSpells } from './unwell.ts';

/** That the endpoints of a service, looked at from `homeSince` to `seenAt` (ISO), resolved in the home region each time. */
export type HomeEvidence = { readonly service: string; readonly homeSince: string; readonly seenAt: string };

/** A look older than this says nothing about now; sweeps come more often. */
const EVIDENCE_FRESH_MS = 15 * 60 * 1_000;

/** Which of the leaving services wait for a person, and why; `notes` say why the others do not. */
export type Release = {
  readonly waits: readonly string[];
  readonly approval: string | null;
  readonly notes: readonly string[];
};

/** Why evidence does not let a service go; undefined where it does. */
const whyNotYet = (
  site: Site,
  evidence: HomeEvidence | undefined,
  lastOpen: string | undefined,
  now: number,
): string | undefined => {
  if (lastOpen !== undefined && now - Date.parse(lastOpen) < isoDurationMs(site.policy.soak))
    return `its incident was open until ${minute(lastOpen)}, less than ${site.policy.soak} ago`;
  if (evidence === undefined) return `there is no evidence that its endpoints resolve in ${site.home.displayName}`;
  const { homeSince, seenAt } = evidence;
  if (!(now - Date.parse(seenAt) <= EVIDENCE_FRESH_MS)) return `its endpoints were last looked at ${minute(seenAt)}`;
  if (!(Date.parse(seenAt) - Date.parse(homeSince) >= isoDurationMs(site.policy.soak))) {
    return `its endpoints resolve in ${site.home.displayName} since ${minute(homeSince)}, which is less than ${site.policy.soak}`;
  }
  return undefined;
};

/**
 * An incident's end does not mean that a service is back, so leaving takes a person's word (`sentHome`),
 * evidence for the whole soak time where policy takes evidence (`failback: auto`), or an approval.
 */
export const releaseOf = (
  site: Site,
  leaving: readonly string[],
  sentHome: ReadonlySet<string>,
  evidence: readonly HomeEvidence[],
  lastOpen: ReadonlyMap<string, string>,
  now: number,
): Release => {
  const waits: string[] = [];
  const whys: string[] = [];
  const notes: string[] = [];
  for (const service of leaving.filter((candidate) => !sentHome.has(candidate))) {
    const own = evidence.find((seen) => asSiteSpells(site, seen.service) === service);
    const why =
      site.policy.failback === 'auto' ? whyNotYet(site, own, lastOpen.get(service), now) : "policy failback is 'ask'";
    if (why === undefined) {
      notes.push(
        `${service}: its endpoints resolve in ${site.home.displayName} for ${site.policy.soak}; it may leave.`,
      );
      continue;
    }
    waits.push(service);
    whys.push(why);
  }
  const approval =
    waits.length === 0
      ? null
      : `${listed(waits)} may still be in ${site.failover.displayName}: the end of an incident does not bring a service back. Say so when it is home (${[...new Set(whys)].join('; ')}).`;
  return { waits, approval, notes };
};
