import { asAutomationError } from '../shared/base/errors.ts';
import { oneLine } from '../shared/events/payload.ts';
import type { Command, Io } from './command.ts';
import { commands } from './commands.ts';
import { misused } from './options.ts';

const help = async (): Promise<string> => {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(16)}${(await load()).summary}`),
  );
  return [
    'npm run --silent cli -- COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    'COMMAND --help shows its options. Results go to standard output (JSON with',
    '--json), errors to standard error.',
    'Exit: 0 fine, 1 wrong input or a failed call, 2 a plan that is blocked.',
    '',
  ].join('\n');
};

const asksForHelp = (args: readonly string[]): boolean => {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((word) => word === '--help' || word === '-h');
};

const find = (name: string): (() => Promise<Command>) => {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load) return load;
  throw misused(`There is no command "${name.slice(0, 60)}".`, `Commands: ${Object.keys(commands).join(', ')}.`);
};

const execute = async (argv: readonly string[], io: Io): Promise<number> => {
  const [name, ...args] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.out(await help());
    return 0;
  }
  const command = await find(name)();
  if (asksForHelp(args)) {
    io.out([command.summary, '', ...command.usage, ''].join('\n'));
    return 0;
  }
  return command.run(args, io);
};

/** Runs one command line; resolves to its exit code. Errors are said on standard error: what, where, what to do. */
export const runCli = async (argv: readonly string[], io: Io): Promise<number> => {
  try {
    return await execute(argv, io);
  } catch (error) {
    const { code, message, remedy } = asAutomationError(error);
    // A message may quote a file: control characters in it would speak to the terminal.
    io.err(`${code}: ${oneLine(message, 2_000)}\n  ${oneLine(remedy, 2_000)}\n`);
    return 1;
  }
};
