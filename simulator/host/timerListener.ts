import type { TimerFunction } from './binding.ts';
import type { RpcTypedData } from './core.ts';
import type { InvocationRecord, InvocationResult } from './invoker.ts';
import { parseSchedule } from './schedule.ts';

/** `now` in milliseconds since the epoch; `speed`, where known, says how many of them pass in one of the wall's. */
export interface HostClock {
  now(): number;
  readonly speed?: number;
}

export interface TimerListener {
  readonly functionName: string;
  start(): void;
  /** Runs the function now, after a run that is under way; the schedule goes on as it was. */
  fire(): Promise<InvocationRecord>;
  stop(): void;
}

interface Options {
  readonly fn: TimerFunction;
  readonly clock: HostClock;
  readonly invoke: (data: RpcTypedData) => Promise<InvocationResult>;
}

// A clock that does not say how fast it runs is looked at this often.
const lookMs = 25;
// setTimeout takes at most 2^31-1 ms; the real host waits 24 days at most, too.
const maxWaitMs = 24 * 86_400_000;
const never = '0001-01-01T00:00:00+00:00';
const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');

/**
 * One timer trigger. Runs never overlap: the next occurrence is counted from the end of the run before, and a fired run
 * waits its turn. Nothing is remembered over a restart, so IsPastDue is always false.
 */
export function createTimerListener({ fn, clock, invoke }: Options): TimerListener {
  const schedule = parseSchedule(fn.schedule);
  // The real host keeps no status for a schedule that comes more than once a minute.
  const soon = schedule.next(clock.now());
  const monitored = fn.useMonitor && schedule.next(soon) - soon >= 60_000;
  let status = { Last: never, Next: stamp(soon), LastUpdated: never };
  let next = soon;
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;

  const fire = (): Promise<InvocationRecord> => {
    const run = turn.then(async () => {
      const info = {
        Schedule: { AdjustForDST: schedule.adjustForDst },
        ScheduleStatus: monitored ? status : null,
        IsPastDue: false,
      };
      return (await invoke({ json: JSON.stringify(info) })).record;
    });
    turn = run;
    return run;
  };

  const wait = (): void => {
    if (stopped) return;
    const left = next - clock.now();
    const wallMs = clock.speed === undefined ? lookMs : Math.max(1, Math.ceil(left / clock.speed));
    timer = setTimeout(() => void due(), Math.min(wallMs, maxWaitMs));
  };

  const due = async (startup = false): Promise<void> => {
    if (stopped) return;
    const at = clock.now();
    if (startup || at >= next) {
      await fire();
      next = schedule.next(clock.now());
      status = { Last: stamp(at), Next: stamp(next), LastUpdated: stamp(at) };
    }
    wait();
  };

  return {
    functionName: fn.name,
    start() {
      stopped = false;
      next = schedule.next(clock.now());
      status = { ...status, Next: stamp(next) };
      if (fn.runOnStartup) void due(true);
      else wait();
    },
    fire,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
