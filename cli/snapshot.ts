import { appOptions, appUsage, findApp } from './app.ts';
import type { Command } from './command.ts';
import { misused, onlyWord, readOptions, required } from './options.ts';
import { showSaid, speak } from './speak.ts';

const usage = [
  'npm run --silent cli -- snapshot accept --site ID [OPTIONS]',
  '',
  'A move is built from the last good snapshot. One that lost something is kept beside',
  'it and told; this says that what is missing was meant to go.',
  '',
  '  --site ID        the site',
  '  --side SIDE      home or target; default: where the site lives',
  '  --reason TEXT    why; people will read it',
  '  --by NAME        who says it; default: the name you are logged in with',
  '  --json           the answer as JSON',
  ...appUsage,
];

export const snapshotCommand: Command = {
  summary: 'Say that what a snapshot lacks was meant to go',
  usage,
  run: async (args, io) => {
    const text = { type: 'string' } as const;
    const options = {
      ...appOptions,
      site: text,
      side: text,
      reason: text,
      by: text,
      json: { type: 'boolean' },
    } as const;
    const { values, positionals } = readOptions(args, options, true);
    const verb = onlyWord(positionals, 'accept');
    if (verb !== 'accept') throw misused(`snapshot ${verb.slice(0, 60)} is not a command.`, 'Say snapshot accept.');
    const { side, reason } = values;
    if (side !== undefined && side !== 'home' && side !== 'target')
      throw misused(`--side: "${side.slice(0, 60)}" is none.`, 'Say home or target.');
    const site = required(values.site, 'site');
    const word = { action: 'acceptSnapshot', site, side, by: values.by ?? io.user, ...(reason ? { reason } : {}) };
    return showSaid(await speak(await findApp(values, io), word), values.json ?? false, io);
  },
};
