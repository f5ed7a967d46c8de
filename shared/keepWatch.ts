import { asAutomationError } from './base/errors.ts';
import { otherSide, regionOfSide, type SideName } from './base/side.ts';
import type { Site } from './base/site.ts';
import { type Keeping, keepSnapshot } from './keepSnapshot.ts';
import { keepStandby } from './keepStandby.ts';
import { type Checking, preflight } from './preflight.ts';
import type { Preflight } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import { lastReadAt } from './record/snapshotVerdict.ts';
import { standsBy } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { tell } from './tell.ts';

/** A little less than a round hour and than six: timers come a little early as well as late. */
const snapshotMs = 55 * 60 * 1_000;
const preflightMs = (6 * 60 - 5) * 60 * 1_000;

export type Watching = Keeping & Checking;

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

const preflightIsDue = (state: SiteState, now: number): boolean =>
  state.preflight?.side !== otherSide(residenceOf(state)) || isDue(state.preflight.at, preflightMs, now);

/** Whether a sweep has anything to keep or to check for the day that the region fails; of a standby it always has. */
export const watchIsDue = (state: SiteState, configured: Site, now: number): boolean =>
  isWarm(state, configured) ||
  watchedSides(state, configured).some((side) => snapshotIsDue(state, side, now)) ||
  preflightIsDue(state, now);

/** Keys of what was told of a preflight: one at a time, for the checks that fail now. */
const keyPrefix = 'preflight ';
const keyOf = ({ side, checks }: Preflight): string =>
  `${keyPrefix}${side} ${checks
    .filter(({ ok }) => !ok)
    .map(({ id }) => id)
    .join()}`;

/** Says that a move has become impossible, or for another reason than before, or possible again; not each time. */
const tellChange = async (work: Watching, configured: Site, found: Preflight): Promise<void> => {
  const toldBefore = work.session.state().told.find((key) => key.startsWith(keyPrefix));
  const failing = found.checks.filter(({ ok }) => !ok);
  if (failing.length === 0 && toldBefore === undefined) return;
  const region = regionOfSide(configured, found.side).displayName;
  const could = `Site ${configured.id} could${failing.length > 0 ? ' not' : ''} move to ${region} now`;
  await tell(
    { ...work, site: configured },
    {
      kind: failing.length > 0 ? 'alarm' : 'over',
      key: keyOf(found),
      title: failing.length > 0 ? could : `${could}: all checks pass again`,
      text:
        failing.length > 0
          ? failing.map(({ id, text, remedy }) => `${id}: ${text} ${remedy}`).join('\n')
          : found.checks.map(({ text }) => text).join('\n'),
      digest: null,
    },
  );
};

/** Makes the checks and keeps what was found. */
const check = async (work: Watching, configured: Site): Promise<void> => {
  const found = await preflight(work, work.session.state());
  await tellChange(work, configured, found);
  const anyFails = found.checks.some(({ ok }) => !ok);
  await work.session.commit((state) => ({
    ...state,
    preflight: found,
    told: state.told.filter((key) => !key.startsWith(keyPrefix) || (anyFails && key === keyOf(found))),
  }));
};

/** A look must not fail because of what is only kept for later. Another worker's save ends this one all the same. */
const unharmed = async (work: Watching, what: string, act: () => Promise<void>): Promise<void> => {
  try {
    await act();
  } catch (error) {
    const { code, message } = asAutomationError(error);
    if (code === 'ERR_STATE_CONFLICT') throw error;
    work.ports.log.warn(`${what} failed`, { site: work.configured.id, code, message });
  }
};

/**
 * What a sweep does for the day that a region fails: keeps a snapshot of the landing zone, every hour, and checks
 * whether the site could move, every six, both only where due; and keeps a standby in step. None ever makes a look fail.
 */
export const keepWatch = async (work: Watching, configured: Site): Promise<void> => {
  const now = work.ports.clock.now();
  for (const side of watchedSides(work.session.state(), work.configured)) {
    if (!snapshotIsDue(work.session.state(), side, now)) continue;
    await unharmed(work, 'the snapshot', () => keepSnapshot(work, configured, side));
  }
  if (preflightIsDue(work.session.state(), now)) await unharmed(work, 'the preflight', () => check(work, configured));
  await unharmed(work, 'the standby', () => keepStandby(work));
};
