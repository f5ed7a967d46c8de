import { isObject } from '../shared/base/canonical.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { wrap } from '../shared/base/wrap.ts';
import { ledgerBlob } from '../shared/record/progress.ts';
import { plainText } from '../shared/record/words.ts';
import type { Command, Io } from './command.ts';
import { readOptions, required } from './options.ts';
import { openStore, type Store, storeUsage } from './store.ts';

const usage = [
  'npm run --silent cli -- ledger --site ID [--run ID] [--json]',
  '',
  'Prints what was written down of a run, step by step; no line is ever changed.',
  '',
  '  --site ID  the site',
  '  --run ID   the run (its first characters do); default: the newest',
  '  --json     the lines as JSON, and which runs there are',
  ...storeUsage,
];

const nothing = (message: string, remedy: string): AutomationError =>
  new AutomationError('ERR_USAGE', message, { remedy });

/** The ids of a site's runs that have a ledger. */
const runsOf = async ({ ports }: Store, site: string): Promise<string[]> => {
  const [before = '', after = ''] = ledgerBlob(site, '\0').split('\0');
  const names = await ports.archive.list(before);
  const runs = names.filter((name) => name.endsWith(after)).map((name) => name.slice(before.length, -after.length));
  if (runs.length > 0) return runs;
  throw nothing(
    `There is no ledger of site "${site.slice(0, 60)}".`,
    'Check the id; a site that was never written to has none.',
  );
};

/** The run that was asked for, or the newest the site remembers. */
const chooseRun = async (
  { ports }: Store,
  site: string,
  runs: readonly string[],
  asked: string | undefined,
): Promise<string> => {
  if (asked !== undefined) {
    const [run, another] = runs.filter((id) => id.startsWith(asked));
    if (run !== undefined && (another === undefined || runs.includes(asked))) return runs.includes(asked) ? asked : run;
    throw nothing(
      run === undefined
        ? `Site ${site} has no run "${asked.slice(0, 60)}".`
        : `Several runs of site ${site} begin with "${asked}".`,
      `Its runs: ${runs.slice(0, 20).join(', ')}.`,
    );
  }
  const { state } = await ports.sites.load(site);
  const known = [...(state.run ? [state.run.id] : []), ...state.lastRuns.map(({ id }) => id)];
  return known.find((id) => runs.includes(id)) ?? runs.at(-1) ?? '';
};

const linesOf = async ({ ports }: Store, site: string, run: string): Promise<Record<string, unknown>[]> => {
  const text = (await ports.archive.read(ledgerBlob(site, run))) ?? '';
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      return isObject(value) ? value : { event: line };
    });
};

const shown = (value: unknown): string => {
  if (!isObject(value)) return String(value);
  if (typeof value['text'] !== 'string') return JSON.stringify(value);
  return `${value['ok'] === false ? 'FAILED: ' : ''}${value['text']}`;
};

/** `name: value`, or the name and its items on lines of their own. */
const renderDetail = (name: string, value: unknown, width: number): string[] =>
  Array.isArray(value)
    ? [`  ${name}:`, ...value.flatMap((item) => wrap(plainText(shown(item), 2_000), width, '    - ', '      '))]
    : wrap(plainText(shown(value), 2_000), width, `  ${name}: `, '    ');

const renderLine = ({ at, event, ...detail }: Record<string, unknown>, { width, paint }: Io): string[] => {
  const when = String(at ?? '')
    .slice(0, 19)
    .replace('T', ' ');
  const details = Object.entries(detail).flatMap(([name, value]) => renderDetail(name, value, width));
  return [`${when}  ${paint('bold', plainText(String(event)))}`, ...details];
};

export const ledgerCommand: Command = {
  summary: 'Print what was written down of a run',
  usage,
  run: async (args, io) => {
    const options = { site: { type: 'string' }, run: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values } = readOptions(args, options);
    const site = required(values.site, 'site');
    const store = await openStore(io);
    const runs = await runsOf(store, site);
    const run = await chooseRun(store, site, runs, values.run);
    const lines = await linesOf(store, site, run);
    if (values.json) io.out(`${JSON.stringify({ site, run, runs, lines }, null, 2)}\n`);
    else {
      const others = runs.length > 1 ? ` (one of ${runs.length}; --run chooses)` : '';
      io.out(
        `${[...wrap(`Run ${run} of site ${site}${others}`, io.width), '', ...lines.flatMap((line) => renderLine(line, io))].join('\n')}\n`,
      );
    }
    return 0;
  },
};
