import { type ParseArgsConfig, parseArgs } from 'node:util';
import { AutomationError } from '../shared/base/errors.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** A command line that asks for nothing we know. */
export const misused = (message: string, remedy: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_USAGE', message, { remedy, cause });

const namesOf = (options: Options): string =>
  Object.keys(options)
    .map((name) => `--${name}`)
    .join(', ');

/** Of two values of one option the last would win silently. */
const checkOnce = (options: Options, given: readonly string[]): void => {
  const twice = given.find((name, index) => given.indexOf(name) < index && options[name]?.multiple !== true);
  if (twice !== undefined) throw misused(`--${twice} is given twice.`, 'Give it once.');
};

/** Node's reason in our words: its own go on about how to write what nobody meant. */
const reasonOf = (error: unknown): string => {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const noValue = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(line);
  if (noValue) return `${noValue[1]} has no value.`;
  return `${(line.split('. To specify')[0] ?? line).replace(/\.$/, '')}.`;
};

/** Words after a command, strictly: an option we do not know is an error that names those we do. */
export const readOptions = <T extends Options>(args: readonly string[], options: T, positionals = false) => {
  const parse = () =>
    parseArgs({ args: [...args], options, allowPositionals: positionals, strict: true, tokens: true });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (cause) {
    throw misused(reasonOf(cause), `Options: ${namesOf(options)}.`, cause);
  }
  checkOnce(
    options,
    parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
  );
  return parsed;
};

/** An option that must be there. */
export const required = (value: string | undefined, name: string): string => {
  if (value !== undefined && value !== '') return value;
  throw misused(`--${name} is missing.`, 'See --help.');
};

/** The one word a command takes besides its options. */
export const onlyWord = (words: readonly string[], what: string): string => {
  const [word, more] = words;
  if (word === undefined) throw misused(`${what} is missing.`, 'See --help.');
  if (more !== undefined) throw misused(`"${more}" is one word too many.`, `Give one ${what}.`);
  return word;
};

/** `A,B` as a list; undefined where the option is not there. */
export const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
