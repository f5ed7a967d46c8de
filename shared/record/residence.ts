import { otherSide, type SideName, sideOf } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import type { SiteState } from './state.ts';

type Living = Pick<SiteState, 'residence'>;

/** Which side a site lives on; home until it has moved. */
export const residenceOf = (state: Living): SideName => state.residence?.side ?? 'home';

/** Whether it was driven from what it calls home, by an outage or by routes that did not fit: after a planned move either side is home. */
export const isAwayFromHome = ({ residence }: Living): boolean =>
  residence?.because === 'outage' || residence?.because === 'budget';

const isThere = (configured: Site, side: SideName, { residence }: Living): boolean => {
  const { homeRegion, resourceGroup } = sideOf(configured, side);
  return (
    residence?.region?.toLowerCase() === homeRegion.toLowerCase() &&
    residence.resourceGroup?.toLowerCase() === resourceGroup.toLowerCase()
  );
};

/**
 * Whether the sites file still names where a site moved to as the side it lives on. `isHome`: the file calls it home
 * now. `elsewhere`: it names another place. A site that never moved, or came home again, lives where the file says,
 * unless the file has exchanged home and target.
 */
export const residenceInFile = (configured: Site, state: Living): 'fits' | 'isHome' | 'elsewhere' => {
  const { residence } = state;
  if (residence?.region === undefined || residence.resourceGroup === undefined) return 'fits';
  if (isThere(configured, residence.side, state)) return 'fits';
  if (isThere(configured, 'home', state)) return 'isHome';
  return residence.side === 'home' && !isThere(configured, otherSide(residence.side), state) ? 'fits' : 'elsewhere';
};

/** The site as it lives: the side that is looked at and written to. `configured` is as the sites file has it. */
export const asItLives = (configured: Site, state: Living): Site =>
  residenceInFile(configured, state) === 'isHome' ? configured : sideOf(configured, residenceOf(state));
