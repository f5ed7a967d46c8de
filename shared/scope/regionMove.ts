import { movesTo } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import { isoDurationMs } from './duration.ts';
import type { Fact } from './fact.ts';
import { openFacts } from './openFact.ts';
import { listed } from './sentences.ts';
import { isOfSite, REGION_WIDE_SERVICES, type RegionWide, regionWide, type Unwell } from './unwell.ts';

const cause = ({ tunnel, services }: RegionWide): string =>
  tunnel.length > 0
    ? `${listed(tunnel)}, which the tunnel stands on, ${tunnel.length === 1 ? 'is' : 'are'} unwell`
    : `${services.length} services are unwell (${REGION_WIDE_SERVICES} make it an outage of the region): ${listed(services.slice(0, 12))}`;

/** What an outage of the whole region means for a site. */
export type MoveCalled = {
  /** Why a move is called for, and since when the region fails; null where it is not, or would not help. */
  readonly move: { readonly why: string; readonly since: string } | null;
  /** What people are told; null where the region does not fail as a whole. */
  readonly alarm: string | null;
};

/** Why a move to the region that the site would move to helps nobody; null where that does not fail as a whole. */
export const targetFails = (site: Site, unwell: Unwell): string | null => {
  const there = regionWide(unwell.target);
  return there && `${movesTo(site).displayName} fails as a whole, since ${cause(there)}`;
};

/**
 * The region it would move to is `move.targetRegion`, else the failover region; the failover region of the services alone
 * has no say.
 *
 * | the site's region   | the region it would move to | then                       |
 * | ------------------- | --------------------------- | -------------------------- |
 * | fails as a whole    | well, or unwell in part     | a move is called for       |
 * | fails as a whole    | fails as a whole, too       | stay, alarm                |
 * | well, or in part    | any                         | nothing                    |
 */
export const moveCalled = (site: Site, unwell: Unwell): MoveCalled => {
  const wide = regionWide(unwell.home);
  if (!wide) return { move: null, alarm: null };
  const [home, target] = [site.home.displayName, movesTo(site).displayName];
  const there = regionWide(unwell.target);
  if (there) {
    const alarm = `${home} fails as a whole, since ${cause(wide)}; no move to ${target} helps, where ${cause(there)}.`;
    return { move: null, alarm };
  }
  const why = `A move of site ${site.id} from ${home} to ${target} is called for: ${cause(wide)}.`;
  const meanwhile =
    site.policy.regionMove === 'ask'
      ? 'A person is asked before it begins; meanwhile the unwell services of the site are failed over one by one.'
      : 'Policy lets it begin by itself.';
  return { move: { why, since: wide.since }, alarm: `${why} ${meanwhile}` };
};

/**
 * Since when the region that a site was moved away from is well (ms): the newest word of it, if nothing is open or unheard
 * of there; null where something is. `site` is the side where the site lives now, whichever.
 */
const wellSince = (site: Site, movedAt: string, facts: readonly Fact[]): number | null => {
  const old = movesTo(site).name;
  const own = facts.filter((fact) => isOfSite(site, fact));
  if (openFacts(own).some((fact) => fact.region === old && fact.acts)) return null;
  const said = own.filter((fact) => fact.region === old || fact.region === '*').map((fact) => Date.parse(fact.at));
  return Math.max(Date.parse(movedAt), ...said.filter((at) => Number.isFinite(at)));
};

/** Whether the region that a site was moved away from is well again for this long. */
export const isWellAgain = (
  site: Site,
  movedAt: string,
  facts: readonly Fact[],
  now: number,
  forMs: number,
): boolean => {
  const since = wellSince(site, movedAt, facts);
  return since !== null && now - since >= forMs;
};

/** Why the site can move back to where it was moved away from; null before that is well again for the soak time. */
export const returnCalled = (
  site: Site,
  movedAt: string,
  facts: readonly Fact[],
  now: number,
): { readonly why: string; readonly since: string } | null => {
  const { soak } = site.policy;
  const since = wellSince(site, movedAt, facts);
  if (since === null || now - since < isoDurationMs(soak)) return null;
  const why = `${movesTo(site).displayName} is well again for ${soak}: site ${site.id} can move back.`;
  return { why, since: new Date(since).toISOString() };
};
