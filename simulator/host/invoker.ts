import type { AppFunction } from './binding.ts';
import type { CoreInvocationContext, InvocationResponse, LogCategory, LogLevel, RpcTypedData } from './core.ts';
import { messageOf } from './hostError.ts';
import type { LogLine } from './hostLog.ts';
import { runHooks, runLogHooks } from './registry.ts';

/** What became of one invocation; `startedAt` is the given clock's time, `ms` the wall's. */
export interface InvocationRecord {
  readonly invocationId: string;
  readonly functionName: string;
  readonly startedAt: number;
  readonly ms: number;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'timedOut';
  readonly error?: string;
}

export interface InvocationResult {
  readonly record: InvocationRecord;
  readonly response?: InvocationResponse;
}

export interface InvokerOptions {
  readonly functionTimeoutMs: number;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: (line: LogLine) => void;
  /** Writes what the function put into its output bindings; a failure fails the invocation. */
  readonly writeOutputs: (fn: AppFunction, response: InvocationResponse) => Promise<void>;
}

export interface Invoker {
  readonly invocations: readonly InvocationRecord[];
  readonly running: number;
  invoke(
    fn: AppFunction,
    data: RpcTypedData,
    metadata?: Readonly<Record<string, RpcTypedData>>,
  ): Promise<InvocationResult>;
}

class TimeoutExceeded extends Error {}

/** The real host ends the worker process at the timeout; in one process the handler can only be given up on. */
async function withTimeout<T>(work: Promise<T>, ms: number, name: string): Promise<T> {
  if (!Number.isFinite(ms)) return work;
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutExceeded(`Timeout value of ${ms} ms exceeded by function "${name}".`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** One run through the library, in the order of the real worker: arguments, hooks, handler, hooks, response. */
async function runFunction(
  fn: AppFunction,
  core: CoreInvocationContext,
  seen: { context?: unknown },
): Promise<InvocationResponse> {
  const model = fn.registration.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  seen.context = context;
  const shared = { hookData: {}, appHookData: {}, invocationContext: context };
  const before = { ...shared, inputs, functionCallback: fn.registration.callback };
  core.state = 'preInvocationHooks';
  await runHooks('preInvocation', before);
  const after: Record<string, unknown> = { ...shared, inputs: before.inputs, result: undefined, error: undefined };
  core.state = 'invocation';
  try {
    after['result'] = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after['error'] = error;
  }
  core.state = 'postInvocationHooks';
  await runHooks('postInvocation', after);
  if (after['error'] !== undefined && after['error'] !== null) throw after['error'];
  return model.getResponse(context, after['result']);
}

const withoutUndefined = (data: Readonly<Record<string, RpcTypedData | undefined>>): Record<string, RpcTypedData> =>
  Object.fromEntries(Object.entries(data).filter((entry): entry is [string, RpcTypedData] => entry[1] !== undefined));

/** Runs functions, records every run and never rejects: a failure is a result. */
export function createInvoker(options: InvokerOptions): Invoker {
  const invocations: InvocationRecord[] = [];
  let running = 0;

  const userLog = (fn: AppFunction, invocationId: string, seen: { context?: unknown }) => {
    return (level: LogLevel, category: LogCategory, message: string): void => {
      const line = { level, message, category, invocationContext: seen.context };
      runLogHooks(line);
      const name = category === 'user' ? `Function.${fn.name}.User` : `Function.${fn.name}`;
      options.log({ level: line.level, category: name, message: line.message, functionName: fn.name, invocationId });
    };
  };

  const attempt = async (fn: AppFunction, core: CoreInvocationContext, seen: { context?: unknown }) => {
    const response = await withTimeout(runFunction(fn, core, seen), options.functionTimeoutMs, fn.name);
    await options.writeOutputs(fn, response);
    return response;
  };

  const invoke: Invoker['invoke'] = async (fn, data, metadata = {}) => {
    const invocationId = options.newId();
    const seen: { context?: unknown } = {};
    const start = performance.now();
    const base = { invocationId, functionName: fn.name, startedAt: options.now() };
    const index = invocations.push({ ...base, ms: 0, outcome: 'running' }) - 1;
    const say = (level: LogLevel, message: string): void =>
      options.log({ level, category: `Function.${fn.name}`, message, functionName: fn.name, invocationId });
    const finish = (outcome: InvocationRecord['outcome'], error?: string): InvocationRecord => {
      const record = { ...base, ms: performance.now() - start, outcome, ...(error === undefined ? {} : { error }) };
      invocations[index] = record;
      return record;
    };
    running += 1;
    say('information', `Executing '${fn.name}' (Id=${invocationId})`);
    try {
      const response = await attempt(
        fn,
        {
          invocationId,
          metadata: fn.registration.metadata,
          log: userLog(fn, invocationId, seen),
          request: {
            invocationId,
            functionId: fn.name,
            inputData: [{ name: fn.binding, data }],
            triggerMetadata: withoutUndefined(metadata),
          },
        },
        seen,
      );
      const record = finish('succeeded');
      say('information', `Executed '${fn.name}' (Succeeded, Id=${invocationId}, Duration=${Math.round(record.ms)}ms)`);
      return { record, response };
    } catch (error) {
      const record = finish(error instanceof TimeoutExceeded ? 'timedOut' : 'failed', messageOf(error));
      say(
        'error',
        `Executed '${fn.name}' (Failed, Id=${invocationId}, Duration=${Math.round(record.ms)}ms): ${errorText(error)}`,
      );
      return { record };
    } finally {
      running -= 1;
    }
  };

  return {
    invocations,
    get running() {
      return running;
    },
    invoke,
  };
}

const errorText = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
