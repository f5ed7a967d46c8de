import { isObject } from '../shared/base/canonical.ts';
import { wrap } from '../shared/base/wrap.ts';
import type { Preflight } from '../shared/record/move.ts';
import { appOptions, appUsage, findApp } from './app.ts';
import type { Command, Io } from './command.ts';
import { misused, readOptions } from './options.ts';
import { speak } from './speak.ts';
import { fetchView } from './status.ts';

const usage = [
  'npm run --silent cli -- preflight [--site ID] [OPTIONS]',
  '',
  'Checks whether a site could move to its other side now: snapshot, quota, kinds',
  'of resources, zones, names, rights, ranges, its table, secrets. Reads only, and',
  'asks the side it lives on nothing.',
  '',
  '  --site ID        that site alone; default: all of them',
  '  --json           what was found as JSON, site by site',
  ...appUsage,
  '',
  'Exit: 0 all checks pass, 1 wrong input or a failed call, 2 a check fails.',
];

type Found = { readonly site: string; readonly said: string; readonly preflight: Preflight };

const isPreflight = (value: unknown): value is Preflight => isObject(value) && Array.isArray(value['checks']);

/** `  FAILED quota       ` */
const column = 21;

const linesOf = ({ site, said, preflight }: Found, io: Io): string[] => [
  ...wrap(`${site}: ${said}`, io.width),
  ...preflight.checks.flatMap(({ ok, id, text, remedy }) => {
    const head = `  ${ok ? io.paint('green', 'ok    ') : io.paint('red', 'FAILED')} ${id.padEnd(12)}`;
    // Colours take no room.
    const [first = '', ...rest] = wrap(text, io.width, ' '.repeat(column));
    const what = ok || remedy === '' ? [] : wrap(remedy, io.width, `${' '.repeat(column)}> `);
    return [head + first.slice(column), ...rest, ...what];
  }),
];

export const preflightCommand: Command = {
  summary: 'Check whether a site could move to its other side now',
  usage,
  run: async (args, io) => {
    const options = { ...appOptions, site: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values } = readOptions(args, options);
    const app = await findApp(values, io);
    const ids = values.site === undefined ? (await fetchView(app)).sites.map(({ id }) => id) : [values.site];
    const found: Found[] = [];
    for (const site of ids) {
      const { said, preflight } = await speak(app, { action: 'preflight', site, by: io.user });
      if (!isPreflight(preflight))
        throw misused('The app answered without a preflight.', 'Is it of the same version as this command line?');
      found.push({ site, said: String(said), preflight });
    }
    io.out(
      values.json
        ? `${JSON.stringify({ sites: found.map(({ site, preflight }) => ({ site, ...preflight })) }, null, 2)}\n`
        : `${found.map((one) => linesOf(one, io).join('\n')).join('\n\n')}\n`,
    );
    return found.some(({ preflight }) => preflight.checks.some(({ ok }) => !ok)) ? 2 : 0;
  },
};
