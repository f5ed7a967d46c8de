import { wrap } from '../shared/base/wrap.ts';
import { type App, callApp, objectOf } from './app.ts';
import type { Io } from './command.ts';
import { misused } from './options.ts';

/** A digest that was given, or undefined. Throws ERR_USAGE where it is half of one. */
export const readDigest = (text: string | undefined): string | undefined => {
  if (text === undefined || /^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw misused(
    `--digest: "${text.slice(0, 80)}" is not a digest.`,
    'Copy it from the plan: sha256: and 64 hex digits.',
  );
};

/** Says a word at the door `manualRun`; the app's answer. */
export const speak = async (app: App, word: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> => {
  const answer = await callApp(app, { method: 'POST', path: '/api/manualRun', body: word });
  return objectOf(answer, app, (value) => typeof value['said'] === 'string');
};

export const showSaid = (answer: Record<string, unknown>, json: boolean, io: Io): number => {
  const { site, said, id } = answer;
  if (json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
  else {
    // No full stop: it may end in a digest, which people copy.
    io.out(`${wrap(`${site === '*' ? 'all' : site}: ${said}`, io.width).join('\n')}\n`);
    if (typeof id === 'string') io.out(`It can be taken back: withdraw --site ${site} --id ${id}\n`);
  }
  return 0;
};
