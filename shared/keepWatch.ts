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
import { tell } from './tell.ts';

/** A little less than a round hour and than six: timers come a little early as well as late. */
const snapshotMs = 55 * 60 * 1_000;
const preflightMs = (6 * 60 - 5) * 60 * 1_000;

export type Watching = Keeping & Checking;

const isDue = (at: string | null | undefined, everyMs: number, now: number): boolean =>
  at === null || at === undefined || now - Date.parse(at) >= everyMs;

/** The side the site lives on; a warm standby as well, since it is kept in step. */
const watchedSides = ({ session, configured }: Watching): SideName[] => {
  const here = residenceOf(session.state());
  const warm = configured.move.standby === 'warm' || standsBy(session.state());
  return here === 'home' && warm ? [here, otherSide(here)] : [here];
};

const keptAlready = ({ session }: Watching, side: SideName): string | null =>
  lastReadAt(session.state().snapshots?.[side]);

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
  for (const side of watchedSides(work)) {
    if (!isDue(keptAlready(work, side), snapshotMs, now)) continue;
    await unharmed(work, 'the snapshot', () => keepSnapshot(work, configured, side));
  }
  const { preflight: last } = work.session.state();
  const other = otherSide(residenceOf(work.session.state()));
  if (last?.side !== other || isDue(last.at, preflightMs, now))
    await unharmed(work, 'the preflight', () => check(work, configured));
  await unharmed(work, 'the standby', () => keepStandby(work));
};
