import { iso } from '../base/clock.ts';
import type { InVain, SiteState } from './state.ts';

const hourMs = 60 * 60_000;
const longestMs = 24 * hourMs;

/** Once more in vain: an hour until it is tried again unasked, twice as long each time, a day at most. */
export const onceMoreInVain = (before: InVain | null | undefined, digest: string, now: number): InVain => {
  const tries = before?.digest === digest ? before.tries + 1 : 1;
  return { digest, tries, again: iso(now + Math.min(longestMs, hourMs * 2 ** (tries - 1))) };
};

/** Whether that plan was refused for good a short while ago. Another plan, or a person's word, is not held back. */
export const isHeldBack = ({ inVain }: Pick<SiteState, 'inVain'>, digest: string, now: number): boolean =>
  inVain?.digest === digest && Date.parse(inVain.again) > now;
