import type { Message } from './ports.ts';
import type { SiteState } from './state.ts';

/** Clocks of two instances differ by less. */
const mostSkewMs = 60_000;

/**
 * Whether a look that worked began after all that this message is about was remembered: then it is one too many, such as
 * a copy of one that was handled, and there is nothing in it to be looked at.
 */
export const lookedSince = (
  state: Pick<SiteState, 'lastLook' | 'lookAgain' | 'attention'>,
  message: Extract<Message, { readonly kind: 'site' }>,
): boolean => {
  const { lastLook, lookAgain, attention } = state;
  if (message.sweep === true || message.continues !== undefined || lookAgain || attention !== null) return false;
  return lastLook?.began !== undefined && Date.parse(lastLook.began) > message.arrivedAt + mostSkewMs;
};
