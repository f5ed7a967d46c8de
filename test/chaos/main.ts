import { randomInt } from 'node:crypto';
import { type Lane, openLane } from './lanes.ts';
import { type Options, readOptions, usage } from './options.ts';
import { episodeOf } from './programme.ts';
import { episodeText, type Played, summaryOf, summaryText } from './report.ts';

/** Which episode is next: null where there is none, or no time for one. */
const schedule = ({ episodes, only, minutes }: Options, begun: number) => {
  let next = 0;
  let longestMs = 0;
  const left = (): number => begun + minutes * 60_000 - performance.now();
  return {
    took: (ms: number): void => {
      longestMs = Math.max(longestMs, ms);
    },
    next: (): number | null => {
      if (only !== null) return next++ === 0 ? only : null;
      if (episodes !== null) return next < episodes ? next++ : null;
      return next === 0 || left() > longestMs ? next++ : null;
    },
  };
};

const playAll = async (options: Options, say: (line: string) => void): Promise<Played[]> => {
  const plan = schedule(options, performance.now());
  const played: Played[] = [];
  const work = async (lane: Lane): Promise<void> => {
    for (let index = plan.next(); index !== null; index = plan.next()) {
      const begun = performance.now();
      const result = await lane.play(episodeOf(options.seed, index));
      const ms = performance.now() - begun;
      plan.took(ms);
      const one = { ...result, index, seconds: Math.round(ms / 1_000) };
      played.push(one);
      say(episodeText(one));
    }
  };
  const lanes = Array.from({ length: options.lanes }, openLane);
  try {
    await Promise.all(lanes.map(work));
  } finally {
    for (const lane of lanes) lane.close();
  }
  return played.sort((a, b) => a.index - b.index);
};

const main = async (argv: readonly string[]): Promise<number> => {
  if (argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const options = readOptions(argv, randomInt(2 ** 31));
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  say(`seed ${options.seed}`);
  const played = await playAll(options, say);
  const summary = summaryOf(options.seed, played);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...summary, played }, null, 2)}\n`);
  else say(summaryText(summary));
  return summary.broken > 0 || played.length === 0 ? 1 : 0;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 1;
}
