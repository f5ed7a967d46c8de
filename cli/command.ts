import type { Paint } from './text.ts';

/** What a command sees of the world: two streams, the environment, where relative paths begin. */
export type Io = {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths that a person types begin here. */
  readonly cwd: string;
  /** The project's own folder. */
  readonly project: string;
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** The name of whoever sits here, for what people declare and approve. */
  readonly user: string;
  /** Asks whoever sits here; absent where nobody does. */
  ask?(question: string): Promise<string>;
  /** Milliseconds. */
  now(): number;
};

/** One subcommand: its help lines, and what it does with the words after it. Resolves to the exit code. */
export type Command = {
  readonly summary: string;
  readonly usage: readonly string[];
  run(args: readonly string[], io: Io): Promise<number>;
};
