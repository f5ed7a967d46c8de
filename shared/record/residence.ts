import { type SideName, sideOf } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import type { SiteState } from './state.ts';

/** Which side a site lives on; home until it has moved. */
export const residenceOf = (state: Pick<SiteState, 'residence'>): SideName => state.residence?.side ?? 'home';

/** The site as it lives: the side that is looked at and written to. `configured` is as the sites file has it. */
export const asItLives = (configured: Site, state: Pick<SiteState, 'residence'>): Site =>
  sideOf(configured, residenceOf(state));
