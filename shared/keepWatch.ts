import { otherSide, type SideName } from './base/side.ts';
import type { Site } from './base/site.ts';
import { keepPreflight, type Preparing, preflightIsDue } from './keepPreflight.ts';
import { keepSnapshot } from './keepSnapshot.ts';
import { keepStandby } from './keepStandby.ts';
import { residenceOf } from './record/residence.ts';
import { lastReadAt } from './record/snapshotVerdict.ts';
import { standsBy } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { replanMove } from './replanMove.ts';
import { unharmed } from './unharmed.ts';

/** A little less than a round hour: timers come a little early as well as late. */
const snapshotMs = 55 * 60 * 1_000;

const isDue = (at: string | null | undefined, everyMs: number, now: number): boolean =>
  at === null || at === undefined || now - Date.parse(at) >= everyMs;

/** The side the site lives on; a warm standby as well, since it is kept in step. */
const watchedSides = (state: SiteState, configured: Site): SideName[] => {
  const here = residenceOf(state);
  return here === 'home' && isWarm(state, configured) ? [here, otherSide(here)] : [here];
};

const isWarm = (state: SiteState, configured: Site): boolean => configured.move.standby === 'warm' || standsBy(state);

const snapshotIsDue = (state: SiteState, side: SideName, now: number): boolean =>
  isDue(lastReadAt(state.snapshots?.[side]), snapshotMs, now);

/** Whether a sweep has anything to keep or to check for the day that the region fails; of a standby it always has. */
export const watchIsDue = (state: SiteState, configured: Site, now: number): boolean =>
  isWarm(state, configured) ||
  watchedSides(state, configured).some((side) => snapshotIsDue(state, side, now)) ||
  preflightIsDue(state, now);

/**
 * What a sweep does for the day that a region fails: keeps a snapshot of the landing zone, every hour, and checks
 * whether the site could move, every six, both only where due; plans a move that waits anew where home
 * has changed; and keeps a standby in step. None ever makes a look fail.
 */
export const keepWatch = async (work: Preparing, configured: Site): Promise<void> => {
  const now = work.ports.clock.now();
  for (const side of watchedSides(work.session.state(), work.configured)) {
    if (!snapshotIsDue(work.session.state(), side, now)) continue;
    await unharmed(work, 'the snapshot', () => keepSnapshot(work, configured, side));
  }
  await unharmed(work, 'the plan that waits', () => replanMove(work));
  await keepPreflight(work);
  await unharmed(work, 'the standby', () => keepStandby(work));
};
