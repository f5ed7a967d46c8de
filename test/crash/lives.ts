import { type ChildProcess, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { Birth, Call, Go, Refusal, Said, Task } from './calls.ts';

/** What becomes of a call once it has been answered. */
export type Verdict = 'on' | 'lose' | 'die';

/** The life ended in the middle of what it did; whoever asked has to ask another. */
export class Died extends Error {
  constructor() {
    super('the worker died');
  }
}

/** A task ended with an error of the app's own, as the host or a caller would see it. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

/** A row of lives, one at a time; the next is begun when somebody asks something after a death. */
export type Lives = {
  /** Throws `Died` or `Refused`. */
  ask(task: Task): Promise<unknown>;
  /** Ends the life that there is as a power cut would. */
  kill(): Promise<void>;
};

/** `judge` is told of every call while the life that made it stands still. */
export const startLives = (file: string, birth: Birth, judge: (call: Call) => Verdict): Lives => {
  let worker: Worker | null = null;

  const kill = async (): Promise<void> => {
    const dying = worker;
    worker = null;
    await dying?.terminate();
  };

  const born = async (): Promise<Worker> => {
    const life = new Worker(file, { workerData: birth, env: { ...process.env, ...birth.env } });
    await new Promise<void>((resolve, reject) => {
      life.once('error', reject);
      life.once('message', () => resolve());
    });
    life.removeAllListeners('error');
    worker = life;
    return life;
  };

  const ask = async (task: Task): Promise<unknown> => {
    const life = worker ?? (await born());
    return new Promise((resolve, reject) => {
      let dead = false;
      const end = (settle: () => void): void => {
        life.removeAllListeners('message');
        life.removeAllListeners('error');
        settle();
      };
      life.on('error', (error) => end(() => reject(error)));
      life.on('message', (said: Said) => {
        // What the dead one still says, nobody hears.
        if (dead) return;
        if (said.say === 'up') return;
        if (said.say === 'over') {
          const { refusal, value } = said;
          return end(() => (refusal ? reject(new Refused(refusal)) : resolve(value)));
        }
        let verdict: Verdict;
        try {
          verdict = judge(said.call);
        } catch (error) {
          return end(() => reject(error));
        }
        if (verdict !== 'die') return life.postMessage({ go: said.ticket, lose: verdict === 'lose' } satisfies Go);
        dead = true;
        void kill().then(() => end(() => reject(new Died())));
      });
      life.postMessage(task);
    });
  };

  return { ask, kill };
};

/** The same in processes, that end by SIGKILL: nothing stands still while they are told of, and any moment may be the last. */
export const startProcesses = (file: string, birth: Birth, judge: (call: Call) => Verdict): Lives => {
  let child: ChildProcess | null = null;

  const born = async (): Promise<ChildProcess> => {
    const life = fork(file, [], { env: { ...process.env, ...birth.env }, execArgv: [] });
    child = life;
    await new Promise<void>((resolve, reject) => {
      life.once('exit', () => reject(new Died()));
      life.once('message', () => resolve());
      life.send(birth);
    });
    life.removeAllListeners('exit');
    return life;
  };

  return {
    ask: async (task) => {
      const life = child ?? (await born());
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          life.removeAllListeners('message');
          life.removeAllListeners('exit');
          settle();
        };
        life.on('exit', () => end(() => reject(new Died())));
        life.on('message', (said: Said) => {
          if (said.say === 'call') judge(said.call);
          if (said.say !== 'over') return;
          const { refusal, value } = said;
          end(() => (refusal ? reject(new Refused(refusal)) : resolve(value)));
        });
        if (life.connected) life.send(task, (error) => (error === null ? undefined : end(() => reject(new Died()))));
        else end(() => reject(new Died()));
      });
    },
    kill: async () => {
      const dying = child;
      child = null;
      if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
  };
};
