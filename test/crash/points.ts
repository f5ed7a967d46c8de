import type { Blow } from './trial.ts';

export type Which = 'arm' | 'all';

const isPoll = (call: string): boolean => call.startsWith('arm poll');

/** Of the polls of one operation the first, the middle and the last; of everything else all. Positions in `calls`. */
const chosen = (calls: readonly string[]): number[] => {
  const positions = calls.map((_, at) => at);
  const polls = Map.groupBy(
    positions.filter((at) => isPoll(calls[at] ?? '')),
    (at) => calls[at],
  );
  const some = [...polls.values()].flatMap((all) => [all[0], all[Math.floor((all.length - 1) / 2)], all.at(-1)]);
  const others = positions.filter((at) => !isPoll(calls[at] ?? ''));
  return [...new Set([...some, ...others])].filter((at) => at !== undefined).sort((a, b) => a - b);
};

/** What may lose its answer and leave the app alive: a write to Azure, and what the app keeps for itself. */
const canLose = /^(arm (put|delete|act)|table save|queue send|blob (keep|append)) /;

/** Every blow of a journey: a death after each call, and for what writes an answer that never arrives. */
export const blowsOf = (calls: readonly string[], which: Which): Blow[] =>
  chosen(calls)
    .filter((at) => which === 'all' || calls[at]?.startsWith('arm '))
    .flatMap((at): Blow[] => [
      { at, how: 'die' },
      ...(canLose.test(calls[at] ?? '') ? [{ at, how: 'lose' } as const] : []),
    ]);
