import { readFileSync } from 'node:fs';
import { HostError, messageOf } from './hostError.ts';
import { parseTimeSpan } from './timeSpan.ts';

/** What the queue trigger is told by host.json (extensions.queues), times in milliseconds. */
export interface QueueSettings {
  readonly maxPollingIntervalMs: number;
  /** How long a message stays away after its function failed. */
  readonly visibilityTimeoutMs: number;
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  readonly messageEncoding: 'base64' | 'none';
}

/** The part of host.json that this host obeys. */
export interface HostSettings {
  readonly routePrefix: string;
  readonly functionTimeoutMs: number;
  readonly queues: QueueSettings;
  /** Category prefix to least level, as in logging.logLevel. */
  readonly logLevel: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

// Defaults and limits: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json
function queueSettings(queues: Json, span: (path: string, value: unknown, fallback: number) => number): QueueSettings {
  const count = (name: string, fallback: number, max: number): number => {
    const value = queues[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
      throw new HostError(`extensions.queues.${name} is ${String(value)}: give a whole number up to ${max}.`);
    return value;
  };
  const batchSize = Math.max(1, count('batchSize', 16, 32));
  const encoding = queues['messageEncoding'] ?? 'base64';
  if (encoding !== 'base64' && encoding !== 'none')
    throw new HostError(`extensions.queues.messageEncoding is ${String(encoding)}: use "base64" or "none".`);
  return {
    maxPollingIntervalMs: Math.max(
      100,
      span('extensions.queues.maxPollingInterval', queues['maxPollingInterval'], 60_000),
    ),
    visibilityTimeoutMs: span('extensions.queues.visibilityTimeout', queues['visibilityTimeout'], 0),
    batchSize,
    newBatchThreshold: count('newBatchThreshold', Math.floor(batchSize / 2), 1000),
    maxDequeueCount: Math.max(1, count('maxDequeueCount', 5, 1000)),
    messageEncoding: encoding,
  };
}

/** Reads what `json` (the parsed host.json) says; throws HostError for a value the real host would refuse. */
export function parseHostSettings(json: unknown): HostSettings {
  const root = object(json);
  if (root['version'] !== '2.0')
    throw new HostError(`host.json has version ${String(root['version'])}: write "version": "2.0".`);
  const span = (path: string, value: unknown, fallback: number): number => {
    if (value === undefined) return fallback;
    const ms = typeof value === 'string' ? parseTimeSpan(value) : undefined;
    if (ms === undefined) throw new HostError(`host.json: ${path} is ${String(value)}: write it as "hh:mm:ss".`);
    return ms;
  };
  const extensions = object(root['extensions']);
  const prefix = object(extensions['http'])['routePrefix'] ?? 'api';
  const levels = Object.entries(object(object(root['logging'])['logLevel']));
  return {
    routePrefix: String(prefix).replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs:
      root['functionTimeout'] === '-1' ? Infinity : span('functionTimeout', root['functionTimeout'], 300_000),
    queues: queueSettings(object(extensions['queues']), span),
    logLevel: Object.fromEntries(levels.map(([category, level]) => [category, String(level)])),
  };
}

/** Reads host.json from a file; throws HostError naming the file. */
export function readHostSettings(file: string | URL): HostSettings {
  try {
    return parseHostSettings(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new HostError(`Cannot use ${String(file)} as host.json: ${messageOf(cause)}`, { cause });
  }
}
