import { AutomationError } from './base/errors.ts';
import { commandText } from './record/ask.ts';
import { isAbout, type Question, withAnswer } from './record/question.ts';
import type { SiteState } from './record/state.ts';

/** A decision as it was sent; `question`: which asking of the plan is meant. */
type Sent = { readonly question?: string | undefined };

/** Throws ERR_DIGEST_MISMATCH where a decision is not about what is asked now; `before`: what was decided so, lately. */
const refuseOther = (
  { site }: SiteState,
  asked: Question,
  sent: Sent,
  before: readonly Question[] | undefined,
  how: { readonly done: string; readonly command: string },
): void => {
  const about = isAbout(sent, asked, before);
  if (about === 'fits') return;
  const message =
    about === 'other'
      ? `What is asked at site ${site} now is question ${asked.question}, not ${sent.question}.`
      : `The plan ${asked.digest} of site ${site} was ${how.done} before, when it was asked for earlier; that word is used up.`;
  throw new AutomationError('ERR_DIGEST_MISMATCH', message, {
    remedy: `Look at what waits now; to answer it say its question, too: ${how.command}`,
  });
};

/**
 * The state with a person's yes to what is asked now remembered, so that the same yes, sent again, is not taken for one
 * to a later question. Throws ERR_DIGEST_MISMATCH where the word is not about this question.
 */
export const answerTo = (state: SiteState, asked: Question, sent: Sent): SiteState => {
  const command = commandText({ action: 'apply', site: state.site, ...asked });
  refuseOther(state, asked, sent, state.answered, { done: 'approved', command });
  return { ...state, answered: withAnswer(state.answered, asked) };
};

/** Throws ERR_DIGEST_MISMATCH where a no is not about this question; the move that it ends remembers it. */
export const mustDecline = (state: SiteState, asked: Question, sent: Sent): void => {
  const command = commandText({ action: 'decline', site: state.site, ...asked });
  refuseOther(state, asked, sent, state.declined, { done: 'declined', command });
};
