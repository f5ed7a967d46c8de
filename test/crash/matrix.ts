import { Random } from '../../simulator/tags/random.ts';
import type { Calm, Job, Struck } from './job.ts';
import type { Lanes } from './lanes.ts';
import type { Options } from './options.ts';
import { blowsOf } from './points.ts';
import type { Blow } from './trial.ts';

/** One journey with all that befell it. */
export type Matrix = {
  readonly journey: string;
  /** To the outside, in the undisturbed run; those that change something. */
  readonly calls: number;
  readonly changing: number;
  readonly runs: readonly Struck[];
};

type Calmed = Omit<Calm, 'end'> & { readonly end: NonNullable<Calm['end']> };

const inPeace = async (lanes: Lanes, journey: string, swift: boolean): Promise<Calmed> => {
  const answers: Calm[] = [];
  await lanes.all([{ journey, calm: null, swift }], (answer) => {
    if ('broken' in answer) throw new Error(answer.broken);
    if ('calm' in answer) answers.push(answer.calm);
  });
  const [calm] = answers;
  if (calm === undefined || calm.end === null || calm.wrong.length > 0)
    throw new Error(`${journey}, undisturbed: ${calm?.wrong.join('; ')}`);
  return { ...calm, end: calm.end };
};

const jobsOf = (journey: string, calm: Calmed, blows: readonly Blow[]): Job[] =>
  blows.map((blow) => ({
    journey,
    swift: blow.how === 'sigkill',
    calm: { calls: calm.calls, end: calm.end },
    blow,
  }));

/** Plays a journey with each blow that `options` choose. `say` hears how it goes. */
export const playMatrix = async (
  lanes: Lanes,
  journey: string,
  options: Options,
  say: (line: string) => void,
): Promise<Matrix> => {
  const calm = await inPeace(lanes, journey, false);
  const [from, to] = options.only ?? [0, calm.calls.length];
  const isTurn = (at: number): boolean =>
    calm.calls[at]?.startsWith('arm ') === true || at % options.every === options.seed % options.every;
  const blows = blowsOf(calm.calls, options.which).filter(
    ({ at, how }) => at >= from && at <= to && isTurn(at) && (options.how ?? how) === how,
  );
  const jobs = jobsOf(journey, calm, options.list ? [] : blows);
  const { sample } = options;
  const kills = 'runs' in sample ? sample.runs : Math.ceil(calm.calls.length * sample.share);
  if (kills > 0) {
    const swift = await inPeace(lanes, journey, true);
    const random = new Random(options.seed);
    // The first draws of small seeds are small.
    for (let draw = 0; draw < 20; draw += 1) random.next();
    const killed = Array.from({ length: kills }, (): Blow => ({ at: random.below(swift.ms), how: 'sigkill' }));
    jobs.push(...jobsOf(journey, swift, killed));
  }
  if (options.list) say(calm.calls.map((call, at) => `${journey} ${at} ${call}`).join('\n'));
  say(`${journey}: ${calm.all} calls to the outside, ${calm.calls.length} change something; ${jobs.length} runs`);
  const runs: Struck[] = [];
  const begun = performance.now();
  await lanes.all(jobs, (answer, job) => {
    if (job.calm === null || 'calm' in answer) return;
    const broken = (why: string): Struck => ({ blow: job.blow, call: '', sweeps: 0, differences: [why] });
    const struck = 'broken' in answer ? broken(answer.broken) : answer.struck;
    runs.push(struck);
    if (struck.differences.length > 0) say(shown(journey, struck));
    const seconds = Math.round((performance.now() - begun) / 1_000);
    if (runs.length % 50 === 0) say(`  ${runs.length} of ${jobs.length}, ${seconds} s`);
  });
  return { journey, calls: calm.all, changing: calm.calls.length, runs };
};

const words = { die: 'killed after', lose: 'no answer to', sigkill: 'ms, then' };

const shown = (journey: string, { blow, call, differences, sweeps }: Struck): string =>
  [
    `${journey} ${blow.at} ${words[blow.how]}: ${call}${sweeps > 0 ? ' (the sweep helped)' : ''}`,
    ...differences.map((line) => `    ${line}`),
  ].join('\n');

export const differing = ({ runs }: Matrix): number => runs.filter(({ differences }) => differences.length > 0).length;

export const summaryOf = (matrix: Matrix): string => {
  const count = (how: Blow['how']): number => matrix.runs.filter(({ blow }) => blow.how === how).length;
  const early = matrix.runs.filter(({ blow, call }) => blow.how === 'sigkill' && call !== 'SIGKILL').length;
  const swept = matrix.runs.filter(({ sweeps }) => sweeps > 0).length;
  const { journey, calls, changing } = matrix;
  const blows = `${count('die')} deaths, ${count('lose')} lost answers, ${count('sigkill') - early} by SIGKILL${early > 0 ? ` (${early} over before)` : ''}`;
  return `${journey}: ${calls} calls (${changing} change something); ${blows}; ${swept} needed the sweep; ${differing(matrix)} differ`;
};
