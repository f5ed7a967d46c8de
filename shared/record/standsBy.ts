import { otherSide, type SideName } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import { residenceOf } from './residence.ts';
import type { SiteState } from './state.ts';

/** Whether a standby was approved and built, and not taken down since. */
export const standsBy = ({ standby, lastMoves }: Pick<SiteState, 'standby' | 'lastMoves'>): boolean =>
  standby ??
  (lastMoves ?? []).find(({ outcome }) => outcome === 'standing' || outcome === 'removed')?.outcome === 'standing';

type Standing = Pick<SiteState, 'standby' | 'lastMoves' | 'snapshots' | 'residence'>;

/** Whether the side where the site does not live is to stand ready: the sites file says so, or a person has approved one. */
export const wantsStandby = ({ move }: Site, state: Standing): boolean => move.standby === 'warm' || standsBy(state);

/**
 * The side that stands by and may be read: whichever the site does not live on. Where nothing is known to stand at home
 * there is nothing to read: an empty side is not one that lost everything.
 */
export const standbySide = (configured: Site, state: Standing): SideName | null => {
  const side = otherSide(residenceOf(state));
  if (!wantsStandby(configured, state)) return null;
  return side === 'target' || state.snapshots?.home !== undefined || standsBy(state) ? side : null;
};
