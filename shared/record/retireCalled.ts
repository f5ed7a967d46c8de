import { otherSide } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import type { Fact } from '../scope/fact.ts';
import { isWellAgain, returnCalled } from '../scope/regionMove.ts';
import type { Move, MoveSummary } from './move.ts';
import { refusalOf } from './refusal.ts';
import { isAwayFromHome } from './residence.ts';
import { wantsStandby } from './standsBy.ts';
import type { SiteState } from './state.ts';

/** The question of the sweep, not a person's: it makes way for whatever else is asked. */
export const isRetireQuestion = ({ reason, status, askedBy }: Pick<Move, 'reason' | 'status' | 'askedBy'>): boolean =>
  reason === 'teardown' && status === 'awaitingApproval' && askedBy === undefined;

/** Moves since the site has lived where it does, the newest first. */
const since = ({ residence, lastMoves = [] }: SiteState): readonly MoveSummary[] =>
  lastMoves.filter(({ endedAt }) => residence !== undefined && endedAt >= residence.since);

const ofOldSide = (state: SiteState): readonly MoveSummary[] =>
  since(state).filter(({ reason, from }) => reason === 'teardown' && from !== state.residence?.side);

/** The no of a person to taking down the side that was left. */
export const retireRefused = (state: SiteState, now: number): MoveSummary | null => {
  const { residence } = state;
  if (residence === undefined) return null;
  const { side, since } = residence;
  return refusalOf(state, { reason: 'teardown', from: otherSide(side), digest: null, since }, now);
};

/** The no of a person to moving back; `since`: what is newer than that was not asked yet (ISO). */
export const returnRefused = (state: SiteState, since: string, now: number): MoveSummary | null =>
  state.residence === undefined
    ? null
    : refusalOf(state, { reason: 'return', from: state.residence.side, digest: null, since }, now);

/**
 * Whether a person is asked to have the side taken down that was left. `site` is the side where the site lives. Never
 * where `move.retireOld` is `never`, where a standby is wanted, where nothing is known to stand there, or where it was
 * taken down as far as it goes.
 *
 * | it lives where it does because of | the region that was left      | a person's no to return stands  | asked |
 * | --------------------------------- | ----------------------------- | ------------------------------- | ----- |
 * | a planned move, or a return       | nothing open there            | -                               | yes   |
 * | an outage, or routes did not fit  | well for the whole soak time  | yes                             | yes   |
 * | an outage, or routes did not fit  | any                           | no: that is the question        | no    |
 * | the sites file                    | any                           | -                               | no    |
 */
export const retireCalled = (
  configured: Site,
  site: Site,
  state: SiteState,
  facts: readonly Fact[],
  now: number,
): boolean => {
  const { residence } = state;
  if (residence === undefined || configured.move.retireOld === 'never' || wantsStandby(configured, state)) return false;
  if (state.snapshots?.[otherSide(residence.side)] === undefined) return false;
  if (ofOldSide(state).some(({ outcome }) => outcome === 'removed')) return false;
  if (isAwayFromHome(state)) {
    const back = returnCalled(site, residence.since, facts, now);
    return back !== null && returnRefused(state, back.since, now) !== null;
  }
  return (
    (residence.because === 'planned' || residence.because === 'return') &&
    isWellAgain(site, residence.since, facts, now, 0)
  );
};
