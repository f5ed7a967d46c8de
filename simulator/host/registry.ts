import Module from 'node:module';
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogCategory,
  LogLevel,
  ProgrammingModel,
  Registration,
} from './core.ts';
import { HostError } from './hostError.ts';

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
export type SystemLog = (level: LogLevel, category: LogCategory, message: string) => void;

interface Hook {
  readonly name: string;
  readonly callback: HookCallback;
}

interface Registry {
  load: number;
  readonly functions: Map<string, Registration>;
  readonly models: Set<ProgrammingModel>;
  readonly hooks: Set<Hook>;
  systemLog: SystemLog;
}

const coreId = '@azure/functions-core';
// The version this host claims to be; the library asks for at least 4.34 before it offers log hooks.
const hostVersion = '4.1042.0';

type Load = (this: unknown, request: string, parent: unknown, isMain: boolean) => unknown;
const moduleWithLoad = Module as unknown as { _load: Load };

/*
 * One registry per process, not per host and not per copy of this file: @azure/functions keeps the core it was given
 * for ever, and an ES module app runs its registrations once however often it is imported. So a host that starts later
 * in the same process is bound to what the process has registered so far; a name registered by a later load (another
 * bundle, a fresh module graph) replaces the earlier one. The handlers are shared then, their module state included;
 * everything else (server, listeners, timers, records) belongs to each host.
 */
const slot: unique symbol = Symbol.for('functions-host-registry') as never;
const globals = globalThis as { [slot]?: Registry };

function registry(): Registry {
  const existing = globals[slot];
  if (existing !== undefined) return existing;
  const created: Registry = { load: 0, functions: new Map(), models: new Set(), hooks: new Set(), systemLog: () => {} };
  globals[slot] = created;
  // The library asks for its core with `require`; no such package exists, the real worker answers in this very way.
  const original = moduleWithLoad._load;
  moduleWithLoad._load = function (request, parent, isMain) {
    return request === coreId ? coreFor(created) : original.call(this, request, parent, isMain);
  };
  return created;
}

class Disposable {
  readonly #undo: () => void;
  constructor(undo: () => void) {
    this.#undo = undo;
  }
  static from(...all: ReadonlyArray<{ dispose(): unknown }>): Disposable {
    return new Disposable(() => {
      for (const one of all) one.dispose();
    });
  }
  dispose(): void {
    this.#undo();
  }
}

/** The core of one copy of the library: a bundle brings its own copy, with its own model and its own classes. */
function coreFor(state: Registry): Record<string, unknown> {
  let model: ProgrammingModel | undefined;
  return {
    version: hostVersion,
    hostVersion,
    workerConfig: {},
    Disposable,
    setProgrammingModel: (given: ProgrammingModel): void => {
      model = given;
      state.models.add(given);
    },
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback): Disposable => {
      if (model === undefined)
        throw new HostError(`Function "${metadata.name}" was registered before its library set the programming model.`);
      if (state.functions.get(metadata.name)?.load === state.load)
        throw new HostError(`A function named "${metadata.name}" is already registered: give it another name.`);
      const registration: Registration = { metadata, callback, model, load: state.load };
      state.functions.set(metadata.name, registration);
      return new Disposable(() => {
        if (state.functions.get(metadata.name) === registration) state.functions.delete(metadata.name);
      });
    },
    registerHook: (name: string, callback: HookCallback): Disposable => {
      const hook: Hook = { name, callback };
      state.hooks.add(hook);
      return new Disposable(() => state.hooks.delete(hook));
    },
    log: (level: LogLevel, category: LogCategory, message: string): void => state.systemLog(level, category, message),
  };
}

/** Runs `load` (which imports the app) and returns every function the process has registered by then, by name. */
export async function loadApp(load: () => Promise<unknown>, systemLog: SystemLog): Promise<readonly Registration[]> {
  const state = registry();
  state.load += 1;
  state.systemLog = systemLog;
  await load();
  for (const model of state.models) {
    const capabilities = await model.getCapabilities({});
    if (capabilities['HttpUri'] !== undefined)
      throw new HostError('The app asks for HTTP streams, which this host does not do: leave enableHttpStream off.');
  }
  const found = [...state.functions.values()];
  if (found.length === 0)
    throw new HostError(
      'The app registered no function: import @azure/functions after the host was started, not before.',
    );
  return found.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Runs the hooks of one kind in the order they were registered. */
export async function runHooks(name: HookName, context: Record<string, unknown>): Promise<void> {
  for (const hook of registry().hooks) if (hook.name === name) await hook.callback(context);
}

/** Log hooks may change level and message; they run synchronously, as logging does. */
export function runLogHooks(context: { level: LogLevel; message: string; category: LogCategory }): void {
  for (const hook of registry().hooks)
    if (hook.name === 'log') hook.callback(context as Record<string, unknown> & typeof context);
}
