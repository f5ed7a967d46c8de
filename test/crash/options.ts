import { parseArgs } from 'node:util';
import type { Which } from './points.ts';
import { scripts } from './scripts.ts';

export const usage = `npm run crash [-- OPTIONS]

Plays journeys with the app killed after each of its calls to the outside in turn, and with each answer to a write lost;
the next life carries on. Exit 1 where an end, a write or what held in between is not as in the undisturbed journey.

  --journey NAME   one of ${scripts.map(({ name }) => name).join(', ')}; may be repeated
  --only K         only at call K (as printed), such as 12, or 12-20
  --calls arm|all  calls to Azure only, or also to the app's storage, queue and people (all)
  --how die|lose   only deaths, or only lost answers
  --every N        every call to Azure, of the others every Nth, where --seed says to begin (1: all)
  --sample N       so many runs that end by SIGKILL at a chance moment, or, as N%, so many for a hundred of the
                   journey's points (default: none), chosen by --seed S (1)
  --lanes N        processes beside each other (2)
  --list           print the calls of the undisturbed journeys, and stop
  --json           the result as JSON`;

/** Runs that end by SIGKILL: a number of them, or a share (0 to 1) of the points of a journey. */
export type Sample = { readonly runs: number } | { readonly share: number };

export type Options = {
  readonly journeys: readonly string[];
  readonly only: readonly [number, number] | null;
  readonly which: Which;
  readonly how: 'die' | 'lose' | null;
  readonly every: number;
  readonly sample: Sample;
  readonly seed: number;
  readonly lanes: number;
  readonly list: boolean;
  readonly json: boolean;
};

const whole = (name: string, text: string, least: number): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new RangeError(`--${name} ${text} is no whole number from ${least}.`);
  return number;
};

const span = (text: string | undefined): Options['only'] => {
  if (text === undefined) return null;
  const [first = '', last = first] = text.split('-');
  return [whole('only', first, 0), whole('only', last, 0)];
};

const oneOf = <T extends string>(name: string, text: string | undefined, of: readonly T[]): T | null => {
  if (text === undefined) return null;
  const found = of.find((each) => each === text);
  if (found === undefined) throw new RangeError(`--${name} ${text} is none of ${of.join(', ')}.`);
  return found;
};

const sampleOf = (text: string): Sample =>
  text.endsWith('%') ? { share: whole('sample', text.slice(0, -1), 0) / 100 } : { runs: whole('sample', text, 0) };

/** Throws RangeError, or TypeError for an option that there is not. */
export const readOptions = (argv: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      journey: { type: 'string', multiple: true },
      only: { type: 'string' },
      calls: { type: 'string' },
      how: { type: 'string' },
      every: { type: 'string', default: '1' },
      sample: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '2' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const names = scripts.map(({ name }) => name);
  return {
    journeys: values.journey?.map((name) => oneOf('journey', name, names) ?? name) ?? names,
    only: span(values.only),
    which: oneOf('calls', values.calls, ['arm', 'all']) ?? 'all',
    how: oneOf('how', values.how, ['die', 'lose']),
    every: whole('every', values.every, 1),
    sample: sampleOf(values.sample),
    seed: whole('seed', values.seed, 0),
    lanes: whole('lanes', values.lanes, 1),
    list: values.list,
    json: values.json,
  };
};
