import { isInTurn } from './base/inTurn.ts';
import type { SideName } from './base/side.ts';

import type { Site } from './base/site.ts';
import { considerRetire } from './considerRetire.ts';
import { keepPreflight, type Preparing, preflightIsDue } from './keepPreflight.ts';
import { keepSnapshot } from './keepSnapshot.ts';
import { keepStandby } from './keepStandby.ts';
import { isAwayFromHome, residenceOf } from './record/residence.ts';
import { lastReadAt } from './record/snapshotVerdict.ts';
import { standbySide, wantsStandby } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { replanMove } from './replanMove.ts';
import type { Fact } from './scope/fact.ts';
import { returnCalled } from './scope/regionMove.ts';
import { unharmed } from './unharmed.ts';

const minuteMs = 60 * 1_000;
const snapshots = { everyMs: 60 * minuteMs, leastMs: 40 * minuteMs };

/** `site` is the side where it lives. */
export type Watching = Preparing & { readonly site: Site };

type Round = Parameters<typeof isInTurn>[2];

const isDue = ({ site }: SiteState, at: string | null | undefined, round: Round, now: number): boolean =>
  isInTurn(site, at ? Date.parse(at) : null, round, now);

/** Where an outage or a budget has driven a site from, nothing is read or built before that is well again. */
const mayPrepare = ({ site, session, ports }: Watching, facts: readonly Fact[]): boolean => {
  const { residence } = session.state();
  if (residence === undefined || !isAwayFromHome(session.state())) return true;
  return returnCalled(site, residence.since, facts, ports.clock.now()) !== null;
};

/** The side the site lives on; a warm standby as well, since it is kept in step. */
const watchedSides = (state: SiteState, configured: Site): SideName[] => {
  const standby = standbySide(configured, state);
  return [residenceOf(state), ...(standby === null ? [] : [standby])];
};

const snapshotIsDue = (state: SiteState, side: SideName, now: number): boolean =>
  isDue(state, lastReadAt(state.snapshots?.[side]), snapshots, now);

/** Whether a sweep has anything to keep or to check for the day that the region fails; of a standby it always has. */
export const watchIsDue = (state: SiteState, configured: Site, now: number): boolean =>
  wantsStandby(configured, state) ||
  watchedSides(state, configured).some((side) => snapshotIsDue(state, side, now)) ||
  preflightIsDue(state, now);

/**
 * What a sweep does for the day that a region fails: keeps a snapshot of the landing zone, every hour, and checks
 * whether the site could move, every six, both only where due; plans a move that waits anew where home
 * has changed; keeps a standby in step; and asks what becomes of the side that was left. None ever makes a look fail.
 */
export const keepWatch = async (work: Watching, facts: readonly Fact[]): Promise<void> => {
  const { configured, session, ports } = work;
  const now = ports.clock.now();
  const prepares = mayPrepare(work, facts);
  const here = residenceOf(session.state());
  for (const side of prepares ? watchedSides(session.state(), configured) : [here]) {
    if (!snapshotIsDue(session.state(), side, now)) continue;
    await unharmed(work, 'the snapshot', () => keepSnapshot(work, configured, side));
  }
  await unharmed(work, 'the plan that waits', () => replanMove(work));
  await keepPreflight(work);
  if (prepares) await unharmed(work, 'the standby', () => keepStandby(work));
  await unharmed(work, 'the side that was left', () => considerRetire(work, facts));
};
