import { iso } from '../base/clock.ts';
import { counted } from '../base/counted.ts';
import type { Backlog } from './ports.ts';

/** When the last sweep was; when one was asked for at a door, and since when anybody looks. ISO; null: never. */
export type Pulse = {
  readonly sweptAt: string | null;
  readonly calledAt: string | null;
  readonly watchedSince: string | null;
};

/** What an outside monitor reads. `ok` false is answered 503. */
export type Heartbeat = {
  readonly ok: boolean;
  /** In sentences, empty where all is well. */
  readonly why: readonly string[];
  readonly at: string;
  readonly sweep: { readonly lastAt: string | null; readonly overdueAfterMinutes: number };
  readonly queue: { readonly messages: number; readonly oldestSeconds: number | null } | null;
  /** Messages nobody has looked at yet, and sites that wait for a person because of one. */
  readonly poison: { readonly messages: number; readonly sites: readonly string[] };
  readonly paused: boolean;
};

const sinceOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/** True where the timer has been silent for longer than `limitMs`; before a first sweep, counted from when one looked. */
export const isOverdue = ({ sweptAt, watchedSince }: Pulse, now: number, limitMs: number): boolean => {
  const since = sinceOf(sweptAt) ?? sinceOf(watchedSince);
  return since !== null && now - since > limitMs;
};

/** Whether a door is to ask for a sweep: it is overdue, and none was asked for within the same time. */
export const mayCall = (pulse: Pulse, now: number, limitMs: number): boolean => {
  const called = sinceOf(pulse.calledAt);
  return isOverdue(pulse, now, limitMs) && (called === null || now - called > limitMs);
};

const minutes = (ms: number): number => Math.round(ms / 60_000);

const sitesNamed = 10;

/** Work that nobody does any more: the sweep looks again, but what failed five times may fail a sixth. */
const poisonText = (messages: number, sites: readonly string[]): string | null => {
  if (messages === 0 && sites.length === 0) return null;
  const named = sites.slice(0, sitesNamed).join(', ');
  const rest = sites.length > sitesNamed ? ` and ${sites.length - sitesNamed} more` : '';
  return [
    messages > 0 ? `Nobody takes what was put aside: ${counted(messages, 'message')} in the poison queue.` : null,
    sites.length > 0 ? `A message failed five times and was put aside; until a look succeeds: ${named}${rest}.` : null,
  ]
    .filter((line) => line !== null)
    .join(' ');
};

/** The heart's state from what is remembered; times in milliseconds of application time. */
export const heartbeatOf = (input: {
  readonly pulse: Pulse;
  readonly backlog: Backlog | null;
  readonly poisoned: readonly string[];
  readonly paused: boolean;
  readonly now: number;
  readonly limitMs: number;
}): Heartbeat => {
  const { pulse, backlog, poisoned, paused, now, limitMs } = input;
  const age = backlog?.oldestDue == null ? null : Math.max(0, now - backlog.oldestDue);
  const last = pulse.sweptAt === null ? 'none has been seen' : `the last was at ${pulse.sweptAt}`;
  const why = [
    isOverdue(pulse, now, limitMs) ? `The sweep is overdue: ${last}. Look at the timer driftTimer.` : null,
    age !== null && age > limitMs
      ? `Nobody works off the queue: a message is due for ${minutes(age)} minutes. Look at the trigger reconcileQueue.`
      : null,
    poisonText(backlog?.poison ?? 0, poisoned),
  ].filter((line) => line !== null);
  return {
    ok: why.length === 0,
    why,
    at: iso(now),
    sweep: { lastAt: pulse.sweptAt, overdueAfterMinutes: minutes(limitMs) },
    queue: backlog && { messages: backlog.messages, oldestSeconds: age === null ? null : Math.round(age / 1_000) },
    poison: { messages: backlog?.poison ?? 0, sites: poisoned },
    paused,
  };
};
