import { randomUUID } from 'node:crypto';
import { type AppFunction, type AuthLevel, describeFunction, type HttpFunction, type Settings } from './binding.ts';
import type { InvocationResponse, RpcTypedData } from './core.ts';
import { HostError } from './hostError.ts';
import { type HostSettings, readHostSettings } from './hostJson.ts';
import { isLogged, type LogLine } from './hostLog.ts';
import type { SignIn } from './httpConversion.ts';
import { openHttpDoor } from './httpDoor.ts';
import { createInvoker, type InvocationRecord, type Invoker } from './invoker.ts';
import type { HostKeys } from './keys.ts';
import { createQueueListener, type QueueListener } from './queueListener.ts';
import { openQueueStore, type QueueStore, writeOutput } from './queueStore.ts';
import { loadApp, runHooks } from './registry.ts';
import { parseRoute } from './routes.ts';
import { closeRunning, deliverEvent, type Log, type Running, runOne, untilIdle } from './running.ts';
import { createTimerListener, type HostClock } from './timerListener.ts';

export { HostError } from './hostError.ts';
export type { LogLine } from './hostLog.ts';
export type { InvocationRecord } from './invoker.ts';
export type { HostKeys } from './keys.ts';
export type { HostClock } from './timerListener.ts';

export interface HostOptions {
  /** Imports the app; its registrations happen meanwhile (registry.ts says what a second import in one process means). */
  readonly load: () => Promise<unknown>;
  readonly hostJson: string | URL;
  /** The account behind AzureWebJobsStorage. */
  readonly storageConnectionString: string;
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  readonly keys: HostKeys;
  /** Time for schedules and records; the wall's by default. */
  readonly clock?: HostClock;
  readonly log?: (line: LogLine) => void;
  /** false leaves the schedules off; `fireTimer` works all the same. */
  readonly runTimers?: boolean;
  /** App settings for %NAME% and for connections; the environment by default. */
  readonly settings?: Settings;
  /** Seconds for which a message is hidden while its function runs; 600 as in the real host. */
  readonly queueLeaseSeconds?: number;
  /** Spreads the polling delays; from 0 up to 1. */
  readonly random?: () => number;
  readonly newId?: () => string;
  /** App Service authentication in front of the HTTP functions; off by default. */
  readonly signIn?: SignIn;
}

/** One function as the host runs it. */
export interface HostedFunction {
  readonly name: string;
  readonly type: AppFunction['type'];
  /** With its prefix, without a leading slash. */
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: AuthLevel;
  readonly schedule?: string;
  readonly queueName?: string;
}

export interface Host {
  /** Without a slash at the end. */
  readonly url: string;
  readonly functions: readonly HostedFunction[];
  /** Every run so far, in the order they started; one under way has the outcome `running`. */
  readonly invocations: readonly InvocationRecord[];
  /** Runs a timer function now and resolves with what became of it; throws HostError if there is none of that name. */
  fireTimer(name: string): Promise<InvocationRecord>;
  /** Runs a queue, timer or Event Grid function now; `input` is the message's text or the event. */
  invoke(name: string, input?: unknown): Promise<InvocationRecord>;
  /** Resolves when nothing runs and no queue of the app has a visible message; a hidden one (waiting for its next try) does not count. */
  idle(): Promise<void>;
  /** Takes nothing new, waits up to `graceMs` (10 s) for what runs, frees the port. May be called twice. */
  close(graceMs?: number): Promise<void>;
}

function hosted(fn: AppFunction, settings: HostSettings): HostedFunction {
  const { name, type } = fn;
  if (type === 'http') {
    const route = [settings.routePrefix, fn.route].filter((part) => part !== '').join('/');
    return { name, type, route, methods: fn.methods, authLevel: fn.authLevel };
  }
  if (type === 'timer') return { name, type, schedule: fn.schedule };
  if (type === 'queue') return { name, type, queueName: fn.queueName };
  return { name, type };
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function createListeners(
  options: HostOptions,
  settings: HostSettings,
  parts: { functions: readonly AppFunction[]; invoker: Invoker; store: QueueStore; clock: HostClock; log: Log },
) {
  const { functions, invoker, store, clock, log } = parts;
  const timers = functions
    .filter((fn) => fn.type === 'timer')
    .map((fn) => createTimerListener({ fn, clock, invoke: (data) => invoker.invoke(fn, data) }));
  const queues = functions
    .filter((fn) => fn.type === 'queue')
    .map((fn) =>
      createQueueListener({
        fn,
        store,
        settings: settings.queues,
        leaseSeconds: options.queueLeaseSeconds ?? 600,
        random: options.random ?? Math.random,
        invoke: (data, metadata) => invoker.invoke(fn, data, metadata),
        log: (level, message) => log(level, 'Host.Triggers.Queues', message),
      }),
    );
  return { timers, queues };
}

async function writeOutputs(
  store: QueueStore,
  queues: readonly QueueListener[],
  fn: AppFunction,
  response: InvocationResponse,
): Promise<void> {
  for (const output of fn.outputs) {
    const named = response.outputData?.find(({ name }) => name === output.binding)?.data;
    const data = output.binding === '$return' ? response.returnValue : named;
    if (data === undefined || data === null) continue;
    const written = await writeOutput(store, output, data);
    // As in the real host, a listener in the same process is told; one that waits for an SDK's message is not.
    for (const queue of queues) if (queue.queueName === written) queue.notify();
  }
}

async function openDoor(options: HostOptions, settings: HostSettings, running: Running, log: Log) {
  const { functions, invoker } = running;
  const isHttp = (fn: AppFunction): fn is HttpFunction => fn.type === 'http';
  return openHttpDoor({
    port: options.port ?? 0,
    keys: options.keys,
    routes: functions.filter(isHttp).map((fn) => parseRoute(fn, settings.routePrefix)),
    invoke: (fn, data: RpcTypedData) => invoker.invoke(fn, data),
    deliver: (name) => {
      const fn = functions.find((one) => one.name === name);
      return fn?.type === 'eventGrid' ? (event) => deliverEvent(invoker, fn, event) : undefined;
    },
    runByName: (name, input) => {
      const fn = functions.find((one) => one.name === name);
      if (fn === undefined || fn.type === 'http') return 'unknown';
      const event = fn.type === 'eventGrid' ? parseJson(input ?? 'null') : { value: input };
      if (event === undefined) return 'invalid';
      void runOne(running, name, event.value);
      return 'accepted';
    },
    onError: (message) => log('error', 'Host.WebHost', message),
    ...(options.signIn === undefined ? {} : { signIn: options.signIn }),
  });
}

/**
 * Runs an Azure Functions app (Node programming model v4) in this process, without Azure: HTTP with keys, Event Grid
 * webhook, timers and storage queues, by the library's own registration and objects. Resolves when the port is open
 * and the listeners run. Throws HostError where the app or host.json asks for something this host cannot do.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const settings = readHostSettings(options.hostJson);
  const appSettings = options.settings ?? process.env;
  const clock = options.clock ?? { now: Date.now, speed: 1 };
  const emit = (line: LogLine): void => {
    if (isLogged(settings.logLevel, line.category, line.level)) options.log?.(line);
  };
  const log: Log = (level, category, message) => emit({ level, category, message });

  const registrations = await loadApp(options.load, (level, category, message) =>
    log(level, `Worker.${category}`, message),
  );
  const functions = registrations.map((registration) => describeFunction(registration, appSettings));
  const store = openQueueStore(options.storageConnectionString, appSettings, settings.queues.messageEncoding);
  let queues: readonly QueueListener[] = [];
  const invoker = createInvoker({
    functionTimeoutMs: settings.functionTimeoutMs,
    now: () => clock.now(),
    newId: options.newId ?? randomUUID,
    log: emit,
    writeOutputs: (fn, response) => writeOutputs(store, queues, fn, response),
  });
  const listeners = createListeners(options, settings, { functions, invoker, store, clock, log });
  queues = listeners.queues;
  const running: Running = { functions, invoker, ...listeners };
  await runHooks('appStart', { hookData: {}, appHookData: {} });
  const door = await openDoor(options, settings, running, log);
  for (const queue of listeners.queues) queue.start();
  if (options.runTimers ?? true) for (const timer of listeners.timers) timer.start();
  log('information', 'Host.Startup', `Host started: ${functions.length} functions at ${door.url}`);

  return {
    url: door.url,
    functions: functions.map((fn) => hosted(fn, settings)),
    invocations: invoker.invocations,
    fireTimer: async (name) => {
      if (functions.find((fn) => fn.name === name)?.type !== 'timer')
        throw new HostError(
          `There is no timer function "${name}": ${listeners.timers.map((timer) => timer.functionName).join(', ') || 'the app has none'}.`,
        );
      return runOne(running, name, undefined);
    },
    invoke: async (name, input) => runOne(running, name, input),
    idle: () => untilIdle(running),
    close: closeRunning(running, door, log),
  };
}
