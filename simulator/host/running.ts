import type { AppFunction, EventGridFunction } from './binding.ts';
import type { LogLevel } from './core.ts';
import { eventGridMetadata } from './eventGridDoor.ts';
import { HostError } from './hostError.ts';
import type { InvocationRecord, Invoker } from './invoker.ts';
import type { QueueListener } from './queueListener.ts';
import { runHooks } from './registry.ts';
import type { TimerListener } from './timerListener.ts';

/** The parts of a started host that run functions. */
export interface Running {
  readonly functions: readonly AppFunction[];
  readonly invoker: Invoker;
  readonly timers: readonly TimerListener[];
  readonly queues: readonly QueueListener[];
}

export type Log = (level: LogLevel, category: string, message: string) => void;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Resolves when nothing runs and no queue has a visible message. A queue that has one is looked at straight away, so that
 * waiting for idleness does not take a polling interval.
 */
export async function untilIdle({ invoker, queues }: Running): Promise<void> {
  for (;;) {
    const before = invoker.invocations.length;
    if (invoker.running === 0) {
      const waiting = await Promise.all(queues.map(async (queue) => ((await queue.hasVisible()) ? queue : undefined)));
      for (const queue of waiting) queue?.notify();
      // Asked after the look: what was taken in between is being fetched, being run, or counted.
      const quiet = waiting.every((queue) => queue === undefined) && !queues.some((queue) => queue.busy);
      if (quiet && invoker.running === 0 && invoker.invocations.length === before) return;
    }
    await sleep(10);
  }
}

/** Runs one function by name, as the admin door does; throws HostError where there is none that can be. */
export function runOne(
  { functions, invoker, timers }: Running,
  name: string,
  input: unknown,
): Promise<InvocationRecord> {
  const fn = functions.find((one) => one.name === name);
  if (fn === undefined || fn.type === 'http')
    throw new HostError(
      `No function "${name}" can be run by name: there is ${fn === undefined ? 'none' : 'an HTTP one, call its route'}.`,
    );
  if (fn.type === 'timer') {
    const timer = timers.find((one) => one.functionName === name);
    if (timer !== undefined) return timer.fire();
  }
  if (fn.type === 'eventGrid') return deliverEvent(invoker, fn, input).then(({ record }) => record);
  const text = typeof input === 'string' ? input : JSON.stringify(input ?? null);
  return invoker.invoke(fn, { string: text }, { QueueTrigger: { string: text } }).then(({ record }) => record);
}

/** Runs an Event Grid function for one event. */
export const deliverEvent = (invoker: Invoker, fn: EventGridFunction, event: unknown) =>
  invoker.invoke(fn, { json: JSON.stringify(event ?? null) }, eventGridMetadata(event));

/** Makes the host's `close`: nothing new, wait for what runs, then free the port; a second call joins the first. */
export function closeRunning(running: Running, door: { refuse(): void; close(): Promise<void> }, log: Log) {
  let closing: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    await Promise.all(running.queues.map((queue) => queue.stop()));
    while (running.invoker.running > 0) await sleep(5);
    await runHooks('appTerminate', { hookData: {}, appHookData: {} });
  };
  const close = async (graceMs: number): Promise<void> => {
    door.refuse();
    for (const timer of running.timers) timer.stop();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), graceMs);
    });
    try {
      const end = await Promise.race([drain(), grace]);
      const left = `${running.invoker.running} invocations still running after ${graceMs} ms`;
      if (end === 'late') log('warning', 'Host.General', `Closed with ${left}.`);
    } finally {
      clearTimeout(timer);
      await door.close();
    }
  };
  return (graceMs = 10_000): Promise<void> => {
    closing ??= close(graceMs);
    return closing;
  };
}
