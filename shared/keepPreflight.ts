import { isInTurn } from './base/inTurn.ts';
import { otherSide, regionOfSide } from './base/side.ts';
import type { Keeping } from './keepSnapshot.ts';
import { type Checking, preflight } from './preflight.ts';
import type { Preflight } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import type { SiteState } from './record/state.ts';
import { tell } from './tell.ts';
import { unharmed } from './unharmed.ts';

const hourMs = 60 * 60 * 1_000;
const rounds = { everyMs: 6 * hourMs, leastMs: 5 * hourMs };

/** A check that fails may be mended at any time; so often it is made again while a move waits for it. */
const failedEveryMs = 5 * 60 * 1_000;

export type Preparing = Keeping & Checking;

const isOlder = (at: string, ms: number, now: number): boolean => now - Date.parse(at) >= ms;

/** Whether the checks are to be made again although nobody waits for them. */
export const preflightIsDue = (state: SiteState, now: number): boolean =>
  state.preflight?.side !== otherSide(residenceOf(state)) ||
  isInTurn(state.site, Date.parse(state.preflight.at), rounds, now);

const hasFailed = ({ preflight: kept }: SiteState, now: number): boolean =>
  kept?.checks.some(({ ok }) => !ok) === true && isOlder(kept.at, failedEveryMs, now);

/** Keys of what was told of a preflight: one at a time, for the checks that fail now. */
const keyPrefix = 'preflight ';
const keyOf = ({ side, checks }: Preflight): string =>
  `${keyPrefix}${side} ${checks
    .filter(({ ok }) => !ok)
    .map(({ id }) => id)
    .join()}`;

/** Says that a move has become impossible, or for another reason than before, or possible again; not each time. */
const tellChange = async (work: Preparing, found: Preflight): Promise<void> => {
  const { configured } = work;
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
const check = async (work: Preparing): Promise<void> => {
  const found = await preflight(work, work.session.state());
  await tellChange(work, found);
  const anyFails = found.checks.some(({ ok }) => !ok);
  await work.session.commit((state) => ({
    ...state,
    preflight: found,
    told: state.told.filter((key) => !key.startsWith(keyPrefix) || (anyFails && key === keyOf(found))),
  }));
};

/**
 * Makes the checks where they are due. Asks the side that the site would move to and nothing of the one it lives on, so
 * they are made while that one answers nothing, too. Never makes a look fail.
 */
export const keepPreflight = async (work: Preparing): Promise<void> => {
  const state = work.session.state();
  // Of a side that nobody ever could read there is nothing to be moved.
  if (!state.snapshots?.[residenceOf(state)]?.good || !preflightIsDue(state, work.ports.clock.now())) return;
  await unharmed(work, 'the preflight', () => check(work));
};

/** Before a move is asked for: what failed when somebody last looked may have been mended since, and would block it. */
export const checkFailedAgain = async (work: Preparing): Promise<void> => {
  if (!hasFailed(work.session.state(), work.ports.clock.now())) return;
  await unharmed(work, 'the preflight', () => check(work));
};
