import type { BindingInfo, Registration } from './core.ts';
import { HostError } from './hostError.ts';

export type TriggerType = 'http' | 'timer' | 'queue' | 'eventGrid';
export type AuthLevel = 'anonymous' | 'function' | 'admin';

interface Common {
  readonly name: string;
  readonly registration: Registration;
  /** Name of the trigger's binding: under it the library looks for the input. */
  readonly binding: string;
  readonly outputs: readonly QueueOutput[];
}

export interface QueueOutput {
  readonly binding: string;
  readonly queueName: string;
  readonly connection: string;
}

export interface HttpFunction extends Common {
  readonly type: 'http';
  readonly route: string;
  readonly methods: readonly string[];
  readonly authLevel: AuthLevel;
}
export interface TimerFunction extends Common {
  readonly type: 'timer';
  readonly schedule: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
}
export interface QueueFunction extends Common {
  readonly type: 'queue';
  readonly queueName: string;
  readonly connection: string;
}
export interface EventGridFunction extends Common {
  readonly type: 'eventGrid';
}
export type AppFunction = HttpFunction | TimerFunction | QueueFunction | EventGridFunction;
export type Settings = Readonly<Record<string, string | undefined>>;

/** Puts app settings in the place of %NAME%, as the host does in queue names, schedules and routes. */
export function resolveSettings(text: string, settings: Settings, where: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new HostError(`${where} needs the app setting "${name}", which is not set.`);
    return value;
  });
}

const allMethods = ['GET', 'POST', 'DELETE', 'HEAD', 'PATCH', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT'];

function queueOutputs(name: string, bindings: ReadonlyArray<[string, BindingInfo]>, settings: Settings): QueueOutput[] {
  const outputs: QueueOutput[] = [];
  for (const [binding, info] of bindings) {
    if (info.direction !== 'out' || info.type === 'http') continue;
    if (info.type !== 'queue')
      throw new HostError(`Function "${name}" has an output of type ${info.type}: this host knows http and queue.`);
    const queueName = resolveSettings(String(info['queueName']), settings, `Function "${name}"`);
    outputs.push({ binding, queueName, connection: String(info['connection'] ?? '') });
  }
  return outputs;
}

/** What the host must know of a registered function; throws HostError for a trigger it cannot run. */
export function describeFunction(registration: Registration, settings: Settings): AppFunction {
  const { name, bindings } = registration.metadata;
  const entries = Object.entries(bindings);
  const found = entries.find(([, info]) => /trigger$/i.test(info.type));
  if (found === undefined) throw new HostError(`Function "${name}" has no trigger.`);
  const [binding, info] = found;
  const text = (property: string, fallback = ''): string =>
    resolveSettings(String(info[property] ?? fallback), settings, `Function "${name}", ${property},`);
  const common = { name, registration, binding, outputs: queueOutputs(name, entries, settings) };
  switch (info.type.toLowerCase()) {
    case 'httptrigger': {
      const methods = (info['methods'] as readonly string[] | undefined) ?? allMethods;
      const authLevel = String(info['authLevel'] ?? 'function').toLowerCase() as AuthLevel;
      const route = text('route', name).replace(/^\/+|\/+$/g, '');
      return { ...common, type: 'http', route, authLevel, methods: methods.map((method) => method.toUpperCase()) };
    }
    case 'timertrigger': {
      const { runOnStartup, useMonitor } = info;
      const schedule = text('schedule');
      return {
        ...common,
        type: 'timer',
        schedule,
        runOnStartup: runOnStartup === true,
        useMonitor: useMonitor !== false,
      };
    }
    case 'queuetrigger':
      return { ...common, type: 'queue', queueName: text('queueName'), connection: String(info['connection'] ?? '') };
    case 'eventgridtrigger':
      return { ...common, type: 'eventGrid' };
    default:
      throw new HostError(
        `Function "${name}" has a ${info.type}: this host runs http, timer, queue and eventGrid triggers.`,
      );
  }
}
