import type { PortCall } from '../support/aroundPorts.ts';

/** A call of the app to the outside, as soon as it has been answered. What changes nothing is covered by the call before it. */
export type Call = PortCall & { readonly failed: boolean };

/** What is asked of a life, one thing at a time. */
export type Task =
  | { readonly do: 'deliver'; readonly text: string; readonly redelivered: boolean }
  | { readonly do: 'event'; readonly payload: unknown }
  | { readonly do: 'word'; readonly word: Record<string, unknown> }
  | { readonly do: 'sweep' };

export type Refusal = { readonly code: string; readonly message: string };

/** What a life says. After `call` it waits for `Go`; the call's answer is lost on the way where that says so. */
export type Said =
  | { readonly say: 'up' }
  | { readonly say: 'call'; readonly call: Call; readonly ticket: number }
  | { readonly say: 'over'; readonly value?: unknown; readonly refusal?: Refusal };

export type Go = { readonly go: number; readonly lose: boolean };

/** How a life is started; all of it can be passed on to another thread or process. */
export type Birth = {
  readonly env: Readonly<Record<string, string>>;
  readonly ca: string;
  /** The shared clock; absent where the settings' clock is to be taken. */
  readonly clock?: SharedArrayBuffer;
  /** Whether every call is told of; a life that is killed from outside tells of none. */
  readonly tells: boolean;
};
