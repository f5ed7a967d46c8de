import type { SiteState } from './state.ts';

/** Whether a standby was approved and built, and not taken down since. */
export const standsBy = ({ lastMoves }: Pick<SiteState, 'lastMoves'>): boolean =>
  (lastMoves ?? []).find(({ outcome }) => outcome === 'standing' || outcome === 'removed')?.outcome === 'standing';
