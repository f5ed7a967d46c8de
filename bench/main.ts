import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readSyntheticTags } from '../simulator/tags/syntheticTags.ts';
import { machineLine, measure, type Result, type Row, tableOf } from './measure.ts';
import { planRows } from './planRows.ts';
import { rangesRows } from './rangesRows.ts';

const usage = `npm run bench [-- NAME...] [--service-tags FILE] [--rounds N] [--json]

Measures our work beside others' in one process, taking turns: medians, result sets compared.
NAME picks rows (P1, P2 plans; W1, W2, ... ranges); without a file the real public one beside the project is used, else the synthetic one.
fuzz as the first NAME sends generated inputs to the doors: fuzz [DOOR...] [--count N] [--seed N].
fleet as the first NAME fails a region under many sites: fleet [--sites N,...] [--subscriptions N,...] [--workers N] [--sweep].
Exit 1 where result sets differ. Limits that are missed are shown, not failed: machines are busy.`;

type Options = { names: string[]; file: string | undefined; rounds: number; json: boolean };

const optionsOf = (argv: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      'service-tags': { type: 'string' },
      rounds: { type: 'string', default: '15' },
      json: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds ${values.rounds} is not a whole number above 0.`);
  return { names: positionals, file: values['service-tags'], rounds, json: values.json };
};

const realFile = new URL('../../shared/data/service-tags/ServiceTags_Public_20251028.json', import.meta.url);

const tagsOf = (file: string | undefined): { what: string; text: string } => {
  if (file !== undefined) return { what: file, text: readFileSync(file, 'utf8') };
  if (existsSync(realFile)) return { what: 'the public file of 2025-10-28', text: readFileSync(realFile, 'utf8') };
  return { what: 'the synthetic file', text: readSyntheticTags() };
};

const chosen = (rows: readonly Row[], names: readonly string[]): readonly Row[] => {
  const known = rows.map((row) => row.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new RangeError(`There is no row ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  return names.length === 0 ? rows : rows.filter((row) => names.includes(row.name));
};

const main = (argv: readonly string[]): number => {
  const options = optionsOf(argv);
  const { what, text } = tagsOf(options.file);
  const results: Result[] = chosen([...planRows(), ...rangesRows(text)], options.names).map((row) =>
    measure(row, { rounds: options.rounds, warmUp: 5 }),
  );
  const machine = machineLine();
  const output = options.json
    ? JSON.stringify({ machine, serviceTags: what, rounds: options.rounds, results }, null, 2)
    : `${machine}\nservice tags: ${what}; medians of ${options.rounds} rounds\n\n${tableOf(results)}`;
  process.stdout.write(`${output}\n`);
  const differing = results.filter((result) => result.differing.length > 0);
  for (const { name, differing: who } of differing)
    process.stderr.write(`${name}: the result of ${who.join(', ')} is not ours.\n`);
  return differing.length > 0 ? 1 : 0;
};

const run = async (argv: readonly string[]): Promise<number> => {
  const [group, ...rest] = argv;
  if (group === 'fuzz') return (await import('./fuzz/main.ts')).fuzzMain(rest);
  if (group === 'fleet') return (await import('./fleet/main.ts')).fleetBench(rest);
  return main(argv);
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 1;
}
