import type { Log } from '../../shared/base/log.ts';

/** Secrets of the tests at hand, by what they are; the forms below are found without being named. */
const known = new Map<string, string>();

/** From now on nobody may see this text. Short ones are refused: they would be found in harmless words. */
export const keepSecret = (what: string, value: string): string => {
  if (value.length < 8) throw new Error(`${what} is too short to be looked for`);
  known.set(value, what);
  return value;
};

/** Every value of a connection string that opens something. */
export const keepConnection = (connectionString: string): void => {
  for (const [, value = ''] of connectionString.matchAll(/(?:AccountKey|SharedAccessKey|sig)=([^;&]+)/gi))
    keepSecret('a storage key', value);
};

const forms: readonly (readonly [string, RegExp])[] = [
  ['a signature of a link', /[?&]sig=(?!\[)[\w%+/=-]{8,}/i],
  ['a key in a connection string', /(?:AccountKey|SharedAccessKey)=(?!\[)[\w+/=]{8,}/i],
  ['a token', /\beyJ[\w-]{8,}\.[\w-]{4,}\./],
  ['a key in an address', /[?&]code=(?!(?:KEY|\[|\.\.\.))[\w%+/=-]{20,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];

/** What of a text nobody should see, by name; never the secret itself, which would end up in the test's output. */
export const secretsIn = (text: string): readonly string[] => [
  ...forms.filter(([, form]) => form.test(text)).map(([what]) => what),
  ...[...known].filter(([value]) => text.includes(value)).map(([, what]) => what),
];

const leaks: string[] = [];

/** Looks through what somebody is shown; what is found is held against the test file when it ends. */
export const watched = (where: string, text: string): void => {
  for (const what of secretsIn(text)) leaks.push(`${where} shows ${what}`);
};

export const takeLeaks = (): readonly string[] => leaks.splice(0);

/** A log that keeps nothing and looks through every line. */
export const watchedLog = (seen: (line: string) => void = () => {}): Log => {
  const line =
    (level: string): Log['info'] =>
    (message, fields) => {
      const text = JSON.stringify({ level, message, ...fields });
      watched('a log line', text);
      seen(text);
    };
  return { info: line('info'), warn: line('warn'), error: line('error') };
};
