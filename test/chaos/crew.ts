import { asAutomationError } from '../../shared/base/errors.ts';
import type { Ports } from '../../shared/ports.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import { type Instance, type InstanceParts, startInstance } from './instance.ts';
import type { Hand } from './queue.ts';

/** As host.json has it: `batchSize` and `newBatchThreshold` together. */
const mostAtOnce = 12;

type Worker = { died(): void };

/** The instances of the app: each takes messages, calls and the timer, and may die at any call. */
export class Crew {
  readonly #parts: InstanceParts;
  readonly #skewMs: number;
  readonly #failed: (code: string, message: string) => void;
  #alive: { readonly instance: Instance; readonly workers: Set<Worker> }[] = [];
  #born = 0;
  deaths = 0;

  /** `skewMs`: how far clocks are off at most. `failed` hears of everything that work ended with. */
  constructor(parts: InstanceParts, size: number, skewMs: number, failed: (code: string, message: string) => void) {
    this.#parts = parts;
    this.#skewMs = skewMs;
    this.#failed = failed;
    for (let count = 0; count < size; count += 1) this.#start();
  }

  /** Somebody to call; null while nobody is up. */
  any(): Ports | null {
    if (this.#alive.length === 0) return null;
    return this.#parts.turnstile.random.pick(this.#alive).instance.ports;
  }

  readonly hand: Hand = (text, redelivered, ends) => {
    const free = this.#alive.filter(({ workers }) => workers.size < mostAtOnce);
    if (free.length === 0) return false;
    const { instance, workers } = this.#parts.turnstile.random.pick(free);
    const worker: Worker = { died: ends.died };
    workers.add(worker);
    const message = readMessage(text);
    reconcile(message, instance.ports, redelivered).then(
      () => {
        workers.delete(worker);
        ends.done();
      },
      (error: unknown) => {
        workers.delete(worker);
        const { code, message: why } = asAutomationError(error);
        this.#failed(code, why);
        ends.failed();
      },
    );
    return true;
  };

  /** One instance dies as in a power cut, and another is up a while later. */
  kill(): void {
    if (this.#alive.length === 0) return;
    const { turnstile } = this.#parts;
    const [dead] = this.#alive.splice(turnstile.random.below(this.#alive.length), 1);
    if (dead === undefined) return;
    this.deaths += 1;
    dead.instance.life.endedAt = turnstile.now();
    for (const worker of dead.workers) worker.died();
    turnstile.at(turnstile.now() + 1_000 + turnstile.random.below(120_000), () => this.#start());
  }

  /** Everybody is let go: the play is over. */
  dismiss(): void {
    for (const { instance } of this.#alive) instance.life.endedAt = this.#parts.turnstile.now();
    this.#alive = [];
  }

  #start(): void {
    const { random } = this.#parts.turnstile;
    this.#born += 1;
    const skew = Math.round((random.next() * 2 - 1) * this.#skewMs);
    this.#alive.push({ instance: startInstance(this.#parts, `instance ${this.#born}`, skew), workers: new Set() });
  }
}
