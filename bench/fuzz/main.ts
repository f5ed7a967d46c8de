import { parseArgs } from 'node:util';
import { doorNames, fuzzDoor } from './fuzz.ts';

const usual = 20_000;

const usage = `npm run bench -- fuzz [DOOR...] [--count N] [--seed N]

Sends generated inputs to the doors (${doorNames.join(', ')}; all of them, N inputs each, ${usual * doorNames.length} together by default).
The same seed makes the same inputs. Exit 1 at the first that crashes, hangs, writes, sends what nobody gets, or is answered without naming the fault.`;

const whole = (text: string, name: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RangeError(`--${name} ${text} is not a whole number.\n\n${usage}`);
};

/** Runs the command; the exit code. */
export const fuzzMain = async (argv: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { count: { type: 'string', default: `${usual}` }, seed: { type: 'string' } },
  });
  const count = whole(values.count, 'count');
  const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : whole(values.seed, 'seed');
  process.stdout.write(`seed ${seed}\n`);
  const names = positionals.length > 0 ? positionals : doorNames;
  for (const name of names) {
    const started = performance.now();
    const { inputs, slowestMs, answers } = await fuzzDoor(name, { count, seed });
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const tally = Object.entries(answers).sort(([, a], [, b]) => b - a);
    process.stdout.write(`${name}: ${inputs} inputs in ${seconds} s, the slowest ${slowestMs} ms\n`);
    for (const [code, times] of tally) process.stdout.write(`  ${String(times).padStart(7)}  ${code}\n`);
  }
  return 0;
};
