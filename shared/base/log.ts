/** Facts about one line; no secrets, no claims, no link with a signature in it. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where effects report what they do. Decisions do not log: their reasons are data. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const logLevels = ['info', 'warn', 'error', 'none'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One JSON object a line on standard error, where the Functions host picks it up; lines below `least` are left out. */
export const jsonLog = (least: LogLevel = 'info'): Log => {
  const line = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
    process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
  };
  return { info: line('info'), warn: line('warn'), error: line('error') };
};

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
