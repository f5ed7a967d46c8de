import { differences } from './compare.ts';
import type { End } from './end.ts';
import { type Played, play, type Theatre } from './play.ts';
import { scripts } from './scripts.ts';
import type { Blow } from './trial.ts';

/** What a lane is asked: to play a journey in peace, or with a blow and hold it against the calm one. */
export type Job = {
  readonly journey: string;
  /** In processes, against a clock that runs. */
  readonly swift: boolean;
} & ({ readonly calm: null } | { readonly calm: Pick<Played, 'calls'> & { readonly end: End }; readonly blow: Blow });

export type Calm = Pick<Played, 'calls' | 'all' | 'end' | 'wrong' | 'ms'>;
export type Struck = {
  readonly blow: Blow;
  readonly call: string;
  readonly sweeps: number;
  /** What is not as in the calm run, or was wrong in between; empty where all is well. */
  readonly differences: readonly string[];
};

export const scriptNamed = (name: string) => {
  const script = scripts.find((candidate) => candidate.name === name);
  if (script === undefined)
    throw new RangeError(`There is no journey ${name}; there are ${scripts.map((each) => each.name).join(', ')}.`);
  return script;
};

export const calmRun = async (theatre: Theatre, job: Job): Promise<Calm> => {
  const { calls, all, end, wrong, ms } = await play(theatre, scriptNamed(job.journey), null);
  return { calls, all, end, wrong, ms };
};

export const struckRun = async (theatre: Theatre, job: Extract<Job, { blow: Blow }>): Promise<Struck> => {
  const { blow, calm } = job;
  const played = await play(theatre, scriptNamed(job.journey), blow);
  const swift = blow.how === 'sigkill';
  // On the wall no two runs take the same time: one may be over before it is struck.
  const call = swift ? (played.struck ?? 'over before it was killed') : (calm.calls[blow.at] ?? '');
  const strayed = swift || played.struck === call ? [] : [`the call was ${played.struck ?? 'never made'}`];
  const apart = played.end === null ? [] : differences(calm.end, played.end, { deaths: 1, swift });
  return { blow, call, sweeps: played.sweeps, differences: [...new Set([...strayed, ...played.wrong, ...apart])] };
};
