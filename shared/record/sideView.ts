import { counted } from '../base/counted.ts';
import { otherSide, regionOfSide, type SideName } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import { commandText } from './ask.ts';
import type { PreflightCheck, Residence } from './move.ts';
import { isAwayFromHome, residenceOf } from './residence.ts';
import { returnRefused } from './retireCalled.ts';
import type { SiteState } from './state.ts';
import { durationText, momentText, plainText, sinceMs } from './words.ts';

/** Where the site lives, in plain words. */
export type ResidenceView = {
  readonly side: SideName;
  /** Display name. */
  readonly region: string;
  readonly since: string;
  readonly because: Residence['because'];
  readonly by: string;
  readonly text: string;
};

/** The landing zone as last kept, of one side. */
export type SnapshotView = {
  readonly side: SideName;
  readonly region: string;
  readonly at: string | null;
  readonly text: string;
  /** A newer one lost something: what, in plain sentences. */
  readonly doubtful: { readonly at: string; readonly text: string; readonly lost: readonly string[] } | null;
};

/** Whether the site could move now. */
export type PreflightView = {
  readonly side: SideName;
  readonly region: string;
  readonly at: string;
  readonly ok: boolean;
  readonly text: string;
  readonly failed: readonly PreflightCheck[];
  readonly checks: readonly PreflightCheck[];
};

/** Display names of both sides' regions; `site` is as the sites file has it. */
export const sideNames = (site: Site): Readonly<Record<SideName, string>> => ({
  home: regionOfSide(site, 'home').displayName,
  target: regionOfSide(site, 'target').displayName,
});

const becauseTexts: Readonly<Record<Exclude<Residence['because'], 'configured'>, string>> = {
  outage: 'the other region failed',
  budget: 'the routes of a service failover did not fit',
  planned: 'it was moved on purpose',
  return: 'it moved back',
  standbyUp: 'its standby was built',
  teardown: 'the other side was taken down',
};

export const returnWaits = (home: string): string =>
  `The way back is asked for again when something new is heard of ${home}`;

const wayBackText = (site: Site, state: SiteState, { side, since }: Residence, now: number): string => {
  if (!isAwayFromHome(state)) return side === 'home' ? '' : '; this is its home from then on';
  const home = sideNames(site)[otherSide(side)];
  const refusal = returnRefused(state, since, now);
  if (refusal !== null) {
    const why = plainText(refusal.why ?? 'It was declined', 400);
    return `. ${why}. ${returnWaits(home)}. To go home before: ${commandText({ action: 'move', site: site.id })}`;
  }
  return site.policy.regionFailback === 'auto'
    ? `; it goes back by itself when ${home} has been well for the soak time`
    : `; the way back to ${home} asks for approval`;
};

/** null where the site has always lived where the sites file says. */
export const residenceView = (site: Site, state: SiteState, now: number): ResidenceView | null => {
  const { residence } = state;
  if (residence === undefined || residence.because === 'configured') return null;
  const { side, since, because, by } = residence;
  const region = sideNames(site)[side];
  const lasting = `${momentText(since, now)} (${durationText(sinceMs(since, now))})`;
  const text = `lives in ${region} since ${lasting}, because ${becauseTexts[because]} (${plainText(by)})`;
  return {
    side,
    region,
    since,
    because,
    by: plainText(by),
    text: `${text}${wayBackText(site, state, residence, now)}`,
  };
};

const ago = (at: string, now: number): string => `${momentText(at, now)} (${durationText(sinceMs(at, now))} ago)`;

const noneYet = (region: string): string =>
  `none of ${region} yet: it could not be moved from there if the region failed`;

/** Of the side it lives on, and of the other where one was kept; nothing before the first was. */
export const snapshotViews = (site: Site, state: SiteState, now: number): readonly SnapshotView[] => {
  const here = residenceOf(state);
  const { snapshots } = state;
  if (snapshots === undefined) return [];
  return [here, otherSide(here)].flatMap((side): SnapshotView[] => {
    if (snapshots[side] === undefined && side !== here) return [];
    const { good, doubtful } = snapshots[side] ?? { good: null, doubtful: null };
    const region = sideNames(site)[side];
    const text = good === null ? noneYet(region) : `${region} as of ${ago(good.at, now)}`;
    const lost = doubtful?.lost.map((line) => plainText(line, 300)) ?? [];
    return [
      {
        side,
        region,
        at: good?.at ?? null,
        text,
        doubtful: doubtful && {
          at: doubtful.at,
          text: `the one of ${ago(doubtful.at, now)} lost something and is not relied on`,
          lost,
        },
      },
    ];
  });
};

const checkView = ({ id, ok, text, remedy }: PreflightCheck): PreflightCheck => ({
  id: plainText(id),
  ok,
  text: plainText(text, 600),
  remedy: plainText(remedy, 600),
});

/** null where none was made yet of the side it could go to now. */
export const preflightView = (site: Site, state: SiteState, now: number): PreflightView | null => {
  const { preflight } = state;
  if (!preflight || preflight.side === residenceOf(state)) return null;
  const { side, at } = preflight;
  const region = sideNames(site)[side];
  const checks = preflight.checks.map(checkView);
  const failed = checks.filter(({ ok }) => !ok);
  const found =
    failed.length === 0
      ? `it could move to ${region} now, ${counted(checks.length, 'check')} passed`
      : `it could not move to ${region} now, ${failed.length} of ${counted(checks.length, 'check')} failed`;
  return { side, region, at, ok: failed.length === 0, text: `${found}; looked ${ago(at, now)}`, failed, checks };
};
