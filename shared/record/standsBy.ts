import type { SiteState } from './state.ts';

/** Whether a standby was approved and built, and not taken down since. */
export const standsBy = ({ standby, lastMoves }: Pick<SiteState, 'standby' | 'lastMoves'>): boolean =>
  standby ??
  (lastMoves ?? []).find(({ outcome }) => outcome === 'standing' || outcome === 'removed')?.outcome === 'standing';
