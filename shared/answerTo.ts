import { AutomationError } from './base/errors.ts';
import { isAbout, type Question, withAnswer } from './record/question.ts';
import type { SiteState } from './record/state.ts';

/**
 * The state with a person's yes to what is asked now remembered, so that the same yes, sent again, is not taken for one
 * to a later question. Throws ERR_DIGEST_MISMATCH where the word is not about this question.
 */
export const answerTo = (
  state: SiteState,
  asked: Question,
  word: { readonly question?: string | undefined },
): SiteState => {
  const about = isAbout(word, asked, state.answered);
  if (about === 'fits') return { ...state, answered: withAnswer(state.answered, asked) };
  const { site } = state;
  const message =
    about === 'other'
      ? `What is asked at site ${site} now is question ${asked.question}, not ${word.question}.`
      : `The plan ${asked.digest} of site ${site} was approved before, when it was asked for earlier; that word is used up.`;
  throw new AutomationError('ERR_DIGEST_MISMATCH', message, {
    remedy: `Look at what waits now; to approve it say its question, too: npm run cli -- approve --site ${site} --digest ${asked.digest} --question ${asked.question}`,
  });
};
