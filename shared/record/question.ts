import { digestOf } from '../base/canonical.ts';
import type { Move } from './move.ts';
import type { Waiting } from './state.ts';

/** A plan that a person is asked about, at one time: the same plan asked about later is another question. */
export type Question = { readonly digest: string; readonly question: string };

const idOf = (value: unknown): string => digestOf(value).slice('sha256:'.length, 'sha256:'.length + 8);

export const questionOf = ({ digest, since }: Pick<Waiting, 'digest' | 'since'>): Question => ({
  digest,
  question: idOf({ digest, since }),
});

/** A move has an id of its own each time it is asked for. */
export const questionOfMove = ({ digest, id }: Pick<Move, 'digest' | 'id'>): Question => ({
  digest,
  question: idOf({ digest, id }),
});

/** Enough for a year of incidents at one site; a state has to stay small. */
const answersKept = 40;

/** The questions that a person has answered alike, the newest of each digest in front. */
export const withAnswer = (answered: readonly Question[] | undefined, asked: Question): readonly Question[] =>
  [asked, ...(answered ?? []).filter(({ digest }) => digest !== asked.digest)].slice(0, answersKept);

/**
 * Digests repeat: the same incident a month later asks for the same plan. Whether a word is about what is asked now.
 *
 * | the word carries | its digest was answered so before | then            |
 * | ---------------- | --------------------------------- | --------------- |
 * | this question    | any                               | `fits`          |
 * | another question | any                               | `other`         |
 * | none             | never, or for this question       | `fits`          |
 * | none             | for an earlier question           | `again`: a replay? |
 */
export const isAbout = (
  word: { readonly question?: string | undefined },
  asked: Question,
  answered: readonly Question[] | undefined,
): 'fits' | 'other' | 'again' => {
  if (word.question !== undefined) return word.question === asked.question ? 'fits' : 'other';
  const before = (answered ?? []).find(({ digest }) => digest === asked.digest);
  return before === undefined || before.question === asked.question ? 'fits' : 'again';
};
