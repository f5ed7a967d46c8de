import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job } from './job.ts';
import type { LaneAnswer } from './lane.ts';

export type Lanes = {
  /** Plays each job in the next free lane; `told` hears of each answer. */
  all(jobs: readonly Job[], told: (answer: LaneAnswer, job: Job) => void): Promise<void>;
  close(): Promise<void>;
};

/** Simulated Azure and storage keep all they were ever told: after so many runs a lane is made anew. */
const runsPerLane = 40;

const laneFile = fileURLToPath(new URL('lane.ts', import.meta.url));

/** One process after the other. */
class Lane {
  readonly #bundle: string;
  #process: ChildProcess | null = null;
  #runs = 0;

  constructor(bundle: string) {
    this.#bundle = bundle;
  }

  async ask(job: Job): Promise<LaneAnswer> {
    if (job.swift || this.#runs >= runsPerLane) await this.close();
    this.#process ??= fork(laneFile, [this.#bundle], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#runs += 1;
    const lane = this.#process;
    const answered = new Promise<LaneAnswer>((resolve) => {
      lane.once('message', (answer) => resolve(answer as LaneAnswer));
      lane.once('exit', (code, signal) => resolve({ broken: `the lane ended with ${code ?? signal}` }));
    });
    lane.send(job);
    const answer = await answered;
    lane.removeAllListeners('message');
    lane.removeAllListeners('exit');
    if (job.swift || 'broken' in answer) await this.close();
    return answer;
  }

  async close(): Promise<void> {
    const ending = this.#process;
    this.#process = null;
    this.#runs = 0;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  }
}

/** So many processes beside each other. */
export const openLanes = (bundle: string, count: number): Lanes => {
  const lanes = Array.from({ length: count }, () => new Lane(bundle));
  return {
    all: async (jobs, told) => {
      const rest = [...jobs];
      await Promise.all(
        lanes.map(async (lane) => {
          for (let job = rest.shift(); job !== undefined; job = rest.shift()) told(await lane.ask(job), job);
        }),
      );
    },
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
};
