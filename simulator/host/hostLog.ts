import type { LogLevel } from './core.ts';

export interface LogLine {
  readonly level: LogLevel;
  /** As the real host names them: "Host.Startup", "Function.NAME", "Function.NAME.User". */
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** Whether host.json lets a line through: the longest category prefix that is listed decides, then "default". */
export function isLogged(levels: Readonly<Record<string, string>>, category: string, level: LogLevel): boolean {
  const prefixes = Object.keys(levels).filter((key) => category === key || category.startsWith(`${key}.`));
  const longest = prefixes.toSorted((a, b) => b.length - a.length)[0] ?? 'default';
  const least = (levels[longest] ?? 'information').toLowerCase();
  const threshold = (order as readonly string[]).indexOf(least);
  return order.indexOf(level) >= (threshold === -1 ? order.indexOf('information') : threshold);
}
