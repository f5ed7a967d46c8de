import { isObject } from '../shared/base/canonical.ts';
import type { MovePlan } from '../shared/plan/move/movePlan.ts';
import { commandText } from '../shared/record/ask.ts';
import type { App } from './app.ts';
import type { Io } from './command.ts';
import { misused } from './options.ts';
import { renderMove } from './renderMove.ts';
import { showSaid, speak } from './speak.ts';

type Answer = Record<string, unknown>;
type Word = Readonly<Record<string, unknown>> & {
  readonly site: string;
  readonly by: string;
  /** Approves in the same breath what was seen before. */
  readonly digest?: string;
};

const isMovePlan = (value: unknown): value is MovePlan =>
  isObject(value) &&
  Array.isArray(value['steps']) &&
  Array.isArray(value['mappings']) &&
  isObject(value['criticalPath']);

/** The plan in the app's answer; null where it proposes none. */
const planIn = ({ move }: Answer): MovePlan | null => (isMovePlan(move) ? move : null);

/**
 * How a proposal comes to be approved.
 *
 * | way     | means                                                    |
 * | ------- | -------------------------------------------------------- |
 * | `later` | it waits; a person approves it by its digest             |
 * | `ask`   | whoever sits here is shown it and asked                  |
 * | `now`   | it is approved as it comes, by the digest that came      |
 */
export type Approval = 'later' | 'ask' | 'now';

const approveWords = ({ site, digest }: MovePlan, question: string | undefined): string =>
  `To approve it:\n  ${commandText({ action: 'apply', site, digest, ...(question ? { question } : {}) })}\n`;

const isYes = (text: string): boolean => /^y(es)?$/i.test(text.trim());

const decided = async ({ digest }: MovePlan, approval: Approval, { ask }: Io): Promise<boolean> =>
  approval === 'now' || (approval === 'ask' && ask !== undefined && isYes(await ask(`Approve ${digest}? [y/N] `)));

/**
 * Has the app propose something, shows it, and approves it where that was asked for; with a digest it was seen before
 * and only the app's answer is shown. Exit: 0, or 2 where it is blocked.
 */
export const propose = async (
  app: App,
  word: Word,
  { approval, json }: { readonly approval: Approval; readonly json: boolean },
  io: Io,
): Promise<number> => {
  if (approval === 'ask' && word.digest === undefined && (json || io.ask === undefined)) {
    throw misused(
      json ? '--json leaves nobody to ask.' : 'There is no terminal to ask at.',
      'Give --digest of the plan you saw, or --yes.',
    );
  }
  const answer = await speak(app, word);
  const { question } = answer;
  const plan = planIn(answer);
  if (plan === null || word.digest !== undefined) return showSaid(answer, json, io);
  if (!json) {
    io.out(renderMove(plan, io.now(), io));
    showSaid(answer, false, io);
  }
  if (!plan.applyable) {
    if (json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
    return 2;
  }
  const approved = (await decided(plan, approval, io))
    ? await speak(app, { action: 'apply', site: word.site, by: word.by, digest: plan.digest, question })
    : null;
  if (json) io.out(`${JSON.stringify({ ...answer, approved: approved !== null }, null, 2)}\n`);
  else if (approved === null) io.out(approveWords(plan, typeof question === 'string' ? question : undefined));
  else showSaid(approved, false, io);
  return 0;
};
